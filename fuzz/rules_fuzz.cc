// Reads what it is given as a file of rules of every format, and asks what comes out of it. What is
// read must make a set of rules; what is not says why.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scanner/rules/rule.h"

namespace {

using namespace azekura::scanner;
using namespace azekura::scanner::rules;

void require(bool holds) {
  if (!holds) std::abort();
}

void ask(RuleSet& set) {
  const Subject subject{.ids = {"CVE-2024-1", "GHSA-1"},
                        .ecosystem = "npm",
                        .name = "a",
                        .version = "1.0.0",
                        .purl = "pkg:npm/a@1.0.0",
                        .products = {"pkg:oci/app", "cpe:/o:acme:os:2"},
                        .cpe = "cpe:2.3:a:v:p:1.0.0:*:*:*:*:*:*:*",
                        .location = "app/package-lock.json",
                        .sha1 = "384faa82e193d4e4b0546059ca09572654bc3970",
                        .cwes = {"CWE-79"},
                        .cvss = 5,
                        .state = State::kAffected,
                        .has_fix = true};
  const Rule* rule = set.find(subject, 1'700'000'000);
  require(rule == nullptr || !rule->source.empty());
  require(set.unused().size() <= set.all().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  // JSON and XML are known by their first character, the rest by its name.
  constexpr std::array<const char*, 3> kNames{"a.yaml", "osv-scanner.toml", ".trivyignore"};
  for (const char* name : kNames) {
    const auto file = read_rules(name, octets, "app");
    if (!file) {
      require(!file.error().message.empty());
      continue;
    }
    auto set = RuleSet::create(file->rules);
    require(set.has_value());
    ask(*set);
  }
  return 0;
}

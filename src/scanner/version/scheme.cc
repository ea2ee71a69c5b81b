#include "scanner/version/scheme.h"

#include <fmt/format.h>

#include <array>

#include "scanner/version/schemes.h"

namespace azekura::scanner::version {
namespace {

using WriteKey = Standing (*)(std::string_view version, KeyBuilder& key);

struct Entry {
  Scheme scheme;
  std::string_view name;
  WriteKey write;  // none if the order has no key
};

constexpr std::array<Entry, kSchemeCount> kSchemes = {{
    {Scheme::kExact, "exact", nullptr},
    {Scheme::kDpkg, "dpkg", write_dpkg},
    {Scheme::kRpm, "rpm", write_rpm},
    {Scheme::kApk, "apk", write_apk},
    {Scheme::kSemver, "semver", write_semver},
    {Scheme::kGo, "go", write_go},
    {Scheme::kPep440, "pep440", write_pep440},
    {Scheme::kMaven, "maven", nullptr},
    {Scheme::kGem, "gem", write_gem},
    {Scheme::kComposer, "composer", write_composer},
    {Scheme::kNuget, "nuget", write_nuget},
    {Scheme::kPub, "pub", write_pub},
    {Scheme::kBitnami, "bitnami", write_bitnami},
    {Scheme::kGeneric, "generic", write_generic},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kSchemes.size(); ++i) {
    if (kSchemes[i].scheme != static_cast<Scheme>(i)) return false;
  }
  return true;
}
static_assert(is_in_order());

const Entry& entry_of(Scheme scheme) { return kSchemes.at(static_cast<std::size_t>(scheme)); }

tl::unexpected<Error> no_version(const Entry& entry, std::string_view version) {
  return fail(Code::kInvalid,
              fmt::format("\"{}\" is no {} version", version.substr(0, 100), entry.name));
}

bool is_text(std::string_view version) {
  return !version.empty() && version.size() <= kVersionSizeMax &&
         version.find('\0') == std::string_view::npos;
}

Standing write(const Entry& entry, std::string_view version, KeyBuilder& key) {
  if (!is_text(version)) return Standing::kNone;
  if (entry.write == nullptr) return Standing::kValid;
  const Standing standing = entry.write(version, key);
  return key.overflown() ? Standing::kNone : standing;
}

std::strong_ordering order_of(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

}  // namespace

std::string_view name_of(Scheme scheme) { return entry_of(scheme).name; }

bool has_keys(Scheme scheme) { return entry_of(scheme).write != nullptr; }

Status check(Scheme scheme, std::string_view version) {
  const Entry& entry = entry_of(scheme);
  KeyBuilder key;
  if (write(entry, version, key) != Standing::kValid) return no_version(entry, version);
  return {};
}

Result<std::strong_ordering> compare(Scheme scheme, std::string_view a, std::string_view b) {
  const Entry& entry = entry_of(scheme);
  KeyBuilder key_a;
  KeyBuilder key_b;
  if (write(entry, a, key_a) == Standing::kNone) return no_version(entry, a);
  if (write(entry, b, key_b) == Standing::kNone) return no_version(entry, b);
  if (entry.write != nullptr) return order_of(key_a.view(), key_b.view());
  if (scheme == Scheme::kMaven) return compare_maven(a, b);
  if (a == b) return std::strong_ordering::equal;
  return fail(Code::kUnsupported, fmt::format("{} versions have no order", entry.name));
}

Result<std::string> key(Scheme scheme, std::string_view version) {
  const Entry& entry = entry_of(scheme);
  KeyBuilder key;
  if (write(entry, version, key) == Standing::kNone) return no_version(entry, version);
  return std::string(key.view());
}

}  // namespace azekura::scanner::version

// Alpine's secdb (secdb.alpinelinux.org): one file for each branch and repository, by package and
// fixed version.

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// Gathers the claims of one file by problem, in the order of their first mention.
class Problems {
 public:
  Advisory& of(std::string_view id) {
    const auto [found, added] = places_.try_emplace(std::string(id), advisories_.size());
    if (added) {
      Advisory& advisory = advisories_.emplace_back();
      advisory.id = id;
      advisory.english.source = "Alpine";
      if (is_cve(id)) {
        advisory.link = "https://security.alpinelinux.org/vuln/" + advisory.id;
        advisory.english.link = advisory.link;
      }
    }
    return advisories_[found->second];
  }
  std::vector<Advisory>& all() { return advisories_; }

 private:
  std::vector<Advisory> advisories_;
  std::unordered_map<std::string, std::size_t> places_;
};

Affected claim_of(const EcosystemRelease& where, std::string_view package,
                  std::string_view version) {
  Affected claim;
  claim.where = where;
  claim.name = package;
  // "0": the vulnerable code was never in the package.
  claim.state = version == "0" ? State::kNotAffected : State::kFixed;
  if (claim.state == State::kFixed) claim.ranges.push_back(fixed_at(version));
  return claim;
}

bool is_id(std::string_view word) {
  return word.find('-') != std::string_view::npos && is_alphanumeric(word.front()) &&
         is_alphanumeric(word.back());
}

// "CVE-2021-28694 XSA-378", "CVE-2019-2426 (+ regression fix)": the first CVE is the problem, and
// what else is an id is another name of it.
void read_ids(std::string_view words, const Affected& claim, Problems& problems) {
  std::string_view first;
  std::vector<std::string_view> others;
  while (!words.empty()) {
    const auto [word, rest] = split_once(words, ' ');
    words = rest;
    if (!is_id(word)) continue;
    if (first.empty()) {
      first = word;
    } else {
      others.push_back(word);
    }
  }
  if (first.empty()) return;
  Advisory& advisory = problems.of(first);
  advisory.affected.push_back(claim);
  for (const std::string_view other : others) {
    if (is_cve(other)) {
      problems.of(other).affected.push_back(claim);
    } else {
      add_once(problems.of(first).related, std::string(other));
    }
  }
}

bool recognises(Json root, std::string_view) {
  return root["distroversion"].is_text() && root["packages"].is_array() &&
         !root["reponame"].missing();
}

void import_secdb(Json root, std::string_view file, AdvisorySink& sink) {
  const EcosystemRelease where{Ecosystem::kAlpine, root["distroversion"].string()};
  Problems problems;
  for (const Json item : root["packages"].items()) {
    const Json package = item["pkg"];
    const std::string_view name = package["name"].text();
    if (name.empty()) {
      report_bad(sink, file, "a package without a name");
      continue;
    }
    for (const auto [version, ids] : package["secfixes"].members()) {
      if (version.empty()) continue;
      const Affected claim = claim_of(where, name, version);
      for (const Json id : ids.items()) read_ids(id.text(), claim, problems);
    }
  }
  for (Advisory& advisory : problems.all()) sink.add(std::move(advisory));
}

constexpr std::array kJson{JsonFormat{"alpine-secdb", recognises, import_secdb}};

}  // namespace

FormatFamily alpine_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

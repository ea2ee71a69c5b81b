// ruby-advisory-db: YAML, one advisory a file (rubysec/ruby-advisory-db, README "Schema").
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/records.h"
#include "scanner/advisories/version_ranges.h"

namespace azekura::scanner::advisories {
namespace {

bool recognises(Json root, std::string_view) {
  const bool named = root["gem"].is_text() || root["engine"].is_text();
  return named && !root["url"].missing() && !root["title"].missing() &&
         root["schema_version"].missing();
}

// The id is in the file's name where the record has no other: "CVE-2020-1", "OSVDB-1", "GHSA-…".
void set_names(Json root, std::string_view file, Advisory& advisory) {
  if (const std::string cve = root["cve"].scalar(); !cve.empty()) {
    add_once(advisory.aliases, "CVE-" + cve);
  }
  if (const std::string ghsa = root["ghsa"].scalar(); !ghsa.empty()) {
    add_once(advisory.aliases, "GHSA-" + ghsa);
  }
  if (const std::string osvdb = root["osvdb"].scalar(); !osvdb.empty()) {
    add_once(advisory.aliases, "OSVDB-" + osvdb);
  }
  if (!advisory.aliases.empty()) {
    advisory.id = advisory.aliases.front();
    advisory.aliases.erase(advisory.aliases.begin());
    return;
  }
  std::string_view name = base_name(file);
  advisory.id = name.substr(0, name.rfind('.'));
}

void set_related(Json related, Advisory& advisory) {
  for (const Json cve : related["cve"].items()) add_once(advisory.related, "CVE-" + cve.scalar());
  for (const Json ghsa : related["ghsa"].items())
    add_once(advisory.related, "GHSA-" + ghsa.scalar());
  for (const Json url : related["url"].items()) add_reference(advisory, url.text());
}

// One range or several: both forms are met.
void append_ranges(Json ranges, std::vector<std::string>& safe) {
  if (ranges.is_text()) safe.push_back(ranges.string());
  for (const Json range : ranges.items()) safe.push_back(range.scalar());
}

Result<Affected> read_claim(Json root) {
  Affected claim;
  const bool is_gem = root["gem"].is_text();
  claim.where.ecosystem = is_gem ? Ecosystem::kRubyGems : Ecosystem::kRuntime;
  claim.name = root[is_gem ? "gem" : "engine"].string();
  if (claim.name.empty()) return fail(Code::kInvalid, "no gem and no engine");
  std::vector<std::string> safe;
  append_ranges(root["patched_versions"], safe);
  append_ranges(root["unaffected_versions"], safe);
  ASSIGN_OR_RETURN(claim.ranges, ranges_outside(version::RangeLanguage::kGem, safe));
  claim.state = state_outside(claim.ranges);
  if (const Json platform = root["platform"]; platform.is_text()) {
    claim.note = "only on: " + platform.string();
  }
  return claim;
}

Result<Advisory> read(Json root, std::string_view file) {
  Advisory advisory;
  set_names(root, file, advisory);
  if (advisory.id.empty()) return fail(Code::kInvalid, "no id");
  set_related(root["related"], advisory);
  advisory.link = root["url"].string();
  add_reference(advisory, advisory.link);
  advisory.published = parse_time(root["date"].text());
  advisory.english = {.title = tidy(root["title"].text()),
                      .body = tidy(root["description"].text()),
                      .source = "rubysec",
                      .link = advisory.link};
  // The database gives numbers without vectors. Only that of version 3 can be told from the
  // others'.
  if (const auto score = root["cvss_v3"].number(); score && *score > 0 && *score <= 10) {
    advisory.scores.push_back({.source = "rubysec", .vector = {}, .score = *score});
  }
  ASSIGN_OR_RETURN(Affected claim, read_claim(root));
  if (!claim.ranges.empty()) advisory.affected.push_back(std::move(claim));
  return advisory;
}

void import(Json root, std::string_view file, AdvisorySink& sink) {
  deliver(sink, file, read(root, file));
}

constexpr std::array kJson{
    JsonFormat{.name = "rubysec", .recognises = recognises, .import = import}};

}  // namespace

FormatFamily rubysec_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

// Red Hat's Security Data API (access.redhat.com/hydra/rest/securitydata): CVE by CVE, and its list
// of CVEs.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/red_hat_terms.h"
#include "scanner/advisories/rpm_claims.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// "php:7.3-8020020200715124551.ceb1cf90" is a build of a module, and says nothing of its packages'
// versions: the claim is about the module, "php:7.3", whose version is that of the build.
std::optional<NameAndVersion> split_module_build(std::string_view package) {
  const std::size_t colon = package.find(':');
  const std::size_t hyphen = package.rfind('-');
  if (colon == std::string_view::npos || hyphen == std::string_view::npos || hyphen < colon ||
      hyphen + 1 == package.size()) {
    return std::nullopt;
  }
  // "name-1:2-3": the colon of an epoch stands behind a hyphen and digits.
  const std::string_view before = package.substr(0, colon);
  const std::string_view epoch = before.substr(before.rfind('-') + 1);
  const bool is_epoch = before.find('-') != std::string_view::npos &&
                        std::all_of(epoch.begin(), epoch.end(), is_digit);
  if (is_epoch) return std::nullopt;
  return NameAndVersion{package.substr(0, hyphen), std::string(package.substr(hyphen + 1))};
}

void add_release(Json row, Advisory& advisory) {
  Affected claim;
  claim.where = red_hat_release(row["cpe"].text());
  const std::string_view package = row["package"].text();
  if (claim.where.ecosystem == Ecosystem::kUnknown || package.empty()) return;
  std::optional<NameAndVersion> split = split_module_build(package);
  if (split) {
    claim.qualifier = split->name;
  } else {
    split = split_nevr(package);
    if (!split) return;
    claim.qualifier = module_qualifier(split->evr);
  }
  claim.name = split->name;
  claim.state = State::kFixed;
  claim.ranges.push_back(fixed_at(split->evr));
  claim.advisory = row["advisory"].string();
  claim.severity = parse_severity(row["impact"].text());
  advisory.affected.push_back(std::move(claim));
}

void add_state(Json row, Advisory& advisory) {
  Affected claim;
  claim.where = red_hat_release(row["cpe"].text());
  std::string_view package = row["package_name"].text();
  if (claim.where.ecosystem == Ecosystem::kUnknown || package.empty()) return;
  // "mariadb:10.3/mariadb"
  if (const auto [module, name] = split_once(package, '/');
      !name.empty() && module.find(':') != std::string_view::npos) {
    claim.qualifier = module;
    package = name;
  }
  claim.name = package;
  const std::string_view word = row["fix_state"].text();
  claim.state = red_hat_state(word);
  claim.severity = parse_severity(row["impact"].text());
  if (claim.state != State::kNotAffected) claim.note = word;
  advisory.affected.push_back(std::move(claim));
}

void add_score(std::string_view vector, Json number, Advisory& advisory) {
  const double score = number.number().value_or(0);
  if (vector.empty() && score == 0) return;
  advisory.scores.push_back({"redhat", std::string(vector), vector.empty() ? score : 0});
}

// Texts are given as an array, the public one before Red Hat's own; addresses line by line.
void read_texts(Json root, Advisory& advisory) {
  advisory.english.title = root["bugzilla"]["description"].string();
  for (const Json text : root["details"].items()) {
    if (!advisory.english.body.empty()) advisory.english.body += "\n\n";
    advisory.english.body += trimmed(text.text());
  }
  note_state_of_text(advisory, advisory.english.body);
  add_reference(advisory, root["bugzilla"]["url"].text());
  for (const Json item : root["references"].items()) {
    for (std::string_view lines = item.text(); !lines.empty();) {
      const auto [line, rest] = split_once(lines, '\n');
      add_reference(advisory, line);
      lines = rest;
    }
  }
}

bool recognises_cve(Json root, std::string_view) {
  return root["name"].text().starts_with("CVE-") && root["public_date"].is_text() &&
         (root["bugzilla"].is_object() || !root["threat_severity"].missing());
}

void import_cve(Json root, std::string_view, AdvisorySink& sink) {
  Advisory advisory;
  advisory.id = root["name"].string();
  advisory.published = parse_time(root["public_date"].text());
  advisory.severity = parse_severity(root["threat_severity"].text());
  add_score(root["cvss3"]["cvss3_scoring_vector"].text(), root["cvss3"]["cvss3_base_score"],
            advisory);
  add_score(root["cvss"]["cvss_scoring_vector"].text(), root["cvss"]["cvss_base_score"], advisory);
  add_cwes(root["cwe"].text(), advisory);
  read_texts(root, advisory);
  sign_as_red_hat(advisory);
  for (const Json row : root["affected_release"].items()) add_release(row, advisory);
  for (const Json row : root["package_state"].items()) add_state(row, advisory);
  sink.add(std::move(advisory));
}

// The list (cve.json) names packages without the product they belong to: the problems count, no
// claims.
bool recognises_list(Json root, std::string_view) {
  const Json first = root.at(0);
  return first["CVE"].is_text() && first["resource_url"].is_text();
}

void import_list(Json root, std::string_view file, AdvisorySink& sink) {
  for (const Json row : root.items()) {
    Advisory advisory;
    advisory.id = row["CVE"].string();
    if (advisory.id.empty()) {
      report_bad(sink, file, "a row without a CVE");
      continue;
    }
    advisory.published = parse_time(row["public_date"].text());
    advisory.severity = parse_severity(row["severity"].text());
    advisory.english.title = row["bugzilla_description"].string();
    add_score(row["cvss3_scoring_vector"].text(), row["cvss3_score"], advisory);
    add_score(row["cvss_scoring_vector"].text(), row["cvss_score"], advisory);
    add_cwes(row["CWE"].text(), advisory);
    sign_as_red_hat(advisory);
    sink.add(std::move(advisory));
  }
}

constexpr std::array kJson{JsonFormat{"red-hat-cve", recognises_cve, import_cve},
                           JsonFormat{"red-hat-cve-list", recognises_list, import_list}};

}  // namespace

FormatFamily red_hat_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

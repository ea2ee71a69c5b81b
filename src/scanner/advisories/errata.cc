// Errata of the Enterprise Linux clones in their own JSON: AlmaLinux's errata.full.json and the
// pages of Rocky Linux's errata API (v2, v3).

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/rpm_claims.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// What both hold under other names.
struct Erratum {
  Advisory advisory;
  bool security = false;
};

// Packages of what repairs no problem are left out.
bool is_problem(const Erratum& erratum) {
  return erratum.security || !erratum.advisory.about.empty();
}

// AlmaLinux.

void add_alma_package(Json package, ClaimList& claims) {
  const std::string_view release = package["release"].text();
  const std::string_view major = enterprise_release_of(release);
  if (package["arch"].text() == "src" || package["name"].text().empty() || major.empty()) return;
  Affected claim;
  claim.where = {Ecosystem::kAlmaLinux, std::string(major)};
  claim.name = package["name"].string();
  claim.state = State::kFixed;
  const std::string evr = evr_of(package["epoch"].scalar(), package["version"].text(), release);
  claim.ranges.push_back(fixed_at(evr));
  claim.qualifier = module_stream_of(package["module"].text());
  if (claim.qualifier.empty()) claim.qualifier = module_qualifier(evr);
  claims.add(std::move(claim));
}

void import_alma_record(Json record, std::string_view file, AdvisorySink& sink) {
  Erratum erratum;
  Advisory& advisory = erratum.advisory;
  advisory.id = record["id"].string();
  if (!advisory.id.starts_with("AL")) {
    return report_bad(sink, advisory.id.empty() ? file : advisory.id,
                      "an AlmaLinux erratum without an id of AlmaLinux");
  }
  erratum.security = record["type"].text() == "security";
  advisory.published = record["issued_date"].integer().value_or(0);
  advisory.modified = record["updated_date"].integer().value_or(0);
  advisory.severity = parse_severity(record["severity"].text());
  for (const Json reference : record["references"].items()) {
    add_reference(advisory, reference["href"].text());
    if (reference["type"].text() == "self") advisory.link = reference["href"].string();
    if (reference["type"].text() != "self") add_subject(advisory, reference["id"].text());
  }
  advisory.english = {record["title"].string(), record["description"].string(), "AlmaLinux",
                      advisory.link};
  if (is_problem(erratum)) {
    ClaimList claims(advisory);
    for (const Json package : record["packages"].items()) add_alma_package(package, claims);
  }
  sink.add(std::move(advisory));
}

bool recognises_alma(Json root, std::string_view) {
  const Json first = root["data"].at(0);
  return first["issued_date"].integer().has_value() && first["packages"].is_array();
}

void import_alma(Json root, std::string_view file, AdvisorySink& sink) {
  for (const Json record : root["data"].items()) import_alma_record(record, file, sink);
}

// Rocky Linux.

// "Rocky Linux 10 aarch64", "Rocky Linux SIG Cloud 8 x86_64".
std::string_view rocky_release(std::string_view product) {
  constexpr std::string_view kName = "Rocky Linux ";
  if (!product.starts_with(kName)) return {};
  for (std::string_view rest = product.substr(kName.size()); !rest.empty();) {
    const auto [word, after] = split_once(rest, ' ');
    if (!word.empty() && is_digit(word.front())) return split_once(word, '.').first;
    rest = after;
  }
  return {};
}

void add_rocky_package(Json package, ClaimList& claims) {
  std::string_view arch;
  const auto split = split_nevra(package["nevra"].text(), arch);
  if (!split || arch == "src") return;
  std::string_view release = rocky_release(package["product_name"].text());
  if (release.empty()) release = enterprise_release_of(split->evr);
  if (release.empty()) return;
  Affected claim;
  claim.where = {Ecosystem::kRockyLinux, std::string(release)};
  claim.name = split->name;
  claim.state = State::kFixed;
  claim.ranges.push_back(fixed_at(split->evr));
  const std::string_view module = package["module_name"].text();
  if (!module.empty()) {
    claim.qualifier = std::string(module) + ":" + package["module_stream"].scalar();
  } else {
    claim.qualifier = module_qualifier(split->evr);
  }
  claims.add(std::move(claim));
}

void add_rocky_problem(Json cve, Advisory& advisory) {
  add_subject(advisory, cve["cve"].text());
  add_once(advisory.cwes, cwe_id(cve["cwe"].text()));
  const std::string_view vector = cve["cvss3_scoring_vector"].text();
  // The score of one of several problems is not the advisory's.
  if (vector.starts_with("CVSS:") && advisory.scores.empty()) {
    advisory.scores.push_back({"rocky", std::string(vector), 0});
  }
}

void import_rocky_record(Json record, std::string_view file, AdvisorySink& sink) {
  Erratum erratum;
  Advisory& advisory = erratum.advisory;
  advisory.id = record["name"].string();
  if (!advisory.id.starts_with("R") || advisory.id.find('-') == std::string::npos) {
    return report_bad(sink, advisory.id.empty() ? file : advisory.id,
                      "a Rocky Linux erratum without an id of Rocky Linux");
  }
  erratum.security = record["kind"].text() == "Security";
  advisory.published = parse_time(record["published_at"].text());
  advisory.modified = parse_time(record["updated_at"].text());
  advisory.severity = parse_severity(record["severity"].text());
  advisory.link = page_of(advisory.id);
  for (const Json cve : record["cves"].items()) add_rocky_problem(cve, advisory);
  if (advisory.about.size() > 1) advisory.scores.clear();
  for (const Json fix : record["fixes"].items()) add_reference(advisory, fix["source"].text());
  advisory.english = {record["synopsis"].string(), record["description"].string(), "Rocky Linux",
                      advisory.link};
  if (is_problem(erratum)) {
    ClaimList claims(advisory);
    for (const Json package : record["packages"].items()) add_rocky_package(package, claims);
  }
  sink.add(std::move(advisory));
}

bool recognises_rocky(Json root, std::string_view) {
  const Json advisories = root["advisories"];
  if (!advisories.is_array()) return false;
  const Json first = advisories.at(0);
  return first.missing() ? !root["links"].missing() : !first["synopsis"].missing();
}

void import_rocky(Json root, std::string_view file, AdvisorySink& sink) {
  for (const Json record : root["advisories"].items()) import_rocky_record(record, file, sink);
}

constexpr std::array kJson{JsonFormat{"almalinux-errata", recognises_alma, import_alma},
                           JsonFormat{"rocky-errata", recognises_rocky, import_rocky}};

}  // namespace

FormatFamily errata_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

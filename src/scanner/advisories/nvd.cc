// NVD: CVE API 2.0 and feeds 2.0 (csrc.nist.gov/schema/nvd/api/2.0), feeds 1.1, and the overrides
// of anchore/nvd-data-overrides.
#include "scanner/advisories/nvd.h"

#include <array>
#include <string>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/scores.h"

namespace azekura::scanner::advisories {
namespace {

Text english_text(std::string_view body, const std::string& id) {
  return {.title = {},
          .body = tidy(body),
          .source = "NVD",
          .link = "https://nvd.nist.gov/vuln/detail/" + id};
}

Result<Advisory> frame(std::string_view id) {
  if (!is_cve(id)) return fail(Code::kInvalid, "no CVE id");
  Advisory advisory;
  advisory.id = id;
  return advisory;
}

void read_metrics(Json metrics, Advisory& advisory) {
  for (const char* const key :
       {"cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2"}) {
    for (const Json metric : metrics[key].items()) {
      add_score(advisory, metric["cvssData"], score_source(metric["source"].text()));
    }
  }
  for (const auto [key, list] : metrics.members()) {
    if (!key.starts_with("ssvc")) continue;
    for (const Json metric : list.items()) advisory.ssvc = read_ssvc(metric["ssvcData"]);
  }
}

// The catalogue's fields in NVD's own record.
void read_known_exploited(Json cve, Advisory& advisory) {
  const Time added = parse_time(cve["cisaExploitAdd"].text());
  if (added == 0) return;
  advisory.known_exploited = KnownExploited{.catalogue = "cisa",
                                            .added = added,
                                            .due = parse_time(cve["cisaActionDue"].text()),
                                            .ransomware = false};
}

Result<Advisory> read_2_0(Json cve, AdvisorySink& sink) {
  ASSIGN_OR_RETURN(Advisory advisory, frame(cve["id"].text()));
  advisory.published = parse_time(cve["published"].text());
  advisory.modified = parse_time(cve["lastModified"].text());
  const std::string_view body = english_value(cve["descriptions"]);
  advisory.english = english_text(body, advisory.id);
  advisory.link = advisory.english.link;
  note_state_of_text(advisory, body);
  if (cve["vulnStatus"].text() == "Rejected") advisory.void_reason = "rejected";
  for (const Json entry : cve["cveTags"].items()) {
    for (const Json tag : entry["tags"].items()) advisory.disputed |= tag.text() == "disputed";
  }
  read_metrics(cve["metrics"], advisory);
  for (const Json weakness : cve["weaknesses"].items()) {
    for (const Json text : weakness["description"].items()) {
      add_once(advisory.cwes, cwe_id(text["value"].text()));
    }
  }
  for (const Json reference : cve["references"].items()) {
    add_reference(advisory, reference["url"].text());
  }
  read_known_exploited(cve, advisory);
  NvdConfigurations configurations(sink, advisory.id);
  configurations.read_2_0(cve["configurations"]);
  advisory.affected = configurations.take();
  return advisory;
}

Result<Advisory> read_1_1(Json item, AdvisorySink& sink) {
  const Json cve = item["cve"];
  ASSIGN_OR_RETURN(Advisory advisory, frame(cve["CVE_data_meta"]["ID"].text()));
  advisory.published = parse_time(item["publishedDate"].text());
  advisory.modified = parse_time(item["lastModifiedDate"].text());
  const std::string_view body = english_value(cve["description"]["description_data"]);
  advisory.english = english_text(body, advisory.id);
  advisory.link = advisory.english.link;
  note_state_of_text(advisory, body);
  const Json impact = item["impact"];
  add_score(advisory, impact["baseMetricV3"]["cvssV3"], "nvd");
  add_score(advisory, impact["baseMetricV2"]["cvssV2"], "nvd");
  for (const Json type : cve["problemtype"]["problemtype_data"].items()) {
    for (const Json text : type["description"].items()) {
      add_once(advisory.cwes, cwe_id(text["value"].text()));
    }
  }
  for (const Json reference : cve["references"]["reference_data"].items()) {
    add_reference(advisory, reference["url"].text());
  }
  NvdConfigurations configurations(sink, advisory.id);
  configurations.read_1_1(item["configurations"]["nodes"]);
  advisory.affected = configurations.take();
  return advisory;
}

// The text is the CNA's, taken over by the override.
Result<Advisory> read_override(Json root, AdvisorySink& sink) {
  const Json annotation = root["_annotation"];
  ASSIGN_OR_RETURN(Advisory advisory, frame(annotation["cve_id"].text()));
  advisory.published = parse_time(annotation["published"].text());
  advisory.modified = parse_time(annotation["modified"].text());
  const std::string_view body = annotation["description"].text();
  note_state_of_text(advisory, body);
  advisory.link = "https://www.cve.org/CVERecord?id=" + advisory.id;
  if (!body.empty()) {
    advisory.english = {.title = {}, .body = tidy(body), .source = "CVE", .link = advisory.link};
  }
  for (const Json url : annotation["references"].items()) add_reference(advisory, url.text());
  for (const Json reference : root["cve"]["references"].items()) {
    add_reference(advisory, reference["url"].text());
  }
  NvdConfigurations configurations(sink, advisory.id);
  configurations.read_2_0(root["cve"]["configurations"]);
  advisory.affected = configurations.take();
  return advisory;
}

std::string_view name_or(std::string_view id, std::string_view file) {
  return id.empty() ? file : id;
}

void import_2_0(Json root, std::string_view file, AdvisorySink& sink) {
  for (const Json entry : root["vulnerabilities"].items()) {
    const Json cve = entry["cve"];
    deliver(sink, name_or(cve["id"].text(), file), read_2_0(cve, sink));
  }
}

void import_1_1(Json root, std::string_view file, AdvisorySink& sink) {
  for (const Json item : root["CVE_Items"].items()) {
    const std::string_view id = item["cve"]["CVE_data_meta"]["ID"].text();
    deliver(sink, name_or(id, file), read_1_1(item, sink));
  }
}

void import_override(Json root, std::string_view file, AdvisorySink& sink) {
  deliver(sink, file, read_override(root, sink));
}

// The dictionaries of CPE names and matches say nothing about problems.
void import_nothing(Json, std::string_view, AdvisorySink&) {}

constexpr std::array kJson{
    JsonFormat{.name = "nvd",
               .recognises =
                   [](Json root, std::string_view) {
                     const Json list = root["vulnerabilities"];
                     return list.is_array() && (root["format"].text() == "NVD_CVE" ||
                                                list.at(0)["cve"]["id"].is_text());
                   },
               .import = import_2_0},
    JsonFormat{
        .name = "nvd-1.1",
        .recognises = [](Json root, std::string_view) { return root["CVE_Items"].is_array(); },
        .import = import_1_1},
    JsonFormat{.name = "nvd-overrides",
               .recognises =
                   [](Json root, std::string_view) {
                     return root["_annotation"]["cve_id"].is_text() && root["cve"].is_object();
                   },
               .import = import_override},
    JsonFormat{.name = "nvd-cpe",
               .recognises =
                   [](Json root, std::string_view) {
                     const std::string_view format = root["format"].text();
                     return format == "NVD_CPE" || format == "NVD_CPEMatchString" ||
                            (root["matches"].is_array() &&
                             root["matches"].at(0)["cpe23Uri"].is_text());
                   },
               .import = import_nothing},
};

}  // namespace

FormatFamily nvd_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

// CVE records: CVE Record Format 5.x (github.com/CVEProject/cve-schema), with the containers of the
// CNA and of others (CISA's ADP: SSVC, known exploitation, scores, CPE names).
#include <array>
#include <string>
#include <utility>

#include "scanner/advisories/cve_affected.h"
#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/scores.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kCisaTitle = "CISA ADP";

void read_other_metric(Json other, Advisory& advisory) {
  const std::string_view type = other["type"].text();
  const Json content = other["content"];
  if (type == "ssvc") advisory.ssvc = read_ssvc(content);
  if (type == "kev" && !content["dateAdded"].missing()) {
    advisory.known_exploited = KnownExploited{.catalogue = "cisa",
                                              .added = parse_time(content["dateAdded"].text()),
                                              .due = 0,
                                              .ransomware = false};
  }
}

// What CNA and ADP containers have in common.
void read_container(Json container, const std::string& source, Advisory& advisory,
                    CpeClaims& claims, AdvisorySink& sink) {
  for (const Json metric : container["metrics"].items()) {
    for (const char* const key : {"cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"}) {
      add_score(advisory, metric[key], source);
    }
    read_other_metric(metric["other"], advisory);
  }
  for (const Json type : container["problemTypes"].items()) {
    for (const Json text : type["descriptions"].items()) {
      std::string cwe = cwe_id(text["cweId"].text());
      if (cwe.empty() && starts_with_word(text["description"].text(), "CWE-")) {
        cwe = cwe_id(text["description"].text());
      }
      add_once(advisory.cwes, std::move(cwe));
    }
  }
  for (const Json reference : container["references"].items()) {
    add_reference(advisory, reference["url"].text());
  }
  for (const Json entry : container["affected"].items()) {
    read_affected(entry, advisory.id, claims, sink);
  }
}

std::string source_of(Json container) {
  if (container["title"].text().starts_with(kCisaTitle)) return "cisa-adp";
  return "adp:" + container["providerMetadata"]["shortName"].string();
}

Result<Advisory> read(Json root, AdvisorySink& sink) {
  const Json head = root["cveMetadata"];
  Advisory advisory;
  advisory.id = head["cveId"].string();
  if (!is_cve(advisory.id)) return fail(Code::kInvalid, "no CVE id");
  advisory.published = parse_time(head["datePublished"].text());
  advisory.modified = parse_time(head["dateUpdated"].text());
  advisory.link = "https://www.cve.org/CVERecord?id=" + advisory.id;

  const Json cna = root["containers"]["cna"];
  if (!cna.is_object()) return fail(Code::kInvalid, "no container of a CNA");
  const bool rejected = head["state"].text() == "REJECTED";
  if (rejected) advisory.void_reason = "rejected";
  const std::string_view body = english_value(cna[rejected ? "rejectedReasons" : "descriptions"]);
  note_state_of_text(advisory, body);
  for (const Json tag : cna["tags"].items()) advisory.disputed |= tag.text() == "disputed";
  advisory.english = {.title = tidy(cna["title"].text()),
                      .body = tidy(body),
                      .source = "CVE",
                      .link = advisory.link};

  CpeClaims claims;
  read_container(cna, "cna:" + cna["providerMetadata"]["shortName"].string(), advisory, claims,
                 sink);
  for (const Json adp : root["containers"]["adp"].items()) {
    read_container(adp, source_of(adp), advisory, claims, sink);
  }
  advisory.affected = claims.take();
  return advisory;
}

bool recognises(Json root, std::string_view) {
  return root["cveMetadata"].is_object() && root["containers"].is_object();
}

void import(Json root, std::string_view file, AdvisorySink& sink) {
  deliver(sink, file, read(root, sink));
}

// The list's own log of changes: no records.
bool is_log(Json, std::string_view file) {
  const std::string_view name = base_name(file);
  return name == "delta.json" || name == "deltaLog.json";
}
void import_nothing(Json, std::string_view, AdvisorySink&) {}

constexpr std::array kJson{
    JsonFormat{.name = "cve", .recognises = recognises, .import = import},
    JsonFormat{.name = "cve-log", .recognises = is_log, .import = import_nothing},
};

}  // namespace

FormatFamily cve_record_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

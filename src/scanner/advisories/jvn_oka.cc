// JVN iPedia in JSON (feed "oka", MyJVN API 4.0): overview (myjvn_feed_1.0.json), details as a
// CSAF 2.1 profile, bare or inside a STIX 2.1 bundle, and the dictionary of products
// (jvnpid_1.0.json).
#include <array>
#include <string>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/jvn.h"
#include "scanner/advisories/records.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kCategory = "myjvn_security_advisory";
constexpr int kBranchDepthMax = 16;

bool is_success(Json root, JvnReader& reader) {
  const Json status = root["status"];
  return reader.is_success(status["retCd"].scalar(), status["errMsg"].text());
}

// metrics[].content{cvss_v2, cvss_v3, cvss_v4}.
void read_metrics(Json metrics, std::vector<Score>& scores) {
  for (const Json metric : metrics.items()) {
    for (const char* const key : {"cvss_v4", "cvss_v3", "cvss_v2"}) {
      const Json cvss = metric["content"][key];
      const double score = cvss["baseScore"].number().value_or(0);
      Score read{.source = "jvn",
                 .vector = cvss["vectorString"].string(),
                 .score = score >= 0 && score <= 10 ? score : 0};
      if (!read.vector.empty()) scores.push_back(std::move(read));
    }
  }
}

void read_weaknesses(Json cwes, std::vector<CweName>& weaknesses) {
  for (const Json cwe : cwes.items()) {
    const std::string id = cwe_id(cwe["id"].text());
    if (id.empty()) continue;
    weaknesses.push_back(
        {.id = id, .english = {}, .japanese = weakness_name(cwe["name"].text(), id)});
  }
}

bool is_about_cve(std::string_view source) {
  return source == "CVE" || source == "NVD" || source.ends_with("(CVE)") ||
         source.ends_with("(NVD)");
}

// In both forms the id stands in `summary`.
void read_references(Json references, JvnRecord& record) {
  for (const Json reference : references.items()) {
    if (is_about_cve(reference["source"].text()))
      record.cve_ids.push_back(reference["summary"].string());
    add_once(record.references, reference["url"].string());
  }
}

JvnRecord read_entry(Json entry) {
  JvnRecord record{.id = entry["id"].string(),
                   .title = entry["title"].string(),
                   .body = entry["summary"].string(),
                   .link = entry["link"].string(),
                   .published = parse_time(entry["created"].text()),
                   .modified = parse_time(entry["modified"].text())};
  read_references(entry["references"], record);
  read_metrics(entry["metrics"], record.scores);
  read_weaknesses(entry["cwes"], record.cwes);
  for (const Json product : entry["products"].items()) {
    record.products.push_back({.vendor = product["vname"].string(),
                               .product = product["pname"].string(),
                               .cpe = product["product_ids"]["cpe"].string()});
  }
  return record;
}

void import_feed(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  if (!is_success(root, reader)) return;
  for (const Json entry : root["feed"]["entry"].items()) {
    // Alerts of IPA come in the same form: news about updates, no vulnerabilities.
    if (entry["id"].text().starts_with("MYJVN-ALT-")) continue;
    reader.hand_over(read_entry(entry));
  }
}

// vendor → product_name → product_version, each with its own CPE name.
void read_branches(Json branches, const std::string& vendor, const std::string& product, int depth,
                   JvnRecord& record) {
  if (depth == kBranchDepthMax) return;
  for (const Json branch : branches.items()) {
    const std::string_view category = branch["category"].text();
    const std::string name = branch["name"].string();
    const std::string& vendor_here = category == "vendor" ? name : vendor;
    const std::string& product_here = category == "product_name" ? name : product;
    if (const Json cpe = branch["product"]["product_identification_helper"]["cpe"]; cpe.is_text()) {
      record.products.push_back(
          {.vendor = vendor_here, .product = product_here, .cpe = cpe.string()});
    }
    read_branches(branch["branches"], vendor_here, product_here, depth + 1, record);
  }
}

// Scores and weaknesses of one CVE among several, under its own id.
void add_details_of_cve(Json vulnerability, AdvisorySink& sink) {
  Advisory details;
  details.id = half_width(tidy(vulnerability["cve"].text()));
  if (!is_cve(details.id)) return;
  read_metrics(vulnerability["metrics"], details.scores);
  std::vector<CweName> weaknesses;
  read_weaknesses(vulnerability["cwes"], weaknesses);
  for (const CweName& weakness : weaknesses) add_once(details.cwes, weakness.id);
  if (!details.scores.empty() || !details.cwes.empty()) sink.add(std::move(details));
}

void import_advisory(Json root, JvnReader& reader, AdvisorySink& sink) {
  const Json document = root["document"];
  const Json tracking = document["tracking"];
  JvnRecord record{.id = tracking["id"].string(),
                   .title = document["title"].string(),
                   .body = {},
                   .link = {},
                   .published = parse_time(tracking["initial_release_date"].text()),
                   .modified = parse_time(tracking["current_release_date"].text())};
  record.link = page_of_jvndb(record.id);
  for (const Json note : document["notes"].items()) {
    if (note["category"].text() == "description") record.body = note["text"].string();
  }
  read_references(document["references"], record);
  read_branches(root["product_tree"]["branches"], {}, {}, 0, record);
  std::size_t with_cve = 0;
  for (const Json vulnerability : root["vulnerabilities"].items()) {
    const std::string_view cve = vulnerability["cve"].text();
    if (cve.empty()) continue;
    record.cve_ids.emplace_back(cve);
    ++with_cve;
  }
  for (const Json vulnerability : root["vulnerabilities"].items()) {
    read_weaknesses(vulnerability["cwes"], record.cwes);
    // What is said of one CVE holds for the record only if it is the only one.
    if (with_cve <= 1 || vulnerability["cve"].text().empty()) {
      read_metrics(vulnerability["metrics"], record.scores);
    } else {
      add_details_of_cve(vulnerability, sink);
    }
  }
  reader.hand_over(std::move(record));
}

void import_csaf(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  if (is_success(root, reader)) import_advisory(root, reader, sink);
}

void import_bundle(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  if (!is_success(root, reader)) return;
  for (const Json object : root["objects"].items()) {
    if (object["type"].text() != "jvn-jp-sdo") continue;
    if (!is_success(object, reader)) return;
    const Json documents = object["VULDEF-Document"];
    if (documents.is_object()) import_advisory(documents, reader, sink);
    for (const Json document : documents.items()) {
      if (is_success(document, reader)) import_advisory(document, reader, sink);
    }
  }
}

bool is_bundle(Json root, std::string_view) {
  if (root["type"].text() != "bundle") return false;
  for (const Json object : root["objects"].items()) {
    if (object["type"].text() == "jvn-jp-sdo") return true;
  }
  return false;
}

// The Japanese name where there are several.
std::string japanese_name(Json thing, const char* names, const char* name) {
  const Json japanese = thing[names]["ja"];
  return japanese.is_text() ? japanese.string() : thing[name].string();
}

Json dictionary_of(Json root) {
  const Json dictionary = root["jvn-product-dictionary"];
  return dictionary.missing() ? root["jvn_product_dictionary"] : dictionary;
}

void import_dictionary(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  if (!is_success(root, reader)) return;
  for (const Json vendor : dictionary_of(root)["vendors"].items()) {
    const std::string vendor_name = japanese_name(vendor, "vname_i18n", "vname");
    for (const Json product : vendor["products"].items()) {
      for (const Json ids : product["product_ids"].items()) {
        reader.add_product({.vendor = vendor_name,
                            .product = japanese_name(product, "pname_i18n", "pname"),
                            .cpe = ids["cpe"].string()});
      }
    }
  }
}

bool is_statistics(Json root, std::string_view) {
  return root["status"]["method"].text() == "getStatistics";
}
void import_nothing(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  is_success(root, reader);
}

constexpr std::array kJson{
    JsonFormat{.name = "myjvn-feed",
               .recognises =
                   [](Json root, std::string_view) {
                     return root["feed"]["entry"].is_array() && root["feed"]["author"].is_object();
                   },
               .import = import_feed},
    JsonFormat{.name = "myjvn-csaf",
               .recognises =
                   [](Json root, std::string_view) {
                     return root["document"]["category"].text() == kCategory;
                   },
               .import = import_csaf},
    JsonFormat{.name = "myjvn-stix", .recognises = is_bundle, .import = import_bundle},
    JsonFormat{
        .name = "jvnpid",
        .recognises = [](Json root, std::string_view) { return dictionary_of(root).is_object(); },
        .import = import_dictionary},
    JsonFormat{.name = "myjvn-statistics", .recognises = is_statistics, .import = import_nothing},
};

}  // namespace

FormatFamily jvn_oka_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

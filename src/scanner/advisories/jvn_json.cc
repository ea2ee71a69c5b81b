// Renderings of JVNRSS, VULDEF and the dictionary of products as JSON, one record a file.
#include <array>
#include <string>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/jvn.h"
#include "scanner/advisories/records.h"

namespace azekura::scanner::advisories {
namespace {

double number(Json text) {
  const double value = text.number().value_or(0);
  return value >= 0 && value <= 10 ? value : 0;
}

void add_weakness(std::string_view id, std::string_view title, JvnRecord& record) {
  const std::string cwe = cwe_id(id);
  if (!cwe.empty()) {
    record.cwes.push_back({.id = cwe, .english = {}, .japanese = weakness_name(title, cwe)});
  }
}

JvnRecord read_item(Json root) {
  JvnRecord record{.id = root["identifier"].string(),
                   .title = root["title"].string(),
                   .body = root["description"].string(),
                   .link = root["link"].string(),
                   .published = parse_time(root["issued"].text()),
                   .modified = parse_time(root["modified"].text())};
  for (const Json reference : root["references"].items()) {
    const std::string_view source = reference["source"].text();
    const std::string_view id = reference["id"].text();
    if (source == "CVE" || source == "NVD") record.cve_ids.emplace_back(id);
    if (starts_with_word(id, "CWE-")) {
      add_weakness(id, reference["title"].text(), record);
    } else {
      add_once(record.references, reference["text"].string());
    }
  }
  for (const Json cvss : root["cvss"].items()) {
    record.scores.push_back(
        {.source = "jvn", .vector = cvss["vector"].string(), .score = number(cvss["score"])});
  }
  for (const Json cpe : root["cpe"].items()) {
    record.products.push_back({.vendor = cpe["vendor"].string(),
                               .product = cpe["product"].string(),
                               .cpe = cpe["text"].string()});
  }
  return record;
}

JvnRecord read_vulinfo(Json root) {
  const Json data = root["vulinfodata"];
  JvnRecord record{.id = root["vulinfoid"].string(),
                   .title = data["title"].string(),
                   .body = data["vulinfodescription"]["overview"].string(),
                   .link = {},
                   .published = parse_time(data["datefirstpublished"].text()),
                   .modified = parse_time(data["datelastupdated"].text())};
  record.link = page_of_jvndb(record.id);
  for (const Json item : data["related"]["relateditem"].items()) {
    const std::string_view type = item["type"].text();
    if (type == "cwe") {
      add_weakness(item["vulinfoid"].text(), item["title"].text(), record);
      continue;
    }
    if (type == "advisory") record.cve_ids.push_back(item["vulinfoid"].string());
    add_once(record.references, item["url"].string());
  }
  for (const Json cvss : data["impact"]["cvss"].items()) {
    record.scores.push_back(
        {.source = "jvn", .vector = cvss["vector"].string(), .score = number(cvss["base"])});
  }
  for (const Json item : data["affected"]["affecteditem"].items()) {
    record.products.push_back({.vendor = item["name"].string(),
                               .product = item["productname"].string(),
                               .cpe = item["cpe"]["text"].string()});
  }
  return record;
}

void import_item(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader(sink, file).hand_over(read_item(root));
}
void import_vulinfo(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader(sink, file).hand_over(read_vulinfo(root));
}
void import_product(Json root, std::string_view file, AdvisorySink& sink) {
  JvnReader(sink, file)
      .add_product({.vendor = root["vname"].string(),
                    .product = root["pname"].string(),
                    .cpe = root["pcpe"].string()});
}

constexpr std::array kJson{
    JsonFormat{.name = "jvnrss-json",
               .recognises =
                   [](Json root, std::string_view) {
                     return root["identifier"].text().starts_with("JVNDB-") &&
                            root["about"].is_text();
                   },
               .import = import_item},
    JsonFormat{.name = "vuldef-json",
               .recognises =
                   [](Json root, std::string_view) {
                     return root["vulinfoid"].is_text() && root["vulinfodata"].is_object();
                   },
               .import = import_vulinfo},
    JsonFormat{.name = "myjvn-product-json",
               .recognises =
                   [](Json root, std::string_view) {
                     return root["pcpe"].is_text() && root["vname"].is_text() &&
                            root["pname"].is_text();
                   },
               .import = import_product},
};

}  // namespace

FormatFamily jvn_json_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

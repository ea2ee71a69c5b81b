// JVN iPedia in XML (feed "hnd"): JVNRSS 2.0 to 3.2, VULDEF 3.1 and 3.2, the dictionary of
// products; as feeds and as answers of the MyJVN API, which end with status:Status.
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/jvn.h"
#include "scanner/advisories/records.h"

namespace azekura::scanner::advisories {
namespace {

double number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= 10
             ? value
             : 0;
}

bool is_success(XmlNode root, JvnReader& reader) {
  const XmlNode status = child(root, "Status");
  return reader.is_success(attribute(status, "retCd"), attribute(status, "errMsg"));
}

// JVNRSS: <sec:references source= id= title=>URL</sec:references>.
void read_reference(XmlNode node, JvnRecord& record) {
  const std::string_view source = attribute(node, "source");
  const std::string_view id = attribute(node, "id");
  if (source == "CVE" || source == "NVD") record.cve_ids.emplace_back(id);
  // "CWE-noinfo" and "CWE-Other" say nothing.
  if (starts_with_word(id, "CWE-")) {
    const std::string cwe = cwe_id(id);
    if (cwe.empty()) return;
    record.cwes.push_back(
        {.id = cwe, .english = {}, .japanese = weakness_name(attribute(node, "title"), cwe)});
    return;
  }
  add_once(record.references, text_of(node));
}

JvnRecord read_item(XmlNode item) {
  JvnRecord record{.id = child_text(item, "identifier"),
                   .title = child_text(item, "title"),
                   .body = child_text(item, "description"),
                   .link = child_text(item, "link"),
                   .published = parse_time(child_text(item, "issued")),
                   .modified = parse_time(child_text(item, "modified"))};
  for (const XmlNode reference : children(item, "references")) read_reference(reference, record);
  for (const XmlNode cvss : children(item, "cvss")) {
    record.scores.push_back({.source = "jvn",
                             .vector = std::string(attribute(cvss, "vector")),
                             .score = number(attribute(cvss, "score"))});
  }
  for (const XmlNode cpe : children(item, "cpe")) {
    record.products.push_back({.vendor = std::string(attribute(cpe, "vendor")),
                               .product = std::string(attribute(cpe, "product")),
                               .cpe = text_of(cpe)});
  }
  return record;
}

void import_rss(XmlNode root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  if (!is_success(root, reader)) return;
  for (const XmlNode item : children(root, "item")) reader.hand_over(read_item(item));
}

// VULDEF: <RelatedItem type="vendor|advisory|cwe">. The CVE ids are the advisories'.
void read_related(XmlNode item, JvnRecord& record) {
  const std::string_view type = attribute(item, "type");
  const std::string id = child_text(item, "VulinfoID");
  if (type == "cwe") {
    const std::string cwe = cwe_id(id);
    if (cwe.empty()) return;
    record.cwes.push_back(
        {.id = cwe, .english = {}, .japanese = weakness_name(child_text(item, "Title"), cwe)});
    return;
  }
  if (type == "advisory") record.cve_ids.push_back(id);
  add_once(record.references, child_text(item, "URL"));
}

JvnRecord read_vulinfo(XmlNode node) {
  const XmlNode data = child(node, "VulinfoData");
  JvnRecord record{.id = child_text(node, "VulinfoID"),
                   .title = child_text(data, "Title"),
                   .body = text_of(descend(data, "VulinfoDescription/Overview")),
                   .link = {},
                   .published = parse_time(child_text(data, "DateFirstPublished")),
                   .modified = parse_time(child_text(data, "DateLastUpdated"))};
  record.link = page_of_jvndb(record.id);
  for (const XmlNode item : children(child(data, "Related"), "RelatedItem"))
    read_related(item, record);
  for (const XmlNode cvss : children(child(data, "Impact"), "Cvss")) {
    record.scores.push_back({.source = "jvn",
                             .vector = child_text(cvss, "Vector"),
                             .score = number(child_text(cvss, "Base"))});
  }
  for (const XmlNode item : children(child(data, "Affected"), "AffectedItem")) {
    for (const XmlNode cpe : children(item, "Cpe")) {
      record.products.push_back({.vendor = child_text(item, "Name"),
                                 .product = child_text(item, "ProductName"),
                                 .cpe = text_of(cpe)});
    }
  }
  return record;
}

void import_vuldef(XmlNode root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  if (!is_success(root, reader)) return;
  for (const XmlNode vulinfo : children(root, "Vulinfo")) reader.hand_over(read_vulinfo(vulinfo));
}

// <Result>: products with their vendors. Lists of vendors and statistics have the same root and no
// products.
void import_result(XmlNode root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  if (!is_success(root, reader)) return;
  for (const XmlNode vendor : children(child(root, "VendorInfo"), "Vendor")) {
    for (const XmlNode product : children(vendor, "Product")) {
      reader.add_product({.vendor = std::string(attribute(vendor, "vname")),
                          .product = std::string(attribute(product, "pname")),
                          .cpe = std::string(attribute(product, "cpe"))});
    }
  }
}

// Alerts of IPA (getAlertList): news about updates, no vulnerabilities.
void import_alerts(XmlNode root, std::string_view file, AdvisorySink& sink) {
  JvnReader reader(sink, file);
  is_success(root, reader);
}

constexpr std::array kXml{
    XmlFormat{.name = "jvnrss", .root = "RDF", .import = import_rss},
    XmlFormat{.name = "vuldef", .root = "VULDEF-Document", .import = import_vuldef},
    XmlFormat{.name = "myjvn-products", .root = "Result", .import = import_result},
    XmlFormat{.name = "myjvn-alerts", .root = "feed", .import = import_alerts},
};

}  // namespace

FormatFamily jvn_xml_formats() { return {.json = {}, .xml = kXml, .text = {}}; }

}  // namespace azekura::scanner::advisories

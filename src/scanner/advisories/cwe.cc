// CWE: the names of weaknesses, English ones from MITRE's list (XML, and a rendering as JSON),
// Japanese ones from a table
// ("CWE-79<tab>クロスサイトスクリプティング").
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/records.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

void add_english(std::string_view number, std::string_view name, std::string_view record,
                 AdvisorySink& sink) {
  CweName read{.id = cwe_id(number), .english = tidy(name), .japanese = {}};
  if (read.id.empty() || read.english.empty()) {
    sink.bad_record(
        std::string(record),
        {.code = Code::kInvalid, .message = "a weakness without number or name", .hint = {}});
    return;
  }
  sink.add(std::move(read));
}

void import_xml(XmlNode root, std::string_view file, AdvisorySink& sink) {
  for (const auto& [list, item] :
       {std::pair{"Weaknesses", "Weakness"}, std::pair{"Categories", "Category"},
        std::pair{"Views", "View"}}) {
    for (const XmlNode node : children(child(root, list), item)) {
      add_english(attribute(node, "ID"), attribute(node, "Name"), file, sink);
    }
  }
}

bool recognises_json(Json root, std::string_view) {
  const std::string_view id = root["id"].text();
  return !id.empty() && std::all_of(id.begin(), id.end(), is_digit) && root["name"].is_text() &&
         root["content_history"].is_object();
}

void import_json(Json root, std::string_view file, AdvisorySink& sink) {
  add_english(root["id"].text(), root["name"].text(), file, sink);
}

// Comments begin with "#".
std::string_view first_line(std::string_view octets) {
  while (octets.starts_with('#')) {
    const auto end = octets.find('\n');
    if (end == std::string_view::npos) return {};
    octets.remove_prefix(end + 1);
  }
  return octets.substr(0, octets.find('\n'));
}

bool recognises_table(std::string_view octets, std::string_view) {
  const auto [id, name] = split_once(first_line(octets), '\t');
  return starts_with_word(id, "CWE-") && !cwe_id(id).empty() && !name.empty();
}

void import_table(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  while (!octets.empty()) {
    const auto [line, rest] = split_once(octets, '\n');
    octets = rest;
    if (line.empty() || line.front() == '#') continue;
    const auto [id, columns] = split_once(line, '\t');
    CweName name{
        .id = cwe_id(id), .english = {}, .japanese = tidy(split_once(columns, '\t').first)};
    if (name.id.empty() || name.japanese.empty()) {
      sink.bad_record(std::string(file),
                      {.code = Code::kInvalid,
                       .message = "no weakness: " + std::string(line.substr(0, 40)),
                       .hint = {}});
      continue;
    }
    sink.add(std::move(name));
  }
}

constexpr std::array kJson{
    JsonFormat{.name = "cwe-json", .recognises = recognises_json, .import = import_json}};
constexpr std::array kXml{
    XmlFormat{.name = "cwe", .root = "Weakness_Catalog", .import = import_xml}};
constexpr std::array kText{
    TextFormat{.name = "cwe-ja", .recognises = recognises_table, .import = import_table}};

}  // namespace

FormatFamily cwe_formats() { return {.json = kJson, .xml = kXml, .text = kText}; }

}  // namespace azekura::scanner::advisories

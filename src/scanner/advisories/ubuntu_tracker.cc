// The Ubuntu CVE tracker (git.launchpad.net/ubuntu-cve-tracker): its own text form, one CVE a file,
// and a JSON rendering of it.

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/releases.h"
#include "scanner/advisories/ubuntu_status.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// " CVSS:3.1/AV:L/… [5.5 MEDIUM]", whose.
void add_score(std::string_view source, std::string_view value, Advisory& advisory) {
  const std::string_view vector = split_once(trimmed(value), ' ').first;
  if (!vector.starts_with("CVSS:")) return;
  advisory.scores.push_back({to_lower(source), std::string(vector), 0});
}

void add_claim(const UbuntuStatus& status, Advisory& advisory) {
  if (auto claim = ubuntu_claim(status)) advisory.affected.push_back(std::move(*claim));
}

// JSON.

bool recognises_json(Json root, std::string_view) {
  return root["candidate"].is_text() && root["packages"].is_object();
}

void import_json(Json root, std::string_view file, AdvisorySink& sink) {
  Advisory advisory;
  advisory.id = root["candidate"].string();
  if (advisory.id.empty()) return report_bad(sink, file, "a record without a candidate");
  advisory.published = parse_time(root["public_date"].text());
  advisory.severity = parse_severity(root["priority"].text());
  advisory.english.body = root["description"].string();
  note_state_of_text(advisory, advisory.english.body);
  sign_as_ubuntu(advisory);
  for (const auto [source, vector] : root["cvss"].members()) {
    add_score(source, vector.text(), advisory);
  }
  for (const Json url : root["references"].items()) add_reference(advisory, url.text());
  for (const auto [name, packages] : root["packages"].members()) {
    const std::string release = ubuntu_release(name);
    if (release.empty()) continue;
    for (const auto [package, row] : packages.members()) {
      add_claim({.release = release,
                 .package = package,
                 .status = row["status"].text(),
                 .note = row["note"].text()},
                advisory);
    }
  }
  sink.add(std::move(advisory));
}

// Text.

// "jammy_linux: released (5.15.0-50.56)": a release, a package and its status.
struct TextReader {
  Advisory advisory;
  std::unordered_map<std::string_view, Severity> severities;  // by package, where it has its own

  void line(std::string_view key, std::string_view value) {
    if (key == "Candidate") advisory.id = value;
    if (key == "PublicDate") advisory.published = parse_time(value);
    if (key == "Priority") advisory.severity = parse_severity(split_once(value, ' ').first);
    const auto [head, package] = split_once(key, '_');
    if (package.empty() || head == "Patches" || head == "Tags") return;
    if (head == "Priority") {
      severities[split_once(package, '_').first] = parse_severity(split_once(value, ' ').first);
      return;
    }
    auto [status, note] = split_once(value, ' ');
    note = trimmed(note);
    if (note.starts_with('(')) note.remove_prefix(1);
    if (note.ends_with(')')) note.remove_suffix(1);
    add_claim({.release = ubuntu_release(head), .package = package, .status = status, .note = note},
              advisory);
  }

  // A line that goes on with what `key` began.
  void continued(std::string_view key, std::string_view value) {
    if (key == "References") add_reference(advisory, value);
    if (key == "CVSS") {
      const auto [source, vector] = split_once(value, ':');
      add_score(source, vector, advisory);
    }
    if (key == "Description") {
      if (!advisory.english.body.empty()) advisory.english.body += '\n';
      advisory.english.body += value;
    }
  }
};

bool recognises_text(std::string_view octets, std::string_view) {
  octets = octets.substr(0, 1024);
  return octets.find("Candidate:") != std::string_view::npos &&
         octets.find("PublicDate:") != std::string_view::npos;
}

void import_text(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  TextReader reader;
  std::string_view key;
  while (!octets.empty()) {
    const auto [line, rest] = split_once(octets, '\n');
    octets = rest;
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == ' ' || line.front() == '\t') {
      reader.continued(key, trimmed(line));
      continue;
    }
    std::string_view value;
    std::tie(key, value) = split_once(line, ':');
    reader.line(key, trimmed(value));
  }
  Advisory& advisory = reader.advisory;
  if (advisory.id.empty()) return report_bad(sink, file, "an entry without a candidate");
  for (Affected& claim : advisory.affected) {
    const auto own = reader.severities.find(claim.name);
    if (own != reader.severities.end()) claim.severity = own->second;
  }
  note_state_of_text(advisory, advisory.english.body);
  sign_as_ubuntu(advisory);
  sink.add(std::move(advisory));
}

constexpr std::array kJson{JsonFormat{"ubuntu-tracker-json", recognises_json, import_json}};
constexpr std::array kText{TextFormat{"ubuntu-tracker", recognises_text, import_text}};

}  // namespace

FormatFamily ubuntu_tracker_formats() { return {.json = kJson, .xml = {}, .text = kText}; }

}  // namespace azekura::scanner::advisories

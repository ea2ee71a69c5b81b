// osv-scanner.toml, which holds for its own folder.

#include <array>

#include "scanner/rules/dates.h"
#include "scanner/rules/reading.h"

namespace azekura::scanner::rules {
namespace {

class Reader {
 public:
  Reader(std::string_view folder, Reading& reading) : folder_(folder), reading_(reading) {
    while (folder_.ends_with('/')) folder_.remove_suffix(1);
  }

  void read_ignored(Json entry, const std::string& place) {
    Rule rule = started(entry, place);
    if (entry["id"].text().empty()) return reading_.problem(place, "it has no id");
    rule.ids.push_back(entry["id"].string());
    if (!read_expiry(entry["ignoreUntil"], rule, place)) return;
    reading_.add(std::move(rule));
  }

  void read_override(Json entry, const std::string& place) {
    const bool all = entry["ignore"].boolean().value_or(false);
    const bool vulnerabilities = entry["vulnerability"]["ignore"].boolean().value_or(false);
    if (!all && !vulnerabilities) return;  // it is about licenses
    Rule rule = started(entry, place);
    constexpr std::array<std::string_view, 4> kKeys{"name", "version", "ecosystem", "group"};
    if (const std::string why = not_single(entry, kKeys); !why.empty())
      return reading_.problem(place, why);
    const bool is_pattern = entry["nameIsRegex"].boolean().value_or(false);
    (is_pattern ? rule.name_pattern : rule.name) = entry["name"].scalar();
    rule.version = entry["version"].scalar();
    rule.ecosystem = entry["ecosystem"].scalar();
    if (const std::string group = entry["group"].scalar(); !group.empty())
      return reading_.problem(place, "group cannot be taken over: " + group);
    const bool says_nothing = rule.name.empty() && rule.name_pattern.empty() &&
                              rule.version.empty() && rule.ecosystem.empty();
    if (says_nothing) return reading_.problem(place, "it would hold for everything");
    if (!rule.ecosystem.empty() &&
        parse_ecosystem(rule.ecosystem).ecosystem == Ecosystem::kUnknown) {
      return reading_.problem(place, "its ecosystem is not known: " + rule.ecosystem);
    }
    if (!read_expiry(entry["effectiveUntil"], rule, place)) return;
    reading_.add(std::move(rule));
  }

 private:
  Rule started(Json entry, const std::string& place) const {
    Rule rule = reading_.rule(place);
    rule.reason = entry["reason"].string();
    rule.folder = std::string(folder_);
    return rule;
  }

  bool read_expiry(Json date, Rule& rule, const std::string& place) {
    if (date.missing()) return true;
    const auto time = parse_date(date.text());
    if (!time) {
      reading_.problem(place, "its date is none: " + date.scalar());
      return false;
    }
    rule.expires = *time;
    return true;
  }

  std::string_view folder_;
  Reading& reading_;
};

}  // namespace

void read_osv_scanner(Json root, std::string_view folder, Reading& reading) {
  Reader reader(folder, reading);
  int number = 0;
  for (const Json entry : root["IgnoredVulns"].items()) {
    reader.read_ignored(entry, "IgnoredVulns, " + std::to_string(++number));
  }
  number = 0;
  for (const Json entry : root["PackageOverrides"].items()) {
    reader.read_override(entry, "PackageOverrides, " + std::to_string(++number));
  }
}

}  // namespace azekura::scanner::rules

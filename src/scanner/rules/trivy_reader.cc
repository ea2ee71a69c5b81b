// .trivyignore and .trivyignore.yaml.

#include "scanner/rules/dates.h"
#include "scanner/rules/pattern.h"
#include "scanner/rules/reading.h"
#include "scanner/terms/purl.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::rules {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  while (!text.empty() && kBlanks.find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  while (!text.empty() && kBlanks.find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  return text;
}

// "CVE-2019-0005 exp:9999-01-01 key:value": an id, a date, and what is for others.
void read_line(std::string_view line, std::string_view reason, const std::string& place,
               Reading& reading) {
  Rule rule = reading.rule(place);
  rule.reason = reason;
  while (!line.empty()) {
    const auto [word, rest] = split_once(line, ' ');
    line = trimmed(rest);
    if (rule.ids.empty()) {
      rule.ids.emplace_back(trimmed(word));
    } else if (word.starts_with("exp:")) {
      const auto date = parse_date(trimmed(word.substr(4)));
      if (!date) return reading.problem(place, "its date is none: " + std::string(word));
      rule.expires = *date;
    }
  }
  reading.add(std::move(rule));
}

void read_entry(Json entry, const std::string& place, Reading& reading) {
  Rule rule = reading.rule(place);
  rule.reason = entry["statement"].string();
  if (entry["id"].scalar().empty()) return reading.problem(place, "it has no id");
  rule.ids.push_back(entry["id"].scalar());
  if (const Json date = entry["expired_at"]; !date.missing() && !date.is_null()) {
    const auto time = parse_date(date.text());
    if (!time) return reading.problem(place, "expired_at is no date: " + date.scalar());
    rule.expires = *time;
  }
  for (const char* key : {"paths", "purls"}) {
    const Json list = entry[key];
    if (!list.missing() && !list.is_null() && !list.is_array())
      return reading.problem(place, std::string(key) + " is no list");
  }
  // One of the paths and one of the purls.
  std::vector<std::string> paths, purls;
  for (const Json path : entry["paths"].items()) {
    if (std::string pattern = glob_pattern(path.text()); !pattern.empty()) {
      paths.push_back(std::move(pattern));
    } else {
      reading.problem(place, "it has a path that is none: " + path.scalar());
    }
  }
  for (const Json purl : entry["purls"].items()) {
    if (parse_purl(purl.text())) {
      purls.push_back(purl.string());
    } else {
      reading.problem(place, "it has a purl that is none: " + purl.string());
    }
  }
  // An entry of which nothing is left would hold for everything.
  if (paths.empty() && entry["paths"].size() > 0) return;
  if (purls.empty() && entry["purls"].size() > 0) return;
  if (paths.empty()) paths.emplace_back();
  if (purls.empty()) purls.emplace_back();
  for (const std::string& path : paths) {
    for (const std::string& purl : purls) {
      Rule each = rule;
      each.path_pattern = path;
      each.purl = purl;
      reading.add(std::move(each));
    }
  }
}

}  // namespace

void read_trivy_ignore(std::string_view text, Reading& reading) {
  std::string comment;  // of the lines above
  int number = 0;
  while (!text.empty()) {
    const auto [raw, rest] = split_once(text, '\n');
    text = rest;
    ++number;
    const std::string_view line = trimmed(raw);
    const std::size_t hash = line.find('#');
    const std::string_view rule = trimmed(line.substr(0, hash));
    const std::string_view words =
        hash == std::string_view::npos ? std::string_view() : trimmed(line.substr(hash + 1));
    if (!rule.empty()) {
      read_line(rule, words.empty() ? comment : words, "line " + std::to_string(number), reading);
    }
    if (rule.empty()) comment = words;
  }
}

void read_trivy_ignore_yaml(Json root, Reading& reading) {
  int number = 0;
  for (const Json entry : root["vulnerabilities"].items()) {
    read_entry(entry, "vulnerabilities, " + std::to_string(++number), reading);
  }
}

}  // namespace azekura::scanner::rules

#include "scanner/advisories/records.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kIdeographicSpace = "\xE3\x80\x80";

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

std::string_view trimmed(std::string_view text) {
  for (;;) {
    if (!text.empty() && is_space(text.front())) {
      text.remove_prefix(1);
    } else if (text.starts_with(kIdeographicSpace)) {
      text.remove_prefix(kIdeographicSpace.size());
    } else {
      break;
    }
  }
  for (;;) {
    if (!text.empty() && is_space(text.back())) {
      text.remove_suffix(1);
    } else if (text.ends_with(kIdeographicSpace)) {
      text.remove_suffix(kIdeographicSpace.size());
    } else {
      return text;
    }
  }
}

// A cursor over the digits of a time.
struct Digits {
  std::string_view rest;

  std::optional<int> number(std::size_t width) {
    if (rest.size() < width) return std::nullopt;
    int value = 0;
    for (const char c : rest.substr(0, width)) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(width);
    return value;
  }
  bool skip(char c) {
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    return true;
  }
};

std::optional<Time> day(int year, int month, int day_of_month) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day_of_month))};
  if (!date.ok()) return std::nullopt;
  return Time{std::chrono::sys_days(date).time_since_epoch().count()} * 86400;
}

// "+09:00", "+0900", "Z" or nothing: the seconds that local time is ahead. nullopt if it is none.
std::optional<Time> zone(Digits at) {
  at.skip(' ');
  if (at.rest.empty() || at.rest == "Z" || at.rest == "UTC") return 0;
  const bool behind = at.skip('-');
  if (!behind && !at.skip('+')) return std::nullopt;
  const auto hours = at.number(2);
  at.skip(':');
  const auto minutes = at.number(2);
  if (!hours || !minutes || !at.rest.empty()) return std::nullopt;
  const Time ahead = Time{*hours} * 3600 + Time{*minutes} * 60;
  return behind ? -ahead : ahead;
}

// "16:37:27.123+09:00": the seconds since midnight UTC.
std::optional<Time> clock(Digits at) {
  const auto hours = at.number(2);
  if (!hours || !at.skip(':')) return std::nullopt;
  const auto minutes = at.number(2);
  if (!minutes) return std::nullopt;
  int seconds = 0;
  if (at.skip(':')) {
    const auto read = at.number(2);
    if (!read) return std::nullopt;
    seconds = *read;
    if (at.skip('.')) {
      while (!at.rest.empty() && is_digit(at.rest.front())) at.rest.remove_prefix(1);
    }
  }
  const auto ahead = zone(at);
  if (!ahead || *hours > 24 || *minutes > 59 || seconds > 60) return std::nullopt;
  return Time{*hours} * 3600 + Time{*minutes} * 60 + seconds - *ahead;
}

// The length of the CVE id at the beginning, or 0.
std::size_t cve_length(std::string_view text) {
  constexpr std::size_t kYearEnd = 8;
  if (text.size() < kYearEnd + 5 || !starts_with_word(text, "CVE-") || text[kYearEnd] != '-')
    return 0;
  if (!std::all_of(text.begin() + 4, text.begin() + kYearEnd, is_digit)) return 0;
  const auto end = std::find_if_not(text.begin() + kYearEnd + 1, text.end(), is_digit);
  const auto length = static_cast<std::size_t>(end - text.begin());
  return length >= kYearEnd + 5 && length <= kYearEnd + 20 ? length : 0;
}

}  // namespace

std::string tidy(std::string_view text) {
  text = trimmed(text);
  if (text.find('\r') == std::string_view::npos) return std::string(text);
  std::string clean;
  clean.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(clean),
               [](char c) { return c != '\r'; });
  return clean;
}

Time parse_time(std::string_view text) {
  Digits at{trimmed(text)};
  const auto year = at.number(4);
  if (!year || !at.skip('-')) return 0;
  const auto month = at.number(2);
  if (!month || !at.skip('-')) return 0;
  const auto day_of_month = at.number(2);
  if (!day_of_month) return 0;
  const auto midnight = day(*year, *month, *day_of_month);
  if (!midnight) return 0;
  if (at.rest.empty()) return *midnight;
  if (!at.skip('T') && !at.skip(' ')) return 0;
  const auto seconds = clock(at);
  return seconds ? *midnight + *seconds : 0;
}

Time parse_european_date(std::string_view text) {
  Digits at{trimmed(text)};
  const auto day_of_month = at.number(2);
  if (!day_of_month || !at.skip('/')) return 0;
  const auto month = at.number(2);
  if (!month || !at.skip('/')) return 0;
  const auto year = at.rest.size() == 4 ? at.number(4) : at.number(2);
  if (!year || !at.rest.empty()) return 0;
  return day(*year < 100 ? *year + 2000 : *year, *month, *day_of_month).value_or(0);
}

std::string half_width(std::string_view text) {
  std::string half;
  half.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    // U+FF01 to U+FF5E are U+0021 to U+007E, in UTF-8 EF BC 81 to EF BD 9E.
    if (text.size() - at >= 3 && text[at] == '\xEF' &&
        (text[at + 1] == '\xBC' || text[at + 1] == '\xBD')) {
      const int high = static_cast<unsigned char>(text[at + 1]) - 0xBC;
      const int low = static_cast<unsigned char>(text[at + 2]) - 0x80;
      const int offset = high * 64 + low;
      if (low >= 0 && low < 64 && offset >= 1 && offset <= 0x5E) {
        half.push_back(static_cast<char>(0x20 + offset));
        at += 3;
        continue;
      }
    }
    half.push_back(text[at++]);
  }
  return half;
}

bool is_cve(std::string_view text) { return !text.empty() && cve_length(text) == text.size(); }

bool is_ghsa(std::string_view text) {
  constexpr std::size_t kLength = 19;
  if (text.size() != kLength || !starts_with_word(text, "GHSA-")) return false;
  for (std::size_t at = 5; at < kLength; ++at) {
    if (at % 5 == 4 ? text[at] != '-' : !is_alphanumeric(text[at])) return false;
  }
  return true;
}

std::vector<std::string> cves_in(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at + 4 < text.size(); ++at) {
    if (text[at] != 'C' && text[at] != 'c') continue;
    if (at > 0 && is_alphanumeric(text[at - 1])) continue;
    const std::size_t length = cve_length(text.substr(at));
    if (length == 0 || (at + length < text.size() && is_alphanumeric(text[at + length]))) continue;
    std::string id(text.substr(at, length));
    std::transform(id.begin(), id.end(), id.begin(), to_upper);
    add_once(found, std::move(id));
    at += length - 1;
  }
  return found;
}

std::string cwe_id(std::string_view text) {
  text = trimmed(text);
  if (starts_with_word(text, "CWE-")) text.remove_prefix(4);
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length == 0 || length > 6 || (length < text.size() && is_alphanumeric(text[length])))
    return {};
  return "CWE-" + std::string(text.substr(0, length));
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view folder_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : base_name(path.substr(0, slash));
}

bool starts_with_word(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return to_lower(a) == to_lower(b); });
}

void add_once(std::vector<std::string>& list, std::string value) {
  if (value.empty() || std::find(list.begin(), list.end(), value) != list.end()) return;
  list.push_back(std::move(value));
}

void deliver(AdvisorySink& sink, std::string_view name, Result<Advisory> advisory) {
  if (advisory) {
    sink.add(std::move(*advisory));
  } else {
    sink.bad_record(std::string(name), std::move(advisory).error());
  }
}

std::string_view english_value(Json descriptions) {
  for (const Json entry : descriptions.items()) {
    if (starts_with_word(entry["lang"].text(), "en")) return entry["value"].text();
  }
  return descriptions.at(0)["value"].text();
}

}  // namespace azekura::scanner::advisories

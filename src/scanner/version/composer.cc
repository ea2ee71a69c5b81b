// Composer: versions in their normal form, compared as PHP's version_compare() does.

#include "scanner/version/composer.h"

#include <array>
#include <cstdint>

#include "scanner/version/schemes.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

constexpr std::string_view kAnyNumber = "9999999";  // what x stands for in a branch
constexpr std::array<std::string_view, 9> kModifierWords = {"stable", "beta",  "b",  "rc", "alpha",
                                                            "a",      "patch", "pl", "p"};
constexpr std::array<std::string_view, 5> kStabilities = {"stable", "rc", "beta", "alpha", "dev"};

// The octets of a key, as what may come next sorts. A word that PHP does not know is below all.
constexpr int kBranch = 0;
constexpr int kUnknown = 1;
constexpr int kEnd = 6;
constexpr int kNumber = 7;
constexpr int kPatch = kNumber + kNumberLeads;

struct Form {
  std::string_view prefix;
  int octet;
};
constexpr std::array<Form, 9> kForms = {{
    {"dev", 2},
    {"alpha", 3},
    {"a", 3},
    {"beta", 4},
    {"b", 4},
    {"RC", 5},
    {"rc", 5},
    {"pl", kPatch},
    {"p", kPatch},
}};

std::string expanded(std::string_view word) {
  std::string lower;
  for (const char c : word) lower += to_lower(c);
  if (lower == "a") return "alpha";
  if (lower == "b") return "beta";
  if (lower == "p" || lower == "pl") return "patch";
  if (lower == "rc") return "RC";
  return lower;
}

// (?:[.-]?\d+)*
std::string_view take_numbers(Cursor& cursor) {
  const std::string_view from = cursor.rest();
  while (true) {
    Cursor at = cursor;
    at.take_any_of(".-");
    if (at.digits().empty()) break;
    cursor = at;
  }
  return from.substr(0, from.size() - cursor.rest().size());
}

std::optional<std::string> with_modifier(std::string version, std::string_view rest) {
  const auto modifier = parse_composer_modifier(rest);
  if (!modifier) return std::nullopt;
  if (modifier->word == "stable") return version;
  if (!modifier->word.empty()) {
    std::string_view numbers = modifier->numbers;
    while (!numbers.empty() && !is_digit(numbers.front())) numbers.remove_prefix(1);
    version.append("-").append(expanded(modifier->word)).append(numbers);
  }
  if (modifier->is_dev) version += "-dev";
  return version;
}

// v?(\d{1,5})(\.\d+){0,3} and a modifier.
std::optional<std::string> classical(std::string_view text) {
  Cursor cursor(text);
  cursor.take_any_of("vV");
  const std::string_view major = cursor.digits();
  if (major.empty() || major.size() > 5) return std::nullopt;
  std::string version(major);
  for (int i = 0; i < 3; ++i) {
    Cursor at = cursor;
    if (at.take('.') && is_digit(at.peek())) {
      version.append(".").append(at.digits());
      cursor = at;
    } else {
      version += ".0";
    }
  }
  return with_modifier(std::move(version), cursor.rest());
}

// Matches (?:[.:-]?\d{2}){1,6}(?:[.:-]?\d{1,3}){0,2} and a modifier from `at`, the longest first.
std::optional<std::string> date_rest(std::string_view text, std::size_t at, int pairs, int tails) {
  const std::size_t digits_from =
      at < text.size() && std::string_view(".:-").find(text[at]) != std::string_view::npos ? at + 1
                                                                                           : at;
  std::size_t digits = 0;
  while (digits < 3 && digits_from + digits < text.size() && is_digit(text[digits_from + digits])) {
    ++digits;
  }
  if (pairs < 6 && tails == 0 && digits >= 2) {
    if (auto found = date_rest(text, digits_from + 2, pairs + 1, 0)) return found;
  }
  if (pairs == 0) return std::nullopt;
  for (std::size_t size = tails < 2 ? digits : 0; size > 0; --size) {
    if (auto found = date_rest(text, digits_from + size, pairs, tails + 1)) return found;
  }
  std::string version;
  for (const char c : text.substr(0, at)) version += is_digit(c) ? c : '.';
  return with_modifier(std::move(version), text.substr(at));
}

std::optional<std::string> date(std::string_view text) {
  Cursor cursor(text);
  cursor.take_any_of("vV");
  text = cursor.rest();
  for (std::size_t i = 0; i < 4; ++i) {
    if (i >= text.size() || !is_digit(text[i])) return std::nullopt;
  }
  return date_rest(text, 4, 0, 0);
}

// 1.x-dev, 20100102.x-dev
std::optional<std::string> numeric_branch(std::string_view text) {
  if (text.size() < 3 || !equals_ignoring_case(text.substr(text.size() - 3), "dev"))
    return std::nullopt;
  text.remove_suffix(3);
  if (text.ends_with('.') || text.ends_with('-')) text.remove_suffix(1);
  Cursor cursor(trimmed(text));
  cursor.take_any_of("vV");
  std::string version(cursor.digits());
  if (version.empty()) return std::nullopt;
  for (int i = 0; i < 3; ++i) {
    std::string_view part = kAnyNumber;
    if (cursor.take('.') && !cursor.take_any_of("xX*")) {
      part = cursor.digits();
      if (part.empty()) return std::nullopt;
    }
    version.append(".").append(part);
  }
  if (!cursor.done()) return std::nullopt;
  return version + "-dev";
}

bool has_space(std::string_view text) {
  for (const char c : text) {
    if (is_space(c)) return true;
  }
  return false;
}

// "1.0 as 2.0" is 1.0.
std::string_view without_alias(std::string_view text) {
  const std::size_t end = text.find_first_of(" ,\t\n\v\f\r");
  if (end == std::string_view::npos || end == 0 || text[end] != ' ') return text;
  Cursor cursor(text.substr(end));
  cursor.take_while([](char c) { return c == ' '; });
  if (!cursor.take("as ")) return text;
  cursor.take_while([](char c) { return c == ' '; });
  if (cursor.done() || has_space(cursor.rest()) ||
      cursor.rest().find(',') != std::string_view::npos) {
    return text;
  }
  return text.substr(0, end);
}

std::string_view without_stability(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return text;
  for (const std::string_view stability : kStabilities) {
    if (equals_ignoring_case(text.substr(at + 1), stability)) return text.substr(0, at);
  }
  return text;
}

std::string_view without_build(std::string_view text) {
  const std::size_t plus = text.find('+');
  if (plus == std::string_view::npos || plus == 0 || plus + 1 == text.size()) return text;
  if (text.substr(0, plus).find(',') != std::string_view::npos || has_space(text)) return text;
  return text.substr(0, plus);
}

// The parts of PHP's version_compare(), after at least `numbers` numbers.
void write_compared(std::string_view version, int numbers, KeyBuilder& key) {
  Cursor cursor(version);
  const auto fill = [&] {
    for (; numbers > 0; --numbers) key.octet(kNumber);
  };
  while (true) {
    cursor.take_while([](char c) { return !is_alnum(c); });
    if (cursor.done()) break;
    if (is_digit(cursor.peek())) {
      key.number(kNumber, cursor.digits());
      --numbers;
      continue;
    }
    fill();
    const std::string_view word = cursor.take_while(is_letter);
    int octet = kUnknown;
    for (const Form& form : kForms) {
      if (octet == kUnknown && word.starts_with(form.prefix)) octet = form.octet;
    }
    key.octet(octet);
  }
  fill();
  key.octet(kEnd);
}

}  // namespace

std::optional<ComposerModifier> parse_composer_modifier(std::string_view text) {
  ComposerModifier modifier;
  Cursor cursor(text);
  cursor.take_any_of("._-");
  for (const std::string_view word : kModifierWords) {
    if (!modifier.word.empty()) break;
    const std::string_view from = cursor.rest();
    if (cursor.take_ignoring_case(word)) modifier.word = from.substr(0, word.size());
  }
  if (!modifier.word.empty()) modifier.numbers = take_numbers(cursor);
  if (cursor.done()) return modifier;
  cursor.take_any_of(".-");
  modifier.is_dev = cursor.take_ignoring_case("dev");
  if (!modifier.is_dev || !cursor.done()) return std::nullopt;
  return modifier;
}

std::optional<std::string> normalize_composer(std::string_view version) {
  version = without_stability(without_alias(trimmed(version)));
  if (version == "master" || version == "trunk" || version == "default") {
    return "dev-" + std::string(version);
  }
  if (equals_ignoring_case(version.substr(0, 4), "dev-")) {
    return "dev-" + std::string(version.substr(4));
  }
  version = without_build(version);
  if (auto found = classical(version)) return found;
  if (auto found = date(version)) return found;
  return numeric_branch(version);
}

bool is_stable_composer(std::string_view normalized) {
  if (normalized.starts_with("dev-") || normalized.ends_with("-dev")) return false;
  const std::size_t hyphen = normalized.find('-');
  if (hyphen == std::string_view::npos) return true;
  const std::string_view word = normalized.substr(hyphen + 1);
  return !word.starts_with("alpha") && !word.starts_with("beta") && !word.starts_with("RC");
}

Standing write_composer(std::string_view version, KeyBuilder& key) {
  const auto normalized = normalize_composer(version);
  if (!normalized) {
    write_compared(version, 4, key);
    return Standing::kOrdered;
  }
  if (normalized->starts_with("dev-")) {
    key.octet(kBranch).text(*normalized);
  } else {
    write_compared(*normalized, 0, key);
  }
  return Standing::kValid;
}

}  // namespace azekura::scanner::version

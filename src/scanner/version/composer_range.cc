// Composer's constraints: ^, ~, x-ranges, hyphens, comparisons, stability flags, | and ||.

#include <fmt/format.h>

#include "scanner/version/composer.h"
#include "scanner/version/range_set.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

constexpr std::string_view kLeast = "0.0.0.0-dev";

// v?N(.N){0,3} and a modifier or .x-dev, and perhaps build metadata.
struct Operand {
  std::vector<std::string_view> numbers;
  ComposerModifier modifier;
  bool is_any_dev = false;  // .x-dev

  bool has_stability() const { return !modifier.word.empty() || modifier.is_dev || is_any_dev; }
};

std::optional<Operand> parse_operand(std::string_view text) {
  if (const std::size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (plus + 1 == text.size()) return std::nullopt;
    text = text.substr(0, plus);
  }
  for (const char c : text) {
    if (is_space(c)) return std::nullopt;
  }
  Operand operand;
  Cursor cursor(text);
  cursor.take_any_of("vV");
  while (operand.numbers.size() < 4) {
    Cursor at = cursor;
    if (!operand.numbers.empty() && !at.take('.')) break;
    const std::string_view digits = at.digits();
    if (digits.empty()) break;
    if (digits.size() > 18) return std::nullopt;
    operand.numbers.push_back(digits);
    cursor = at;
  }
  if (operand.numbers.empty()) return std::nullopt;
  Cursor at = cursor;
  if (at.take('.') && at.take_any_of("xX*")) {
    at.take_any_of(".-");
    operand.is_any_dev = at.take_ignoring_case("dev") && at.done();
    if (!operand.is_any_dev) return std::nullopt;
    return operand;
  }
  const auto modifier = parse_composer_modifier(cursor.rest());
  if (!modifier) return std::nullopt;
  operand.modifier = *modifier;
  return operand;
}

// The version of the first `position` numbers, the last of them greater by `increment`.
std::string with_numbers(const std::vector<std::string_view>& numbers, std::size_t position,
                         std::uint64_t increment) {
  std::string version;
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t value = 0;
    if (i < position && i < numbers.size()) {
      for (const char c : numbers[i]) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (i + 1 == position) value += increment;
    version += fmt::format("{}{}", i == 0 ? "" : ".", value);
  }
  return version + "-dev";
}

std::optional<AllOf> between(const std::optional<std::string>& low, std::string high) {
  if (!low) return std::nullopt;
  return AllOf{{Operator::kGreaterOrEqual, *low}, {Operator::kLess, std::move(high)}};
}

std::optional<std::string> low_of(std::string_view text, const Operand& operand) {
  return normalize_composer(std::string(text) + (operand.has_stability() ? "" : "-dev"));
}

std::optional<AllOf> tilde(std::string_view text) {
  const auto operand = parse_operand(text);
  if (!operand) return std::nullopt;
  const std::size_t position = operand->numbers.size() + (operand->is_any_dev ? 1 : 0);
  const std::size_t high = position > 1 ? position - 1 : 1;
  return between(low_of(text, *operand), with_numbers(operand->numbers, high, 1));
}

std::optional<AllOf> caret(std::string_view text) {
  const auto operand = parse_operand(text);
  if (!operand) return std::nullopt;
  const auto& numbers = operand->numbers;
  std::size_t position = 1;
  while (position < 3 && position < numbers.size() && numbers[position - 1] == "0") ++position;
  return between(low_of(text, *operand), with_numbers(numbers, position, 1));
}

// 1.2.*
std::optional<AllOf> wildcard(std::string_view text) {
  Cursor cursor(text);
  cursor.take_any_of("vV");
  std::vector<std::string_view> numbers;
  std::size_t wildcards = 0;
  do {
    if (cursor.take_any_of("xX*")) {
      ++wildcards;
      continue;
    }
    const std::string_view digits = cursor.digits();
    if (digits.empty() || digits.size() > 18 || wildcards != 0) return std::nullopt;
    numbers.push_back(digits);
  } while (cursor.take('.'));
  if (!cursor.done() || wildcards == 0 || numbers.empty() || numbers.size() > 3)
    return std::nullopt;
  std::string low = with_numbers(numbers, numbers.size(), 0);
  std::string high = with_numbers(numbers, numbers.size(), 1);
  if (low == kLeast) return AllOf{{Operator::kLess, std::move(high)}};
  return between(std::move(low), std::move(high));
}

std::optional<AllOf> hyphen_range(std::string_view text) {
  const std::size_t hyphen = text.find(" - ");
  if (hyphen == std::string_view::npos) return std::nullopt;
  const std::string_view from = trimmed(text.substr(0, hyphen));
  const std::string_view to = trimmed(text.substr(hyphen + 3));
  const auto low = parse_operand(from);
  const auto high = parse_operand(to);
  if (!low || !high) return std::nullopt;
  auto low_version = normalize_composer(from);
  auto high_version = normalize_composer(to);
  if (!low_version || !high_version) return std::nullopt;
  if (!low->has_stability()) *low_version += "-dev";
  if (high->numbers.size() >= 3 || high->has_stability()) {
    return AllOf{{Operator::kGreaterOrEqual, *low_version},
                 {Operator::kLessOrEqual, *high_version}};
  }
  return between(low_version, with_numbers(high->numbers, high->numbers.size(), 1));
}

bool ends_with_modifier(std::string_view text) {
  for (std::size_t i = text.find('-'); i != std::string_view::npos; i = text.find('-', i + 1)) {
    if (parse_composer_modifier(text.substr(i + 1))) return true;
  }
  return false;
}

// foobar-dev, which should be dev-foobar.
std::optional<std::string> misspelt_branch(std::string_view text) {
  if (!text.ends_with("-dev")) return std::nullopt;
  for (const char c : text) {
    if (!is_alnum(c) && c != '-' && c != '.' && c != '/') return std::nullopt;
  }
  return normalize_composer("dev-" + std::string(text.substr(0, text.size() - 4)));
}

std::optional<AllOf> compared(std::string_view text, std::string_view stability) {
  const auto said = take_operator(text);
  text = trimmed(text);
  auto version = normalize_composer(text);
  if (!version) version = misspelt_branch(text);
  if (!version) return std::nullopt;
  const Operator op = said.value_or(Operator::kEqual);
  if (op != Operator::kEqual && !stability.empty() && is_stable_composer(*version)) {
    version->append("-").append(stability);
  } else if ((op == Operator::kLess || op == Operator::kGreaterOrEqual) &&
             !ends_with_modifier(text) && !text.starts_with("dev-")) {
    *version += "-dev";
  }
  return AllOf{{op, std::move(*version)}};
}

// *, v*, *.*: nothing if the text is something else.
std::optional<AllOf> any_version(std::string_view text) {
  if (text == "*" || text == "x" || text == "X") return AllOf{};
  Cursor cursor(text);
  cursor.take_any_of("vV");
  do {
    if (!cursor.take_any_of("xX*")) return std::nullopt;
  } while (cursor.take('.'));
  if (!cursor.done()) return std::nullopt;
  return AllOf{{Operator::kGreaterOrEqual, std::string(kLeast)}};
}

std::string_view without_alias(std::string_view text) {
  const std::size_t as = text.find(" as ");
  return as == std::string_view::npos ? text : trimmed(text.substr(0, as));
}

std::string_view without_reference(std::string_view text) {
  const std::size_t hash = text.find('#');
  if (hash == std::string_view::npos || hash + 1 == text.size()) return text;
  const std::string_view branch = text.substr(0, hash);
  const bool has_other = branch.find_first_of(", \t@") != std::string_view::npos;
  if (has_other || !(branch.starts_with("dev-") || branch.ends_with(".x-dev"))) return text;
  return branch;
}

// Takes @dev and its like off the end; what it says, unless that is "stable".
std::string_view take_stability(std::string_view& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return {};
  for (const char c : text.substr(0, at)) {
    if (is_space(c) || c == ',') return {};
  }
  const std::string_view flag = text.substr(at + 1);
  for (const std::string_view known : {"stable", "rc", "beta", "alpha", "dev"}) {
    if (!equals_ignoring_case(flag, known)) continue;
    text = at == 0 ? "*" : text.substr(0, at);
    return flag == "stable" ? std::string_view{} : flag;
  }
  return {};
}

std::optional<AllOf> parse_one(std::string_view text) {
  text = without_alias(text);
  const std::string_view stability = take_stability(text);
  text = without_reference(text);
  if (auto all = any_version(text)) return all;
  if (text.starts_with('~')) return tilde(text.substr(1));
  if (text.starts_with('^')) return caret(text.substr(1));
  if (auto all = wildcard(text)) return all;
  if (auto all = hyphen_range(text)) return all;
  return compared(text, stability);
}

// Where the text is cut between constraints that must all hold: at spaces and one comma, but not
// behind an operator, nor around a hyphen or "as".
std::optional<std::vector<std::string_view>> split_all(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] != ' ' && text[i] != ',') {
      ++i;
      continue;
    }
    const std::size_t run = i;
    std::size_t commas = 0;
    for (; i < text.size() && (text[i] == ' ' || text[i] == ','); ++i) commas += text[i] == ',';
    const std::string_view before = text.substr(from, run - from);
    const std::string_view after = text.substr(i);
    if (commas > 1 || (commas == 1 && (before.empty() || after.empty()))) return std::nullopt;
    const bool joins = before.empty() || before.ends_with("as") || before.ends_with('=') ||
                       before.ends_with('<') || before.ends_with('>') || before.ends_with('-') ||
                       after.empty() || after.starts_with("as") || after.starts_with('-');
    if (joins) continue;
    parts.push_back(before);
    from = i;
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::optional<AllOf> parse_all(std::string_view text) {
  const auto parts = split_all(text);
  if (!parts) return std::nullopt;
  AllOf all;
  for (const std::string_view part : *parts) {
    auto one = parse_one(part);
    if (!one) return std::nullopt;
    for (Comparator& comparator : *one) all.push_back(std::move(comparator));
  }
  return all;
}

}  // namespace

Result<AnyOf> parse_composer(std::string_view range) {
  AnyOf alternatives;
  std::string_view rest = trimmed(range);
  while (true) {
    const std::size_t bar = rest.find('|');
    auto all = parse_all(trimmed(rest.substr(0, bar)));
    if (!all) return no_range(range);
    alternatives.push_back(std::move(*all));
    if (bar == std::string_view::npos) return alternatives;
    rest.remove_prefix(bar + 1);
    if (rest.starts_with('|')) rest.remove_prefix(1);
  }
}

// Branches have no order: they only are, or are not, what a constraint names.
Result<bool> satisfies_composer(const AnyOf& range, std::string_view version) {
  const auto normalized = normalize_composer(version);
  if (!normalized) return no_range(version);
  const bool is_branch = normalized->starts_with("dev-");
  for (const AllOf& all : range) {
    bool every = true;
    for (const Comparator& comparator : all) {
      if (is_branch || comparator.version.starts_with("dev-")) {
        const bool same = comparator.version == *normalized;
        every = every && (comparator.op == Operator::kEqual      ? same
                          : comparator.op == Operator::kNotEqual ? !same
                                                                 : false);
        continue;
      }
      ASSIGN_OR_RETURN(const auto order,
                       compare(Scheme::kComposer, *normalized, comparator.version));
      every = every && agrees(comparator.op, order);
    }
    if (every) return true;
  }
  return false;
}

}  // namespace azekura::scanner::version

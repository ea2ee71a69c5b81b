// Lists of operators and versions: RubyGems' requirements, and what advisories write.

#include <fmt/format.h>

#include "scanner/version/range_set.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

bool is_number(std::string_view part) {
  return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
}

// Gem::Version#bump, below all its pre-releases: 1.2.3 gives 1.3.A, 1.2.pre 2.A. Capitals are the
// least words of RubyGems.
std::optional<std::string> bumped_gem(std::string_view version) {
  std::vector<std::uint64_t> numbers;
  Cursor cursor(version);
  while (true) {
    const std::string_view part = cursor.take_while([](char c) { return c != '.' && c != '-'; });
    if (!is_number(part) || part.size() > 18) break;
    std::uint64_t value = 0;
    for (const char c : part) value = value * 10 + static_cast<std::uint64_t>(c - '0');
    numbers.push_back(value);
    if (!cursor.take('.')) break;
  }
  if (numbers.empty()) return std::nullopt;
  if (numbers.size() > 1) numbers.pop_back();
  ++numbers.back();
  return fmt::format("{}.A", fmt::join(numbers, "."));
}

std::optional<AllOf> gem_requirement(std::string_view part) {
  const bool is_pessimistic = part.starts_with("~>");
  if (is_pessimistic) part.remove_prefix(2);
  if (part.starts_with("==") || part.starts_with("<>")) return std::nullopt;
  const auto op = is_pessimistic ? std::nullopt : take_operator(part);
  const std::string version(trimmed(part));
  if (version.empty() || !check(Scheme::kGem, version)) return std::nullopt;
  if (!is_pessimistic) return AllOf{{op.value_or(Operator::kEqual), version}};
  auto end = bumped_gem(version);
  if (!end) return std::nullopt;
  return AllOf{{Operator::kGreaterOrEqual, version}, {Operator::kLess, std::move(*end)}};
}

std::string_view take_until(std::string_view& text, std::string_view separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = trimmed(text.substr(0, end));
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + separator.size());
  return part;
}

// >= 1.0, < 2.0; the commas may be missing.
std::optional<AllOf> comma_list(std::string_view text) {
  AllOf all;
  text = trimmed(text);
  if (text == "*") return all;
  while (!text.empty()) {
    const auto op = take_operator(text);
    text = trimmed(text);
    const std::size_t end = text.find_first_of(", \t<>=!");
    const std::string_view version = text.substr(0, end);
    if (version.empty()) return std::nullopt;
    all.push_back({op.value_or(Operator::kEqual), std::string(version)});
    text = end == std::string_view::npos ? std::string_view{} : trimmed(text.substr(end));
    if (text.starts_with(',')) {
      text = trimmed(text.substr(1));
      if (text.empty()) return std::nullopt;
    }
  }
  if (all.empty()) return std::nullopt;
  return all;
}

}  // namespace

Result<AnyOf> parse_gem(std::string_view range) {
  AllOf all;
  std::string_view rest = range;
  do {
    auto requirement = gem_requirement(take_until(rest, ","));
    if (!requirement) return no_range(range);
    for (Comparator& comparator : *requirement) all.push_back(std::move(comparator));
  } while (!rest.empty());
  return AnyOf{std::move(all)};
}

Result<AnyOf> parse_comma(std::string_view range) {
  AnyOf alternatives;
  std::string_view rest = range;
  do {
    auto all = comma_list(take_until(rest, "||"));
    if (!all) return no_range(range);
    alternatives.push_back(std::move(*all));
  } while (!rest.empty());
  return alternatives;
}

}  // namespace azekura::scanner::version

#include "scanner/version/range.h"

#include <fmt/format.h>

#include <array>

#include "scanner/version/range_set.h"

namespace azekura::scanner::version {
namespace {

using Parse = Result<AnyOf> (*)(std::string_view range);

struct Language {
  RangeLanguage language;
  Scheme scheme;
  Parse parse;
};

constexpr std::array<Language, 10> kLanguages = {{
    {RangeLanguage::kNpm, Scheme::kSemver, parse_npm},
    {RangeLanguage::kCargo, Scheme::kSemver, parse_cargo},
    {RangeLanguage::kPep440, Scheme::kPep440, parse_pep440_specifiers},
    {RangeLanguage::kMaven, Scheme::kMaven, parse_maven},
    {RangeLanguage::kNuget, Scheme::kNuget, parse_nuget},
    {RangeLanguage::kGem, Scheme::kGem, parse_gem},
    {RangeLanguage::kComposer, Scheme::kComposer, parse_composer},
    {RangeLanguage::kPub, Scheme::kPub, parse_pub},
    {RangeLanguage::kHex, Scheme::kSemver, parse_hex},
    {RangeLanguage::kComma, Scheme::kGeneric, parse_comma},
}};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kLanguages.size(); ++i) {
    if (kLanguages[i].language != static_cast<RangeLanguage>(i)) return false;
  }
  return true;
}
static_assert(is_in_order());

const Language& entry_of(RangeLanguage language) {
  return kLanguages.at(static_cast<std::size_t>(language));
}

Result<AnyOf> parse(const Language& language, Scheme scheme, std::string_view range) {
  if (range.size() > kRangeSizeMax) return no_range(range);
  ASSIGN_OR_RETURN(AnyOf alternatives, language.parse(range));
  for (const AllOf& all : alternatives) {
    for (const Comparator& comparator : all) {
      RETURN_IF_ERROR(compare(scheme, comparator.version, comparator.version));
    }
  }
  return alternatives;
}

}  // namespace

bool agrees(Operator op, std::strong_ordering order) {
  switch (op) {
    case Operator::kLess:
      return order < 0;
    case Operator::kLessOrEqual:
      return order <= 0;
    case Operator::kEqual:
      return order == 0;
    case Operator::kNotEqual:
      return order != 0;
    case Operator::kGreaterOrEqual:
      return order >= 0;
    case Operator::kGreater:
      return order > 0;
  }
  return false;
}

namespace {

std::vector<Interval> intervals_of(const Comparator& comparator) {
  const std::string& version = comparator.version;
  switch (comparator.op) {
    case Operator::kLess:
      return {{"", true, version, false}};
    case Operator::kLessOrEqual:
      return {{"", true, version, true}};
    case Operator::kEqual:
      return {{version, true, version, true}};
    case Operator::kNotEqual:
      return {{"", true, version, false}, {version, false, "", false}};
    case Operator::kGreaterOrEqual:
      return {{version, true, "", false}};
    case Operator::kGreater:
      return {{version, false, "", false}};
  }
  return {};
}

}  // namespace

tl::unexpected<Error> no_range(std::string_view range) {
  return fail(Code::kInvalid, fmt::format("\"{}\" is no range of versions", range.substr(0, 100)));
}

std::optional<Operator> take_operator(std::string_view& text) {
  struct Spelling {
    std::string_view text;
    Operator op;
  };
  constexpr std::array<Spelling, 8> kSpellings = {{
      {">=", Operator::kGreaterOrEqual},
      {"<=", Operator::kLessOrEqual},
      {"==", Operator::kEqual},
      {"!=", Operator::kNotEqual},
      {"<>", Operator::kNotEqual},
      {">", Operator::kGreater},
      {"<", Operator::kLess},
      {"=", Operator::kEqual},
  }};
  for (const Spelling& spelling : kSpellings) {
    if (!text.starts_with(spelling.text)) continue;
    text.remove_prefix(spelling.text.size());
    return spelling.op;
  }
  return std::nullopt;
}

Scheme scheme_of(RangeLanguage language) { return entry_of(language).scheme; }

Result<bool> satisfies(RangeLanguage language, std::string_view range, std::string_view version) {
  const Language& entry = entry_of(language);
  ASSIGN_OR_RETURN(const AnyOf alternatives, parse(entry, entry.scheme, range));
  if (language == RangeLanguage::kPep440) return satisfies_pep440(range, version);
  RETURN_IF_ERROR(check(entry.scheme, version));
  if (language == RangeLanguage::kNpm || language == RangeLanguage::kCargo) {
    return satisfies_npm(alternatives, version);
  }
  if (language == RangeLanguage::kComposer) return satisfies_composer(alternatives, version);
  for (const AllOf& all : alternatives) {
    bool every = true;
    for (const Comparator& comparator : all) {
      ASSIGN_OR_RETURN(const auto order, compare(entry.scheme, version, comparator.version));
      every = every && agrees(comparator.op, order);
    }
    if (every) return true;
  }
  return false;
}

Result<std::vector<Interval>> intervals(RangeLanguage language, std::string_view range) {
  return intervals(language, scheme_of(language), range);
}

Result<std::vector<Interval>> intervals(RangeLanguage language, Scheme scheme,
                                        std::string_view range) {
  ASSIGN_OR_RETURN(const AnyOf alternatives, parse(entry_of(language), scheme, range));
  std::vector<Interval> result;
  for (const AllOf& all : alternatives) {
    std::vector<Interval> inside = {Interval{}};
    for (const Comparator& comparator : all) {
      ASSIGN_OR_RETURN(inside, intersection(scheme, inside, intervals_of(comparator)));
    }
    result.insert(result.end(), inside.begin(), inside.end());
  }
  return merged(scheme, std::move(result));
}

}  // namespace azekura::scanner::version

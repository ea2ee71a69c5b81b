// What every range language is read into: alternatives of comparators; inside the room only.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/version/range.h"

namespace azekura::scanner::version {

enum class Operator : std::uint8_t {
  kLess,
  kLessOrEqual,
  kEqual,
  kNotEqual,
  kGreaterOrEqual,
  kGreater
};

struct Comparator {
  Operator op = Operator::kEqual;
  std::string version;
};

using AllOf = std::vector<Comparator>;  // none: every version
using AnyOf = std::vector<AllOf>;       // none: no version

// A range longer than this is refused, and one whose exclusions make more alternatives.
inline constexpr std::size_t kRangeSizeMax = 8192;
inline constexpr std::size_t kAlternativesMax = 256;

tl::unexpected<Error> no_range(std::string_view range);

// Whether a version that compares as `order` to the comparator's own is in it.
bool agrees(Operator op, std::strong_ordering order);

// Takes an operator as most languages spell it (<, <=, =, ==, !=, >=, >) off the front of `text`.
std::optional<Operator> take_operator(std::string_view& text);

// Each reads a range of one language.
Result<AnyOf> parse_npm(std::string_view range);
Result<AnyOf> parse_cargo(std::string_view range);
Result<AnyOf> parse_hex(std::string_view range);
Result<AnyOf> parse_pub(std::string_view range);
Result<AnyOf> parse_pep440_specifiers(std::string_view range);
Result<AnyOf> parse_maven(std::string_view range);
Result<AnyOf> parse_nuget(std::string_view range);
Result<AnyOf> parse_gem(std::string_view range);
Result<AnyOf> parse_composer(std::string_view range);
Result<AnyOf> parse_comma(std::string_view range);

// Rules of their own, where comparators cannot say what the original does.
Result<bool> satisfies_npm(const AnyOf& range, std::string_view version);
Result<bool> satisfies_pep440(std::string_view range, std::string_view version);
Result<bool> satisfies_composer(const AnyOf& range, std::string_view version);

// The intervals, sorted and merged, empty ones dropped. kInvalid if a bound is no version.
Result<std::vector<Interval>> merged(Scheme scheme, std::vector<Interval> intervals);
Result<std::vector<Interval>> intersection(Scheme scheme, const std::vector<Interval>& a,
                                           const std::vector<Interval>& b);

// A partial version of npm and its relatives: 1, 1.2, 1.x, 1.2.3-rc.1.
struct PartialVersion {
  std::array<std::uint64_t, 3> numbers{};
  std::size_t count = 0;  // of numbers that are said
  std::string pre_release;

  std::string text() const;  // missing numbers as zeros
  // The version that has the number at `index` greater by one and zeros after it: its lowest
  // pre-release, below which all of this number's versions are.
  std::string bumped(std::size_t index) const;
};

// Nothing if the text is something else, or a number is beyond what npm can count.
std::optional<PartialVersion> parse_partial(std::string_view text);

}  // namespace azekura::scanner::version

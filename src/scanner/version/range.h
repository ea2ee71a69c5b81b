// Ranges: the languages in which ecosystems write sets of versions, as intervals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::version {

// The versions between two ends. An empty end is unbounded.
struct Interval {
  std::string low;
  bool low_inclusive = true;
  std::string high;
  bool high_inclusive = false;

  bool operator==(const Interval&) const = default;
};

enum class RangeLanguage : std::uint8_t {
  kNpm,       // ^1.2 || >=2 <3, x-ranges, hyphens; pre-releases by npm's rule
  kCargo,     // ^ by default, commas
  kPep440,    // ~=1.2, !=, ==1.*, commas
  kMaven,     // [1,2),(3,]
  kNuget,     // [1,2), 1.0 is "at least", floating 1.*
  kGem,       // ~> 1.2.3, >= 1, != 2 (comma separated)
  kComposer,  // ^, ~, -, ||, stability flags
  kPub,       // ^1.2.3, >=1 <2
  kHex,       // ~> 1.2 or >= 1.0.0 and < 2.0.0
  kComma,     // what advisories write: ">= 1.0, < 2.0", "<= 1.2.3", "= 1.0"
};

Scheme scheme_of(RangeLanguage language);

// Whether the ecosystem's tool would say that `version` satisfies `range`. kInvalid for a range or
// a version that the tool would refuse.
Result<bool> satisfies(RangeLanguage language, std::string_view range, std::string_view version);

// The same set as intervals in the order of the scheme, sorted and disjoint. (A pre-release rule
// that intervals can't say, as npm's, is left out: the interval holds the pre-releases inside it.)
Result<std::vector<Interval>> intervals(RangeLanguage language, std::string_view range);

// The same for a language that serves several schemes, as advisories use kComma.
Result<std::vector<Interval>> intervals(RangeLanguage language, Scheme scheme,
                                        std::string_view range);

// What is in none of the intervals.
Result<std::vector<Interval>> complement(Scheme scheme, std::vector<Interval> intervals);

Result<bool> contains(Scheme scheme, const Interval& interval, std::string_view version);

}  // namespace azekura::scanner::version

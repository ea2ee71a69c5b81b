// Ranges of versions in their ecosystems' languages, as the ranges of a claim.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"
#include "scanner/version/range.h"

namespace azekura::scanner::advisories {

// What is affected where the source names what is not: the complement of all `safe` ranges. Without
// any it is every version: one range without ends. kInvalid for a range that the language does not
// have.
Result<std::vector<AffectedRange>> ranges_outside(version::RangeLanguage language,
                                                  const std::vector<std::string>& safe);

// The ranges of what is affected. kInvalid.
Result<std::vector<AffectedRange>> ranges_of(version::RangeLanguage language,
                                             std::string_view affected);

std::vector<AffectedRange> from_intervals(std::vector<version::Interval> intervals);

// kFixed if every range ends at a fixed version.
State state_of(const std::vector<AffectedRange>& ranges);
// Of ranges_outside(): kFixed if every range ends, for what comes after an end is known to be safe.
State state_outside(const std::vector<AffectedRange>& ranges);

}  // namespace azekura::scanner::advisories

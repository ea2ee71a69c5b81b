#include "scanner/advisories/version_ranges.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace azekura::scanner::advisories {
namespace {

AffectedRange from_interval(version::Interval interval) {
  AffectedRange range;
  range.introduced = std::move(interval.low);
  range.introduced_exclusive = !range.introduced.empty() && !interval.low_inclusive;
  range.end = std::move(interval.high);
  if (!range.end.empty()) {
    range.end_kind =
        interval.high_inclusive ? AffectedRange::End::kLastAffected : AffectedRange::End::kFixed;
  }
  return range;
}

}  // namespace

std::vector<AffectedRange> from_intervals(std::vector<version::Interval> intervals) {
  std::vector<AffectedRange> ranges;
  ranges.reserve(intervals.size());
  for (version::Interval& interval : intervals)
    ranges.push_back(from_interval(std::move(interval)));
  return ranges;
}

Result<std::vector<AffectedRange>> ranges_outside(version::RangeLanguage language,
                                                  const std::vector<std::string>& safe) {
  std::vector<version::Interval> known_safe;
  for (const std::string& range : safe) {
    ASSIGN_OR_RETURN(auto intervals, version::intervals(language, range));
    std::move(intervals.begin(), intervals.end(), std::back_inserter(known_safe));
  }
  ASSIGN_OR_RETURN(auto affected,
                   version::complement(version::scheme_of(language), std::move(known_safe)));
  return from_intervals(std::move(affected));
}

Result<std::vector<AffectedRange>> ranges_of(version::RangeLanguage language,
                                             std::string_view affected) {
  ASSIGN_OR_RETURN(auto intervals, version::intervals(language, affected));
  return from_intervals(std::move(intervals));
}

State state_of(const std::vector<AffectedRange>& ranges) {
  const bool fixed = std::all_of(ranges.begin(), ranges.end(), [](const AffectedRange& range) {
    return range.end_kind == AffectedRange::End::kFixed;
  });
  return fixed && !ranges.empty() ? State::kFixed : State::kAffected;
}

State state_outside(const std::vector<AffectedRange>& ranges) {
  const bool ended = std::none_of(ranges.begin(), ranges.end(), [](const AffectedRange& range) {
    return range.end_kind == AffectedRange::End::kNone;
  });
  return ended && !ranges.empty() ? State::kFixed : State::kAffected;
}

}  // namespace azekura::scanner::advisories

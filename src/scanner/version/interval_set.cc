#include <algorithm>
#include <compare>

#include "scanner/version/range_set.h"

namespace azekura::scanner::version {
namespace {

Status check_bounds(Scheme scheme, const std::vector<Interval>& intervals) {
  for (const Interval& interval : intervals) {
    if (!interval.low.empty()) RETURN_IF_ERROR(compare(scheme, interval.low, interval.low));
    if (!interval.high.empty()) RETURN_IF_ERROR(compare(scheme, interval.high, interval.high));
    if (scheme == Scheme::kExact && interval.low != interval.high) {
      return fail(Code::kUnsupported, "exact versions have no ranges");
    }
  }
  return {};
}

// Orders bounds that check_bounds() has seen, so each comparison has an answer.
class Bounds {
 public:
  explicit Bounds(Scheme scheme) : scheme_(scheme) {}

  std::strong_ordering lows(const Interval& a, const Interval& b) const {
    if (a.low.empty() || b.low.empty()) return b.low.empty() <=> a.low.empty();
    const auto order = versions(a.low, b.low);
    return order != 0 ? order : b.low_inclusive <=> a.low_inclusive;
  }

  std::strong_ordering highs(const Interval& a, const Interval& b) const {
    if (a.high.empty() || b.high.empty()) return a.high.empty() <=> b.high.empty();
    const auto order = versions(a.high, b.high);
    return order != 0 ? order : a.high_inclusive <=> b.high_inclusive;
  }

  bool is_empty(const Interval& interval) const {
    if (interval.low.empty() || interval.high.empty()) return false;
    const auto order = versions(interval.low, interval.high);
    return order > 0 || (order == 0 && !(interval.low_inclusive && interval.high_inclusive));
  }

  // Whether nothing is between a's end and b's beginning.
  bool touch(const Interval& a, const Interval& b) const {
    if (a.high.empty() || b.low.empty()) return true;
    const auto order = versions(b.low, a.high);
    return order < 0 || (order == 0 && (a.high_inclusive || b.low_inclusive));
  }

 private:
  std::strong_ordering versions(std::string_view a, std::string_view b) const {
    const auto order = compare(scheme_, a, b);
    return order ? *order : a.compare(b) <=> 0;
  }

  Scheme scheme_;
};

Interval canonical(Interval interval) {
  if (interval.low.empty()) interval.low_inclusive = true;
  if (interval.high.empty()) interval.high_inclusive = false;
  return interval;
}

}  // namespace

Result<std::vector<Interval>> merged(Scheme scheme, std::vector<Interval> intervals) {
  RETURN_IF_ERROR(check_bounds(scheme, intervals));
  const Bounds bounds(scheme);
  std::vector<Interval> sorted;
  // By insertion: Maven's order has cycles, which std::sort must not meet.
  for (Interval& interval : intervals) {
    if (bounds.is_empty(interval)) continue;
    auto place = sorted.end();
    while (place != sorted.begin() && bounds.lows(interval, *std::prev(place)) < 0) --place;
    sorted.insert(place, canonical(std::move(interval)));
  }
  std::vector<Interval> result;
  for (Interval& interval : sorted) {
    if (result.empty() || !bounds.touch(result.back(), interval)) {
      result.push_back(std::move(interval));
    } else if (bounds.highs(result.back(), interval) < 0) {
      result.back().high = std::move(interval.high);
      result.back().high_inclusive = interval.high_inclusive;
    }
  }
  return result;
}

Result<std::vector<Interval>> intersection(Scheme scheme, const std::vector<Interval>& a,
                                           const std::vector<Interval>& b) {
  RETURN_IF_ERROR(check_bounds(scheme, a));
  RETURN_IF_ERROR(check_bounds(scheme, b));
  const Bounds bounds(scheme);
  std::vector<Interval> result;
  for (const Interval& one : a) {
    for (const Interval& other : b) {
      const Interval& low = bounds.lows(one, other) < 0 ? other : one;
      const Interval& high = bounds.highs(one, other) < 0 ? one : other;
      result.push_back({low.low, low.low_inclusive, high.high, high.high_inclusive});
    }
  }
  return merged(scheme, std::move(result));
}

Result<std::vector<Interval>> complement(Scheme scheme, std::vector<Interval> intervals) {
  if (scheme == Scheme::kExact) return fail(Code::kUnsupported, "exact versions have no ranges");
  ASSIGN_OR_RETURN(intervals, merged(scheme, std::move(intervals)));
  std::vector<Interval> result;
  Interval gap;
  for (Interval& interval : intervals) {
    if (!interval.low.empty()) {
      gap.high = std::move(interval.low);
      gap.high_inclusive = !interval.low_inclusive;
      result.push_back(std::move(gap));
    }
    if (interval.high.empty()) return result;
    gap = {std::move(interval.high), !interval.high_inclusive, {}, false};
  }
  result.push_back(std::move(gap));
  return result;
}

Result<bool> contains(Scheme scheme, const Interval& interval, std::string_view version) {
  if (scheme == Scheme::kExact) {
    RETURN_IF_ERROR(check_bounds(scheme, {interval}));
    return interval.low.empty() || interval.low == version;
  }
  RETURN_IF_ERROR(compare(scheme, version, version));
  if (!interval.low.empty()) {
    ASSIGN_OR_RETURN(const auto order, compare(scheme, version, interval.low));
    if (order < 0 || (order == 0 && !interval.low_inclusive)) return false;
  }
  if (!interval.high.empty()) {
    ASSIGN_OR_RETURN(const auto order, compare(scheme, version, interval.high));
    if (order > 0 || (order == 0 && !interval.high_inclusive)) return false;
  }
  return true;
}

}  // namespace azekura::scanner::version

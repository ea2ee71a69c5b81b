// Reads orders and ranges out of arbitrary octets. Whatever a version is, its order must be one:
// antisymmetric, the order of the keys, and that of the intervals.
//
// The input: an octet that chooses the scheme, one that chooses the language, and texts between
// line ends: a, b, a range, then low and high ends of intervals.

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "scanner/version/range.h"
#include "scanner/version/scheme.h"

namespace {

using namespace azekura;
using namespace azekura::scanner::version;

constexpr std::size_t kIntervalsMax = 16;
constexpr std::size_t kLanguageCount = 10;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

void check_order(Scheme scheme, std::string_view a, std::string_view b) {
  const auto order = compare(scheme, a, b);
  const auto reverse = compare(scheme, b, a);
  require(order.has_value() == reverse.has_value());
  if (check(scheme, a) && scheme != Scheme::kExact) require(compare(scheme, a, a).has_value());
  if (!order) return;
  require(*reverse == (0 <=> *order));
  require(*compare(scheme, a, a) == 0);
  const auto key_a = key(scheme, a);
  const auto key_b = key(scheme, b);
  require(key_a && key_b);
  if (has_keys(scheme)) require((key_a->compare(*key_b) <=> 0) == *order);
}

void check_complement(Scheme scheme, const std::vector<Interval>& inside,
                      std::string_view version) {
  const auto outside = complement(scheme, inside);
  if (!outside) return;
  const auto again = complement(scheme, *outside);
  require(again.has_value());
  if (!has_keys(scheme)) return;  // an order with cycles promises no more
  require(*complement(scheme, *again) == *outside);
  require(*complement(scheme, *complement(scheme, *again)) == *again);
  if (!compare(scheme, version, version)) return;
  bool is_inside = false;
  bool is_inside_again = false;
  bool is_outside = false;
  for (const Interval& one : inside) is_inside = is_inside || *contains(scheme, one, version);
  for (const Interval& one : *again)
    is_inside_again = is_inside_again || *contains(scheme, one, version);
  for (const Interval& one : *outside) is_outside = is_outside || *contains(scheme, one, version);
  require(is_inside == is_inside_again && is_inside != is_outside);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto scheme = static_cast<Scheme>(data[0] % kSchemeCount);
  const auto language = static_cast<RangeLanguage>(data[1] % kLanguageCount);
  std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string_view a = take_line(text);
  const std::string_view b = take_line(text);
  const std::string_view range = take_line(text);
  check_order(scheme, a, b);

  const auto found = intervals(language, range);
  const auto satisfied = satisfies(language, range, a);
  if (!found) require(!satisfied);
  if (found) check_complement(scheme_of(language), *found, a);

  std::vector<Interval> given;
  while (!text.empty() && given.size() < kIntervalsMax) {
    std::string_view low = take_line(text);
    std::string_view high = take_line(text);
    Interval interval;
    interval.low_inclusive = !low.starts_with('(');
    interval.high_inclusive = high.starts_with(']');
    if (!low.empty()) low.remove_prefix(1);
    if (!high.empty()) high.remove_prefix(1);
    interval.low = low;
    interval.high = high;
    given.push_back(std::move(interval));
  }
  check_complement(scheme, given, a);
  return 0;
}

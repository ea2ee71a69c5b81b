#include "scanner/rules/dates.h"

#include <fmt/format.h>

#include <chrono>

#include "scanner/terms/text.h"

namespace azekura::scanner::rules {
namespace {

// Reads forward; after the first failure nothing more is read.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) failed_ = true;
    int value = 0;
    for (std::size_t i = 0; i < digits && !failed_; ++i) {
      if (!is_digit(rest_[i])) failed_ = true;
      value = value * 10 + (rest_[i] - '0');
    }
    if (!failed_) rest_.remove_prefix(digits);
    return failed_ ? 0 : value;
  }
  void expect(char c) {
    if (!accept(c)) failed_ = true;
  }
  bool accept(char c) {
    if (failed_ || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_digits() {
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
  }
  bool whole() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

// "Z", "+09:00", "-0600" or nothing.
Time zone_of(Cursor& cursor) {
  if (cursor.accept('Z') || cursor.accept('z')) return 0;
  const bool east = cursor.accept('+');
  if (!east && !cursor.accept('-')) return 0;
  const int hours = cursor.number(2);
  cursor.accept(':');
  const int minutes = cursor.number(2);
  const Time seconds = hours * 3600 + minutes * 60;
  return east ? seconds : -seconds;
}

}  // namespace

std::optional<Time> parse_date(std::string_view text) {
  Cursor cursor(text);
  const int year = cursor.number(4);
  cursor.expect('-');
  const int month = cursor.number(2);
  cursor.expect('-');
  const int day = cursor.number(2);
  int hour = 0, minute = 0, second = 0;
  if (cursor.accept('T') || cursor.accept('t') || cursor.accept(' ')) {
    hour = cursor.number(2);
    cursor.expect(':');
    minute = cursor.number(2);
    if (cursor.accept(':')) second = cursor.number(2);
    if (cursor.accept('.')) cursor.skip_digits();
  }
  const Time zone = zone_of(cursor);
  const auto date = std::chrono::year(year) / month / day;
  if (!cursor.whole() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return Time{days.count()} * 86'400 + hour * 3600 + minute * 60 + second - zone;
}

std::string to_date_time(Time time) {
  const auto moment = std::chrono::sys_seconds(std::chrono::seconds(time));
  const auto days = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(moment - days);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace azekura::scanner::rules

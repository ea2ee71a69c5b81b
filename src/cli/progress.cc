#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace azekura::cli {

namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::milliseconds kBetween{200};
constexpr int kBarWidth = 24;

std::string time_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(0.0, std::ceil(seconds)));
  if (whole >= 3600) return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  if (whole >= 60) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} s", whole);
}

std::string amount_text(double amount, Unit unit) {
  return unit == Unit::kOctets ? size_text(amount) : fmt::format("{:.0f} files", amount);
}

}  // namespace

std::string size_text(double octets) {
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (octets >= 1024 && unit + 1 < kUnits.size()) {
    octets /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", octets)
                   : fmt::format("{:.1f} {}", octets, kUnits[unit]);
}

std::string progress_line(const std::string& what, std::uint64_t done,
                          std::optional<std::uint64_t> total, double elapsed_s, Unit unit) {
  const double rate = elapsed_s > 0 ? static_cast<double>(done) / elapsed_s : 0;
  const std::string speed = fmt::format("{}  {}/s", amount_text(static_cast<double>(done), unit),
                                        amount_text(rate, unit));
  if (!total || *total == 0) return fmt::format("{}  {}", what, speed);
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
  const int filled = static_cast<int>(share * kBarWidth);
  const double left = rate > 0 ? static_cast<double>(*total - std::min(done, *total)) / rate : 0;
  return fmt::format("{}  [{:#<{}}{:.<{}}] {:3.0f} %  {}  {} left", what, "", filled, "",
                     kBarWidth - filled, std::floor(share * 100), speed, time_text(left));
}

Progress::Progress(std::string what, std::optional<std::uint64_t> total, Unit unit)
    : what_(std::move(what)),
      total_(total),
      unit_(unit),
      on_terminal_(isatty(STDERR_FILENO) == 1),
      began_(Clock::now()),
      next_(began_ + kPatience) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::show(std::uint64_t done) {
  done_ = done;
  if (!on_terminal_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  shown_ = true;
  const double elapsed_s = std::chrono::duration<double>(now - began_).count();
  fmt::print(stderr, "\r\033[K{}", progress_line(what_, done_, total_, elapsed_s, unit_));
  std::fflush(stderr);
}

}  // namespace azekura::cli

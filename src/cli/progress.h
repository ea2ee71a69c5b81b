// Progress: a bar on the terminal for what takes longer than two seconds, and nothing otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace azekura::cli {

// What is counted: octets ("1.4 GiB"), or things ("1400 files").
enum class Unit : std::uint8_t { kOctets, kFiles };

// "1.4 GiB"
std::string size_text(double octets);

// The bar's line, without control characters: share (if the total is known), size, rate, time left.
std::string progress_line(const std::string& what, std::uint64_t done,
                          std::optional<std::uint64_t> total, double elapsed_s,
                          Unit unit = Unit::kOctets);

class Progress {
 public:
  // `total` unknown: shows how much and how fast only.
  Progress(std::string what, std::optional<std::uint64_t> total, Unit unit = Unit::kOctets);
  // Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What is at work now; shown with the next show().
  void rename(std::string what) { what_ = std::move(what); }
  void advance(std::uint64_t more) { show(done_ + more); }
  // So much is done in all.
  void show(std::uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  const std::optional<std::uint64_t> total_;
  const Unit unit_;
  const bool on_terminal_;
  const Clock::time_point began_;
  Clock::time_point next_;
  std::uint64_t done_ = 0;
  bool shown_ = false;
};

}  // namespace azekura::cli

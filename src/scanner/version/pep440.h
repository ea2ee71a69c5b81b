// A version of PEP 440 taken apart; inside the room only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace azekura::scanner::version {

// All views are into the text that was parsed; numbers are decimal digits.
struct Pep440 {
  std::string_view epoch;
  std::string_view release;    // 1.2.0
  std::uint8_t pre_stage = 0;  // 0 alpha, 1 beta, 2 release candidate
  std::optional<std::string_view> pre;
  std::optional<std::string_view> post;
  std::optional<std::string_view> dev;
  std::string_view local;

  std::string_view release_without_zeros() const;  // 1.2; empty if all are zero
  bool is_pre_release() const { return pre || dev; }
};

// Nothing if the text is no version of PEP 440.
std::optional<Pep440> parse_pep440(std::string_view text);

}  // namespace azekura::scanner::version

// ZeroRun: a sequence of numbers and words in which the end is as many zeros as needed, so that
// 1.0 equals 1 and 1.a is below 1; inside the room only.
#pragma once

#include <cstdint>
#include <string_view>

#include "scanner/version/key_builder.h"
#include "scanner/version/text.h"

namespace azekura::scanner::version {

// What comes after zeros decides how the zeros compare: those before a word that is below zero are
// below the end, the fewer the lower; those before a number or a word that is above zero are above
// the end, the fewer the higher. So zeros are counted, and written in front of what ends them.
class ZeroRun {
 public:
  explicit ZeroRun(KeyBuilder& key) : key_(key) {}

  void number(std::string_view digits) {
    digits = without_leading_zeros(digits);
    if (digits.empty()) {
      ++zeros_;
      return;
    }
    above();
    key_.number(kNumber, digits);
  }

  // Forgets the zeros before here.
  void drop_zeros() { zeros_ = 0; }

  // A word below zero, in the order of its octets.
  void word_below(std::string_view word) {
    if (zeros_ == 0) {
      key_.octet(kBelow);
    } else {
      key_.octet(kBelowAfterZeros).number(0, zeros_);
    }
    zeros_ = 0;
    key_.text(word).octet(0);
  }

  // A word above zero and below all greater numbers.
  void word_above(std::string_view word) {
    above();
    key_.octet(kAbove).text(word).octet(0);
  }

  void end() { key_.octet(kEnd); }

 private:
  static constexpr int kBelow = 1;
  static constexpr int kBelowAfterZeros = 2;
  static constexpr int kEnd = 3;
  static constexpr int kAboveAfterZeros = 4;
  static constexpr int kAbove = 5;
  static constexpr int kNumber = 6;

  void above() {
    if (zeros_ != 0) key_.octet(kAboveAfterZeros).number_descending(0, zeros_);
    zeros_ = 0;
  }

  KeyBuilder& key_;
  std::uint64_t zeros_ = 0;
};

}  // namespace azekura::scanner::version

// KeyBuilder: writes the octets of a version's key; inside the room only.
//
// A scheme states its order once, as a sequence of octets whose memcmp order it is (a prefix is
// less). compare() writes both keys onto the stack and compares them; key() keeps one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace azekura::scanner::version {

// How many values of a leading octet a number takes: number(lead, …) begins with one of
// lead … lead + kNumberLeads - 1, so what sorts below numbers has octets below `lead`, what sorts
// above them has octets from lead + kNumberLeads.
inline constexpr int kNumberLeads = 96;

class KeyBuilder {
 public:
  KeyBuilder() {}  // NOLINT: the octets are left as they are; only size_ of them are read
  KeyBuilder(const KeyBuilder&) = delete;
  KeyBuilder& operator=(const KeyBuilder&) = delete;

  KeyBuilder& octet(int value);
  KeyBuilder& text(std::string_view octets);

  // A number of any length, written in as few octets as its size needs: one below 64, two below
  // 6,208. `digits` are decimal; none are zero.
  KeyBuilder& number(int lead, std::string_view digits);
  KeyBuilder& number(int lead, std::uint64_t value);

  // The same in reverse order, of as many leads.
  KeyBuilder& number_descending(int lead, std::uint64_t value);

  void clear() { size_ = 0; }
  bool overflown() const { return overflown_; }
  std::string_view view() const { return {octets_.data(), size_}; }

 private:
  // No scheme writes more than nine octets for one of its text's (PyPI's old order, for 1-1-1-…).
  static constexpr std::size_t kCapacity = 9 * 1024 + 64;

  std::size_t size_ = 0;
  bool overflown_ = false;
  std::array<char, kCapacity> octets_;
};

}  // namespace azekura::scanner::version

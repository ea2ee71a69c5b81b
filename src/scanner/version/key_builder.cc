#include "scanner/version/key_builder.h"

#include <cstring>

#include "scanner/version/text.h"

namespace azekura::scanner::version {
namespace {

// number() by its leading octet, counted from `lead`:
//   0 … 63    the value itself
//   64 … 87   value - 64 over 256; the rest in one octet
//   88 … 94   the value in 2 … 8 octets
//   95        the count of decimal digits in two octets, the digits in half an octet each
constexpr std::uint64_t kOneOctet = 64;
constexpr std::uint64_t kTwoOctets = kOneOctet + 24 * 256;
constexpr int kLeadBytes = 88;
constexpr int kLeadDigits = 95;
constexpr std::size_t kDigitsOfWord = 19;  // the most that surely fit into 64 bits

static_assert(kLeadDigits + 1 == kNumberLeads);

}  // namespace

KeyBuilder& KeyBuilder::octet(int value) {
  if (size_ == kCapacity) {
    overflown_ = true;
    return *this;
  }
  octets_[size_++] = static_cast<char>(static_cast<std::uint8_t>(value));
  return *this;
}

KeyBuilder& KeyBuilder::text(std::string_view octets) {
  if (octets.size() > kCapacity - size_) {
    overflown_ = true;
    return *this;
  }
  if (!octets.empty()) std::memcpy(octets_.data() + size_, octets.data(), octets.size());
  size_ += octets.size();
  return *this;
}

KeyBuilder& KeyBuilder::number(int lead, std::uint64_t value) {
  if (value < kOneOctet) return octet(lead + static_cast<int>(value));
  if (value < kTwoOctets) {
    const std::uint64_t rest = value - kOneOctet;
    return octet(lead + static_cast<int>(kOneOctet + rest / 256))
        .octet(static_cast<int>(rest % 256));
  }
  int count = 2;
  while (count < 8 && value >> (8 * count) != 0) ++count;
  octet(lead + kLeadBytes + count - 2);
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
    octet(static_cast<int>(value >> shift & 0xff));
  }
  return *this;
}

KeyBuilder& KeyBuilder::number(int lead, std::string_view digits) {
  digits = without_leading_zeros(digits);
  if (digits.size() <= kDigitsOfWord) {
    std::uint64_t value = 0;
    for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    return number(lead, value);
  }
  octet(lead + kLeadDigits);
  octet(static_cast<int>(digits.size() / 256)).octet(static_cast<int>(digits.size() % 256));
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int low = i + 1 < digits.size() ? digits[i + 1] - '0' : 0;
    octet((digits[i] - '0') * 16 + low);
  }
  return *this;
}

KeyBuilder& KeyBuilder::number_descending(int lead, std::uint64_t value) {
  const std::size_t from = size_;
  number(0, value);
  for (std::size_t i = from; i < size_; ++i) {
    const int octet = static_cast<std::uint8_t>(octets_[i]);
    octets_[i] = static_cast<char>(i == from ? lead + kNumberLeads - 1 - octet : 0xff - octet);
  }
  return *this;
}

}  // namespace azekura::scanner::version

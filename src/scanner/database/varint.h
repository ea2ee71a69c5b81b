// Varints: numbers of seven bits an octet, the lowest first (LEB128), and a cursor that reads them.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace azekura::scanner {

inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

inline void put_float(std::string& out, float value) {
  put_varint(out, std::bit_cast<std::uint32_t>(value));
}

// Reads on or gives zero: what is cut off or malformed reads as nothing, and never beyond the end.
class VarintCursor {
 public:
  explicit VarintCursor(std::string_view input, std::uint64_t offset = 0)
      : rest_(offset <= input.size() ? input.substr(offset) : std::string_view()) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto octet = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{octet & 0x7FU} << shift;
      if (octet < 0x80) return value;
    }
    rest_ = {};
    return 0;
  }
  std::uint32_t number32() { return static_cast<std::uint32_t>(number()); }
  // How many things follow, each of at least one octet: never more than there are octets.
  std::size_t count() {
    const std::uint64_t claimed = number();
    return claimed <= rest_.size() ? static_cast<std::size_t>(claimed) : 0;
  }
  float real() { return std::bit_cast<float>(number32()); }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) {
      rest_ = {};
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace azekura::scanner

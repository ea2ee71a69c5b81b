#include "crypto/der_codec.h"

#include <algorithm>
#include <array>

namespace azekura::crypto {

ByteView trim_zeros(ByteView number) {
  const auto first =
      std::find_if(number.begin(), number.end(), [](auto octet) { return octet != 0; });
  return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

bool DerReader::element(DerTag tag, ByteView& contents) {
  if (rest_.size() < 2 || rest_[0] != static_cast<std::uint8_t>(tag)) return false;
  std::size_t size = rest_[1];
  std::size_t header = 2;
  if (size >= 0x80) {
    const std::size_t length_octets = size - 0x80;
    if (length_octets < 1 || length_octets > 4 || rest_.size() < 2 + length_octets) return false;
    size = 0;
    for (const std::uint8_t octet : rest_.subspan(2, length_octets)) size = size << 8 | octet;
    const bool fewest = length_octets == 1 ? size >= 0x80 : size >> (8 * (length_octets - 1)) != 0;
    if (!fewest) return false;
    header += length_octets;
  }
  if (rest_.size() - header < size) return false;
  contents = rest_.subspan(header, size);
  rest_ = rest_.subspan(header + size);
  return true;
}

bool DerReader::integer(ByteView& magnitude) {
  DerReader ahead = *this;
  ByteView contents;
  if (!ahead.element(DerTag::kInteger, contents) || contents.empty()) return false;
  const bool negative = contents[0] >= 0x80;
  const bool padded = contents.size() > 1 && contents[0] == 0 && contents[1] < 0x80;
  if (negative || padded) return false;
  magnitude = contents[0] == 0 ? contents.subspan(1) : contents;
  *this = ahead;
  return true;
}

bool DerReader::small_integer(std::uint8_t& value) {
  DerReader ahead = *this;
  ByteView magnitude;
  if (!ahead.integer(magnitude) || magnitude.size() > 1) return false;
  value = magnitude.empty() ? 0 : magnitude[0];
  if (value >= 0x80) return false;
  *this = ahead;
  return true;
}

bool DerReader::bit_string(ByteView& octets) {
  DerReader ahead = *this;
  ByteView contents;
  if (!ahead.element(DerTag::kBitString, contents) || contents.empty() || contents[0] != 0) {
    return false;
  }
  octets = contents.subspan(1);
  *this = ahead;
  return true;
}

void DerBuilder::octets(ByteView contents) {
  if (contents.size() > begin_) ok_ = false;
  if (!ok_) return;
  begin_ -= contents.size();
  std::copy(contents.begin(), contents.end(),
            buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
}

void DerBuilder::element(DerTag tag, ByteView contents) {
  const std::size_t end = mark();
  octets(contents);
  close(tag, end);
}

void DerBuilder::integer(ByteView magnitude) {
  static constexpr std::uint8_t kZero[] = {0};
  const std::size_t end = mark();
  magnitude = trim_zeros(magnitude);
  octets(magnitude);
  if (magnitude.empty() || magnitude[0] >= 0x80) octets(kZero);
  close(DerTag::kInteger, end);
}

void DerBuilder::close(DerTag tag, std::size_t mark) {
  const std::size_t size = mark - begin_;
  std::array<std::uint8_t, 6> header;
  std::size_t first = header.size();
  std::size_t rest = size;
  do {
    header[--first] = static_cast<std::uint8_t>(rest);
    rest >>= 8;
  } while (rest != 0 && first > 2);
  if (size >= 0x80) {
    const std::size_t length_octets = header.size() - first;
    header[--first] = static_cast<std::uint8_t>(0x80 + length_octets);
  }
  header[--first] = static_cast<std::uint8_t>(tag);
  octets(ByteView(header).subspan(first));
}

}  // namespace azekura::crypto

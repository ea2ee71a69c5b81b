// Bytes: public octets, and the cursor that reads and the builder that writes them.
//
// Numbers are little-endian of fixed width; a byte string is a u32 length and its octets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace azekura {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }

std::string to_hex(ByteView bytes);
// Both cases of letters, an even number of digits, nothing else.
std::optional<Bytes> from_hex(std::string_view text);

// Reads forward or fails; after the first failure every read fails.
class ByteReader {
 public:
  explicit ByteReader(ByteView input) : rest_(input) {}

  template <typename T>
  requires std::is_unsigned_v<T>
  bool number(T& out) {
    if (failed_ || rest_.size() < sizeof(T)) return refuse();
    std::memcpy(&out, rest_.data(), sizeof(T));
    rest_ = rest_.subspan(sizeof(T));
    return true;
  }
  // A view into the input of exactly `size` octets.
  bool take(std::size_t size, ByteView& out) {
    if (failed_ || rest_.size() < size) return refuse();
    out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return true;
  }
  // A u32 length and its octets, of at most `size_max`.
  bool string(ByteView& out, std::size_t size_max = UINT32_MAX) {
    std::uint32_t size = 0;
    if (!number(size)) return false;
    if (size > size_max) return refuse();
    return take(size, out);
  }
  bool refuse() {
    failed_ = true;
    return false;
  }
  bool ok() const { return !failed_; }
  // True when everything was read and nothing failed.
  bool done() const { return !failed_ && rest_.empty(); }
  std::size_t remaining() const { return rest_.size(); }

 private:
  ByteView rest_;
  bool failed_ = false;
};

class ByteBuilder {
 public:
  template <typename T>
  requires std::is_unsigned_v<T> ByteBuilder& number(T value) {
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&value);
    out_.insert(out_.end(), raw, raw + sizeof(T));
    return *this;
  }
  ByteBuilder& raw(ByteView octets) {
    out_.insert(out_.end(), octets.begin(), octets.end());
    return *this;
  }
  ByteBuilder& string(ByteView octets) {
    number(static_cast<std::uint32_t>(octets.size()));
    return raw(octets);
  }
  const Bytes& bytes() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

}  // namespace azekura

// The codec: one description of a message's fields both writes and reads it.
//
// A message is a struct with `template <class Visitor> void fields(Visitor& v)`, which names its
// members in wire order: `v(session)(key)(mechanism)`. Reading never copies: views point into the
// frame, which the transport has copied out of shared memory before, and which outlives the
// message.
//
// Grammar (docs/wire.md): u8, u16, u32, u64 little-endian; bytes = u32 length, octets;
// list = u32 count, items; a bool is a u8 of 0 or 1 and nothing else.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "hsm/wire/limits.h"

namespace azekura::hsm::wire {

template <typename T>
concept Wide = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

// Writes into a buffer of fixed size; a message that does not fit makes ok() false.
class Writer {
 public:
  explicit Writer(MutableByteView out) : out_(out) {}

  template <typename T>
  Writer& operator()(T& value) {
    if constexpr (std::same_as<T, bool>) {
      put(static_cast<std::uint8_t>(value ? 1 : 0));
    } else if constexpr (Wide<T>) {
      put(value);
    } else if constexpr (std::is_enum_v<T>) {
      put(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::same_as<T, ByteView>) {
      put(static_cast<std::uint32_t>(value.size()));
      raw(value.data(), value.size());
    } else {
      value.fields(*this);
    }
    return *this;
  }
  template <typename T>
  Writer& operator()(std::vector<T>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (T& item : list) (*this)(item);
    return *this;
  }

  bool ok() const { return ok_; }
  std::size_t size() const { return used_; }
  ByteView written() const { return out_.first(used_); }

 private:
  template <Wide T>
  void put(T value) {
    raw(&value, sizeof value);
  }
  void raw(const void* data, std::size_t size) {
    if (!ok_ || out_.size() - used_ < size) {
      ok_ = false;
      return;
    }
    if (size > 0) std::memcpy(out_.data() + used_, data, size);
    used_ += size;
  }

  MutableByteView out_;
  std::size_t used_ = 0;
  bool ok_ = true;
};

// Reads or refuses: unknown enumerators are the message's matter, lengths and counts are checked
// here.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}

  template <typename T>
  Reader& operator()(T& value) {
    if constexpr (std::same_as<T, bool>) {
      std::uint8_t octet = 0;
      if (in_.number(octet) && octet > 1) in_.refuse();
      value = octet == 1;
    } else if constexpr (Wide<T>) {
      in_.number(value);
    } else if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> raw{};
      in_.number(raw);
      value = static_cast<T>(raw);
    } else if constexpr (std::same_as<T, ByteView>) {
      in_.string(value, kHeadBytesMax);
    } else {
      value.fields(*this);
    }
    return *this;
  }
  template <typename T>
  Reader& operator()(std::vector<T>& list) {
    std::uint32_t count = 0;
    in_.number(count);
    // An item takes at least one octet, so a count beyond what remains is a lie.
    if (count > kListItemsMax || count > in_.remaining()) in_.refuse();
    list.clear();
    if (!in_.ok()) return *this;
    list.resize(count);
    for (T& item : list) {
      (*this)(item);
      if (!in_.ok()) break;
    }
    return *this;
  }

  bool ok() const { return in_.ok(); }
  bool done() const { return in_.done(); }

 private:
  ByteReader in_;
};

}  // namespace azekura::hsm::wire

// Reading and writing of DER (X.690), as little of it as keys and signatures need.
//
// Internal to src/crypto. Strict: definite lengths in the fewest octets, integers in the fewest
// octets, nothing negative.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/secret.h"

namespace azekura::crypto {

enum class DerTag : std::uint8_t {
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kPrintableString = 0x13,
  kSequence = 0x30,
  kContext0 = 0xa0,           // [0], constructed
  kContext1 = 0xa1,           // [1], constructed
  kContext1Primitive = 0x81,  // [1] IMPLICIT of a primitive type
};

// Takes elements off the front or fails; a failed call takes nothing.
class DerReader {
 public:
  explicit DerReader(ByteView input) : rest_(input) {}

  bool element(DerTag tag, ByteView& contents);
  // The magnitude without leading zeros; empty for zero.
  bool integer(ByteView& magnitude);
  // An INTEGER of one octet below 128.
  bool small_integer(std::uint8_t& value);
  // A BIT STRING of whole octets.
  bool bit_string(ByteView& octets);
  bool begins_with(DerTag tag) const {
    return !rest_.empty() && rest_.front() == static_cast<std::uint8_t>(tag);
  }
  bool done() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

// Writes from the back to the front, so that every length is known when it is written. What is to
// come last is written first:
//   mark = builder.mark(); builder.integer(s); builder.integer(r); builder.close(kSequence, mark);
class DerBuilder {
 public:
  // What does not fit makes ok() false.
  explicit DerBuilder(MutableByteView buffer) : buffer_(buffer), begin_(buffer.size()) {}

  void octets(ByteView contents);
  void element(DerTag tag, ByteView contents);
  // An unsigned number, with or without leading zeros.
  void integer(ByteView magnitude);
  // Where the contents of an element end that close() begins.
  std::size_t mark() const { return begin_; }
  void close(DerTag tag, std::size_t mark);

  bool ok() const { return ok_; }
  ByteView written() const { return ByteView(buffer_).subspan(begin_); }

 private:
  MutableByteView buffer_;
  std::size_t begin_;
  bool ok_ = true;
};

// Without leading zeros.
ByteView trim_zeros(ByteView number);

}  // namespace azekura::crypto

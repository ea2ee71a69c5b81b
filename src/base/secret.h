// Secret: octets that must not be seen: keys, PINs, passphrases.
//
// Move-only, wiped when it dies or is overwritten, with no way to print or compare it by accident.
// Reading it needs a named purpose, so that a search for `reveal(` finds every use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/bytes.h"

namespace azekura {

// Why a secret is read. Kept small: a new purpose is a decision.
enum class Purpose {
  kCipher,     // as key or data of a cryptographic operation
  kDerive,     // as input of a key derivation or PIN check
  kWrap,       // to be encrypted under another key
  kPersist,    // to be sealed into the store
  kTransport,  // a PIN or an exportable value on its way over the local transport
  kExport,     // an attribute that its policy lets out (extractable and not sensitive)
};

// Overwrites memory in a way that the compiler keeps.
void wipe(void* data, std::size_t size);

class Secret {
 public:
  Secret() = default;
  // Octets of value zero.
  explicit Secret(std::size_t size);
  static Secret copy_of(ByteView octets);

  Secret(Secret&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { clear(); }

  Secret clone() const;
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void clear();
  // Keeps the first `size` octets and wipes the rest. REQUIRES: size <= size().
  void truncate(std::size_t size);

  ByteView reveal(Purpose) const { return {data_, size_}; }
  MutableByteView fill(Purpose) { return {data_, size_}; }

  // Time depends on the sizes alone.
  bool equals(const Secret& other) const;

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace azekura

// AES key wrap (SP 800-38F), with the standard's own initial values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace azekura::crypto {

enum class KeyWrap : std::uint8_t {
  kKw,   // RFC 3394: a multiple of 8 octets, at least 16
  kKwp,  // RFC 5649: any number of octets but none
};

inline constexpr std::size_t kWrapSizeMax = 64 * 1024;

constexpr std::size_t wrapped_size(std::size_t size) { return (size + 7) / 8 * 8 + 8; }

// kInvalid for a wrapping key that is not an AES key, or a size that the kind does not allow.
Result<Bytes> aes_wrap(KeyWrap kind, ByteView wrapping_key, ByteView key);
// kInvalid for a size that wrapping never gives; kCorrupt if this wrapping key and kind did not
// make it.
Result<Secret> aes_unwrap(KeyWrap kind, ByteView wrapping_key, ByteView wrapped);

}  // namespace azekura::crypto

// Key derivation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/hash.h"

namespace azekura::crypto {

// The limits keep a damaged or forged file from asking for all memory or all time.
struct Argon2Cost {
  static constexpr std::uint32_t kMemoryKibMax = 4 * 1024 * 1024;
  static constexpr std::uint32_t kPassesMax = 64;
  static constexpr std::uint32_t kLanesMax = 16;

  std::uint32_t memory_kib = 64 * 1024;  // 8 * lanes .. kMemoryKibMax
  std::uint32_t passes = 3;              // 1 .. kPassesMax
  std::uint32_t lanes = 1;               // 1 .. kLanesMax; computed one after the other
};

inline constexpr std::size_t kArgon2SaltSizeMin = 8;
inline constexpr std::size_t kDerivedSizeMax = 1024;

// RFC 9106, Argon2id version 0x13. Salt of at least kArgon2SaltSizeMin octets, 4 .. kDerivedSizeMax
// octets out. Takes as long as the cost says: never on a thread that serves others.
Result<Secret> argon2id(ByteView password, ByteView salt, const Argon2Cost& cost, std::size_t size);

// RFC 5869 with SHA-256, 1 .. kDerivedSizeMax octets out.
Result<Secret> hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size);

// ANSI X9.63 (SEC 1 §3.6.1), the KDF of ECDH, 1 .. kDerivedSizeMax octets out.
Result<Secret> x963_kdf(Hash hash, ByteView shared_secret, ByteView shared_info, std::size_t size);

}  // namespace azekura::crypto

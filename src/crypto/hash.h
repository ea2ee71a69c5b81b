// Hash functions: SHA-1 and SHA-2 (FIPS 180-4). SHA-1 is here for old signatures and for HMAC only.
//
// Usable inside a stranger's process: no global destructors, nothing registered at exit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/handles.h"

namespace azekura::crypto {

enum class Hash : std::uint8_t { kSha1, kSha224, kSha256, kSha384, kSha512 };

inline constexpr std::array kAllHashes = {Hash::kSha1, Hash::kSha224, Hash::kSha256, Hash::kSha384,
                                          Hash::kSha512};
inline constexpr std::size_t kHashSizeMax = 64;

constexpr std::size_t hash_size(Hash hash) {
  switch (hash) {
    case Hash::kSha1:
      return 20;
    case Hash::kSha224:
      return 28;
    case Hash::kSha256:
      return 32;
    case Hash::kSha384:
      return 48;
    case Hash::kSha512:
      return 64;
  }
  return 0;
}

// "SHA-256" and so on.
std::string_view hash_name(Hash hash);

// The digest of `data`. Writes the first hash_size(hash) octets of `out` and returns their number;
// kInvalid if `out` is smaller.
Result<std::size_t> digest(Hash hash, ByteView data, MutableByteView out);

// A digest in parts. Not to be used by two threads at once.
class Hasher {
 public:
  static Result<Hasher> create(Hash hash);

  Status update(ByteView data);
  // Writes the digest as digest() does, and is then ready for the next message.
  Result<std::size_t> finish(MutableByteView out);
  // Forgets what was updated.
  Status reset();
  // An independent hasher that has taken the same data so far.
  Result<Hasher> clone() const;

  Hash hash() const { return hash_; }

 private:
  Hasher(Hash hash, DigestContext context) : hash_(hash), context_(std::move(context)) {}

  Hash hash_;
  DigestContext context_;
};

}  // namespace azekura::crypto

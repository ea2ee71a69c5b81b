// AesCipher: AES in the modes that PKCS#11 asks for, keyed once and used for many messages.
//
// A message is start (update)* finish, or run for all of it at once. A worker thread keeps one
// cipher per key, mode and direction, because keying costs more than a short message. Not to be
// used by two threads at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/handles.h"

namespace azekura::crypto {

enum class AesMode : std::uint8_t {
  kCbc,     // whole blocks
  kCbcPad,  // PKCS#7 padding
  kCtr,
  kGcm,  // the ciphertext is followed by the tag
};
enum class Direction : std::uint8_t { kEncrypt, kDecrypt };

inline constexpr std::size_t kAesBlockSize = 16;
inline constexpr std::size_t kGcmIvSizeMax = 128;  // the library's limit; PKCS#11 would allow 256
inline constexpr std::size_t kGcmTagSizeMax = 16;

constexpr bool is_aes_key_size(std::size_t size) { return size == 16 || size == 24 || size == 32; }
// SP 800-38D §5.2.1.2.
constexpr bool is_gcm_tag_size(std::size_t size) {
  return size == 4 || size == 8 || (size >= 12 && size <= 16);
}

// What changes from message to message. A view needs to live only during the call.
struct AesMessage {
  ByteView iv;                       // CBC and CTR: 16 octets; GCM: 1 .. kGcmIvSizeMax
  ByteView aad;                      // GCM
  std::size_t tag_size = 16;         // GCM: see is_gcm_tag_size
  std::uint32_t counter_bits = 128;  // CTR: 1 .. 128, how many low bits of the IV count
};

class AesCipher {
 public:
  // kInvalid unless the key has 16, 24 or 32 octets.
  static Result<AesCipher> create(ByteView key, AesMode mode, Direction direction);

  // Octets that a message of `input_size` octets gives at most, over all its calls; exact but for
  // kCbcPad decryption, which gives up to 16 fewer.
  std::size_t output_size_max(std::size_t input_size, std::size_t tag_size = 16) const;

  // Begins a message and forgets an unfinished one. kInvalid for parameters that the mode does not
  // allow.
  Status start(const AesMessage& message);
  // Writes what is ready to the front of `out` and returns its size. `out` must not overlap `data`,
  // and must have room for data.size() + 16 octets. GCM decryption keeps back what may be the tag,
  // and what it writes is NOT YET AUTHENTICATED: the caller shows it to nobody before finish
  // succeeds. kExhausted if a counter of less than 128 bits would wrap.
  Result<std::size_t> update(ByteView data, MutableByteView out);
  // Ends the message; `out` must have room for 16 octets. kInvalid if kCbc was given a broken
  // block; kCorrupt if the padding or the tag is wrong.
  Result<std::size_t> finish(MutableByteView out);

  // A whole message. `out` needs output_size_max() octets (one block more is never used), may begin
  // exactly where `data` begins and otherwise must not overlap it. On failure `out` holds nothing
  // of the plaintext.
  Result<std::size_t> run(const AesMessage& message, ByteView data, MutableByteView out);

  AesMode mode() const { return mode_; }
  Direction direction() const { return direction_; }

 private:
  AesCipher(AesMode mode, Direction direction, CipherContext context)
      : mode_(mode), direction_(direction), context_(std::move(context)) {}

  AesMode mode_;
  Direction direction_;
  CipherContext context_;
  bool active_ = false;
  std::size_t iv_size_ = 12;                         // GCM: what the context is set to
  std::size_t tag_size_ = kGcmTagSizeMax;            // GCM
  std::size_t kept_size_ = 0;                        // GCM decryption: octets in kept_
  std::array<std::uint8_t, kGcmTagSizeMax> kept_{};  // the last octets seen, perhaps the tag
  std::uint64_t octets_left_ = 0;                    // CTR: before the counter wraps
};

}  // namespace azekura::crypto

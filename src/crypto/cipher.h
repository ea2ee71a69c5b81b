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
inline constexpr std::size_t kAesRunSizeMax = std::size_t{1} << 30;

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

  // Octets that a message of `input_size` octets gives, over all its calls. Exact but for kCbcPad
  // decryption, which gives 1 to 16 fewer.
  std::size_t output_size_max(std::size_t input_size, std::size_t tag_size = kGcmTagSizeMax) const;

  // Begins a message and forgets an unfinished one. kInvalid for parameters that the mode does not
  // allow.
  Status start(const AesMessage& message);
  // Exactly what update will write for `input_size` octets now.
  std::size_t update_size(std::size_t input_size) const;
  // Writes what is ready to the front of `out` and returns its size; kInvalid if `out` is smaller
  // than update_size(). `out` must not overlap `data`. GCM decryption keeps back what may be the
  // tag, and what it writes is NOT YET AUTHENTICATED: the caller shows it to nobody before finish
  // succeeds. kExhausted if a counter of less than 128 bits would wrap.
  Result<std::size_t> update(ByteView data, MutableByteView out);
  // Ends the message; `out` must have room for kAesBlockSize octets. kInvalid if the data was not
  // whole blocks; kCorrupt if the padding or the tag is wrong.
  Result<std::size_t> finish(MutableByteView out);

  // A whole message of at most kAesRunSizeMax octets. `out` needs output_size_max() octets, may
  // begin exactly where `data` begins and otherwise must not overlap it. When it fails, `out` holds
  // nothing of the plaintext.
  Result<std::size_t> run(const AesMessage& message, ByteView data, MutableByteView out);

  AesMode mode() const { return mode_; }
  Direction direction() const { return direction_; }

 private:
  AesCipher(AesMode mode, Direction direction, CipherContext context)
      : mode_(mode), direction_(direction), context_(std::move(context)) {}

  bool feed(ByteView data, std::uint8_t* out, std::size_t& written);
  Result<std::size_t> write_tag(std::uint8_t* out);
  Status check_tag(ByteView tag);

  AesMode mode_;
  Direction direction_;
  CipherContext context_;
  bool active_ = false;
  std::size_t buffered_ = 0;                         // CBC: octets of an unfinished block
  std::uint64_t octets_left_ = 0;                    // CTR: before the counter wraps
  std::size_t iv_size_ = 12;                         // GCM: what the context is set to
  std::size_t tag_size_ = kGcmTagSizeMax;            // GCM
  std::size_t kept_size_ = 0;                        // GCM decryption: how much of kept_ is used
  std::array<std::uint8_t, kGcmTagSizeMax> kept_{};  // the last octets seen, perhaps the tag
};

}  // namespace azekura::crypto

// AesGcm: AES-256-GCM for Azekura's own data: store rows, tickets, sealed files.
//
// 96-bit nonces and 128-bit tags only; a sealed text is the ciphertext and the tag. The caller
// never uses a nonce twice under one key. For what PKCS#11 asks for, see cipher.h.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/handles.h"

namespace azekura::crypto {

// Immutable; all its operations may be used by any number of threads at once.
class AesGcm {
 public:
  static constexpr std::size_t kKeySize = 32;
  static constexpr std::size_t kNonceSize = 12;
  static constexpr std::size_t kTagSize = 16;

  // kInvalid unless the key has kKeySize octets.
  static Result<AesGcm> create(ByteView key);

  Result<Bytes> seal(ByteView nonce, ByteView aad, ByteView plaintext) const;
  // kCorrupt if key, nonce, aad and sealed text do not belong together.
  Result<Secret> open(ByteView nonce, ByteView aad, ByteView sealed) const;

  // The same into the caller's memory of exactly the right size (plaintext + kTagSize, or sealed -
  // kTagSize). `out` may begin where the input begins, and otherwise must not overlap it. When
  // open_into fails, `out` is zeros.
  Status seal_into(ByteView nonce, ByteView aad, ByteView plaintext, MutableByteView out) const;
  Status open_into(ByteView nonce, ByteView aad, ByteView sealed, MutableByteView out) const;

 private:
  AesGcm(CipherContext encrypt, CipherContext decrypt)
      : encrypt_(std::move(encrypt)), decrypt_(std::move(decrypt)) {}

  CipherContext encrypt_;  // keyed templates, copied for each operation
  CipherContext decrypt_;
};

}  // namespace azekura::crypto

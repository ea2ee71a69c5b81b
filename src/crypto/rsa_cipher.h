// RSA encryption (RFC 8017 §7): OAEP, and PKCS#1 v1.5 for those who still need it.
//
// Like Signer: made once per worker, key and scheme, and not to be used by two threads at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/handles.h"
#include "crypto/hash.h"
#include "crypto/key.h"

namespace azekura::crypto {

enum class RsaPadding : std::uint8_t { kPkcs1, kOaep };

inline constexpr std::size_t kOaepLabelSizeMax = 1024;

struct RsaScheme {
  RsaPadding padding = RsaPadding::kOaep;
  // For OAEP.
  Hash hash = Hash::kSha256;
  Hash mgf_hash = Hash::kSha256;
  Bytes label;

  bool operator==(const RsaScheme&) const = default;
};

class RsaEncrypter {
 public:
  // kInvalid unless the key is RSA and large enough for the hash.
  static Result<RsaEncrypter> create(const PublicKey& key, const RsaScheme& scheme);

  std::size_t ciphertext_size() const { return modulus_size_; }
  std::size_t plaintext_size_max() const { return plaintext_size_max_; }
  // Writes the first ciphertext_size() octets of `out`. kInvalid if the plaintext is longer than
  // plaintext_size_max() or `out` is too small.
  Result<std::size_t> encrypt(ByteView plaintext, MutableByteView out);

 private:
  RsaEncrypter(std::size_t modulus_size, std::size_t plaintext_size_max, KeyContext context)
      : modulus_size_(modulus_size),
        plaintext_size_max_(plaintext_size_max),
        context_(std::move(context)) {}

  std::size_t modulus_size_;
  std::size_t plaintext_size_max_;
  KeyContext context_;
};

class RsaDecrypter {
 public:
  static Result<RsaDecrypter> create(const PrivateKey& key, const RsaScheme& scheme);

  std::size_t ciphertext_size() const { return modulus_size_; }
  std::size_t plaintext_size_max() const { return plaintext_size_max_; }
  // Writes the plaintext to the front of `out` and returns its size; kInvalid unless `out` has room
  // for ciphertext_size() octets, which are all used as working space, and the ciphertext has that
  // size. OAEP: kCorrupt, one error whatever was wrong. PKCS#1 v1.5: a ciphertext with wrong
  // padding decrypts without an error to octets that are random but always the same (implicit
  // rejection), so that there is no oracle.
  Result<std::size_t> decrypt(ByteView ciphertext, MutableByteView out);

 private:
  RsaDecrypter(std::size_t modulus_size, std::size_t plaintext_size_max, KeyContext context)
      : modulus_size_(modulus_size),
        plaintext_size_max_(plaintext_size_max),
        context_(std::move(context)) {}

  std::size_t modulus_size_;
  std::size_t plaintext_size_max_;
  KeyContext context_;
};

}  // namespace azekura::crypto

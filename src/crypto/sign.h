// Signer and Verifier: a key bound to a signature scheme, ready for many operations.
//
// Making one costs several allocations and a copy of the key; using it does not. A worker thread
// keeps one per key and scheme. They are not to be used by two threads at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/handles.h"
#include "crypto/hash.h"
#include "crypto/key.h"

namespace azekura::crypto {

enum class SignatureKind : std::uint8_t {
  kRsaPkcs1,        // RFC 8017 §8.2 without the DigestInfo: data of 1 .. k - 11 octets as given
  kRsaPkcs1Hashed,  // RFC 8017 §8.2: data is the digest, the DigestInfo is added
  kRsaPss,          // RFC 8017 §8.1: data is the digest
  kEcdsa,    // FIPS 186-5 §6.4: data is a digest, cut to the order's length; signature r‖s
  kEd25519,  // RFC 8032 §5.1: data is the message
};

struct SignatureScheme {
  SignatureKind kind = SignatureKind::kEcdsa;
  // Of the data: kRsaPkcs1Hashed and kRsaPss. The other kinds do not look at the rest.
  Hash hash = Hash::kSha256;
  Hash mgf_hash = Hash::kSha256;
  std::size_t salt_size = 32;

  bool operator==(const SignatureScheme&) const = default;
};

inline constexpr std::size_t kSignatureSizeMax = kRsaSizeMax;

class Signer {
 public:
  // kInvalid if key and scheme do not fit, or the modulus is too small for hash and salt.
  static Result<Signer> create(const PrivateKey& key, const SignatureScheme& scheme);

  // Every signature of this key has this size.
  std::size_t signature_size() const { return signature_size_; }
  // Writes the first signature_size() octets of `out` and returns their number. kInvalid if `out`
  // is smaller, or the data has a size that the scheme does not allow.
  Result<std::size_t> sign(ByteView data, MutableByteView out);

 private:
  Signer(const SignatureScheme& scheme, std::size_t signature_size, KeyContext context)
      : scheme_(scheme), signature_size_(signature_size), context_(std::move(context)) {}

  SignatureScheme scheme_;
  std::size_t signature_size_;
  KeyContext context_;
};

class Verifier {
 public:
  static Result<Verifier> create(const PublicKey& key, const SignatureScheme& scheme);

  std::size_t signature_size() const { return signature_size_; }
  // kDenied if the signature is wrong; kInvalid if it is not of signature_size() octets or the data
  // has a size that the scheme does not allow.
  Status verify(ByteView data, ByteView signature);

 private:
  Verifier(const SignatureScheme& scheme, std::size_t signature_size, KeyContext context)
      : scheme_(scheme), signature_size_(signature_size), context_(std::move(context)) {}

  SignatureScheme scheme_;
  std::size_t signature_size_;
  KeyContext context_;
};

}  // namespace azekura::crypto

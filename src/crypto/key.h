// PublicKey and PrivateKey: asymmetric keys.
//
// Values: immutable, cheap to copy (copies share one key), usable by any number of threads at once.
// Numbers are unsigned and big-endian, without leading zeros unless a fixed width is stated.
//
// Construction checks what is cheap: sizes, that numbers fit together, that a point is on its
// curve. A key from a stranger (C_CreateObject, C_UnwrapKey) is to be check()ed too; a key from our
// own authenticated store need not be.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/handles.h"

namespace azekura::crypto {

enum class KeyType : std::uint8_t { kRsa, kEc, kEd25519 };
enum class Curve : std::uint8_t { kP256, kP384, kP521 };

inline constexpr std::array kAllCurves = {Curve::kP256, Curve::kP384, Curve::kP521};

// Octets of a scalar or of one coordinate: 32, 48, 66.
constexpr std::size_t coordinate_size(Curve curve) {
  return curve == Curve::kP256 ? 32 : curve == Curve::kP384 ? 48 : 66;
}
constexpr std::size_t point_size(Curve curve) { return 1 + 2 * coordinate_size(curve); }
// "P-256" and so on.
std::string_view curve_name(Curve curve);

inline constexpr std::size_t kRsaGenerateBitsMin = 2048;
inline constexpr std::size_t kRsaGenerateBitsMax = 4096;
inline constexpr std::uint64_t kRsaGenerateExponentMin = 65537;
inline constexpr std::size_t kRsaImportBitsMin = 1024;
inline constexpr std::size_t kRsaImportBitsMax = 8192;
inline constexpr std::size_t kRsaSizeMax = kRsaImportBitsMax / 8;
inline constexpr std::size_t kEd25519Size = 32;  // of the seed and of the public key
inline constexpr std::size_t kKeyDerSizeMax = 16 * 1024;

struct RsaPublicParts {
  Bytes modulus;
  Bytes exponent;
};

// What an RSA private key is made of. The two primes may be empty, and so may each of the last
// three: they are then computed.
struct RsaPrivateView {
  ByteView modulus;
  ByteView public_exponent;
  ByteView private_exponent;
  ByteView prime1;
  ByteView prime2;
  ByteView exponent1;    // d mod (prime1 - 1)
  ByteView exponent2;    // d mod (prime2 - 1)
  ByteView coefficient;  // prime2^-1 mod prime1
};

struct RsaPrivateParts {
  Secret private_exponent;
  Secret prime1;
  Secret prime2;
  Secret exponent1;
  Secret exponent2;
  Secret coefficient;
};

class PublicKey {
 public:
  // kRsaImportBitsMin .. kRsaImportBitsMax bits, an odd exponent of at least 3 and at most 64 bits.
  static Result<PublicKey> rsa(ByteView modulus, ByteView exponent);
  // SEC 1 §2.3.3 octets, compressed or not; the point must be on the curve and not at infinity.
  static Result<PublicKey> ec(Curve curve, ByteView point);
  static Result<PublicKey> ed25519(ByteView octets);
  // SubjectPublicKeyInfo (RFC 5280 §4.1) without trailing octets: RSA, the named curves, Ed25519.
  // kUnsupported for another algorithm.
  static Result<PublicKey> from_spki(ByteView der);

  KeyType type() const { return type_; }
  // REQUIRES: type() == kEc.
  Curve curve() const { return curve_; }
  // Of the modulus or the field; 256 for Ed25519.
  std::size_t bits() const { return bits_; }

  Result<Bytes> to_spki() const;
  // kInvalid unless RSA.
  Result<RsaPublicParts> rsa_parts() const;
  // Uncompressed octets of an EC point, or the 32 octets of Ed25519. kInvalid for RSA.
  Result<Bytes> point() const;

  // For this room alone.
  evp_pkey_st* handle() const { return handle_.get(); }

 private:
  PublicKey(KeyHandle handle, KeyType type, Curve curve, std::size_t bits)
      : handle_(std::move(handle)), type_(type), curve_(curve), bits_(bits) {}

  std::shared_ptr<evp_pkey_st> handle_;
  KeyType type_;
  Curve curve_;
  std::size_t bits_;
};

class PrivateKey {
 public:
  // New keys, tested for pairwise consistency (FIPS 140-3 §10.3.A). RSA takes between 10 ms and
  // seconds. kInvalid unless the limits above hold, bits % 2 == 0 (FIPS 186-5 §5.1) and the
  // exponent is odd.
  static Result<PrivateKey> generate_rsa(std::size_t bits, std::uint64_t exponent);
  static Result<PrivateKey> generate_ec(Curve curve);
  static Result<PrivateKey> generate_ed25519();

  static Result<PrivateKey> rsa(const RsaPrivateView& parts);
  // A scalar of 1 .. coordinate_size octets, between 1 and the order less 1.
  static Result<PrivateKey> ec(Curve curve, ByteView scalar);
  static Result<PrivateKey> ed25519(ByteView seed);
  // PrivateKeyInfo (RFC 5208, RFC 5958), not encrypted and without trailing octets. kUnsupported
  // for another algorithm.
  static Result<PrivateKey> from_pkcs8(ByteView der);

  KeyType type() const { return public_.type(); }
  // REQUIRES: type() == kEc.
  Curve curve() const { return public_.curve(); }
  std::size_t bits() const { return public_.bits(); }

  // Works for every private key: the public half is always known.
  const PublicKey& public_key() const { return public_; }
  Result<Secret> to_pkcs8() const;
  // kInvalid unless RSA.
  Result<RsaPrivateParts> rsa_parts() const;
  // The EC scalar with coordinate_size octets, or the Ed25519 seed. kInvalid for RSA.
  Result<Secret> scalar() const;

  // The full test of a key from a stranger, primality included; up to 100 ms for RSA-4096.
  Status check() const;

  // For this room alone.
  evp_pkey_st* handle() const { return handle_.get(); }

 private:
  PrivateKey(KeyHandle handle, PublicKey public_key)
      : handle_(std::move(handle)), public_(std::move(public_key)) {}

  std::shared_ptr<evp_pkey_st> handle_;
  PublicKey public_;  // a key of its own, so that keeping it keeps nothing of the private half
};

}  // namespace azekura::crypto

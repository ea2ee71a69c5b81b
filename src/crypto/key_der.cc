// SubjectPublicKeyInfo and PrivateKeyInfo: the DER forms of PublicKey and PrivateKey.
#include <algorithm>
#include <array>

#include "crypto/der.h"
#include "crypto/der_codec.h"
#include "crypto/key.h"

namespace azekura::crypto {
namespace {

// OBJECT IDENTIFIERs, with their tag and length.
constexpr std::uint8_t kRsaOid[] = {0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1};
constexpr std::uint8_t kEcOid[] = {0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1};

tl::unexpected<Error> fail_der(const char* what) {
  return fail(Code::kInvalid, std::string("not ") + what + " in DER");
}
tl::unexpected<Error> fail_algorithm() {
  return fail(Code::kUnsupported, "the key is neither RSA, nor EC on a NIST curve, nor Ed25519");
}

// An octet string takes part in comparisons with its tag and length, as the constants above have
// it.
bool take_oid(DerReader& reader, Bytes& oid) {
  ByteView contents;
  if (!reader.element(DerTag::kOid, contents) || contents.size() >= 0x80) return false;
  oid = {static_cast<std::uint8_t>(DerTag::kOid), static_cast<std::uint8_t>(contents.size())};
  oid.insert(oid.end(), contents.begin(), contents.end());
  return true;
}

struct Algorithm {
  KeyType type;
  Curve curve;
};

// AlgorithmIdentifier (RFC 3279 §2.3.1, RFC 5480 §2.1.1, RFC 8410 §3).
Result<Algorithm> read_algorithm(ByteView sequence) {
  DerReader reader(sequence);
  Bytes oid;
  if (!take_oid(reader, oid)) return fail_der("an algorithm");
  if (std::ranges::equal(oid, kRsaOid)) {
    ByteView null;
    if (!reader.element(DerTag::kNull, null) || !null.empty() || !reader.done()) {
      return fail_der("an RSA algorithm");
    }
    return Algorithm{KeyType::kRsa, Curve::kP256};
  }
  if (std::ranges::equal(oid, kEcOid)) {
    Bytes params;
    if (!take_oid(reader, params) || !reader.done()) return fail_algorithm();
    ASSIGN_OR_RETURN(const Curve curve, curve_from_params(params));
    return Algorithm{KeyType::kEc, curve};
  }
  if (std::ranges::equal(oid, ed25519_params())) {
    if (!reader.done()) return fail_der("an Ed25519 algorithm");
    return Algorithm{KeyType::kEd25519, Curve::kP256};
  }
  return fail_algorithm();
}

void write_algorithm(DerBuilder& builder, KeyType type, Curve curve) {
  const std::size_t end = builder.mark();
  switch (type) {
    case KeyType::kRsa:
      builder.element(DerTag::kNull, {});
      builder.octets(kRsaOid);
      break;
    case KeyType::kEc:
      builder.octets(ec_params(curve));
      builder.octets(kEcOid);
      break;
    case KeyType::kEd25519:
      builder.octets(ed25519_params());
      break;
  }
  builder.close(DerTag::kSequence, end);
}

void write_zero_octet(DerBuilder& builder) {
  static constexpr std::uint8_t kZero[] = {0};
  builder.octets(kZero);
}

// RSAPublicKey (RFC 8017, appendix A.1.1).
Result<PublicKey> read_rsa_public(ByteView der) {
  DerReader outer(der);
  ByteView sequence;
  if (!outer.element(DerTag::kSequence, sequence) || !outer.done()) {
    return fail_der("an RSA public key");
  }
  DerReader numbers(sequence);
  ByteView modulus;
  ByteView exponent;
  if (!numbers.integer(modulus) || !numbers.integer(exponent) || !numbers.done()) {
    return fail_der("an RSA public key");
  }
  return PublicKey::rsa(modulus, exponent);
}

// RSAPrivateKey of two primes (RFC 8017, appendix A.1.2).
Result<PrivateKey> read_rsa_private(ByteView der) {
  DerReader outer(der);
  ByteView sequence;
  if (!outer.element(DerTag::kSequence, sequence) || !outer.done()) {
    return fail_der("an RSA private key");
  }
  DerReader numbers(sequence);
  RsaPrivateView parts;
  std::uint8_t version = 0;
  if (!numbers.small_integer(version)) return fail_der("an RSA private key");
  if (version != 0) return fail(Code::kUnsupported, "an RSA key of more than two primes");
  for (ByteView* part :
       {&parts.modulus, &parts.public_exponent, &parts.private_exponent, &parts.prime1,
        &parts.prime2, &parts.exponent1, &parts.exponent2, &parts.coefficient}) {
    if (!numbers.integer(*part)) return fail_der("an RSA private key");
  }
  if (!numbers.done()) return fail_der("an RSA private key");
  return PrivateKey::rsa(parts);
}

// ECPrivateKey (RFC 5915 §3). Parameters and public key inside are optional, and must not
// contradict.
Result<PrivateKey> read_ec_private(Curve curve, ByteView der) {
  DerReader outer(der);
  ByteView sequence;
  if (!outer.element(DerTag::kSequence, sequence) || !outer.done()) {
    return fail_der("an EC private key");
  }
  DerReader reader(sequence);
  std::uint8_t version = 0;
  ByteView scalar;
  if (!reader.small_integer(version) || version != 1 ||
      !reader.element(DerTag::kOctetString, scalar)) {
    return fail_der("an EC private key");
  }
  if (reader.begins_with(DerTag::kContext0)) {
    ByteView params;
    if (!reader.element(DerTag::kContext0, params) ||
        !std::ranges::equal(params, ec_params(curve))) {
      return fail(Code::kInvalid, "an EC private key names two curves");
    }
  }
  ASSIGN_OR_RETURN(PrivateKey key, PrivateKey::ec(curve, scalar));
  if (reader.begins_with(DerTag::kContext1)) {
    ByteView contents;
    ByteView point;
    if (!reader.element(DerTag::kContext1, contents)) return fail_der("an EC private key");
    DerReader inner(contents);
    if (!inner.bit_string(point) || !inner.done()) return fail_der("an EC private key");
    ASSIGN_OR_RETURN(const PublicKey stated, PublicKey::ec(curve, point));
    ASSIGN_OR_RETURN(const Bytes stated_point, stated.point());
    ASSIGN_OR_RETURN(const Bytes own_point, key.public_key().point());
    if (stated_point != own_point) {
      return fail(Code::kInvalid, "the halves of an EC key do not belong together");
    }
  }
  if (!reader.done()) return fail_der("an EC private key");
  return key;
}

// CurvePrivateKey (RFC 8410 §7).
Result<PrivateKey> read_ed25519_private(ByteView der) {
  DerReader reader(der);
  ByteView seed;
  if (!reader.element(DerTag::kOctetString, seed) || !reader.done()) {
    return fail_der("an Ed25519 private key");
  }
  return PrivateKey::ed25519(seed);
}

Status write_rsa_private(DerBuilder& builder, const PrivateKey& key) {
  ASSIGN_OR_RETURN(const RsaPublicParts shown, key.public_key().rsa_parts());
  ASSIGN_OR_RETURN(const RsaPrivateParts hidden, key.rsa_parts());
  const std::size_t end = builder.mark();
  builder.integer(hidden.coefficient.reveal(Purpose::kWrap));
  builder.integer(hidden.exponent2.reveal(Purpose::kWrap));
  builder.integer(hidden.exponent1.reveal(Purpose::kWrap));
  builder.integer(hidden.prime2.reveal(Purpose::kWrap));
  builder.integer(hidden.prime1.reveal(Purpose::kWrap));
  builder.integer(hidden.private_exponent.reveal(Purpose::kWrap));
  builder.integer(shown.exponent);
  builder.integer(shown.modulus);
  builder.integer({});
  builder.close(DerTag::kSequence, end);
  return {};
}

Status write_ec_private(DerBuilder& builder, const PrivateKey& key) {
  static constexpr std::uint8_t kVersion[] = {1};
  ASSIGN_OR_RETURN(const Bytes point, key.public_key().point());
  ASSIGN_OR_RETURN(const Secret scalar, key.scalar());
  const std::size_t end = builder.mark();
  builder.octets(point);
  write_zero_octet(builder);
  builder.close(DerTag::kBitString, end);
  builder.close(DerTag::kContext1, end);
  builder.element(DerTag::kOctetString, scalar.reveal(Purpose::kWrap));
  builder.integer(kVersion);
  builder.close(DerTag::kSequence, end);
  return {};
}

Status write_ed25519_private(DerBuilder& builder, const PrivateKey& key) {
  ASSIGN_OR_RETURN(const Secret seed, key.scalar());
  builder.element(DerTag::kOctetString, seed.reveal(Purpose::kWrap));
  return {};
}

}  // namespace

Result<PublicKey> PublicKey::from_spki(ByteView der) {
  if (der.size() > kKeyDerSizeMax) return fail(Code::kInvalid, "the public key is too long");
  DerReader outer(der);
  ByteView sequence;
  ByteView identifier;
  ByteView octets;
  if (!outer.element(DerTag::kSequence, sequence) || !outer.done()) {
    return fail_der("a public key");
  }
  DerReader reader(sequence);
  if (!reader.element(DerTag::kSequence, identifier)) return fail_der("a public key");
  ASSIGN_OR_RETURN(const Algorithm algorithm, read_algorithm(identifier));
  if (!reader.bit_string(octets) || !reader.done()) return fail_der("a public key");
  switch (algorithm.type) {
    case KeyType::kRsa:
      return read_rsa_public(octets);
    case KeyType::kEc:
      return ec(algorithm.curve, octets);
    case KeyType::kEd25519:
      return ed25519(octets);
  }
  return fail_algorithm();
}

Result<Bytes> PublicKey::to_spki() const {
  Bytes buffer(kRsaSizeMax + 128);
  DerBuilder builder(buffer);
  const std::size_t end = builder.mark();
  if (type_ == KeyType::kRsa) {
    ASSIGN_OR_RETURN(const RsaPublicParts parts, rsa_parts());
    builder.integer(parts.exponent);
    builder.integer(parts.modulus);
    builder.close(DerTag::kSequence, end);
  } else {
    ASSIGN_OR_RETURN(const Bytes octets, point());
    builder.octets(octets);
  }
  write_zero_octet(builder);
  builder.close(DerTag::kBitString, end);
  write_algorithm(builder, type_, curve_);
  builder.close(DerTag::kSequence, end);
  if (!builder.ok()) return fail(Code::kInternal, "a public key is longer than expected");
  return to_bytes(builder.written());
}

Result<PrivateKey> PrivateKey::from_pkcs8(ByteView der) {
  if (der.size() > kKeyDerSizeMax) return fail(Code::kInvalid, "the private key is too long");
  DerReader outer(der);
  ByteView sequence;
  ByteView identifier;
  ByteView octets;
  ByteView ignored;
  std::uint8_t version = 0;
  if (!outer.element(DerTag::kSequence, sequence) || !outer.done()) {
    return fail_der("a private key");
  }
  DerReader reader(sequence);
  if (!reader.small_integer(version) || version > 1 ||
      !reader.element(DerTag::kSequence, identifier)) {
    return fail_der("a private key");
  }
  ASSIGN_OR_RETURN(const Algorithm algorithm, read_algorithm(identifier));
  // Attributes, and in version 1 the public key, say nothing that is needed.
  const bool ok =
      reader.element(DerTag::kOctetString, octets) &&
      (!reader.begins_with(DerTag::kContext0) || reader.element(DerTag::kContext0, ignored)) &&
      (version == 0 || !reader.begins_with(DerTag::kContext1Primitive) ||
       reader.element(DerTag::kContext1Primitive, ignored)) &&
      reader.done();
  if (!ok) return fail_der("a private key");
  switch (algorithm.type) {
    case KeyType::kRsa:
      return read_rsa_private(octets);
    case KeyType::kEc:
      return read_ec_private(algorithm.curve, octets);
    case KeyType::kEd25519:
      return read_ed25519_private(octets);
  }
  return fail_algorithm();
}

Result<Secret> PrivateKey::to_pkcs8() const {
  Secret buffer(kKeyDerSizeMax);
  DerBuilder builder(buffer.fill(Purpose::kWrap));
  const std::size_t end = builder.mark();
  switch (type()) {
    case KeyType::kRsa:
      RETURN_IF_ERROR(write_rsa_private(builder, *this));
      break;
    case KeyType::kEc:
      RETURN_IF_ERROR(write_ec_private(builder, *this));
      break;
    case KeyType::kEd25519:
      RETURN_IF_ERROR(write_ed25519_private(builder, *this));
      break;
  }
  builder.close(DerTag::kOctetString, end);
  write_algorithm(builder, type(), curve());
  builder.integer({});
  builder.close(DerTag::kSequence, end);
  if (!builder.ok()) return fail(Code::kInternal, "a private key is longer than expected");
  return Secret::copy_of(builder.written());
}

}  // namespace azekura::crypto

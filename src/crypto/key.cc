#include "crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "crypto/der_codec.h"
#include "crypto/library.h"
#include "crypto/numbers.h"
#include "crypto/sign.h"

namespace azekura::crypto {
namespace {

struct FreeGroup {
  void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
  void operator()(EC_POINT* point) const { EC_POINT_clear_free(point); }
};
using Group = std::unique_ptr<EC_GROUP, FreeGroup>;
using Point = std::unique_ptr<EC_POINT, FreeGroup>;

tl::unexpected<Error> fail_key(std::string what) {
  return fail_library(Code::kInternal, std::move(what));
}

const char* group_name(Curve curve) {
  switch (curve) {
    case Curve::kP256:
      return SN_X9_62_prime256v1;
    case Curve::kP384:
      return SN_secp384r1;
    case Curve::kP521:
      return SN_secp521r1;
  }
  return "";
}

std::size_t field_bits(Curve curve) {
  return curve == Curve::kP256 ? 256 : curve == Curve::kP384 ? 384 : 521;
}

Group make_group(Curve curve) {
  const int nid = curve == Curve::kP256   ? NID_X9_62_prime256v1
                  : curve == Curve::kP384 ? NID_secp384r1
                                          : NID_secp521r1;
  return Group(EC_GROUP_new_by_curve_name_ex(library_context(), library_properties(), nid));
}

Result<KeyHandle> build(const char* type, int selection, KeyParams& params) {
  const KeyContext context(
      EVP_PKEY_CTX_new_from_name(library_context(), type, library_properties()));
  EVP_PKEY* built = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &built, selection, params.list()) != 1) {
    return fail_library(Code::kInvalid, std::string("not a valid ") + type + " key");
  }
  return KeyHandle(built);
}

Number get_number(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return nullptr;
  return Number(number);
}

Result<Bytes> get_octets(const EVP_PKEY* key, const char* name) {
  std::array<std::uint8_t, point_size(Curve::kP521)> buffer;
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key, name, buffer.data(), buffer.size(), &size) != 1) {
    return fail_key("the public key could not be read");
  }
  return to_bytes(ByteView(buffer).first(size));
}

Status check_rsa_public(ByteView modulus, ByteView exponent) {
  if (modulus.size() > kRsaSizeMax) return fail(Code::kInvalid, "the RSA modulus is too long");
  if (modulus.empty() || exponent.empty()) return fail(Code::kInvalid, "an RSA number is missing");
  const Number number = number_from(modulus);
  if (number == nullptr) return fail_key("the RSA modulus could not be read");
  if (static_cast<std::size_t>(BN_num_bits(number.get())) < kRsaImportBitsMin) {
    return fail(Code::kInvalid, "the RSA modulus has fewer than 1024 bits");
  }
  const bool exponent_fits = exponent.size() <= 8 && (exponent.back() & 1) == 1 &&
                             (exponent.size() > 1 || exponent[0] >= 3);
  if ((modulus.back() & 1) == 0 || !exponent_fits) {
    return fail(Code::kInvalid, "the RSA modulus or public exponent is not usable");
  }
  return {};
}

// The point of a scalar, as uncompressed octets.
Result<Bytes> multiply_generator(Curve curve, ByteView scalar) {
  const Group group = make_group(curve);
  const NumberContext context(BN_CTX_secure_new_ex(library_context()));
  const Number number = number_from(scalar);
  if (group == nullptr || context == nullptr || number == nullptr) {
    return fail_key("the EC key could not be made");
  }
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return fail(Code::kInvalid, "the EC private key is not between 1 and the order less 1");
  }
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  const Point point(EC_POINT_new(group.get()));
  Bytes octets(point_size(curve));
  if (point == nullptr ||
      EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, context.get()) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets.data(),
                         octets.size(), context.get()) != octets.size()) {
    return fail_key("the EC public key could not be computed");
  }
  return octets;
}

// Octets of a point in either form to the uncompressed one. What is not on the curve fails.
Result<Bytes> uncompress(Curve curve, ByteView octets) {
  const bool compressed =
      octets.size() == 1 + coordinate_size(curve) && (octets[0] == 0x02 || octets[0] == 0x03);
  const bool uncompressed = octets.size() == point_size(curve) && octets[0] == 0x04;
  if (!compressed && !uncompressed) {
    return fail(Code::kInvalid, "not a point of this curve");
  }
  if (uncompressed) return to_bytes(octets);
  const Group group = make_group(curve);
  const Point point(group == nullptr ? nullptr : EC_POINT_new(group.get()));
  if (point == nullptr) return fail_key("the EC public key could not be made");
  Bytes out(point_size(curve));
  if (EC_POINT_oct2point(group.get(), point.get(), octets.data(), octets.size(), nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(),
                         out.size(), nullptr) != out.size()) {
    return fail_library(Code::kInvalid, "not a point of this curve");
  }
  return out;
}

// A fresh key signs and verifies, or is not given out.
Status test_pair(const PrivateKey& key) {
  static constexpr std::array<std::uint8_t, 32> kDigest = {0xa5, 0x5a, 1, 2, 3};
  SignatureScheme scheme;
  scheme.kind = key.type() == KeyType::kRsa  ? SignatureKind::kRsaPkcs1Hashed
                : key.type() == KeyType::kEc ? SignatureKind::kEcdsa
                                             : SignatureKind::kEd25519;
  ASSIGN_OR_RETURN(Signer signer, Signer::create(key, scheme));
  ASSIGN_OR_RETURN(Verifier verifier, Verifier::create(key.public_key(), scheme));
  std::array<std::uint8_t, kSignatureSizeMax> signature;
  ASSIGN_OR_RETURN(const std::size_t size, signer.sign(kDigest, signature));
  if (!verifier.verify(kDigest, ByteView(signature).first(size))) {
    return fail(Code::kInternal, "a fresh key failed its pairwise consistency test");
  }
  return {};
}

Result<KeyHandle> finish_generation(const KeyContext& context) {
  EVP_PKEY* generated = nullptr;
  if (EVP_PKEY_generate(context.get(), &generated) != 1) {
    return fail_key("the key could not be generated");
  }
  return KeyHandle(generated);
}

KeyContext begin_generation(const char* type) {
  KeyContext context(EVP_PKEY_CTX_new_from_name(library_context(), type, library_properties()));
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1) return nullptr;
  return context;
}

}  // namespace

std::string_view curve_name(Curve curve) {
  switch (curve) {
    case Curve::kP256:
      return "P-256";
    case Curve::kP384:
      return "P-384";
    case Curve::kP521:
      return "P-521";
  }
  return "unknown curve";
}

Result<PublicKey> PublicKey::rsa(ByteView modulus, ByteView exponent) {
  modulus = trim_zeros(modulus);
  exponent = trim_zeros(exponent);
  RETURN_IF_ERROR(check_rsa_public(modulus, exponent));
  KeyParams params;
  params.number(OSSL_PKEY_PARAM_RSA_N, modulus);
  params.number(OSSL_PKEY_PARAM_RSA_E, exponent);
  ASSIGN_OR_RETURN(KeyHandle handle, build("RSA", EVP_PKEY_PUBLIC_KEY, params));
  const auto bits = static_cast<std::size_t>(EVP_PKEY_get_bits(handle.get()));
  return PublicKey(std::move(handle), KeyType::kRsa, Curve::kP256, bits);
}

Result<PublicKey> PublicKey::ec(Curve curve, ByteView point) {
  ASSIGN_OR_RETURN(const Bytes octets, uncompress(curve, point));
  KeyParams params;
  params.text(OSSL_PKEY_PARAM_GROUP_NAME, group_name(curve));
  params.octets(OSSL_PKEY_PARAM_PUB_KEY, octets);
  ASSIGN_OR_RETURN(KeyHandle handle, build("EC", EVP_PKEY_PUBLIC_KEY, params));
  return PublicKey(std::move(handle), KeyType::kEc, curve, field_bits(curve));
}

Result<PublicKey> PublicKey::ed25519(ByteView octets) {
  if (octets.size() != kEd25519Size) {
    return fail(Code::kInvalid, "an Ed25519 public key has 32 octets");
  }
  KeyHandle handle(EVP_PKEY_new_raw_public_key_ex(
      library_context(), "ED25519", library_properties(), octets.data(), octets.size()));
  if (handle == nullptr) return fail_library(Code::kInvalid, "not an Ed25519 public key");
  return PublicKey(std::move(handle), KeyType::kEd25519, Curve::kP256, 256);
}

Result<RsaPublicParts> PublicKey::rsa_parts() const {
  if (type_ != KeyType::kRsa) return fail(Code::kInvalid, "not an RSA key");
  const Number modulus = get_number(handle(), OSSL_PKEY_PARAM_RSA_N);
  const Number exponent = get_number(handle(), OSSL_PKEY_PARAM_RSA_E);
  if (modulus == nullptr || exponent == nullptr) return fail_key("the RSA key could not be read");
  RsaPublicParts parts;
  parts.modulus.resize(static_cast<std::size_t>(BN_num_bytes(modulus.get())));
  parts.exponent.resize(static_cast<std::size_t>(BN_num_bytes(exponent.get())));
  BN_bn2bin(modulus.get(), parts.modulus.data());
  BN_bn2bin(exponent.get(), parts.exponent.data());
  return parts;
}

Result<Bytes> PublicKey::point() const {
  if (type_ == KeyType::kRsa) return fail(Code::kInvalid, "an RSA key has no point");
  return get_octets(handle(), OSSL_PKEY_PARAM_PUB_KEY);
}

Result<PrivateKey> PrivateKey::generate_rsa(std::size_t bits, std::uint64_t exponent) {
  if (bits < kRsaGenerateBitsMin || bits > kRsaGenerateBitsMax || bits % 2 != 0) {
    return fail(Code::kInvalid, "an RSA key is generated with 2048 to 4096 bits");
  }
  if (exponent < kRsaGenerateExponentMin || exponent % 2 == 0) {
    return fail(Code::kInvalid, "an RSA key is generated with an odd exponent of at least 65537");
  }
  std::array<std::uint8_t, 8> octets;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(exponent >> (8 * (7 - i)));
  }
  const Number number = number_from(octets);
  const KeyContext context = begin_generation("RSA");
  if (context == nullptr || number == nullptr ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) != 1 ||
      EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), number.get()) != 1) {
    return fail_key("RSA key generation could not begin");
  }
  ASSIGN_OR_RETURN(KeyHandle handle, finish_generation(context));
  const Number modulus = get_number(handle.get(), OSSL_PKEY_PARAM_RSA_N);
  if (modulus == nullptr) return fail_key("the fresh RSA key could not be read");
  Bytes modulus_octets(static_cast<std::size_t>(BN_num_bytes(modulus.get())));
  BN_bn2bin(modulus.get(), modulus_octets.data());
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::rsa(modulus_octets, octets));
  PrivateKey key(std::move(handle), std::move(public_key));
  RETURN_IF_ERROR(test_pair(key));
  return key;
}

Result<PrivateKey> PrivateKey::generate_ec(Curve curve) {
  const KeyContext context = begin_generation("EC");
  if (context == nullptr || EVP_PKEY_CTX_set_group_name(context.get(), group_name(curve)) != 1) {
    return fail_key("EC key generation could not begin");
  }
  ASSIGN_OR_RETURN(KeyHandle handle, finish_generation(context));
  ASSIGN_OR_RETURN(const Bytes point, get_octets(handle.get(), OSSL_PKEY_PARAM_PUB_KEY));
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::ec(curve, point));
  PrivateKey key(std::move(handle), std::move(public_key));
  RETURN_IF_ERROR(test_pair(key));
  return key;
}

Result<PrivateKey> PrivateKey::generate_ed25519() {
  const KeyContext context = begin_generation("ED25519");
  if (context == nullptr) return fail_key("Ed25519 key generation could not begin");
  ASSIGN_OR_RETURN(KeyHandle handle, finish_generation(context));
  ASSIGN_OR_RETURN(const Bytes octets, get_octets(handle.get(), OSSL_PKEY_PARAM_PUB_KEY));
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::ed25519(octets));
  PrivateKey key(std::move(handle), std::move(public_key));
  RETURN_IF_ERROR(test_pair(key));
  return key;
}

Result<PrivateKey> PrivateKey::rsa(const RsaPrivateView& parts) {
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::rsa(parts.modulus, parts.public_exponent));
  ASSIGN_OR_RETURN(const RsaPrivateParts all, complete_rsa(parts));
  KeyParams params;
  params.number(OSSL_PKEY_PARAM_RSA_N, trim_zeros(parts.modulus));
  params.number(OSSL_PKEY_PARAM_RSA_E, trim_zeros(parts.public_exponent));
  params.number(OSSL_PKEY_PARAM_RSA_D, all.private_exponent.reveal(Purpose::kCipher));
  params.number(OSSL_PKEY_PARAM_RSA_FACTOR1, all.prime1.reveal(Purpose::kCipher));
  params.number(OSSL_PKEY_PARAM_RSA_FACTOR2, all.prime2.reveal(Purpose::kCipher));
  params.number(OSSL_PKEY_PARAM_RSA_EXPONENT1, all.exponent1.reveal(Purpose::kCipher));
  params.number(OSSL_PKEY_PARAM_RSA_EXPONENT2, all.exponent2.reveal(Purpose::kCipher));
  params.number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, all.coefficient.reveal(Purpose::kCipher));
  ASSIGN_OR_RETURN(KeyHandle handle, build("RSA", EVP_PKEY_KEYPAIR, params));
  return PrivateKey(std::move(handle), std::move(public_key));
}

Result<PrivateKey> PrivateKey::ec(Curve curve, ByteView scalar) {
  if (scalar.empty() || scalar.size() > coordinate_size(curve)) {
    return fail(Code::kInvalid, "the EC private key has the wrong size for its curve");
  }
  ASSIGN_OR_RETURN(const Bytes point, multiply_generator(curve, scalar));
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::ec(curve, point));
  KeyParams params;
  params.text(OSSL_PKEY_PARAM_GROUP_NAME, group_name(curve));
  params.octets(OSSL_PKEY_PARAM_PUB_KEY, point);
  params.number(OSSL_PKEY_PARAM_PRIV_KEY, scalar);
  ASSIGN_OR_RETURN(KeyHandle handle, build("EC", EVP_PKEY_KEYPAIR, params));
  return PrivateKey(std::move(handle), std::move(public_key));
}

Result<PrivateKey> PrivateKey::ed25519(ByteView seed) {
  if (seed.size() != kEd25519Size) {
    return fail(Code::kInvalid, "an Ed25519 private key has 32 octets");
  }
  KeyHandle handle(EVP_PKEY_new_raw_private_key_ex(library_context(), "ED25519",
                                                   library_properties(), seed.data(), seed.size()));
  if (handle == nullptr) return fail_library(Code::kInvalid, "not an Ed25519 private key");
  ASSIGN_OR_RETURN(const Bytes octets, get_octets(handle.get(), OSSL_PKEY_PARAM_PUB_KEY));
  ASSIGN_OR_RETURN(PublicKey public_key, PublicKey::ed25519(octets));
  return PrivateKey(std::move(handle), std::move(public_key));
}

Result<RsaPrivateParts> PrivateKey::rsa_parts() const {
  if (type() != KeyType::kRsa) return fail(Code::kInvalid, "not an RSA key");
  RsaPrivateParts parts;
  const std::pair<const char*, Secret*> wanted[] = {
      {OSSL_PKEY_PARAM_RSA_D, &parts.private_exponent},
      {OSSL_PKEY_PARAM_RSA_FACTOR1, &parts.prime1},
      {OSSL_PKEY_PARAM_RSA_FACTOR2, &parts.prime2},
      {OSSL_PKEY_PARAM_RSA_EXPONENT1, &parts.exponent1},
      {OSSL_PKEY_PARAM_RSA_EXPONENT2, &parts.exponent2},
      {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &parts.coefficient},
  };
  for (const auto& [name, part] : wanted) {
    const Number number = get_number(handle(), name);
    if (number == nullptr) return fail_key("the RSA key could not be read");
    *part = secret_from(number.get());
  }
  return parts;
}

Result<Secret> PrivateKey::scalar() const {
  if (type() == KeyType::kEc) {
    const Number number = get_number(handle(), OSSL_PKEY_PARAM_PRIV_KEY);
    if (number == nullptr) return fail_key("the EC key could not be read");
    return secret_from(number.get(), coordinate_size(curve()));
  }
  if (type() == KeyType::kEd25519) {
    Secret seed(kEd25519Size);
    std::size_t size = seed.size();
    if (EVP_PKEY_get_raw_private_key(handle(), seed.fill(Purpose::kCipher).data(), &size) != 1) {
      return fail_key("the Ed25519 key could not be read");
    }
    return seed;
  }
  return fail(Code::kInvalid, "an RSA key has no scalar");
}

Status PrivateKey::check() const {
  // An Ed25519 key is computed from its seed; any seed is good.
  if (type() == KeyType::kEd25519) return {};
  const KeyContext context(
      EVP_PKEY_CTX_new_from_pkey(library_context(), handle(), library_properties()));
  if (context == nullptr) return fail_key("the key could not be tested");
  if (EVP_PKEY_check(context.get()) != 1) {
    return fail_library(Code::kInvalid, "the private key is not sound");
  }
  return {};
}

}  // namespace azekura::crypto

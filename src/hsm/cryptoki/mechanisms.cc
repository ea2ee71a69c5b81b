#include "hsm/cryptoki/mechanisms.h"

#include <array>

namespace azekura::hsm::cryptoki {
namespace {

constexpr CK_ULONG kNoNumber = CK_UNAVAILABLE_INFORMATION;

constexpr CK_FLAGS kEncryptDecrypt = CKF_ENCRYPT | CKF_DECRYPT;
constexpr CK_FLAGS kSignVerify = CKF_SIGN | CKF_VERIFY;
constexpr CK_FLAGS kWrapUnwrap = CKF_WRAP | CKF_UNWRAP;
constexpr CK_FLAGS kEcFlags = CKF_EC_F_P | CKF_EC_OID | CKF_EC_UNCOMPRESS;
constexpr CK_FLAGS kEdwardsFlags = CKF_EC_OID | CKF_EC_CURVENAME;

constexpr CK_ULONG kRsaBitsMin = 1024;
constexpr CK_ULONG kRsaBitsMax = 8192;

constexpr MechanismFacts digest(CK_MECHANISM_TYPE type) {
  return {type, Family::kDigest, ParameterKind::kNone, kNoNumber, type, type, 0, 0, CKF_DIGEST,
          false};
}

constexpr MechanismFacts hmac(CK_MECHANISM_TYPE type, CK_MECHANISM_TYPE digest,
                              ParameterKind parameter) {
  return {type,        Family::kHmac, parameter, CKK_GENERIC_SECRET,
          digest,      type,          1,         kSecretBytesMax,
          kSignVerify, false};
}

constexpr MechanismFacts aes(CK_MECHANISM_TYPE type, Family family, ParameterKind parameter,
                             CK_FLAGS flags) {
  return {type, family, parameter, CKK_AES, kNoNumber, type, 16, 32, flags, false};
}

// Signs a digest, or deciphers: what is given to it is one piece.
constexpr MechanismFacts rsa(CK_MECHANISM_TYPE type, Family family, ParameterKind parameter,
                             CK_FLAGS flags) {
  return {type, family, parameter, CKK_RSA, kNoNumber, type, kRsaBitsMin, kRsaBitsMax, flags, true};
}

constexpr MechanismFacts rsa_hashed(CK_MECHANISM_TYPE type, CK_MECHANISM_TYPE base,
                                    CK_MECHANISM_TYPE digest) {
  const bool pss = base == CKM_RSA_PKCS_PSS;
  return {type,
          pss ? Family::kRsaPss : Family::kRsaPkcs1,
          pss ? ParameterKind::kPss : ParameterKind::kNone,
          CKK_RSA,
          digest,
          base,
          kRsaBitsMin,
          kRsaBitsMax,
          kSignVerify,
          false};
}

constexpr MechanismFacts ec(CK_MECHANISM_TYPE type, Family family, ParameterKind parameter,
                            CK_FLAGS flags) {
  return {type, family, parameter, CKK_EC, kNoNumber, type, 256, 521, flags | kEcFlags, true};
}

constexpr MechanismFacts ecdsa_hashed(CK_MECHANISM_TYPE type, CK_MECHANISM_TYPE digest) {
  return {type,
          Family::kEcdsa,
          ParameterKind::kNone,
          CKK_EC,
          digest,
          CKM_ECDSA,
          256,
          521,
          kSignVerify | kEcFlags,
          false};
}

constexpr MechanismFacts generation(CK_MECHANISM_TYPE type, CK_KEY_TYPE key_type, CK_ULONG min,
                                    CK_ULONG max, CK_FLAGS flags) {
  const bool pair = (flags & CKF_GENERATE_KEY_PAIR) != 0;
  return {type,
          pair ? Family::kGenerateKeyPair : Family::kGenerateKey,
          ParameterKind::kNone,
          key_type,
          kNoNumber,
          type,
          min,
          max,
          flags,
          true};
}

// CKM_RSA_PKCS wraps and unwraps nothing: an unwrapping that fails or not by the padding inside is
// Bleichenbacher's oracle, and implicit rejection does not close it when the key's length is known.
// AES-CBC wraps nothing either: it does not authenticate, so a blob could be cut and spliced into
// another key.
constexpr std::array kMechanisms = {
    generation(CKM_RSA_PKCS_KEY_PAIR_GEN, CKK_RSA, 2048, 4096, CKF_GENERATE_KEY_PAIR),
    rsa(CKM_RSA_PKCS, Family::kRsaPkcs1, ParameterKind::kNone, kEncryptDecrypt | kSignVerify),
    rsa(CKM_RSA_PKCS_OAEP, Family::kRsaOaep, ParameterKind::kOaep, kEncryptDecrypt | kWrapUnwrap),
    rsa(CKM_RSA_PKCS_PSS, Family::kRsaPss, ParameterKind::kPss, kSignVerify),
    rsa_hashed(CKM_SHA1_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA_1),
    rsa_hashed(CKM_SHA224_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA224),
    rsa_hashed(CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA256),
    rsa_hashed(CKM_SHA384_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA384),
    rsa_hashed(CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS, CKM_SHA512),
    rsa_hashed(CKM_SHA1_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA_1),
    rsa_hashed(CKM_SHA224_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA224),
    rsa_hashed(CKM_SHA256_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA256),
    rsa_hashed(CKM_SHA384_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA384),
    rsa_hashed(CKM_SHA512_RSA_PKCS_PSS, CKM_RSA_PKCS_PSS, CKM_SHA512),

    generation(CKM_EC_KEY_PAIR_GEN, CKK_EC, 256, 521, CKF_GENERATE_KEY_PAIR | kEcFlags),
    ec(CKM_ECDSA, Family::kEcdsa, ParameterKind::kNone, kSignVerify),
    ecdsa_hashed(CKM_ECDSA_SHA1, CKM_SHA_1),
    ecdsa_hashed(CKM_ECDSA_SHA224, CKM_SHA224),
    ecdsa_hashed(CKM_ECDSA_SHA256, CKM_SHA256),
    ecdsa_hashed(CKM_ECDSA_SHA384, CKM_SHA384),
    ecdsa_hashed(CKM_ECDSA_SHA512, CKM_SHA512),
    ec(CKM_ECDH1_DERIVE, Family::kEcdh, ParameterKind::kEcdh, CKF_DERIVE),
    generation(CKM_EC_EDWARDS_KEY_PAIR_GEN, CKK_EC_EDWARDS, 256, 256,
               CKF_GENERATE_KEY_PAIR | kEdwardsFlags),
    MechanismFacts{CKM_EDDSA, Family::kEddsa, ParameterKind::kEddsa, CKK_EC_EDWARDS, kNoNumber,
                   CKM_EDDSA, 256, 256, kSignVerify | kEdwardsFlags, true},

    generation(CKM_AES_KEY_GEN, CKK_AES, 16, 32, CKF_GENERATE),
    aes(CKM_AES_CBC, Family::kAesCbc, ParameterKind::kIv, kEncryptDecrypt),
    aes(CKM_AES_CBC_PAD, Family::kAesCbcPad, ParameterKind::kIv, kEncryptDecrypt),
    aes(CKM_AES_CTR, Family::kAesCtr, ParameterKind::kCounter, kEncryptDecrypt),
    aes(CKM_AES_GCM, Family::kAesGcm, ParameterKind::kGcm, kEncryptDecrypt),
    aes(CKM_AES_KEY_WRAP, Family::kAesKeyWrap, ParameterKind::kOptionalIv, kWrapUnwrap),
    aes(CKM_AES_KEY_WRAP_KWP, Family::kAesKeyWrapKwp, ParameterKind::kOptionalIv, kWrapUnwrap),

    generation(CKM_GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, 8, kSecretBytesMax * 8,
               CKF_GENERATE),
    hmac(CKM_SHA_1_HMAC, CKM_SHA_1, ParameterKind::kNone),
    hmac(CKM_SHA_1_HMAC_GENERAL, CKM_SHA_1, ParameterKind::kMacLength),
    hmac(CKM_SHA224_HMAC, CKM_SHA224, ParameterKind::kNone),
    hmac(CKM_SHA224_HMAC_GENERAL, CKM_SHA224, ParameterKind::kMacLength),
    hmac(CKM_SHA256_HMAC, CKM_SHA256, ParameterKind::kNone),
    hmac(CKM_SHA256_HMAC_GENERAL, CKM_SHA256, ParameterKind::kMacLength),
    hmac(CKM_SHA384_HMAC, CKM_SHA384, ParameterKind::kNone),
    hmac(CKM_SHA384_HMAC_GENERAL, CKM_SHA384, ParameterKind::kMacLength),
    hmac(CKM_SHA512_HMAC, CKM_SHA512, ParameterKind::kNone),
    hmac(CKM_SHA512_HMAC_GENERAL, CKM_SHA512, ParameterKind::kMacLength),

    digest(CKM_SHA_1),
    digest(CKM_SHA224),
    digest(CKM_SHA256),
    digest(CKM_SHA384),
    digest(CKM_SHA512),
};

// The table is indexed by type, so that finding costs one load on every operation.
constexpr CK_MECHANISM_TYPE type_max() {
  CK_MECHANISM_TYPE max = 0;
  for (const MechanismFacts& facts : kMechanisms) max = facts.type > max ? facts.type : max;
  return max;
}
constexpr std::uint8_t kAbsent = 0xff;
static_assert(kMechanisms.size() < kAbsent);
static_assert(type_max() < 0x4000, "too sparse for an array");

constexpr auto kIndex = [] {
  std::array<std::uint8_t, type_max() + 1> index{};
  for (std::uint8_t& entry : index) entry = kAbsent;
  for (std::size_t i = 0; i < kMechanisms.size(); ++i) {
    index[kMechanisms[i].type] = static_cast<std::uint8_t>(i);
  }
  return index;
}();

CK_KEY_TYPE hmac_key_type(CK_MECHANISM_TYPE digest) {
  switch (digest) {
    case CKM_SHA_1:
      return CKK_SHA_1_HMAC;
    case CKM_SHA224:
      return CKK_SHA224_HMAC;
    case CKM_SHA256:
      return CKK_SHA256_HMAC;
    case CKM_SHA384:
      return CKK_SHA384_HMAC;
    case CKM_SHA512:
      return CKK_SHA512_HMAC;
    default:
      return CKK_GENERIC_SECRET;
  }
}

tl::unexpected<Failure> bad_parameter(const char* why) {
  return refuse(CKR_MECHANISM_PARAM_INVALID, why);
}

Outcome<void> check_pss(const MechanismFacts& mechanism, const ParameterShape& shape) {
  if (digest_size(shape.number_a) == 0) return bad_parameter("PSS: unknown hash");
  if (digest_size(digest_of_mgf(shape.number_b)) == 0) return bad_parameter("PSS: unknown MGF");
  if (mechanism.hash_and_sign() && shape.number_a != mechanism.digest) {
    return bad_parameter("PSS: the hash is not the mechanism's");
  }
  if (shape.number_c > kRsaBitsMax / 8) return bad_parameter("PSS: the salt is too long");
  return {};
}

Outcome<void> check_gcm(const ParameterShape& shape) {
  const std::uint64_t bits = shape.number_a;
  if (shape.first_size < 1 || shape.first_size > kGcmIvBytesMax) {
    return bad_parameter("GCM: the IV has 1 to 128 octets");
  }
  if (shape.second_size > kGcmAadBytesMax) return bad_parameter("GCM: the AAD is too long");
  if (bits != 32 && bits != 64 && (bits % 8 != 0 || bits < 96 || bits > 128)) {
    return bad_parameter("GCM: the tag has 32, 64, 96, 104, 112, 120 or 128 bits");
  }
  return {};
}

bool is_kdf(std::uint64_t kdf) {
  switch (kdf) {
    case CKD_NULL:
    case CKD_SHA1_KDF:
    case CKD_SHA224_KDF:
    case CKD_SHA256_KDF:
    case CKD_SHA384_KDF:
    case CKD_SHA512_KDF:
      return true;
    default:
      return false;
  }
}

Outcome<void> check_ecdh(const ParameterShape& shape) {
  if (!is_kdf(shape.number_a)) return bad_parameter("ECDH: unknown KDF");
  if (shape.first_size > kEcdhSharedDataBytesMax) {
    return bad_parameter("ECDH: the shared data is too long");
  }
  if (shape.number_a == CKD_NULL && shape.first_size > 0) {
    return bad_parameter("ECDH: CKD_NULL takes no shared data");
  }
  if (shape.second_size == 0) return bad_parameter("ECDH: the peer's point is missing");
  return {};
}

}  // namespace

std::span<const MechanismFacts> all_mechanisms() { return kMechanisms; }

const MechanismFacts* find_mechanism(CK_MECHANISM_TYPE type) {
  if (type >= kIndex.size() || kIndex[type] == kAbsent) return nullptr;
  return &kMechanisms[kIndex[type]];
}

bool accepts_key(const MechanismFacts& mechanism, CK_FLAGS operation, CK_OBJECT_CLASS object_class,
                 CK_KEY_TYPE key_type) {
  switch (mechanism.family) {
    case Family::kHmac:
      return object_class == CKO_SECRET_KEY &&
             (key_type == CKK_GENERIC_SECRET || key_type == hmac_key_type(mechanism.digest));
    case Family::kAesCbc:
    case Family::kAesCbcPad:
    case Family::kAesCtr:
    case Family::kAesGcm:
    case Family::kAesKeyWrap:
    case Family::kAesKeyWrapKwp:
      return object_class == CKO_SECRET_KEY && key_type == CKK_AES;
    case Family::kRsaPkcs1:
    case Family::kRsaPss:
    case Family::kRsaOaep:
    case Family::kEcdsa:
    case Family::kEddsa:
    case Family::kEcdh: {
      const bool by_public_half = (operation & (CKF_ENCRYPT | CKF_VERIFY | CKF_WRAP)) != 0;
      return object_class == (by_public_half ? CKO_PUBLIC_KEY : CKO_PRIVATE_KEY) &&
             key_type == mechanism.key_type;
    }
    case Family::kDigest:
    case Family::kGenerateKey:
    case Family::kGenerateKeyPair:
      return false;
  }
  return false;
}

Outcome<void> check_parameter(const MechanismFacts& mechanism, const ParameterShape& shape) {
  const bool numbers = shape.number_a != 0 || shape.number_b != 0 || shape.number_c != 0;
  const bool no_second = shape.second_size == 0;
  switch (mechanism.parameter) {
    case ParameterKind::kNone:
    case ParameterKind::kEddsa:
      if (numbers || shape.first_size != 0 || !no_second) {
        return bad_parameter("the mechanism takes no parameter");
      }
      return {};
    case ParameterKind::kIv:
      if (numbers || shape.first_size != 16 || !no_second) {
        return bad_parameter("the IV has 16 octets");
      }
      return {};
    case ParameterKind::kOptionalIv: {
      const std::size_t size = mechanism.family == Family::kAesKeyWrap ? 8 : 4;
      if (numbers || (shape.first_size != 0 && shape.first_size != size) || !no_second) {
        return bad_parameter("the IV has 8 octets, for KWP 4, or is left out");
      }
      return {};
    }
    case ParameterKind::kCounter:
      if (shape.number_a < 1 || shape.number_a > 128 || shape.first_size != 16 || !no_second) {
        return bad_parameter("CTR: 1 to 128 counter bits and a block of 16 octets");
      }
      return {};
    case ParameterKind::kGcm:
      return check_gcm(shape);
    case ParameterKind::kMacLength:
      if (shape.number_a < 1 || shape.number_a > digest_size(mechanism.digest)) {
        return bad_parameter("the MAC's length is not within the hash's");
      }
      return {};
    case ParameterKind::kPss:
      return check_pss(mechanism, shape);
    case ParameterKind::kOaep:
      if (digest_size(shape.number_a) == 0) return bad_parameter("OAEP: unknown hash");
      if (digest_size(digest_of_mgf(shape.number_b)) == 0) {
        return bad_parameter("OAEP: unknown MGF");
      }
      if (shape.first_size > kOaepLabelBytesMax) return bad_parameter("OAEP: label too long");
      return {};
    case ParameterKind::kEcdh:
      return check_ecdh(shape);
  }
  return bad_parameter("unknown parameter");
}

std::size_t digest_size(CK_MECHANISM_TYPE digest) {
  switch (digest) {
    case CKM_SHA_1:
      return 20;
    case CKM_SHA224:
      return 28;
    case CKM_SHA256:
      return 32;
    case CKM_SHA384:
      return 48;
    case CKM_SHA512:
      return 64;
    default:
      return 0;
  }
}

CK_MECHANISM_TYPE digest_of_mgf(std::uint64_t mgf) {
  switch (mgf) {
    case CKG_MGF1_SHA1:
      return CKM_SHA_1;
    case CKG_MGF1_SHA224:
      return CKM_SHA224;
    case CKG_MGF1_SHA256:
      return CKM_SHA256;
    case CKG_MGF1_SHA384:
      return CKM_SHA384;
    case CKG_MGF1_SHA512:
      return CKM_SHA512;
    default:
      return kNoNumber;
  }
}

}  // namespace azekura::hsm::cryptoki

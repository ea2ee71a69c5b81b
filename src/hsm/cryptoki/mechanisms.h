// Mechanism facts: which mechanisms this HSM has, and what PKCS#11 3.2 §6 says of each. Pure.
//
// One table for both sides: the module answers C_GetMechanismList and C_GetMechanismInfo and checks
// …Init from it without a round trip; the daemon, which alone decides, checks again.
// Nothing here allocates or locks, except where an Outcome refuses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hsm/cryptoki/outcome.h"
#include "hsm/cryptoki/pkcs11.h"

namespace azekura::hsm::cryptoki {

// What a mechanism is at heart; the hashed forms are in the family of their base.
enum class Family : std::uint8_t {
  kDigest,
  kHmac,
  kAesCbc,
  kAesCbcPad,
  kAesCtr,
  kAesGcm,
  kAesKeyWrap,
  kAesKeyWrapKwp,
  kRsaPkcs1,
  kRsaPss,
  kRsaOaep,
  kEcdsa,
  kEddsa,
  kEcdh,
  kGenerateKey,
  kGenerateKeyPair,
};

// Which parameter a mechanism takes.
enum class ParameterKind : std::uint8_t {
  kNone,        // no parameter
  kIv,          // 16 octets
  kOptionalIv,  // AES key wrap: nothing, or the standard's own initial value (8 or 4 octets)
  kCounter,     // CK_AES_CTR_PARAMS
  kGcm,         // CK_GCM_PARAMS
  kMacLength,   // CK_MAC_GENERAL_PARAMS
  kPss,         // CK_RSA_PKCS_PSS_PARAMS
  kOaep,        // CK_RSA_PKCS_OAEP_PARAMS
  kEcdh,        // CK_ECDH1_DERIVE_PARAMS
  kEddsa,       // nothing: pure Ed25519; a CK_EDDSA_PARAMS asks for a variant and is refused
};

struct MechanismFacts {
  CK_MECHANISM_TYPE type;
  Family family;
  ParameterKind parameter;
  // Of the key that it uses, or makes. CK_UNAVAILABLE_INFORMATION for digests.
  CK_KEY_TYPE key_type;
  // Digests: the type itself. HMAC and hash-and-sign: the digest inside (CKM_SHA256). Others:
  // CK_UNAVAILABLE_INFORMATION.
  CK_MECHANISM_TYPE digest;
  // Hash-and-sign: the mechanism that signs the digest as the daemon's `prehashed` does
  // (CKM_ECDSA for CKM_ECDSA_SHA256, CKM_RSA_PKCS for CKM_SHA256_RSA_PKCS). Others: the type
  // itself.
  CK_MECHANISM_TYPE base;
  // As in CK_MECHANISM_INFO: bits for RSA and EC keys and for CKM_GENERIC_SECRET_KEY_GEN, octets
  // for AES and HMAC keys, 0 for digests.
  CK_ULONG key_size_min;
  CK_ULONG key_size_max;
  CK_FLAGS flags;  // CKF_SIGN and so on
  // C_…Update is refused: the mechanism sees its data as one piece.
  bool single_part;

  bool hash_and_sign() const { return type != base; }
  CK_MECHANISM_INFO info() const { return {key_size_min, key_size_max, flags}; }
};

// In the order of C_GetMechanismList.
std::span<const MechanismFacts> all_mechanisms();

// Null for a mechanism that this HSM does not have. Constant time, no lock.
const MechanismFacts* find_mechanism(CK_MECHANISM_TYPE type);

// True when a key of this class and type is one for the mechanism: the public half verifies,
// encrypts and wraps, the private half does the rest; HMAC takes generic secrets and the CKK_…_HMAC
// of its digest. `operation` is one of CKF_ENCRYPT, DECRYPT, SIGN, VERIFY, WRAP, UNWRAP, DERIVE.
// Does not look at the mechanism's flags.
bool accepts_key(const MechanismFacts& mechanism, CK_FLAGS operation, CK_OBJECT_CLASS object_class,
                 CK_KEY_TYPE key_type);

// A mechanism's parameter, flattened as wire::Mechanism says, with sizes in place of octets.
struct ParameterShape {
  std::uint64_t number_a = 0;
  std::uint64_t number_b = 0;
  std::uint64_t number_c = 0;
  std::size_t first_size = 0;
  std::size_t second_size = 0;
};
// CKR_MECHANISM_PARAM_INVALID unless the parameter is one that the mechanism can have whatever the
// key: sizes and numbers in range, hash and mask function known and fitting the mechanism.
Outcome<void> check_parameter(const MechanismFacts& mechanism, const ParameterShape& shape);

inline constexpr std::size_t kGcmIvBytesMax = 128;  // what libcrypto takes; PKCS#11 allows 256
inline constexpr std::size_t kGcmAadBytesMax = 32 * 1024;  // must fit a frame's head
inline constexpr std::size_t kOaepLabelBytesMax = 1024;
inline constexpr std::size_t kEcdhSharedDataBytesMax = 1024;
inline constexpr std::size_t kSecretBytesMax = 4096;  // a generic secret

// Octets of a digest mechanism's result; 0 for what is not one of ours.
std::size_t digest_size(CK_MECHANISM_TYPE digest);
// CKM_SHA256 for CKG_MGF1_SHA256 and so on; CK_UNAVAILABLE_INFORMATION for what is not one of ours.
CK_MECHANISM_TYPE digest_of_mgf(std::uint64_t mgf);

}  // namespace azekura::hsm::cryptoki

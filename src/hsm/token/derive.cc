// Keys from key agreement: CKM_ECDH1_DERIVE (PKCS#11 3.2 §6.3.17).
#include "crypto/ecdh.h"
#include "crypto/kdf.h"
#include "hsm/token/admission.h"
#include "hsm/token/crypto_terms.h"
#include "hsm/token/key_material.h"
#include "hsm/token/mechanisms.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::MechanismFacts;

CK_MECHANISM_TYPE digest_of_kdf(std::uint64_t kdf) {
  switch (kdf) {
    case CKD_SHA1_KDF:
      return CKM_SHA_1;
    case CKD_SHA224_KDF:
      return CKM_SHA224;
    case CKD_SHA256_KDF:
      return CKM_SHA256;
    case CKD_SHA384_KDF:
      return CKM_SHA384;
    default:
      return CKM_SHA512;
  }
}

// The last octets of `value`: "the truncation removes bytes from the leading end".
Secret last_of(const Secret& value, std::size_t size) {
  const ByteView all = value.reveal(Purpose::kDerive);
  return Secret::copy_of(all.last(size));
}

}  // namespace

Outcome<void> derive_key(const wire::Mechanism& mechanism, const Object& base_key, Draft& key) {
  ASSIGN_OR_RETURN(const MechanismFacts* facts, known_mechanism(mechanism));
  RETURN_IF_ERROR(admit(base_key, *facts, CKF_DERIVE));
  if (key.attributes.number(CKA_CLASS) != CKO_SECRET_KEY) {
    return refuse(CKR_TEMPLATE_INCONSISTENT, "only secret keys are derived");
  }
  const bool raw = mechanism.number_a == CKD_NULL;
  const CK_KEY_TYPE key_type = key.attributes.number(CKA_KEY_TYPE);
  if (!key.attributes.has(CKA_VALUE_LEN) && key_type == CKK_AES) {
    return refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_VALUE_LEN is missing");
  }

  ASSIGN_OR_RETURN(const crypto::PrivateKey own, private_key_of(base_key.draft()));
  auto shared = crypto::ecdh(own, mechanism.second);
  if (!shared) return refuse_as({.invalid = CKR_MECHANISM_PARAM_INVALID}, shared.error());

  const CK_MECHANISM_TYPE digest = digest_of_kdf(mechanism.number_a);
  const std::uint64_t size =
      key.attributes.number(CKA_VALUE_LEN, raw ? shared->size() : cryptoki::digest_size(digest));
  RETURN_IF_ERROR(check_secret_size(key_type, size));
  if (raw) {
    if (size > shared->size()) {
      return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_VALUE_LEN is longer than the shared secret");
    }
    return set_secret_value(key, last_of(*shared, size));
  }
  auto value =
      crypto::x963_kdf(hash_of(digest), shared->reveal(Purpose::kDerive), mechanism.first, size);
  if (!value) return refuse_as({.invalid = CKR_KEY_SIZE_RANGE}, value.error());
  return set_secret_value(key, std::move(*value));
}

}  // namespace azekura::hsm::token

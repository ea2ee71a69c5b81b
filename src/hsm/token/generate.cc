// Keys that are made here.
#include <algorithm>

#include "crypto/der.h"
#include "crypto/random.h"
#include "hsm/cryptoki/mechanisms.h"
#include "hsm/token/admission.h"
#include "hsm/token/crypto_terms.h"
#include "hsm/token/key_material.h"
#include "hsm/token/mechanisms.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::MechanismFacts;

Outcome<const MechanismFacts*> maker(const wire::Mechanism& mechanism, CK_FLAGS operation) {
  ASSIGN_OR_RETURN(const MechanismFacts* facts, known_mechanism(mechanism));
  if ((facts->flags & operation) == 0) {
    return refuse(CKR_MECHANISM_INVALID, "the mechanism makes no such key");
  }
  return facts;
}

Outcome<crypto::PrivateKey> new_rsa(const Draft& public_key, const MechanismFacts& facts) {
  const std::uint64_t bits = public_key.attributes.number(CKA_MODULUS_BITS);
  if (bits < facts.key_size_min || bits > facts.key_size_max || bits % 2 != 0) {
    return refuse(CKR_KEY_SIZE_RANGE, "CKA_MODULUS_BITS: 2048 to 4096, even");
  }
  std::uint64_t exponent = 0;
  const Bytes* given = public_key.attributes.find(CKA_PUBLIC_EXPONENT);
  if (given == nullptr) {
    exponent = crypto::kRsaGenerateExponentMin;
  } else {
    const auto first = std::find_if(given->begin(), given->end(), [](auto o) { return o != 0; });
    if (given->end() - first > static_cast<std::ptrdiff_t>(sizeof exponent)) {
      return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "CKA_PUBLIC_EXPONENT has more than 64 bits");
    }
    for (auto at = first; at != given->end(); ++at) exponent = exponent << 8 | *at;
  }
  auto key = crypto::PrivateKey::generate_rsa(bits, exponent);
  if (!key) return refuse_as({.invalid = CKR_ATTRIBUTE_VALUE_INVALID}, key.error());
  return std::move(*key);
}

Outcome<crypto::PrivateKey> new_curve_key(const Draft& public_key, CK_KEY_TYPE key_type) {
  const Bytes* params = public_key.attributes.find(CKA_EC_PARAMS);
  if (params == nullptr) return refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_EC_PARAMS is missing");
  const auto made = [&]() -> Result<crypto::PrivateKey> {
    if (key_type == CKK_EC_EDWARDS) {
      if (!crypto::is_ed25519_params(*params)) {
        return fail(Code::kUnsupported, "an Edwards curve other than Ed25519");
      }
      return crypto::PrivateKey::generate_ed25519();
    }
    ASSIGN_OR_RETURN(const crypto::Curve curve, crypto::curve_from_params(*params));
    return crypto::PrivateKey::generate_ec(curve);
  };
  auto key = made();
  if (!key) return refuse_as({.invalid = CKR_CURVE_NOT_SUPPORTED}, key.error());
  return std::move(*key);
}

}  // namespace

Outcome<CK_KEY_TYPE> key_type_made_by(CK_MECHANISM_TYPE mechanism) {
  const MechanismFacts* facts = cryptoki::find_mechanism(mechanism);
  if (facts == nullptr || (facts->flags & (CKF_GENERATE | CKF_GENERATE_KEY_PAIR)) == 0) {
    return refuse(CKR_MECHANISM_INVALID, "the mechanism makes no keys");
  }
  return facts->key_type;
}

Outcome<void> generate_key(const wire::Mechanism& mechanism, Draft& key) {
  ASSIGN_OR_RETURN(const MechanismFacts* facts, maker(mechanism, CKF_GENERATE));
  if (!key.attributes.has(CKA_VALUE_LEN)) {
    return refuse(CKR_TEMPLATE_INCOMPLETE, "CKA_VALUE_LEN is missing");
  }
  const std::uint64_t size = key.attributes.number(CKA_VALUE_LEN);
  RETURN_IF_ERROR(check_secret_size(facts->key_type, size));
  auto value = crypto::random_secret(size);
  if (!value) return refuse_as({}, value.error());
  return set_secret_value(key, std::move(*value));
}

Outcome<void> generate_key_pair(const wire::Mechanism& mechanism, Draft& public_key,
                                Draft& private_key) {
  ASSIGN_OR_RETURN(const MechanismFacts* facts, maker(mechanism, CKF_GENERATE_KEY_PAIR));
  ASSIGN_OR_RETURN(const crypto::PrivateKey key, facts->key_type == CKK_RSA
                                                     ? new_rsa(public_key, *facts)
                                                     : new_curve_key(public_key, facts->key_type));
  if (const Bytes* params = public_key.attributes.find(CKA_EC_PARAMS)) {
    private_key.attributes.set(CKA_EC_PARAMS, *params);
  }
  RETURN_IF_ERROR(set_public_key(public_key, key.public_key()));
  return set_private_key(private_key, key);
}

}  // namespace azekura::hsm::token

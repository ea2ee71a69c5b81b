#include "hsm/token/admission.h"

#include <cstring>

#include "hsm/cryptoki/names.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::MechanismFacts;

CK_ATTRIBUTE_TYPE usage_attribute(CK_FLAGS operation) {
  switch (operation) {
    case CKF_ENCRYPT:
      return CKA_ENCRYPT;
    case CKF_DECRYPT:
      return CKA_DECRYPT;
    case CKF_SIGN:
      return CKA_SIGN;
    case CKF_VERIFY:
      return CKA_VERIFY;
    case CKF_WRAP:
      return CKA_WRAP;
    case CKF_UNWRAP:
      return CKA_UNWRAP;
    default:
      return CKA_DERIVE;
  }
}

CK_RV wrong_type(CK_FLAGS operation) {
  if (operation == CKF_WRAP) return CKR_WRAPPING_KEY_TYPE_INCONSISTENT;
  if (operation == CKF_UNWRAP) return CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT;
  return CKR_KEY_TYPE_INCONSISTENT;
}

bool allowed(const Object& key, CK_MECHANISM_TYPE mechanism) {
  const Bytes* list = key.attributes().find(CKA_ALLOWED_MECHANISMS);
  if (list == nullptr) return true;
  for (std::size_t at = 0; at + sizeof mechanism <= list->size(); at += sizeof mechanism) {
    if (std::memcmp(list->data() + at, &mechanism, sizeof mechanism) == 0) return true;
  }
  return false;
}

// In the mechanism's unit. Zero where the key's type leaves no choice.
std::uint64_t size_of(const Object& key) {
  switch (key.key_type()) {
    case CKK_RSA: {
      const Bytes* modulus = key.attributes().find(CKA_MODULUS);
      return modulus == nullptr ? 0 : modulus->size() * 8;
    }
    case CKK_EC:
    case CKK_EC_EDWARDS:
      return 0;
    default:
      return key.attributes().number(CKA_VALUE_LEN, 0);
  }
}

}  // namespace

Outcome<void> admit(const Object& key, const MechanismFacts& mechanism, CK_FLAGS operation) {
  if ((mechanism.flags & operation) == 0) {
    return refuse(CKR_MECHANISM_INVALID, "the mechanism cannot do this");
  }
  if (!cryptoki::accepts_key(mechanism, operation, key.object_class(), key.key_type())) {
    return refuse(wrong_type(operation), "the key is not one for the mechanism");
  }
  if (!key.may(usage_attribute(operation))) {
    return refuse(
        CKR_KEY_FUNCTION_NOT_PERMITTED,
        std::string(cryptoki::name_of_attribute(usage_attribute(operation))) + " is not true");
  }
  if (!allowed(key, mechanism.type)) {
    return refuse(CKR_MECHANISM_INVALID, "CKA_ALLOWED_MECHANISMS does not name the mechanism");
  }
  const std::uint64_t size = size_of(key);
  if (size != 0 && (size < mechanism.key_size_min || size > mechanism.key_size_max)) {
    return refuse(CKR_KEY_SIZE_RANGE, "the key's size is not one for the mechanism");
  }
  return {};
}

Outcome<const MechanismFacts*> known_mechanism(const wire::Mechanism& mechanism) {
  const MechanismFacts* facts = cryptoki::find_mechanism(mechanism.type);
  if (facts == nullptr) return refuse(CKR_MECHANISM_INVALID, "unknown mechanism");
  RETURN_IF_ERROR(
      check_parameter(*facts, {mechanism.number_a, mechanism.number_b, mechanism.number_c,
                               mechanism.first.size(), mechanism.second.size()}));
  return facts;
}

}  // namespace azekura::hsm::token

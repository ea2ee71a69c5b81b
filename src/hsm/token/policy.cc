#include "hsm/token/policy.h"

#include <algorithm>

#include "hsm/token/attributes.h"

namespace azekura::hsm::token {
namespace {

// Whether the nested template under `type` says that `flag` is to have this value.
bool consents(const Object& key, CK_ATTRIBUTE_TYPE type, CK_ATTRIBUTE_TYPE flag, bool value) {
  const Bytes* nested = key.attributes().find(type);
  if (nested == nullptr) return false;
  const auto attributes = nested_template(*nested);
  return attributes && std::any_of(attributes->begin(), attributes->end(), [&](const auto& each) {
           return each.type == flag && each.value.size() == 1 && (each.value[0] != 0) == value;
         });
}

}  // namespace

Outcome<void> may_wrap(const Object& wrapping_key, const Object& key) {
  if (!key.is_extractable()) return refuse(CKR_KEY_UNEXTRACTABLE, "the key is not extractable");
  if (key.attributes().flag(CKA_WRAP_WITH_TRUSTED) &&
      !wrapping_key.attributes().flag(CKA_TRUSTED)) {
    return refuse(CKR_KEY_NOT_WRAPPABLE, "the key is only for wrapping under a trusted key");
  }
  if (key.is_sensitive() && wrapping_key.draft().ever_decrypting) {
    return refuse(CKR_KEY_NOT_WRAPPABLE,
                  "a sensitive key under one that decrypts: its value could be read");
  }
  if (key.is_sensitive() && consents(wrapping_key, CKA_UNWRAP_TEMPLATE, CKA_SENSITIVE, false)) {
    return refuse(CKR_KEY_NOT_WRAPPABLE,
                  "a sensitive key under one that unwraps keys for all to read");
  }
  if (const Bytes* nested = wrapping_key.attributes().find(CKA_WRAP_TEMPLATE)) {
    const auto wanted = nested_template(*nested);
    if (!wanted || !matches(key, *wanted)) {
      return refuse(CKR_KEY_HANDLE_INVALID, "the key is not what CKA_WRAP_TEMPLATE asks for");
    }
  }
  return {};
}

Outcome<void> may_unwrap(const Object& unwrapping_key, const Draft& key) {
  if (!key.attributes.flag(CKA_SENSITIVE, true) &&
      !consents(unwrapping_key, CKA_UNWRAP_TEMPLATE, CKA_SENSITIVE, false)) {
    return refuse(CKR_TEMPLATE_INCONSISTENT,
                  "CKA_SENSITIVE=false without the consent of CKA_UNWRAP_TEMPLATE");
  }
  if (key.attributes.flag(CKA_EXTRACTABLE) && unwrapping_key.attributes().flag(CKA_TRUSTED) &&
      !consents(unwrapping_key, CKA_UNWRAP_TEMPLATE, CKA_EXTRACTABLE, true)) {
    return refuse(CKR_TEMPLATE_INCONSISTENT,
                  "CKA_EXTRACTABLE under a trusted key without the consent of CKA_UNWRAP_TEMPLATE");
  }
  // Whoever unwraps a blob twice, once to wrap and once to decrypt, reads whatever the first wraps.
  if (key.attributes.flag(CKA_WRAP) &&
      !consents(unwrapping_key, CKA_UNWRAP_TEMPLATE, CKA_WRAP, true)) {
    return refuse(CKR_TEMPLATE_INCONSISTENT,
                  "CKA_WRAP for an unwrapped key without the consent of CKA_UNWRAP_TEMPLATE");
  }
  return {};
}

}  // namespace azekura::hsm::token

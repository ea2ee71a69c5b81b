// Policy: what attributes alone do not forbid, and a key's life demands. Pure.
#pragma once

#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"

namespace azekura::hsm::token {

// C_WrapKey. CKR_KEY_UNEXTRACTABLE; CKR_KEY_NOT_WRAPPABLE for a key with CKA_WRAP_WITH_TRUSTED under one
// without CKA_TRUSTED, and for a sensitive key under a key that decrypts or ever did (wrap, then
// decrypt, would tell its value); CKR_KEY_HANDLE_INVALID when CKA_WRAP_TEMPLATE does not match.
Outcome<void> may_wrap(const Object& wrapping_key, const Object& key);

// C_UnwrapKey. The new key is sensitive, and what the template asks of CKA_SENSITIVE=false, or of
// CKA_EXTRACTABLE=true under a trusted key, is refused with CKR_TEMPLATE_INCONSISTENT unless the
// unwrapping key's CKA_UNWRAP_TEMPLATE itself says so. Forces the CKA_UNWRAP_TEMPLATE.
Outcome<void> may_unwrap(const Object& unwrapping_key, Draft& key, bool asked_not_sensitive,
                         bool asked_extractable);

}  // namespace azekura::hsm::token

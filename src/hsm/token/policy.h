// Policy: what attributes alone do not forbid, and a key's life demands. Pure.
#pragma once

#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"

namespace azekura::hsm::token {

// C_WrapKey. CKR_KEY_UNEXTRACTABLE; CKR_KEY_NOT_WRAPPABLE for a key with CKA_WRAP_WITH_TRUSTED
// under one without CKA_TRUSTED, and for a sensitive key under a key that decrypts or ever did
// or whose CKA_UNWRAP_TEMPLATE says CKA_SENSITIVE=false (wrap, then decrypt or unwrap, would tell
// its value); CKR_KEY_HANDLE_INVALID when CKA_WRAP_TEMPLATE does not match.
Outcome<void> may_wrap(const Object& wrapping_key, const Object& key);

// C_UnwrapKey, before the new key is kept. Without the unwrapping key's consent nothing comes out
// of a wrapped blob with less protection than a key needs: CKR_TEMPLATE_INCONSISTENT for a key with
// CKA_SENSITIVE=false or CKA_WRAP=true, and for CKA_EXTRACTABLE=true under a key with CKA_TRUSTED,
// unless the unwrapping key's own CKA_UNWRAP_TEMPLATE says the same. (That the new key agrees with
// CKA_UNWRAP_TEMPLATE was seen to by draft_from_template.)
Outcome<void> may_unwrap(const Object& unwrapping_key, const Draft& key);

}  // namespace azekura::hsm::token

// Admission: whether a key may be used with a mechanism in an operation. Pure.
//
// An Object never changes, so what was admitted once for an Object stays admitted: whoever keeps a
// context for it need not ask again. The parameter is another matter and is checked every time.
#pragma once

#include "hsm/cryptoki/mechanisms.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

// `operation` is one of CKF_ENCRYPT, CKF_DECRYPT, CKF_SIGN, CKF_VERIFY, CKF_WRAP, CKF_UNWRAP,
// CKF_DERIVE. Refuses with
//   CKR_MECHANISM_INVALID             the mechanism cannot do that, or CKA_ALLOWED_MECHANISMS
//   forbids CKR_KEY_TYPE_INCONSISTENT         the key's class or type is another one
//   CKR_(UN)WRAPPING_KEY_TYPE_INCONSISTENT   the same for CKF_WRAP and CKF_UNWRAP
//   CKR_KEY_FUNCTION_NOT_PERMITTED    the key's usage attribute is not true
//   CKR_KEY_SIZE_RANGE                the key is too short or too long
Outcome<void> admit(const Object& key, const cryptoki::MechanismFacts& mechanism,
                    CK_FLAGS operation);

// The mechanism of a request, its parameter checked as far as it can be without a key.
// CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID.
Outcome<const cryptoki::MechanismFacts*> known_mechanism(const wire::Mechanism& mechanism);

}  // namespace azekura::hsm::token

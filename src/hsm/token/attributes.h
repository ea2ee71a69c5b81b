// Attributes: the rules of PKCS#11 3.2 §4 about which object has which attribute, who may set it
// when, and which way it may move. Pure.
#pragma once

#include <cstddef>
#include <optional>

#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

// The octets of an object's values and types together: small enough that ReadObject's answer holds
// it.
inline constexpr std::size_t kObjectWeightMax = 48 * 1024;

// Who asks, as far as attribute rules care.
struct Asker {
  bool security_officer = false;  // may set CKA_TRUSTED
  bool user = false;              // may see and make private objects
  bool read_write = false;        // may make and change token objects
};

// Checks the template for an object of this origin and completes it with defaults: class and key
// type, flags, history attributes, CKA_UNIQUE_ID. `object_class` and `key_type` are binding for a
// generated key; else they are what a silent template means. Secret values given in a template end
// up in Draft::secrets. A kUnwrapped or kDerived key also gets what the parent's
// CKA_UNWRAP_TEMPLATE or CKA_DERIVE_TEMPLATE says.
//
// The defaults protect: private and secret keys are private, sensitive and not extractable. A key
// whose template is silent about its use may do what its type is for (sign and verify, encrypt and
// decrypt, derive for EC), never wrap or unwrap; one that is asked to wrap or unwrap is not given
// encrypt or decrypt unasked.
//
// CKR_TEMPLATE_INCOMPLETE, _INCONSISTENT, CKR_ATTRIBUTE_TYPE_INVALID (unknown), _VALUE_INVALID,
// _READ_ONLY (not for a template of this origin, or a loosening); CKR_SESSION_READ_ONLY,
// CKR_USER_NOT_LOGGED_IN, CKR_ACTION_PROHIBITED (a copy of what is not copyable).
struct DraftRequest {
  Origin origin = Origin::kCreated;
  std::optional<CK_OBJECT_CLASS> object_class;
  std::optional<CK_KEY_TYPE> key_type;
  CK_MECHANISM_TYPE mechanism = CK_UNAVAILABLE_INFORMATION;  // kGenerated
  // kCopied: the original; kDerived: the base key; kUnwrapped: the unwrapping key.
  const Object* parent = nullptr;
  Asker asker;
};
Outcome<Draft> draft_from_template(const DraftRequest& request, const wire::Template& attributes);

// C_SetAttributeValue: the changed draft. Attributes that protect only tighten: a use may be given
// up and not taken, CKA_SENSITIVE rises, CKA_EXTRACTABLE falls. CKR_ACTION_PROHIBITED unless
// modifiable.
Outcome<Draft> draft_with_changes(const Object& object, const wire::Template& changes,
                                  const Asker& asker);

// True for attributes that live in Draft::secrets of an object of this class and key type.
bool is_secret_attribute(CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type,
                         CK_ATTRIBUTE_TYPE type);

// C_FindObjects: every attribute of the template equals the object's; a secret one never matches
// (a search must not be an oracle).
bool matches(const Object& object, const wire::Template& wanted);

// The value of CKA_WRAP_TEMPLATE and its like: on the wire and in the store a list of {u64 type,
// bytes value}. The views point into `value`. CKR_ATTRIBUTE_VALUE_INVALID.
Outcome<wire::Template> nested_template(ByteView value);

}  // namespace azekura::hsm::token

// Attributes: the rules of PKCS#11 3.2 §4 about which object has which attribute, who may set it
// when, and which way it may move. Pure.
#pragma once

#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

// Who asks, as far as attribute rules care.
struct Asker {
  bool security_officer = false;  // may set CKA_TRUSTED
  bool user = false;              // may see and make private objects
  bool read_write = false;        // may make and change token objects
};

// Checks the template for an object of this origin and completes it with defaults: class and key
// type (given by `object_class`/`key_type` for generation, derivation and unwrapping when the template
// is silent; CKA_CLASS required in C_CreateObject), flags, history attributes, CKA_UNIQUE_ID.
// Secret values given in a template end up in Draft::secrets.
// CKR_TEMPLATE_INCOMPLETE, _INCONSISTENT, CKR_ATTRIBUTE_TYPE_INVALID, _VALUE_INVALID, _READ_ONLY.
struct DraftRequest {
  Origin origin = Origin::kCreated;
  std::optional<CK_OBJECT_CLASS> object_class;
  std::optional<CK_KEY_TYPE> key_type;
  CK_MECHANISM_TYPE mechanism = CK_UNAVAILABLE_INFORMATION;  // kGenerated
  const Object* parent = nullptr;  // kCopied: the original; kDerived: the base; kUnwrapped: the unwrapping key
  Asker asker;
};
Outcome<Draft> draft_from_template(const DraftRequest& request, const wire::Template& attributes);

// C_SetAttributeValue: the changed draft. Attributes only tighten.
Outcome<Draft> draft_with_changes(const Object& object, const wire::Template& changes, const Asker& asker);

// True for attributes that live in Draft::secrets of an object of this class and key type.
bool is_secret_attribute(CK_OBJECT_CLASS object_class, CK_KEY_TYPE key_type, CK_ATTRIBUTE_TYPE type);

// C_FindObjects: every attribute of the template equals the object's; a secret one never matches
// (a search must not be an oracle).
bool matches(const Object& object, const wire::Template& wanted);

}  // namespace azekura::hsm::token

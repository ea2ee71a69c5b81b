// Parameters: a caller's CK_MECHANISM, checked and flattened into what goes over the wire. Pure.
#pragma once

#include "hsm/cryptoki/mechanisms.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::pkcs11 {

struct ParsedMechanism {
  const cryptoki::MechanismFacts* facts = nullptr;
  wire::Mechanism wire;  // its views point into the caller's parameter
};

// `operation` is one of CKF_ENCRYPT, CKF_SIGN and so on. CKR_ARGUMENTS_BAD for no mechanism,
// CKR_MECHANISM_INVALID for one that does not do this, CKR_MECHANISM_PARAM_INVALID.
Outcome<ParsedMechanism> parse_mechanism(const CK_MECHANISM* mechanism, CK_FLAGS operation);

// Copies the octets behind the views into `storage`, which keeps its capacity, and moves the views.
void keep_parameters(wire::Mechanism& mechanism, Bytes& storage);

}  // namespace azekura::hsm::pkcs11

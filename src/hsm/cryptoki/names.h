// Names: the standard's names of PKCS#11 values, for logs and command lines.
//
// A name is the constant's own: "CKR_PIN_INCORRECT", "CKM_AES_GCM". Where the standard has several
// names for a value, it is the one that is not deprecated (CKK_EC, not CKK_ECDSA). A value without
// a name in PKCS#11 3.2, a vendor's for instance, gives an empty view: print the number instead.
// The views live as long as the program. Nothing here allocates or locks.
#pragma once

#include <string_view>

#include "hsm/cryptoki/pkcs11.h"

namespace azekura::hsm::cryptoki {

std::string_view name_of_rv(CK_RV rv);
std::string_view name_of_mechanism(CK_MECHANISM_TYPE type);
std::string_view name_of_attribute(CK_ATTRIBUTE_TYPE type);
std::string_view name_of_key_type(CK_KEY_TYPE type);
std::string_view name_of_class(CK_OBJECT_CLASS object_class);

}  // namespace azekura::hsm::cryptoki

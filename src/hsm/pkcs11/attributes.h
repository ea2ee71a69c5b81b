// Attributes: a caller's template on its way to the daemon, and a value on its way back. Pure.
#pragma once

#include <optional>
#include <vector>

#include "hsm/cryptoki/outcome.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::pkcs11 {

// True for attributes whose value is an array of CK_ATTRIBUTE (CKA_WRAP_TEMPLATE and so on);
// CKA_ALLOWED_MECHANISMS is an array of numbers, and is not one of them.
bool is_template(CK_ATTRIBUTE_TYPE type);

// A template, checked: no null pointer is followed, no length believed that cannot be.
class Attributes {
 public:
  // The views point into the caller's memory; nested templates are held here, encoded.
  static Outcome<Attributes> from(const CK_ATTRIBUTE* list, CK_ULONG count);

  wire::Template& items() { return items_; }
  // The value of a CK_BBOOL, if it is there and is one.
  std::optional<bool> flag(CK_ATTRIBUTE_TYPE type) const;
  // Copies what the views point to, so that it outlives the caller's memory.
  void own();

 private:
  wire::Template items_;
  std::vector<Bytes> held_;
};

// Puts `value` where the caller asked for it (PKCS#11 3.2 §5.7.5): the length alone without a
// buffer; CKR_BUFFER_TOO_SMALL and CK_UNAVAILABLE_INFORMATION when it does not fit.
CK_RV store_value(ByteView value, CK_ATTRIBUTE& out);

}  // namespace azekura::hsm::pkcs11

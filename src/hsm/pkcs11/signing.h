// What signing and verifying share: the hash of what is signed, whole or in parts.
#pragma once

#include "hsm/pkcs11/operations.h"

namespace azekura::hsm::pkcs11 {

// The mechanism's digest of `data`, or of what the updates gave, in the front of `digest`, which
// has room for crypto::kHashSizeMax octets.
Outcome<ByteView> hash_whole(const Operation& operation, ByteView data, MutableByteView digest);
Outcome<ByteView> hash_end(Operation& operation, MutableByteView digest);

// C_SignUpdate and C_VerifyUpdate.
Outcome<void> update_part(State& state, CK_SESSION_HANDLE handle, Kind kind, CK_BYTE_PTR data,
                          CK_ULONG size);

}  // namespace azekura::hsm::pkcs11

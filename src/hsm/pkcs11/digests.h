// Digests: PKCS#11's names of hash functions and ours.
#pragma once

#include <optional>

#include "crypto/hash.h"
#include "hsm/cryptoki/outcome.h"

namespace azekura::hsm::pkcs11 {

// CKM_SHA256 and so on; nothing for what is not a digest of ours.
std::optional<crypto::Hash> hash_of(CK_MECHANISM_TYPE digest);

// A failure of the crypto room that no caller has caused.
tl::unexpected<Failure> unexpected_failure(const Error& error);

}  // namespace azekura::hsm::pkcs11

// Random octets from the library's generator (SP 800-90A), one per thread, reseeded after a fork.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace azekura::crypto {

// For what others may see: nonces, salts, identifiers, and C_GenerateRandom.
Status random_bytes(MutableByteView out);

// For keys: drawn from a second generator whose output nobody sees.
Result<Secret> random_secret(std::size_t size);

}  // namespace azekura::crypto

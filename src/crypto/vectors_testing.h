// Project Wycheproof's vectors, where the corpora are: in the folder that AZEKURA_CORPORA names,
// else beside the source tree.
#pragma once

#include <optional>
#include <string>

#include "crypto/json_testing.h"

namespace azekura::crypto {

// Empty when the corpus is there, else what is missing.
std::string missing_vectors();
// The vectors of testvectors_v1/FILE_test.json, or nothing if it cannot be read.
std::optional<Json> read_vectors(const std::string& file);

}  // namespace azekura::crypto

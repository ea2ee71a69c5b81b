// Lanes: where a request is to run, told from its head alone. Pure.
#pragma once

#include "base/bytes.h"
#include "hsm/wire/service.h"

namespace azekura::hsm::token {

// Anything malformed is short: its refusal is.
wire::Lane lane_of(ByteView head);

}  // namespace azekura::hsm::token

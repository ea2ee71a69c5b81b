// Known-answer tests of every primitive that Azekura uses (FIPS 140-3 §10.3).
#pragma once

#include "base/result.h"

namespace azekura::crypto {

// Well under 100 ms. kInternal names the first primitive whose answer was wrong: the process must
// then not use any.
Status run_self_tests();

}  // namespace azekura::crypto

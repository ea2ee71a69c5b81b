// How long the releases of distributions are looked after, as far as it is known without data: what
// the distributions have published by November 2026.
#pragma once

#include <span>

#include "scanner/database/advisory.h"

namespace azekura::scanner {

// What a database says about a release goes before this. The days are those on which the support
// ends, at 00:00 UTC. The free support of Debian includes its LTS, for that costs nothing.
std::span<const ReleaseLife> known_release_lives();

}  // namespace azekura::scanner

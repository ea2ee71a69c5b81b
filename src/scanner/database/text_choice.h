// The choice of a text: a problem keeps one text in each language, of whom is trusted most to
// explain it.
#pragma once

#include <cstdint>
#include <string_view>

#include "scanner/database/advisory.h"

namespace azekura::scanner {

// The lower, the better. By Text::source, else by the shape of the record's id. English: GHSA; CVE
// records; NVD; the ecosystems' own (Go, PyPA, RustSec, …); Red Hat; other distributions; Bitnami;
// the rest. Japanese: JVN; the rest. A text without a body comes after all that have one.
std::uint8_t text_rank(const Text& text, std::string_view record_id);

}  // namespace azekura::scanner

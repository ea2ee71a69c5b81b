// The words of a proof, in the reader's language.
#pragma once

#include <string>

#include "scanner/match/judge.h"
#include "scanner/report/messages.h"

namespace azekura::scanner::report {

std::string conclusion_words(const match::Proof& proof, Language language);
// "Debian:12 openssl: fix available: before 3.0.15-1~deb12u1 (not yet assigned)"
std::string row_words(const match::ProofStep& step, Language language);
// "3.0.14-1 < 3.0.15-1~deb12u1 (dpkg)", or why the row does not count.
std::string comparison_words(const match::ProofStep& step, const std::string& version,
                             Language language);
// Why the row does not count; empty: it counts.
std::string set_aside_words(const match::ProofStep& step, Language language);

}  // namespace azekura::scanner::report

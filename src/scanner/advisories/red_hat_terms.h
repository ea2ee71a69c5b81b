// Words that Red Hat uses in its API and in CSAF alike.
#pragma once

#include <string_view>

#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

// {kRedHat, "8.4-eus"} of "cpe:/a:redhat:rhel_eus:8.4::appstream"; kUnknown for products beside the
// distribution.
EcosystemRelease red_hat_release(std::string_view cpe);
// "Will not fix", "Out of support scope", "Fix deferred"…; a word that is new counts as being
// looked at.
State red_hat_state(std::string_view word);
// All of "(CWE-416|CWE-787)", "CWE-190->CWE-122".
void add_cwes(std::string_view text, Advisory& advisory);
void sign_as_red_hat(Advisory& advisory);

}  // namespace azekura::scanner::advisories

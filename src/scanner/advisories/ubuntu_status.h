// What Ubuntu says about one source package in one release, whatever the form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

struct UbuntuStatus {
  std::string release;  // "22.04:Pro"
  std::string_view package;
  std::string_view status;  // "released", "needed", …
  std::string_view note;    // a version, a date or a reason, without parentheses
};

// Nothing for DNE, for a release that counts for nothing, and for "released" without a version.
std::optional<Affected> ubuntu_claim(const UbuntuStatus& status);

// "https://ubuntu.com/security/CVE-…", and who speaks.
void sign_as_ubuntu(Advisory& advisory);

}  // namespace azekura::scanner::advisories

// Releases: the code names under which Debian and Ubuntu speak of their releases.
#pragma once

#include <string>
#include <string_view>

namespace azekura::scanner::advisories {

// "12" of "bookworm", "sid" of "sid" and "unstable"; empty for what is no release.
std::string debian_release(std::string_view codename);

// "22.04" of "jammy", "22.04:Pro" of "esm-apps/jammy", "esm-infra/jammy", "jammy/esm" and of a code
// name with a pocket that begins with "esm". Empty for archives beside these (fips, realtime,
// snaps) and for "upstream" and "devel".
std::string ubuntu_release(std::string_view name, std::string_view pocket = {});

}  // namespace azekura::scanner::advisories

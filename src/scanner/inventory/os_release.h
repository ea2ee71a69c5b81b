// os-release(5): which distribution, and how the advisories name its release.
#pragma once

#include <string_view>

#include "base/result.h"
#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

inline constexpr std::size_t kOsReleaseSizeMax = std::size_t{64} << 10;

// `debian_version` is etc/debian_version, which is what tells "trixie/sid" where VERSION_ID is
// missing. Releases:
//   Debian "12" (testing: the number that it will have; sid: empty), Ubuntu "22.04", Alpine "v3.19"
//   or "edge", AlmaLinux, Rocky Linux, Oracle Linux "9", Red Hat "9" (extended updates cannot be
//   told from it; CentOS 5 to 8 count as Red Hat, CentOS Stream is kUnknown), Amazon Linux "1",
//   "2", "2023", Fedora "40", openSUSE "Leap 15.5" and "Tumbleweed", SUSE "Linux Enterprise Server
//   15 SP5", as OSV names them.
// A derivative (ID_LIKE=debian) is kUnknown: its packages are its own. kInvalid without an ID;
// kExhausted.
Result<Distribution> read_os_release(std::string_view octets, std::string_view debian_version = {});

}  // namespace azekura::scanner::inventory

// dpkg's status file, and the index files of apt, which have the same form (deb822, Debian policy
// §5.1).
#pragma once

#include <string_view>

#include "base/result.h"
#include "scanner/inventory/reader.h"
#include "scanner/terms/ecosystem.h"

namespace azekura::scanner::inventory {

// Longer lines, and more packages than this, are no status file.
inline constexpr std::size_t kDpkgLineSizeMax = std::size_t{1} << 20;
inline constexpr std::size_t kDpkgPackagesMax = 1'000'000;

enum class DpkgStanzas : std::uint8_t {
  kInstalled,  // a status file: those whose state is "installed" (or no less: triggers-pending,
               // …-awaited)
  kAll,        // an index: every stanza; or distroless's status.d, where a stanza without Status is
               // installed
};

// The binary packages, in their order: name, version, architecture, and the source's name and
// version (Debian policy §5.6.1: the binary's own where `Source` does not say another). `origin`:
// the field Origin; else what dpkg_origin.h can tell; empty where it can't. Stanzas without a name
// or a version become problems. kInvalid if there are octets but no package; kExhausted.
Result<ReadOutcome> read_dpkg_packages(std::string_view octets, DpkgStanzas stanzas,
                                       Ecosystem ecosystem);

}  // namespace azekura::scanner::inventory

// Alpine's database of installed packages (lib/apk/db/installed).
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "scanner/inventory/reader.h"
#include "scanner/terms/ecosystem.h"

namespace azekura::scanner::inventory {

inline constexpr std::size_t kApkPackagesMax = 1'000'000;

// P, V, A, and o (the origin, which advisories speak of; the package's own name where it is
// missing). Packages without a name or a version become problems. kInvalid if there are octets but
// no package; kExhausted.
Result<ReadOutcome> read_apk_installed(std::string_view octets,
                                       Ecosystem ecosystem = Ecosystem::kAlpine);

// The files of each package, from the root. The path is valid during the call only.
void for_each_apk_file(
    std::string_view octets,
    const std::function<void(std::string_view package, std::string_view path)>& file);

}  // namespace azekura::scanner::inventory

// Where a root file system keeps what it says about its packages.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/inventory/root.h"

namespace azekura::scanner::inventory {

inline constexpr std::uint64_t kPackageRecordSizeMax = std::uint64_t{512} << 20;
inline constexpr std::uint64_t kRpmDatabaseSizeMax = std::uint64_t{2} << 30;

inline constexpr std::array<std::string_view, 2> kOsReleaseFiles = {"etc/os-release",
                                                                    "usr/lib/os-release"};
inline constexpr std::string_view kDebianVersionFile = "etc/debian_version";
inline constexpr std::string_view kDpkgStatusFile = "var/lib/dpkg/status";
// Distroless images: a file for each package, and beside it the sums of its files.
inline constexpr std::string_view kDpkgStatusFolder = "var/lib/dpkg/status.d";
inline constexpr std::string_view kDpkgSumsEnd = ".md5sums";
inline constexpr std::string_view kDpkgInfoFolder = "var/lib/dpkg/info";
inline constexpr std::string_view kDpkgListEnd = ".list";
// The second since apk-tools 3 and the merged /usr.
inline constexpr std::array<std::string_view, 2> kApkFiles = {"lib/apk/db/installed",
                                                              "usr/lib/apk/db/installed"};
// The first database that is there counts: a folder may be a link to another, and what is left of
// an older form beside a newer one is stale.
inline constexpr std::array<std::string_view, 3> kRpmFolders = {"usr/lib/sysimage/rpm",
                                                                "var/lib/rpm", "usr/share/rpm"};
inline constexpr std::array<std::string_view, 3> kRpmFiles = {"rpmdb.sqlite", "Packages.db",
                                                              "Packages"};
inline constexpr std::string_view kRpmJournalEnd = "-wal";

// The path of RPM's database.
std::optional<std::string> rpm_database_of(const Root& root);

}  // namespace azekura::scanner::inventory

// RPM's database in its three forms: SQLite (rpmdb.sqlite), ndb (Packages.db) and the hash files of
// Berkeley DB (Packages, either byte order). The form is told by content.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scanner/inventory/reader.h"
#include "scanner/terms/ecosystem.h"

namespace azekura::scanner::inventory {

inline constexpr std::size_t kRpmPackagesMax = 1'000'000;

// The octets of a database, and of rpmdb.sqlite-wal, where that lies beside it: what SQLite has not
// written home yet.
struct RpmDatabase {
  std::string octets;
  std::string journal;
};

// The installed packages: version "[epoch:]version-release", the source RPM's name and version, the
// vendor as origin, the module stream ("nodejs:18"). Public keys ("gpg-pubkey") are left out. A
// header that cannot be read becomes a problem. kInvalid for what is none of the three forms,
// kCorrupt where nothing of it can be read, kExhausted.
Result<ReadOutcome> read_rpm_database(RpmDatabase database, Ecosystem ecosystem);

// The files of each package, from the root. What cannot be read is left out. The path is valid
// during the call only.
using RpmFile = std::function<void(std::string_view package, std::string_view path)>;
Status for_each_rpm_file(RpmDatabase database, const RpmFile& file);

}  // namespace azekura::scanner::inventory

// Taking an inventory: of a host, of a tree, of an image, of an SBOM.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"
#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

struct HostOptions {
  std::string root = "/";
  bool processes = true;  // only of the running system: root is "/"
};
// Packages, kernel, processes. kNotFound if there is neither an os-release nor a package database.
Result<Inventory> take_host(const HostOptions& options);

struct TreeOptions {
  std::vector<JavaScriptSignature> javascript;  // none: browser JavaScript is not looked at
  std::uint64_t files_max = 5'000'000;
  std::uint64_t file_octets_max = std::uint64_t{2} << 30;      // larger ones are skipped and said
  std::uint64_t archive_octets_max = std::uint64_t{16} << 30;  // unpacked, all together
  int archive_depth_max = 8;
  std::function<void(std::uint64_t files)> progress;
};
// A folder, one file (lockfile, jar, program, SBOM), or an image archive (docker save, OCI layout:
// layer by layer, what a later layer deletes is gone). A folder that is a root file system (it has
// an os-release) gets its packages read as well, and the files that they own have their `owner`.
// Links are not followed; what is not a regular file is not opened. What is in archives is read as
// it streams by; what must be had as a whole and is large lies in an unnamed file in TMPDIR
// meanwhile. What could not be read or judged is in `problems`. kNotFound, kIo, kInvalid (a device,
// a pipe) for `path` itself.
Result<Inventory> take_tree(const std::string& path, const TreeOptions& options);

}  // namespace azekura::scanner::inventory

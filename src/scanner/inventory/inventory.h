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
  std::uint64_t file_octets_max = std::uint64_t{2} << 30;     // larger ones are skipped and said
  std::uint64_t archive_octets_max = std::uint64_t{4} << 30;  // unpacked, all together
  int archive_depth_max = 8;
  std::function<void(std::uint64_t files)> progress;
};
// A folder, one file (lockfile, jar, binary, SBOM), or an image archive (docker save, OCI layout: layer by
// layer, what a later layer deletes is gone). Folders that look like a root file system get their packages
// read as well. Links out of the tree are not followed. kNotFound, kIo for `path` itself.
Result<Inventory> take_tree(const std::string& path, const TreeOptions& options);

}  // namespace azekura::scanner::inventory

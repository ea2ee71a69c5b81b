// Files: a tree of data, wherever it lies: a folder, one file, or an archive of any kind.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scanner/document/archive.h"

namespace azekura::scanner {

struct DataFile {
  // From the root of the tree: "CVE/2023/CVE-2023-0286.json"; in an archive that is not the root
  // itself "npm/all.zip!GHSA-….json"; a compressed file loses its ending: "nvd.json" of
  // "nvd.json.gz".
  std::string_view name;
  std::string_view octets;  // decompressed; valid during the call only
};

// What could not be read: its name and why.
using DataProblem = std::function<void(const std::string& name, const Error& why)>;

// Calls `file` for each regular file below `path`, in the order of names for folders and as they
// come for archives. Archives and compressed files found inside are opened in turn, `depth_max`
// deep. A file that cannot be read goes to `problem`, and the rest goes on. Links out of a folder
// are not followed. An error of `file` ends the walk and is returned. kNotFound, kIo for `path`
// itself.
Status for_each_data_file(const std::string& path,
                          const std::function<Status(const DataFile&)>& file,
                          const DataProblem& problem, int depth_max = 3, ArchiveLimits limits = {});

// A whole file. kNotFound, kIo, kExhausted.
Result<std::string> read_data_file(const std::string& path, std::uint64_t octets_max);

}  // namespace azekura::scanner

// Readers: one for each file in which packages are recorded.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

// Reads the octets of one file into components. `location` is set by the caller. kInvalid for a file that is
// not what its name says; single bad entries become problems, and the rest is read.
struct ReadOutcome {
  std::vector<Component> components;
  std::vector<Problem> problems;
};
using Reader = Result<ReadOutcome> (*)(std::string_view octets);

// What has to hold of a path for a reader: the file's name ("package-lock.json", "*.deps.json",
// "requirements*.txt"), or the end of the path ("node_modules/*/package.json" is written as
// "node_modules/**/package.json").
struct ReaderEntry {
  std::string_view format;                    // "package-lock.json"
  std::span<const std::string_view> patterns;
  Reader read;
};

// Lockfiles and manifests whose meaning lies in one file.
std::span<const ReaderEntry> lockfile_readers();
// Software bills of materials.
std::span<const ReaderEntry> sbom_readers();
// Whether `path` (from the root of the tree) meets the pattern.
bool matches(std::string_view pattern, std::string_view path);

}  // namespace azekura::scanner::inventory

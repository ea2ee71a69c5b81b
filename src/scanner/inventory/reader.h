// Readers: one for each file in which packages are recorded.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

// Of one file. More is cut off, and said in a problem.
inline constexpr std::size_t kComponentsMax = 500'000;
inline constexpr std::size_t kProblemsMax = 10'000;

// What a reader may know beside the octets.
struct ReadContext {
  // Of the file, from the root of the tree: "app/requirements-dev.txt". Some formats keep a meaning
  // in it.
  std::string_view path;
  // Opens another file of the same tree by a path relative to the folder of `path` ("../pom.xml").
  // May be unset. kNotFound, kDenied (out of the tree), kExhausted.
  std::function<Result<std::string>(std::string_view relative)> open;
};

struct ReadOutcome {
  // `location` is empty where the caller has to set it; an SBOM may have stated one. A version that
  // the file does not tell (a git commit, a path) is empty, never guessed.
  std::vector<Component> components;
  std::vector<Problem> problems;             // `location` is set by the caller
  std::optional<Distribution> distribution;  // of an SBOM: the operating system that it describes
};

// Reads the octets of one file into components. kInvalid for a file that is not what its name says;
// single bad entries become problems, and the rest is read.
using Reader = Result<ReadOutcome> (*)(std::string_view octets, const ReadContext& context);

// `patterns`: which paths a reader takes; matches() says how they are written.
struct ReaderEntry {
  std::string_view format;  // "package-lock.json"
  std::span<const std::string_view> patterns;
  Reader read;
};

// Lockfiles, manifests and what installed trees say of themselves.
std::span<const ReaderEntry> lockfile_readers();
// Software bills of materials.
std::span<const ReaderEntry> sbom_readers();

// The first reader that takes `path`; nullptr if there is none.
const ReaderEntry* reader_for(std::string_view path);
// The reader of a bill of materials of any name, by what stands in it; nullptr if it is none.
const ReaderEntry* sbom_reader_for_octets(std::string_view octets);

// Whether `path` (from the root of the tree, parts separated by '/') meets the pattern. The parts
// of the pattern are held against the last parts of the path: "package-lock.json" is the file's
// name anywhere,
// "*.dist-info/METADATA" the name and its folder. In a part, '*' is any run of octets. ASCII case
// is folded: Packages.config is packages.config.
bool matches(std::string_view pattern, std::string_view path);

}  // namespace azekura::scanner::inventory

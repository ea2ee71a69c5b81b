// yarn.lock: version 1 (its own format) and those of yarn 2 and later ("berry", YAML). Both are
// blocks of lines, and what is needed of them lies at the same places.
#include <string_view>

#include <fmt/format.h>

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/npm.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

struct Block {
  std::string_view heading;  // "a@^1.0.0, a@^1.1.0"
  std::string_view version;
  std::string_view resolution;  // berry: "a@npm:1.1.0"
};

// "@scope/name@range" → name and range.
NpmPackage name_and_range(std::string_view descriptor) {
  const std::size_t at = descriptor.find('@', 1);
  if (at == std::string_view::npos) return {descriptor, {}};
  return {descriptor.substr(0, at), descriptor.substr(at + 1)};
}

std::string_view first_descriptor(std::string_view heading) {
  if (heading.starts_with('"')) return heading.substr(1, heading.find('"', 1) - 1);
  return trimmed(cut(heading, ','));
}

void add(const Block& block, Collector& found) {
  if (block.heading.empty() || block.heading == "__metadata") return;
  // What is linked into the project is the project's own: yarn writes 0.0.0-use.local for it.
  if (block.version.ends_with("-use.local")) return;
  if (!block.resolution.empty()) {
    found.add(name_and_range(block.resolution).name, block.version);
    return;
  }
  NpmPackage package = name_and_range(first_descriptor(block.heading));
  if (package.version.starts_with("npm:")) {
    package = name_and_range(package.version.substr(4)).version.empty()
                  ? NpmPackage{package.name, {}}
                  : name_and_range(package.version.substr(4));
  }
  found.add(package.name, block.version);
}

// `  version "1.0.0"`, `  "version" "1.0.0"`, `  version: 1.0.0`.
void read_field(std::string_view line, Block& block) {
  line = trimmed(line);
  const std::size_t end = line.find_first_of(" :", line.starts_with('"') ? line.find('"', 1) : 0);
  if (end == std::string_view::npos) return;
  const std::string_view key = unquoted(line.substr(0, end));
  std::string_view value = line.substr(end);
  if (value.starts_with(':')) value.remove_prefix(1);
  value = unquoted(trimmed(value));
  if (key == "version") block.version = value;
  if (key == "resolution") block.resolution = value;
}

}  // namespace

Result<ReadOutcome> read_yarn_lock(std::string_view octets, const ReadContext&) {
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  Block block;
  std::size_t number = 0;
  for (std::string_view line; next_line(octets, line);) {
    ++number;
    if (trimmed(line).empty() || line.starts_with('#')) continue;
    if (line.starts_with(' ')) {
      // Deeper lines are dependencies and their ranges.
      if (line.starts_with("  ") && !line.starts_with("   ")) read_field(line, block);
      continue;
    }
    // A long key of YAML is written as "? key", and ":" on the next line.
    line = trimmed(line);
    if (line == ":") continue;
    const bool long_key = line.starts_with("? ");
    if (!long_key && !line.ends_with(':')) {
      return fail(Code::kInvalid, fmt::format("yarn.lock: line {} is no heading", number));
    }
    add(block, found);
    block = {};
    block.heading = long_key ? trimmed(line.substr(2)) : line.substr(0, line.size() - 1);
  }
  add(block, found);
  return found.take();
}

}  // namespace azekura::scanner::inventory

#include "scanner/inventory/reader.h"

#include <array>

#include "scanner/inventory/lockfiles.h"

namespace azekura::scanner::inventory {
namespace {

using Patterns = std::string_view[];

constexpr Patterns kPackageLock = {"package-lock.json", "npm-shrinkwrap.json",
                                   "node_modules/.package-lock.json"};
constexpr Patterns kYarn = {"yarn.lock"};
constexpr Patterns kPnpm = {"pnpm-lock.yaml"};
constexpr Patterns kBun = {"bun.lock"};
constexpr Patterns kNodePackage = {"node_modules/*/package.json", "node_modules/@*/*/package.json"};
constexpr Patterns kRequirements = {"*requirements*.txt", "requirements/*.txt"};
constexpr Patterns kPipfile = {"Pipfile.lock"};
constexpr Patterns kPoetry = {"poetry.lock"};
constexpr Patterns kUv = {"uv.lock"};
constexpr Patterns kPdm = {"pdm.lock"};
constexpr Patterns kPylock = {"pylock.toml", "pylock.*.toml"};
constexpr Patterns kPythonMetadata = {"*.dist-info/METADATA", "*.egg-info/PKG-INFO",
                                      "EGG-INFO/PKG-INFO", "*.egg-info"};
constexpr Patterns kCargo = {"Cargo.lock"};

constexpr std::array kLockfiles = {
    ReaderEntry{"package-lock.json", kPackageLock, read_package_lock},
    ReaderEntry{"yarn.lock", kYarn, read_yarn_lock},
    ReaderEntry{"pnpm-lock.yaml", kPnpm, read_pnpm_lock},
    ReaderEntry{"bun.lock", kBun, read_bun_lock},
    ReaderEntry{"node_modules package.json", kNodePackage, read_node_package},
    ReaderEntry{"Pipfile.lock", kPipfile, read_pipfile_lock},
    ReaderEntry{"poetry.lock", kPoetry, read_poetry_lock},
    ReaderEntry{"uv.lock", kUv, read_uv_lock},
    ReaderEntry{"pdm.lock", kPdm, read_pdm_lock},
    ReaderEntry{"pylock.toml", kPylock, read_pylock},
    ReaderEntry{"Python package metadata", kPythonMetadata, read_python_metadata},
    ReaderEntry{"requirements.txt", kRequirements, read_requirements},
    ReaderEntry{"Cargo.lock", kCargo, read_cargo_lock},
};

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool part_matches(std::string_view pattern, std::string_view part) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < part.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && folded(pattern[p]) == folded(part[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// Takes the last part off.
std::string_view take_last(std::string_view& path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  return last;
}

const ReaderEntry* first_that_takes(std::span<const ReaderEntry> readers, std::string_view path) {
  for (const ReaderEntry& reader : readers) {
    for (const std::string_view pattern : reader.patterns) {
      if (matches(pattern, path)) return &reader;
    }
  }
  return nullptr;
}

}  // namespace

std::span<const ReaderEntry> lockfile_readers() { return kLockfiles; }

std::span<const ReaderEntry> sbom_readers() { return {}; }

const ReaderEntry* reader_for(std::string_view path) {
  const ReaderEntry* reader = first_that_takes(sbom_readers(), path);
  return reader != nullptr ? reader : first_that_takes(lockfile_readers(), path);
}

const ReaderEntry* sbom_reader_for_octets(std::string_view) { return nullptr; }

bool matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (path.empty() || !part_matches(take_last(pattern), take_last(path))) return false;
  }
  return true;
}

}  // namespace azekura::scanner::inventory

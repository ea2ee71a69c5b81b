// The bundle of published advisories and inventories, where a test finds it: in the folder that
// AZEKURA_ADVISORIES names, else ../shared/advisories beside the tree. Tests that use it skip
// without it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/document/archive.h"

namespace azekura::scanner {

inline std::string bundle_folder() {
  const char* folder = std::getenv("AZEKURA_ADVISORIES");
  return folder != nullptr ? folder : AZEKURA_SOURCE_DIR "/../shared/advisories";
}

// Why there is no such archive; empty if there is.
inline std::string missing_bundle(const std::string& archive) {
  const std::string path = bundle_folder() + "/" + archive + ".tar.zst";
  if (std::filesystem::exists(path)) return {};
  return "no " + path + " (set AZEKURA_ADVISORIES)";
}

struct BundleFile {
  std::string name;  // below the archive's own folder: "osv-scalibr/debian-versions.txt"
  std::string octets;
};

// The files of an archive whose name begins with `prefix`.
inline std::vector<BundleFile> bundle_files(const std::string& archive,
                                            std::string_view prefix = "") {
  std::vector<BundleFile> files;
  auto reader = ArchiveReader::open_file(bundle_folder() + "/" + archive + ".tar.zst");
  if (!reader) {
    ADD_FAILURE() << archive << ": " << reader.error().message;
    return files;
  }
  for (ArchiveEntry entry;;) {
    const auto more = reader->next(entry);
    if (!more) ADD_FAILURE() << archive << ": " << more.error().message;
    if (!more || !*more) return files;
    std::string name = entry.path.substr(std::min(entry.path.size(), archive.size() + 1));
    if (entry.kind != EntryKind::kFile || !name.starts_with(prefix)) continue;
    auto octets = reader->read();
    if (!octets) {
      ADD_FAILURE() << name << ": " << octets.error().message;
      return files;
    }
    files.push_back({std::move(name), std::move(*octets)});
  }
}

}  // namespace azekura::scanner

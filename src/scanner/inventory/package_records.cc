#include "scanner/inventory/package_records.h"

#include <algorithm>
#include <vector>

#include "scanner/inventory/packages.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {

std::optional<std::string> rpm_database_of(const Root& root) {
  for (const std::string_view folder : kRpmFolders) {
    const std::vector<std::string> names = root.list(folder);
    for (const std::string_view file : kRpmFiles) {
      if (!std::ranges::binary_search(names, file)) continue;
      return std::string(folder) + "/" + std::string(file);
    }
  }
  return std::nullopt;
}

bool is_package_record(std::string_view path) {
  const auto is_one_of = [&](const auto& files) {
    return std::ranges::find(files, path) != files.end();
  };
  if (is_one_of(kOsReleaseFiles) || is_one_of(kApkFiles)) return true;
  if (path == kDebianVersionFile || path == kDpkgStatusFile) return true;

  const std::string_view folder = folder_of(path);
  std::string_view name = file_name(path);
  if (folder == kDpkgStatusFolder) return true;
  if (folder == kDpkgInfoFolder) return name.ends_with(kDpkgListEnd);
  if (std::ranges::find(kRpmFolders, folder) == kRpmFolders.end()) return false;
  if (name.ends_with(kRpmJournalEnd)) name.remove_suffix(kRpmJournalEnd.size());
  return std::ranges::find(kRpmFiles, name) != kRpmFiles.end();
}

}  // namespace azekura::scanner::inventory

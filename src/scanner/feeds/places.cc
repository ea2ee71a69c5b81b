#include "scanner/feeds/places.h"

#include <unistd.h>

#include <filesystem>

#include "base/user_folders.h"

namespace azekura::scanner::feeds {
namespace {

constexpr const char* kSystemFolder = "/var/lib/azekura/scanner";
constexpr const char* kSystemSources = "/etc/azekura/sources.toml";

}  // namespace

std::string default_folder() {
  if (std::string folder = folder_of_environment("AZEKURA_SCANNER"); !folder.empty()) return folder;
  if (geteuid() == 0) return kSystemFolder;
  return user_data_folder() + "/azekura/scanner";
}

std::string folder_to_read() {
  std::string own = default_folder();
  std::error_code ignored;
  const bool is_named = !folder_of_environment("AZEKURA_SCANNER").empty();
  if (is_named || std::filesystem::exists(database_path(own), ignored)) return own;
  if (std::filesystem::exists(database_path(kSystemFolder), ignored)) return kSystemFolder;
  return own;
}

std::string database_path(const std::string& folder) { return folder + "/advisories.db"; }
std::string downloads_folder(const std::string& folder) { return folder + "/downloads"; }

std::string sources_path(const std::string& folder) {
  std::error_code ignored;
  const std::string own = folder + "/sources.toml";
  if (std::filesystem::exists(own, ignored)) return own;
  if (std::filesystem::exists(kSystemSources, ignored)) return kSystemSources;
  return {};
}

}  // namespace azekura::scanner::feeds

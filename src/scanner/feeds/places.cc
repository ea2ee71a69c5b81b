#include "scanner/feeds/places.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace azekura::scanner::feeds {
namespace {

constexpr const char* kSystemSources = "/etc/azekura/sources.toml";

// The environment's folder, if it is an absolute path (XDG Base Directory Specification).
std::string folder_of(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && value[0] == '/' ? value : "";
}

std::string home() {
  if (std::string folder = folder_of("HOME"); !folder.empty()) return folder;
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_dir : "/";
}

}  // namespace

std::string default_folder() {
  if (std::string folder = folder_of("AZEKURA_SCANNER"); !folder.empty()) return folder;
  if (geteuid() == 0) return "/var/lib/azekura/scanner";
  const std::string folder = folder_of("XDG_DATA_HOME");
  return (folder.empty() ? home() + "/.local/share" : folder) + "/azekura/scanner";
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

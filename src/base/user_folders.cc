#include "base/user_folders.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace azekura {

std::string folder_of_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && value[0] == '/' ? value : "";
}

std::string home_folder() {
  if (std::string folder = folder_of_environment("HOME"); !folder.empty()) return folder;
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_dir : "/";
}

std::string user_data_folder() {
  const std::string folder = folder_of_environment("XDG_DATA_HOME");
  return folder.empty() ? home_folder() + "/.local/share" : folder;
}

}  // namespace azekura

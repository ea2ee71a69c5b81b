#include "hsm/host/places.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace azekura::hsm::host {

namespace {

constexpr const char* kSystemSocket = "/run/azekura/hsmd.sock";

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

std::string default_data_dir() {
  if (geteuid() == 0) return "/var/lib/azekura/hsm";
  const std::string folder = folder_of("XDG_DATA_HOME");
  return (folder.empty() ? home() + "/.local/share" : folder) + "/azekura/hsm";
}

std::string default_listen_path(const std::string& data_dir) {
  if (geteuid() == 0) return kSystemSocket;
  const std::string folder = folder_of("XDG_RUNTIME_DIR");
  return folder.empty() ? data_dir + "/hsmd.sock" : folder + "/azekura/hsmd.sock";
}

std::string default_connect_path() {
  if (const char* path = std::getenv("AZEKURA_SOCKET"); path != nullptr && path[0] != '\0') {
    return path;
  }
  const std::string own = default_listen_path(default_data_dir());
  struct stat facts {};
  return stat(own.c_str(), &facts) == 0 ? own : kSystemSocket;
}

std::string config_path(const std::string& data_dir) { return data_dir + "/hsmd.toml"; }
std::string log_path(const std::string& data_dir) { return data_dir + "/hsmd.log"; }

}  // namespace azekura::hsm::host

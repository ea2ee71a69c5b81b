#include "hsm/host/places.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/user_folders.h"

namespace azekura::hsm::host {

namespace {

constexpr const char* kSystemSocket = "/run/azekura/hsmd.sock";

}  // namespace

std::string default_data_dir() {
  if (geteuid() == 0) return "/var/lib/azekura/hsm";
  return user_data_folder() + "/azekura/hsm";
}

std::string default_listen_path(const std::string& data_dir) {
  if (geteuid() == 0) return kSystemSocket;
  const std::string folder = folder_of_environment("XDG_RUNTIME_DIR");
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

#include "tests/module/daemon.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

extern char** environ;

namespace azekura::module_test {

std::string built(const std::string& file) {
  const char* build = std::getenv("AZEKURA_BUILD");
  if (build == nullptr) {
    std::fprintf(stderr, "AZEKURA_BUILD is not set: run by ctest\n");
    std::abort();
  }
  return std::string(build) + "/" + file;
}

namespace {

constexpr int kReadyMs = 60'000;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

std::string program(const std::string& name) { return built("bin/" + name); }

pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int fd : {1, 2}) {
    posix_spawn_file_actions_addopen(&actions, fd, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
  }
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) give_up("cannot run " + command[0] + ": " + std::strerror(failed));
  return pid;
}

}  // namespace

Daemon::Daemon() {
  char folder[] = "/tmp/azkm.XXXXXX";
  if (mkdtemp(folder) == nullptr) give_up("no folder in /tmp");
  folder_ = folder;
  socket_ = folder_ + "/s";
  std::ofstream(folder_ + "/key") << std::string(48, 'k');
  ::chmod((folder_ + "/key").c_str(), 0600);
  const pid_t pid = spawn({program("azekura"), "hsm", "init", "--dir", folder_ + "/hsm",
                           "--key-file", folder_ + "/key"},
                          folder_ + "/log");
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) give_up("azekura hsm init failed");
  start();
}

Daemon::~Daemon() {
  kill();
  std::filesystem::remove_all(folder_);
}

void Daemon::start() {
  const std::string notify = folder_ + "/n";
  ::unlink(notify.c_str());
  const int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, notify.c_str(), sizeof address.sun_path - 1);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up("cannot bind " + notify);
  }
  setenv("NOTIFY_SOCKET", notify.c_str(), 1);
  pid_ = spawn({program("azekura-hsmd"), "--dir", folder_ + "/hsm", "--socket", socket_,
                "--key-file", folder_ + "/key"},
               folder_ + "/log");
  unsetenv("NOTIFY_SOCKET");
  for (;;) {
    pollfd ready{listener, POLLIN, 0};
    char text[512] = {};
    if (poll(&ready, 1, kReadyMs) <= 0) give_up("azekura-hsmd was not ready in time");
    if (recv(listener, text, sizeof text - 1, 0) > 0 && std::strstr(text, "READY=1") != nullptr) {
      break;
    }
  }
  close(listener);
}

void Daemon::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace azekura::module_test

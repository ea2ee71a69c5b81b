// Daemon: an azekura-hsmd of the build tree, in a folder of its own.
#pragma once

#include <sys/types.h>

#include <string>

namespace azekura::module_test {

// A file of the build tree: "bin/azekura". Aborts when $AZEKURA_BUILD does not say where that is.
std::string built(const std::string& file);

class Daemon {
 public:
  // Makes an empty HSM and starts on it. Aborts the test program when that does not work.
  Daemon();
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Returns when it says that it is ready.
  void start();
  void kill();  // SIGKILL
  const std::string& socket_path() const { return socket_; }

 private:
  std::string folder_;
  std::string socket_;
  pid_t pid_ = 0;
};

}  // namespace azekura::module_test

// Starting azekura-hsmd in the background, and ending it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace azekura::cli {

struct StartOptions {
  std::string dir;
  std::string socket_path;
  std::string key_file;         // empty: none
  std::string passphrase_file;  // empty: none
  // Handed over through a pipe when it is not empty.
  Secret passphrase;
  std::string log_path;
};

// Beside this program, in the sbin folder beside its own, or on PATH.
Result<std::string> find_daemon();

// Returns when the daemon says that it is ready. An error has the daemon's own reason.
Status start_in_background(const StartOptions& options);

// Replaces this program. Returns only an error.
Status start_in_foreground(const StartOptions& options);

// Asks the process to end, and returns when it is gone.
Status end_process(std::uint64_t pid);

}  // namespace azekura::cli

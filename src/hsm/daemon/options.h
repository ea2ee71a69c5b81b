// Options: what azekura-hsmd is told by its command line and its configuration file.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/result.h"

namespace azekura::hsm::daemon {

inline constexpr unsigned kWorkersMax = 64;

struct Options {
  std::string dir;          // the data folder
  std::string socket_path;  // where applications connect
  // At most one of the two. Neither: systemd's credential, or the terminal.
  std::string key_file;
  std::string passphrase_file;
  unsigned workers = 0;  // 0: one a core
  bool check = false;    // open and verify everything, then end
};

// The command line over hsmd.toml in the data folder over the defaults.
//
// What a person asked to be told instead (--help, --version) or told wrongly is already printed:
// then there is an exit status in place of options.
using Parsed = std::variant<Options, int>;
Parsed parse_options(int argc, char** argv);

// Reads the keys socket, key_file, passphrase_file and workers out of a configuration file into
// those options that are still unset. An unknown key is an error: a misspelt one must not be
// silently without effect.
Status apply_config(const std::string& path, Options& options);

}  // namespace azekura::hsm::daemon

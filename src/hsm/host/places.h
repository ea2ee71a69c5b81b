// Places: where the HSM's files are when nobody says otherwise.
//
//                     root                     another user
//   data folder       /var/lib/azekura/hsm     $XDG_DATA_HOME/azekura/hsm (~/.local/share/…)
//   socket            /run/azekura/hsmd.sock   $XDG_RUNTIME_DIR/azekura/hsmd.sock,
//                                              or hsmd.sock in the data folder
#pragma once

#include <string>

namespace azekura::hsm::host {

std::string default_data_dir();

// Where a daemon with this data folder listens.
std::string default_listen_path(const std::string& data_dir);

// Where a client looks: $AZEKURA_SOCKET, else this user's own daemon if its socket is there, else
// the machine's.
std::string default_connect_path();

// The files in a data folder.
std::string config_path(const std::string& data_dir);
std::string log_path(const std::string& data_dir);

}  // namespace azekura::hsm::host

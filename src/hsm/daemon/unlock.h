// Where the daemon takes the secret from that opens the master key.
#pragma once

#include "base/result.h"
#include "hsm/daemon/options.h"
#include "hsm/token/vault.h"

namespace azekura::hsm::daemon {

inline constexpr const char* kCredentialName = "azekura-hsm-key";

// By the options, else by systemd's credential, else by asking on the terminal (a passphrase only).
Result<token::Unlock> find_unlock(const Options& options);

}  // namespace azekura::hsm::daemon

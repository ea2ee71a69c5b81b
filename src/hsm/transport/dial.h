// Dialling: from the path of a socket to a connection that has passed its hello.
#pragma once

#include <array>
#include <string>

#include "base/result.h"
#include "hsm/transport/hello.h"
#include "hsm/transport/os.h"

namespace azekura::hsm::transport {

struct Dialled {
  GuestFd socket;  // blocking, with timeouts of kSocketPatience: a deadline is looked at that often
  ServerHello hello;
  std::array<Fd, kPassedFdsMax> fds;  // with hello.ring: ring, doorbell, facts
};

// Errors as Channel::connect.
Result<Dialled> dial(const std::string& socket_path, const ClientHello& hello);

}  // namespace azekura::hsm::transport

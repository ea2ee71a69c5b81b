// Connection: the daemon's side of one application, over a ring or over sockets.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "hsm/transport/hello.h"
#include "hsm/transport/os.h"
#include "hsm/transport/ring_layout.h"
#include "hsm/wire/service.h"

namespace azekura::hsm::transport {

// Shared by whoever works on it; dies, and the application with it, when the last of them is done.
struct Connection {
  std::uint64_t id = 0;
  wire::Peer peer;
  ConnectionSecret secret{};
  std::unique_ptr<wire::Application> application;

  // With a ring; set before anybody else sees the connection.
  Mapping ring_memory;
  RingView ring;
  Fd doorbell;
  bool has_ring() const { return ring_memory.base() != nullptr; }

  // Slots that a thread of ours has in hand. The peer cannot write here, so that whatever it does
  // to its slots, each is served by one thread at a time and queued once.
  std::atomic<std::uint64_t> serving{0};
  // Sweeps over the hot rings since it last had work.
  std::atomic<std::uint32_t> idle_sweeps{0};

  // Guarded by the server's mutex: its sockets, the first of which is its life.
  std::vector<std::uint64_t> sockets;
};

}  // namespace azekura::hsm::transport

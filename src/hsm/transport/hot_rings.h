// HotRings: the rings that were busy lately, which workers poll, and the agreement between pollers
// and clients that lets everybody sleep without losing a request.
//
// A client sets its pending bit, then looks at `polled`; when that is zero it rings its doorbell.
// The last poller to leave lowers `polled` on every hot ring, then looks at every pending bit once
// more. Both sides order the two steps totally (seq_cst), so one of them sees the other.
//
// Threads: all methods from any worker. A snapshot belongs to one.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "hsm/transport/connection.h"

namespace azekura::hsm::transport {

class HotRings {
 public:
  using Ring = std::shared_ptr<Connection>;
  struct Snapshot {
    std::uint64_t version = 0;
    std::vector<Ring> rings;
  };

  // The doorbell of `ring` was rung, and the caller is about to poll.
  void heat(const Ring& ring);
  void remove(const Connection& ring);

  void start_polling();
  // The caller found nothing for a while. False: it is the last poller and something has come in,
  // so it goes on polling.
  bool stop_polling_if_idle();
  // The caller is going to be busy for long. True: nobody polls now and something waits, so another
  // worker is to be woken.
  bool stop_polling_for_long();

  // Brings the snapshot up to date; costs one load when it is.
  void refresh(Snapshot& snapshot);
  // Called by a poller now and then: cools down the rings that have had no work for kIdleSweepsMax
  // sweeps.
  void sweep();

  static constexpr std::uint32_t kIdleSweepsMax = 8;

 private:
  // REQUIRES: mutex_ is held. Returns whether any ring has a request pending.
  bool lower_all();
  void raise_all();

  std::mutex mutex_;
  unsigned pollers_ = 0;
  std::vector<Ring> rings_;
  std::atomic<std::uint64_t> version_{1};
};

}  // namespace azekura::hsm::transport

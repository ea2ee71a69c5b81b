// Places: which of a channel's kCallsMax places for calls are free. In the application's own
// memory, so that a daemon cannot confuse its threads.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "hsm/transport/channel.h"

namespace azekura::hsm::transport {

class Places {
 public:
  // A free place, if there is one: the one that this thread had last, whose memory is warm, else
  // the lowest.
  std::optional<unsigned> try_claim();
  void release(unsigned place);
  // Sleeps until a place may be free, at most for `timeout`.
  void wait(std::chrono::nanoseconds timeout);

  unsigned in_use() const;

 private:
  static_assert(kCallsMax == 64, "one bit a place");
  alignas(64) std::atomic<std::uint64_t> free_{~std::uint64_t{0}};
  std::atomic<std::uint32_t> sleepers_{0};
  std::atomic<std::uint32_t> releases_{0};  // what sleepers sleep on
  // By a hash of the thread; a collision costs a little warmth.
  std::array<std::atomic<std::uint8_t>, 64> last_{};
};

}  // namespace azekura::hsm::transport

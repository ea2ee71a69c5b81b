#include "hsm/transport/places.h"

#include <pthread.h>

#include <bit>

#include "hsm/transport/os.h"

namespace azekura::hsm::transport {
namespace {

// Not a thread_local: the module leaves nothing behind in its host's threads.
unsigned thread_hash() {
  const auto self = static_cast<std::uint64_t>(pthread_self());
  return static_cast<unsigned>((self * 0x9e3779b97f4a7c15u) >> 58);
}

}  // namespace

std::optional<unsigned> Places::try_claim() {
  std::atomic<std::uint8_t>& last = last_[thread_hash()];
  unsigned place = last.load(std::memory_order_relaxed);
  std::uint64_t free = free_.load(std::memory_order_relaxed);
  while (free != 0) {
    if ((free >> place & 1) == 0) place = static_cast<unsigned>(std::countr_zero(free));
    const std::uint64_t bit = std::uint64_t{1} << place;
    if (free_.compare_exchange_weak(free, free & ~bit, std::memory_order_acquire,
                                    std::memory_order_relaxed)) {
      if (last.load(std::memory_order_relaxed) != place) {
        last.store(static_cast<std::uint8_t>(place), std::memory_order_relaxed);
      }
      return place;
    }
  }
  return std::nullopt;
}

void Places::release(unsigned place) {
  // seq_cst here and in wait(): either this sees the sleeper, or the sleeper sees the free place.
  free_.fetch_or(std::uint64_t{1} << place, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) == 0) return;
  releases_.fetch_add(1, std::memory_order_seq_cst);
  futex_wake_private(releases_, 1);
}

void Places::wait(std::chrono::nanoseconds timeout) {
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  const std::uint32_t seen = releases_.load(std::memory_order_seq_cst);
  if (free_.load(std::memory_order_seq_cst) == 0) futex_wait_private(releases_, seen, timeout);
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
}

unsigned Places::in_use() const {
  return kCallsMax - static_cast<unsigned>(std::popcount(free_.load(std::memory_order_relaxed)));
}

}  // namespace azekura::hsm::transport

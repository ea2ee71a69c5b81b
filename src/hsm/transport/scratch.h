// Scratch: the private memory in which one thread of the server handles one request at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "hsm/transport/os.h"
#include "hsm/transport/ring_layout.h"
#include "hsm/wire/limits.h"

namespace azekura::hsm::transport {

// A frame on a socket begins with u32 head size and u32 data size.
inline constexpr std::size_t kFramePrefixBytes = 8;

class Scratch {
 public:
  static Result<std::unique_ptr<Scratch>> create(unsigned thread) {
    ASSIGN_OR_RETURN(Mapping memory,
                     Mapping::anonymous(kInBytes + wire::kHeadBytesMax + wire::kDataBytesMax));
    return std::unique_ptr<Scratch>(new Scratch(thread, std::move(memory)));
  }

  unsigned thread() const { return thread_; }
  // What comes in: a head and short data from a ring, or whole short frames from a socket.
  MutableByteView in() { return {memory_.base(), kInBytes}; }
  // The answer's head.
  MutableByteView answer() { return {memory_.base() + kInBytes, wire::kHeadBytesMax}; }
  // The answer's data, for a socket.
  MutableByteView out() {
    return {memory_.base() + kInBytes + wire::kHeadBytesMax, wire::kDataBytesMax};
  }

  void count_answer() {
    answered_.store(answered_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  std::uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kInBytes = wire::kHeadBytesMax + 2 * kCopyBytesMax;
  static_assert(kInBytes >= kFramePrefixBytes + wire::kHeadBytesMax + kCopyBytesMax);

  Scratch(unsigned thread, Mapping memory) : thread_(thread), memory_(std::move(memory)) {}

  const unsigned thread_;
  Mapping memory_;
  std::atomic<std::uint64_t> answered_{0};  // written by its thread alone
};

}  // namespace azekura::hsm::transport

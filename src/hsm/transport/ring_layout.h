// The shared memory of one connection, as both ends see it. docs/wire.md is this file in words.
//
//   page 0   RingHeader
//   page 1   SlotControl × kRingSlots
//   then     kRingSlots × (head area, data area)
//
// The life of a slot's state, and who may take each step:
//
//   free ──client──▶ request ──daemon──▶ taken ──daemon──▶ done ──client──▶ free
//                       └──────client (gave up)──────────▶ free
//
// Every word of it can be changed by the peer at any moment. The daemon reads a size once, checks
// it, and copies the head before it looks at it; what it must remember it keeps in private memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "hsm/wire/limits.h"

namespace azekura::hsm::transport {

inline constexpr unsigned kRingSlots = 64;
// Data of up to this size is copied out of shared memory before it is used; longer data stays.
inline constexpr std::size_t kCopyBytesMax = 4096;

struct RingHeader {
  // A bit for each slot that holds a request nobody has picked up. Set by the client after the
  // slot's state, cleared by the daemon before it reads the slot.
  alignas(64) std::atomic<std::uint64_t> pending;
  // Not zero while a thread of the daemon looks at `pending` by itself. Zero: ring the doorbell.
  alignas(64) std::atomic<std::uint32_t> polled;
};

enum SlotState : std::uint32_t {
  kSlotFree = 0,
  kSlotRequest = 1,
  kSlotTaken = 2,
  kSlotDone = 3,
  kSlotPhaseMask = 0xff,
  // The client sleeps on the state word and wants to be woken.
  kSlotWaiting = 0x100,
};

struct alignas(64) SlotControl {
  std::atomic<std::uint32_t> state;
  std::atomic<std::uint32_t> head_size;
  std::atomic<std::uint32_t> data_size;
  std::atomic<std::uint32_t> wait;  // transport::Wait: what the client expects; a hint
  std::atomic<std::uint32_t> answer_head_size;
  std::atomic<std::uint32_t> answer_data_size;
};
static_assert(sizeof(SlotControl) == 64);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

inline constexpr std::size_t kRingPage = 4096;
inline constexpr std::size_t kRingControlOffset = kRingPage;
inline constexpr std::size_t kRingSlotsOffset = 2 * kRingPage;
inline constexpr std::size_t kRingSlotBytes = wire::kHeadBytesMax + wire::kDataBytesMax;
inline constexpr std::size_t kRingBytes = kRingSlotsOffset + kRingSlots * kRingSlotBytes;
static_assert(sizeof(RingHeader) <= kRingPage);
static_assert(kRingSlots * sizeof(SlotControl) <= kRingPage);
static_assert(wire::kHeadBytesMax % kRingPage == 0 && wire::kDataBytesMax % kRingPage == 0);

// A view of a mapped ring. Owns nothing.
class RingView {
 public:
  RingView() = default;
  explicit RingView(std::uint8_t* base) : base_(base) {}

  RingHeader& header() const { return *reinterpret_cast<RingHeader*>(base_); }
  SlotControl& control(unsigned slot) const {
    return reinterpret_cast<SlotControl*>(base_ + kRingControlOffset)[slot];
  }
  std::uint8_t* head(unsigned slot) const {
    return base_ + kRingSlotsOffset + slot * kRingSlotBytes;
  }
  std::uint8_t* data(unsigned slot) const { return head(slot) + wire::kHeadBytesMax; }

 private:
  std::uint8_t* base_ = nullptr;
};

// Copies out of memory that the peer may be changing. What was copied is what will be looked at:
// the barrier keeps the compiler from reading the source again in place of the copy.
inline void copy_from_shared(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
  std::memcpy(to, from, size);
  asm volatile("" : : "r"(to) : "memory");
}

}  // namespace azekura::hsm::transport

#include "hsm/transport/ring_channel.h"

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "base/secret.h"

namespace azekura::hsm::transport {
namespace {

using Clock = std::chrono::steady_clock;

// How long a caller looks at its slot before it sleeps: so many pauses; then so many times it lets
// others run, for the worker may want this very core, and pauses again. Measured by
// bench/transport_bench.
struct Patience {
  unsigned spins = 0;
  unsigned yields = 0;
  unsigned spins_per_yield = 0;
};
constexpr Patience kPatienceShort{200, 16, 50};
constexpr Patience kPatienceShortInACrowd{200, 8, 100};
constexpr Patience kPatienceSign{100, 40, 50};
constexpr Patience kPatienceSignInACrowd{0, 60, 4};
constexpr Patience kPatienceLong{};

// Spinning through an operation takes a core from the daemon, which pays only while there are cores
// for both.
Patience patience(Wait wait, unsigned callers, unsigned cores) {
  switch (wait) {
    case Wait::kShort:
      return callers < cores ? kPatienceShort : kPatienceShortInACrowd;
    case Wait::kSign:
      return callers < cores ? kPatienceSign : kPatienceSignInACrowd;
    case Wait::kLong:
      return kPatienceLong;
  }
  return kPatienceLong;
}

bool is_done(const SlotControl& control) {
  return (control.state.load(std::memory_order_acquire) & kSlotPhaseMask) == kSlotDone;
}

bool spin_until_done(const SlotControl& control, unsigned spins) {
  for (; spins > 0; --spins) {
    if (is_done(control)) return true;
    cpu_relax();
  }
  return is_done(control);
}

bool watch_until_done(const SlotControl& control, const Patience& patience) {
  if (spin_until_done(control, patience.spins)) return true;
  for (unsigned i = 0; i < patience.yields; ++i) {
    ::sched_yield();
    if (spin_until_done(control, patience.spins_per_yield)) return true;
  }
  return false;
}

// How long a caller sleeps before it looks whether the daemon lives. The first time is shorter, for
// the first call after a daemon died.
constexpr std::chrono::milliseconds kFirstCheck{5};
constexpr std::chrono::milliseconds kCheckInterval{40};

unsigned usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

}  // namespace

Result<std::unique_ptr<Channel>> RingChannel::create(GuestFd socket, Fd ring, GuestFd doorbell,
                                                     Fd facts) {
  ASSIGN_OR_RETURN(Mapping memory, Mapping::shared(ring.get(), kRingBytes, PROT_READ | PROT_WRITE));
  ASSIGN_OR_RETURN(Mapping page, Mapping::shared(facts.get(), kRingPage, PROT_READ));
  // A forked child has a connection of its own or none: it must not write into its parent's slots.
  if (::madvise(memory.base(), memory.size(), MADV_DONTFORK) != 0) {
    return fail_errno("keep shared memory from children", errno);
  }
  return std::unique_ptr<Channel>(
      new RingChannel(std::move(socket), std::move(doorbell), std::move(memory), std::move(page)));
}

RingChannel::RingChannel(GuestFd socket, GuestFd doorbell, Mapping ring, Mapping facts)
    : socket_(std::move(socket)),
      doorbell_(std::move(doorbell)),
      ring_mapping_(std::move(ring)),
      facts_(std::move(facts)),
      ring_(ring_mapping_.base()),
      cores_(usable_cores()) {}

RingChannel::~RingChannel() = default;

const wire::Generations* RingChannel::generations() const {
  return reinterpret_cast<const wire::Generations*>(facts_.base());
}

void RingChannel::abandon() {
  alive_.store(false, std::memory_order_relaxed);
  socket_.reset();
  doorbell_.reset();
  // The child never had it (MADV_DONTFORK), and may have something else there by now.
  ring_mapping_.leak();
}

std::optional<Frame> RingChannel::claim(std::chrono::milliseconds deadline) {
  std::optional<Clock::time_point> end;
  while (alive()) {
    if (const auto place = places_.try_claim()) {
      return Frame(*this, *place, ring_.head(*place), ring_.data(*place));
    }
    reclaim_abandoned();
    const auto now = Clock::now();
    if (!end) end = now + deadline;
    if (now >= *end) return std::nullopt;
    places_.wait(std::min<std::chrono::nanoseconds>(*end - now, kCheckInterval));
    notice_if_dead();
  }
  return std::nullopt;
}

Delivery RingChannel::transact(Frame& frame, std::size_t head_size, std::size_t data_size,
                               Wait wait, std::chrono::milliseconds deadline) {
  if (!alive() || head_size > wire::kHeadBytesMax || data_size > wire::kDataBytesMax) {
    return Delivery::kNotSent;
  }
  frame.head_used_ = head_size;
  SlotControl& control = ring_.control(frame.place_);
  control.head_size.store(static_cast<std::uint32_t>(head_size), std::memory_order_relaxed);
  control.data_size.store(static_cast<std::uint32_t>(data_size), std::memory_order_relaxed);
  control.wait.store(static_cast<std::uint32_t>(wait), std::memory_order_relaxed);
  control.state.store(kSlotRequest, std::memory_order_release);
  // seq_cst here and in the daemon's HotRings: either the daemon, having lowered `polled`, sees
  // this bit, or this sees that `polled` is low.
  ring_.header().pending.fetch_or(std::uint64_t{1} << frame.place_, std::memory_order_seq_cst);
  if (ring_.header().polled.load(std::memory_order_seq_cst) == 0) ring_doorbell();

  const bool answered = watch_until_done(control, patience(wait, places_.in_use(), cores_)) ||
                        sleep_until_done(control, deadline);
  if (!answered) {
    // Take the request back, unless the daemon has it already.
    std::uint32_t state = control.state.load(std::memory_order_acquire);
    while ((state & kSlotPhaseMask) == kSlotRequest) {
      if (control.state.compare_exchange_weak(state, kSlotFree, std::memory_order_acq_rel)) {
        return Delivery::kNotSent;
      }
    }
    if ((state & kSlotPhaseMask) != kSlotDone) {
      frame.usable_ = false;
      return Delivery::kUnknown;
    }
  }

  const std::size_t answer_head = control.answer_head_size.load(std::memory_order_relaxed);
  const std::size_t answer_data = control.answer_data_size.load(std::memory_order_relaxed);
  if (answer_head > wire::kHeadBytesMax || answer_data > wire::kDataBytesMax) {
    alive_.store(false, std::memory_order_relaxed);
    return Delivery::kUnknown;
  }
  frame.head_used_ = std::max(head_size, answer_head);
  frame.answer_head_size_ = answer_head;
  frame.answer_data_size_ = answer_data;
  return Delivery::kAnswered;
}

bool RingChannel::sleep_until_done(SlotControl& control, std::chrono::milliseconds deadline) {
  const auto start = Clock::now();
  const auto end = start + deadline;
  auto check_at = start + kFirstCheck;
  while (true) {
    std::uint32_t state = control.state.load(std::memory_order_acquire);
    if ((state & kSlotPhaseMask) == kSlotDone) return true;
    if ((state & kSlotWaiting) == 0) {
      if (!control.state.compare_exchange_weak(state, state | kSlotWaiting,
                                               std::memory_order_acq_rel)) {
        continue;
      }
      state |= kSlotWaiting;
    }
    auto now = Clock::now();
    if (now >= end) return false;
    if (now >= check_at) {
      notice_if_dead();
      if (!alive()) return false;
      check_at = now + kCheckInterval;
    }
    futex_wait_shared(control.state, state, std::min(end, check_at) - now);
  }
}

void RingChannel::notice_if_dead() {
  if (!socket_.is_ours() || peer_has_closed(socket_.get()))
    alive_.store(false, std::memory_order_relaxed);
}

void RingChannel::ring_doorbell() {
  if (!doorbell_.is_ours()) {
    alive_.store(false, std::memory_order_relaxed);
    return;
  }
  const std::uint64_t one = 1;
  ssize_t written = 0;
  do {
    written = ::write(doorbell_.get(), &one, sizeof one);
  } while (written < 0 && errno == EINTR);
  // Any other failure is a daemon that died or a full counter: the wait finds out which.
}

void RingChannel::release(Frame& frame) {
  const std::uint64_t bit = std::uint64_t{1} << frame.place_;
  if (!frame.usable_) {
    abandoned_.fetch_or(bit, std::memory_order_release);
    return;
  }
  // PINs and exported keys pass through heads.
  if (frame.head_used_ > 0) wipe(frame.head_, frame.head_used_);
  ring_.control(frame.place_).state.store(kSlotFree, std::memory_order_relaxed);
  places_.release(frame.place_);
}

void RingChannel::reclaim_abandoned() {
  std::uint64_t rest = abandoned_.load(std::memory_order_acquire);
  for (; rest != 0; rest &= rest - 1) {
    const auto place = static_cast<unsigned>(std::countr_zero(rest));
    const std::uint64_t bit = std::uint64_t{1} << place;
    SlotControl& control = ring_.control(place);
    if ((control.state.load(std::memory_order_acquire) & kSlotPhaseMask) != kSlotDone) continue;
    // Only one thread takes it back.
    if ((abandoned_.fetch_and(~bit, std::memory_order_acq_rel) & bit) == 0) continue;
    wipe(ring_.head(place), wire::kHeadBytesMax);
    control.state.store(kSlotFree, std::memory_order_relaxed);
    places_.release(place);
  }
}

}  // namespace azekura::hsm::transport

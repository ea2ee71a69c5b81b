// RingChannel: a channel over shared memory. Its socket carries nothing after the hello; it tells
// each end when the other has died.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "hsm/transport/channel.h"
#include "hsm/transport/os.h"
#include "hsm/transport/places.h"
#include "hsm/transport/ring_layout.h"

namespace azekura::hsm::transport {

class RingChannel final : public Channel {
 public:
  // Maps what the daemon passed with its hello.
  static Result<std::unique_ptr<Channel>> create(GuestFd socket, Fd ring, GuestFd doorbell,
                                                 Fd facts);
  ~RingChannel() override;

  std::optional<Frame> claim(std::chrono::milliseconds deadline) override;
  bool alive() const override { return alive_.load(std::memory_order_relaxed); }
  bool is_ring() const override { return true; }
  const wire::Generations* generations() const override;
  void abandon() override;

 protected:
  Delivery transact(Frame& frame, std::size_t head_size, std::size_t data_size, Wait wait,
                    std::chrono::milliseconds deadline) override;
  void release(Frame& frame) override;

 private:
  RingChannel(GuestFd socket, GuestFd doorbell, Mapping ring, Mapping facts);

  void ring_doorbell();
  // True when the answer is there.
  bool sleep_until_done(SlotControl& control, std::chrono::milliseconds deadline);
  void notice_if_dead();
  // Takes back places whose answers came after their callers had gone.
  void reclaim_abandoned();

  GuestFd socket_;
  GuestFd doorbell_;
  Mapping ring_mapping_;
  Mapping facts_;
  RingView ring_;
  Places places_;
  std::atomic<bool> alive_{true};
  std::atomic<std::uint64_t> abandoned_{0};  // places whose late answer may still arrive
  unsigned cores_;
};

}  // namespace azekura::hsm::transport

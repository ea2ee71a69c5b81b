// SocketChannel: a channel over a pool of unix sockets, one call at a time on each. The first
// socket is the connection: the daemon ends it when that one closes. Further ones attach to it on
// demand.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "hsm/transport/channel.h"
#include "hsm/transport/hello.h"
#include "hsm/transport/os.h"
#include "hsm/transport/places.h"

namespace azekura::hsm::transport {

class SocketChannel final : public Channel {
 public:
  // Over a socket that has passed its hello.
  static Result<std::unique_ptr<Channel>> create(GuestFd socket, std::string socket_path,
                                                 const ServerHello& hello);
  ~SocketChannel() override;

  std::optional<Frame> claim(std::chrono::milliseconds deadline) override;
  bool alive() const override { return alive_.load(std::memory_order_relaxed); }
  bool is_ring() const override { return false; }
  const wire::Generations* generations() const override { return nullptr; }
  void abandon() override;

 protected:
  Delivery transact(Frame& frame, std::size_t head_size, std::size_t data_size, Wait wait,
                    std::chrono::milliseconds deadline) override;
  void release(Frame& frame) override;

 private:
  struct Line {
    GuestFd socket;
    Mapping memory;  // head area, data area
  };
  using Time = std::chrono::steady_clock::time_point;

  SocketChannel(std::string socket_path, const ServerHello& hello);

  // False when this place cannot be used now or ever.
  bool open(Line& line);
  // True when all of the frame has left.
  bool send_frame(const Frame& frame, int socket, std::size_t head_size, std::size_t data_size,
                  Time end);
  Delivery receive_answer(Frame& frame, int socket, unsigned looks_left, Time end);
  void lose(Frame& frame);

  std::string socket_path_;
  std::uint64_t connection_;
  ConnectionSecret secret_;
  std::array<Line, kCallsMax> lines_;
  Places places_;
  std::atomic<unsigned> lost_{0};  // places that will not be given out again
  std::atomic<bool> alive_{true};
};

}  // namespace azekura::hsm::transport

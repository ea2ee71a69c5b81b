#include "hsm/transport/socket_channel.h"

#include <sched.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "base/secret.h"
#include "hsm/transport/dial.h"

namespace azekura::hsm::transport {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPlaceCheckInterval{40};
constexpr std::size_t kPrefixBytes = 8;  // u32 head size, u32 data size

// How often a caller looks for its answer, letting others run between, before it sleeps: putting a
// core to sleep and waking it costs more than a short operation. Measured by bench/run.
constexpr unsigned looks(Wait wait) {
  switch (wait) {
    case Wait::kShort:
      return 16;
    case Wait::kSign:
      return 40;
    case Wait::kLong:
      return 0;
  }
  return 0;
}

}  // namespace

Result<std::unique_ptr<Channel>> SocketChannel::create(GuestFd socket, std::string socket_path,
                                                       const ServerHello& hello) {
  std::unique_ptr<SocketChannel> channel(new SocketChannel(std::move(socket_path), hello));
  ASSIGN_OR_RETURN(channel->lines_[0].memory,
                   Mapping::anonymous(wire::kHeadBytesMax + wire::kDataBytesMax));
  channel->lines_[0].socket = std::move(socket);
  return std::unique_ptr<Channel>(std::move(channel));
}

SocketChannel::SocketChannel(std::string socket_path, const ServerHello& hello)
    : socket_path_(std::move(socket_path)), connection_(hello.connection), secret_(hello.secret) {}

SocketChannel::~SocketChannel() = default;

void SocketChannel::abandon() {
  alive_.store(false, std::memory_order_relaxed);
  for (Line& line : lines_) line.socket.reset();
}

std::optional<Frame> SocketChannel::claim(std::chrono::milliseconds deadline) {
  std::optional<Time> end;
  while (alive()) {
    if (const auto place = places_.try_claim()) {
      Line& line = lines_[*place];
      Frame frame(*this, *place, line.memory.base(), line.memory.base() + wire::kHeadBytesMax);
      if (line.socket.valid()) return frame;
      if (open(line)) {
        frame.head_ = line.memory.base();
        frame.data_ = frame.head_ + wire::kHeadBytesMax;
        return frame;
      }
      lose(frame);
      continue;
    }
    const auto now = Clock::now();
    if (!end) end = now + deadline;
    if (now >= *end) return std::nullopt;
    places_.wait(std::min<std::chrono::nanoseconds>(*end - now, kPlaceCheckInterval));
  }
  return std::nullopt;
}

bool SocketChannel::open(Line& line) try {
  if (line.memory.base() == nullptr) {
    auto memory = Mapping::anonymous(wire::kHeadBytesMax + wire::kDataBytesMax);
    if (!memory) return false;
    line.memory = std::move(*memory);
  }
  ClientHello hello;
  hello.version = wire::kWireVersion;
  hello.kind = HelloKind::kAttach;
  hello.connection = connection_;
  hello.secret = secret_;
  auto dialled = dial(socket_path_, hello);
  if (!dialled) {
    // A daemon that is gone, or another one that does not know this connection.
    const Code code = dialled.error().code;
    if (code == Code::kUnavailable || code == Code::kDenied) {
      if (peer_has_closed(lines_[0].socket.get())) alive_.store(false, std::memory_order_relaxed);
    }
    return false;
  }
  line.socket = std::move(dialled->socket);
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

Delivery SocketChannel::transact(Frame& frame, std::size_t head_size, std::size_t data_size,
                                 Wait wait, std::chrono::milliseconds deadline) {
  if (!alive() || head_size > wire::kHeadBytesMax || data_size > wire::kDataBytesMax) {
    return Delivery::kNotSent;
  }
  const GuestFd& line = lines_[frame.place_].socket;
  if (!line.is_ours()) {
    // What is written there now would go to somebody else.
    alive_.store(false, std::memory_order_relaxed);
    return Delivery::kNotSent;
  }
  const int socket = line.get();
  const Time end = Clock::now() + deadline;
  frame.head_used_ = head_size;
  if (!send_frame(frame, socket, head_size, data_size, end)) {
    // The daemon never serves a part of a frame.
    frame.usable_ = false;
    return Delivery::kNotSent;
  }
  const Delivery delivery = receive_answer(frame, socket, looks(wait), end);
  if (delivery != Delivery::kAnswered) frame.usable_ = false;
  return delivery;
}

bool SocketChannel::send_frame(const Frame& frame, int socket, std::size_t head_size,
                               std::size_t data_size, Time end) {
  std::uint32_t prefix[2] = {static_cast<std::uint32_t>(head_size),
                             static_cast<std::uint32_t>(data_size)};
  static_assert(sizeof prefix == kPrefixBytes);
  iovec parts[3] = {{prefix, sizeof prefix}, {frame.head_, head_size}, {frame.data_, data_size}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 3;
  std::size_t left = kPrefixBytes + head_size + data_size;
  while (true) {
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EINTR && errno != EAGAIN) {
        alive_.store(false, std::memory_order_relaxed);
        return false;
      }
      if (Clock::now() >= end) return false;
      continue;
    }
    left -= static_cast<std::size_t>(sent);
    if (left == 0) return true;
    auto passed = static_cast<std::size_t>(sent);
    while (passed >= message.msg_iov->iov_len) {
      passed -= message.msg_iov->iov_len;
      ++message.msg_iov;
      --message.msg_iovlen;
    }
    message.msg_iov->iov_base = static_cast<std::uint8_t*>(message.msg_iov->iov_base) + passed;
    message.msg_iov->iov_len -= passed;
    if (Clock::now() >= end) return false;
  }
}

Delivery SocketChannel::receive_answer(Frame& frame, int socket, unsigned looks_left, Time end) {
  std::uint32_t prefix[2] = {};
  std::size_t got = 0;               // octets of the whole answer
  std::size_t total = kPrefixBytes;  // as far as it is known
  // The first reads take whatever fits into the head's area; what of it is data moves over.
  while (got < total) {
    iovec parts[2];
    int count = 0;
    const std::size_t head_size = prefix[0];
    if (got < kPrefixBytes) {
      parts[count++] = {reinterpret_cast<std::uint8_t*>(prefix) + got, kPrefixBytes - got};
      parts[count++] = {frame.head_, wire::kHeadBytesMax};
    } else {
      const std::size_t body = got - kPrefixBytes;
      if (body < head_size) parts[count++] = {frame.head_ + body, head_size - body};
      const std::size_t data_got = body > head_size ? body - head_size : 0;
      parts[count++] = {frame.data_ + data_got, prefix[1] - data_got};
    }
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = static_cast<std::size_t>(count);
    const bool look_only = looks_left > 0;
    const ssize_t received = ::recvmsg(socket, &message, look_only ? MSG_DONTWAIT : 0);
    if (received < 0 && errno == EAGAIN && look_only) {
      --looks_left;
      ::sched_yield();
      continue;
    }
    if (received < 0 && (errno == EINTR || errno == EAGAIN)) {
      if (Clock::now() >= end) return Delivery::kUnknown;
      continue;
    }
    if (received <= 0) {
      alive_.store(false, std::memory_order_relaxed);
      // A reset tells that the daemon closed with something unread, which can only be a part of
      // this request: it did not run.
      return received < 0 && errno == ECONNRESET ? Delivery::kNotSent : Delivery::kUnknown;
    }
    const bool had_prefix = got >= kPrefixBytes;
    got += static_cast<std::size_t>(received);
    if (had_prefix || got < kPrefixBytes) continue;
    if (prefix[0] > wire::kHeadBytesMax || prefix[1] > wire::kDataBytesMax) {
      alive_.store(false, std::memory_order_relaxed);
      return Delivery::kUnknown;
    }
    total = kPrefixBytes + prefix[0] + prefix[1];
    if (got > total) {
      alive_.store(false, std::memory_order_relaxed);
      return Delivery::kUnknown;
    }
    const std::size_t body = got - kPrefixBytes;
    if (body > prefix[0]) {
      std::memcpy(frame.data_, frame.head_ + prefix[0], body - prefix[0]);
      frame.head_used_ = std::max(frame.head_used_, body);
    }
  }
  frame.head_used_ = std::max<std::size_t>(frame.head_used_, prefix[0]);
  frame.answer_head_size_ = prefix[0];
  frame.answer_data_size_ = prefix[1];
  return Delivery::kAnswered;
}

void SocketChannel::release(Frame& frame) {
  if (frame.head_used_ > 0) wipe(frame.head_, frame.head_used_);
  if (!frame.usable_) {
    lose(frame);
    return;
  }
  places_.release(frame.place_);
}

// A socket on which a late answer may arrive cannot carry another call. The first one stays open,
// for the daemon ends the connection with it.
void SocketChannel::lose(Frame& frame) {
  frame.owner_ = nullptr;
  if (frame.place_ != 0) lines_[frame.place_].socket.reset();
  if (lost_.fetch_add(1, std::memory_order_relaxed) + 1 == kCallsMax) {
    alive_.store(false, std::memory_order_relaxed);
  }
}

}  // namespace azekura::hsm::transport

#include "hsm/transport/socket_peer.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace azekura::hsm::transport {
namespace {

struct Sizes {
  std::uint32_t head = 0;
  std::uint32_t data = 0;
  bool sound() const { return head <= wire::kHeadBytesMax && data <= wire::kDataBytesMax; }
  std::size_t total() const { return kFramePrefixBytes + head + data; }
};

// REQUIRES: kFramePrefixBytes octets.
Sizes sizes_at(const std::uint8_t* prefix) {
  Sizes sizes;
  std::memcpy(&sizes.head, prefix, sizeof sizes.head);
  std::memcpy(&sizes.data, prefix + sizeof sizes.head, sizeof sizes.data);
  return sizes;
}

SocketPeer::FrameView view_of(std::uint8_t* frame, const Sizes& sizes) {
  std::uint8_t* head = frame + kFramePrefixBytes;
  return {{head, sizes.head}, {head + sizes.head, sizes.data}};
}

}  // namespace

void SocketPeer::release(int epoll, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  const std::lock_guard lock(mutex_);
  ::epoll_ctl(epoll, EPOLL_CTL_MOD, socket_.get(), &event);
}

void SocketPeer::close() {
  const std::lock_guard lock(mutex_);
  socket_.reset();
}

void SocketPeer::shut_down() {
  const std::lock_guard lock(mutex_);
  if (socket_.valid()) ::shutdown(socket_.get(), SHUT_RDWR);
}

SocketPeer::Progress SocketPeer::receive(std::uint8_t* to, std::size_t size, std::size_t& got) {
  while (true) {
    const ssize_t received = ::recv(socket_.get(), to, size, MSG_DONTWAIT);
    if (received > 0) {
      got = static_cast<std::size_t>(received);
      return Progress::kReady;
    }
    if (received == 0) return Progress::kClosed;
    if (errno == EAGAIN) return Progress::kWait;
    if (errno != EINTR) return Progress::kClosed;
  }
}

SocketPeer::Progress SocketPeer::read_hello(std::array<std::uint8_t, kClientHelloBytes>& hello) {
  while (hello_got_ < hello_.size()) {
    std::size_t got = 0;
    const Progress progress = receive(hello_.data() + hello_got_, hello_.size() - hello_got_, got);
    if (progress != Progress::kReady) return progress;
    hello_got_ += got;
  }
  hello = hello_;
  return Progress::kReady;
}

SocketPeer::Progress SocketPeer::next_frame(Scratch& scratch, FrameView& frame) {
  if (partial_served_) {
    partial_.reset();
    partial_size_ = partial_got_ = 0;
    partial_served_ = false;
  }
  while (true) {
    if (partial_ != nullptr) {
      const Progress progress = fill_partial();
      if (progress != Progress::kReady) return progress;
      partial_served_ = true;
      frame = view_of(partial_.get(), sizes_at(partial_.get()));
      return Progress::kReady;
    }
    if (ready_.empty()) {
      if (!stash_.empty()) {
        std::copy(stash_.begin(), stash_.end(), scratch.in().begin());
        ready_ = scratch.in().first(stash_.size());
        stash_.clear();
      } else {
        std::size_t got = 0;
        const Progress progress = receive(scratch.in().data(), scratch.in().size(), got);
        if (progress != Progress::kReady) return progress;
        ready_ = scratch.in().first(got);
      }
    }
    if (ready_.size() >= kFramePrefixBytes) {
      const Sizes sizes = sizes_at(ready_.data());
      if (!sizes.sound()) return Progress::kClosed;
      if (ready_.size() >= sizes.total()) {
        frame = view_of(ready_.data(), sizes);
        ready_ = ready_.subspan(sizes.total());
        return Progress::kReady;
      }
    }
    // Only the beginning of a frame: from here on it is gathered in a buffer of its own.
    partial_size_ = kFramePrefixBytes;
    partial_ = std::make_unique_for_overwrite<std::uint8_t[]>(partial_size_);
    partial_got_ = std::min(ready_.size(), partial_size_);
    std::memcpy(partial_.get(), ready_.data(), partial_got_);
    ready_ = ready_.subspan(partial_got_);
    if (partial_got_ == partial_size_) {
      grow_partial();
      std::memcpy(partial_.get() + partial_got_, ready_.data(), ready_.size());
      partial_got_ += ready_.size();
      ready_ = {};
    }
  }
}

// From the sizes alone to the whole frame. Its pages cost nothing until the peer sends what it
// said.
bool SocketPeer::grow_partial() {
  const Sizes sizes = sizes_at(partial_.get());
  if (!sizes.sound()) return false;
  auto whole = std::make_unique_for_overwrite<std::uint8_t[]>(sizes.total());
  std::memcpy(whole.get(), partial_.get(), kFramePrefixBytes);
  partial_ = std::move(whole);
  partial_size_ = sizes.total();
  return true;
}

SocketPeer::Progress SocketPeer::fill_partial() {
  while (true) {
    while (partial_got_ < partial_size_) {
      std::size_t got = 0;
      const Progress progress =
          receive(partial_.get() + partial_got_, partial_size_ - partial_got_, got);
      if (progress != Progress::kReady) return progress;
      partial_got_ += got;
    }
    if (partial_size_ > kFramePrefixBytes) return Progress::kReady;
    if (!grow_partial()) return Progress::kClosed;
    if (partial_size_ == kFramePrefixBytes) return Progress::kReady;  // a frame of nothing
  }
}

void SocketPeer::stash() {
  stash_.insert(stash_.begin(), ready_.begin(), ready_.end());
  ready_ = {};
}

SocketPeer::Progress SocketPeer::send(ByteView head, ByteView data) {
  const std::array<std::uint32_t, 2> prefix = {static_cast<std::uint32_t>(head.size()),
                                               static_cast<std::uint32_t>(data.size())};
  const std::array<ByteView, 3> parts = {
      ByteView(reinterpret_cast<const std::uint8_t*>(prefix.data()), sizeof prefix), head, data};
  std::array<iovec, 3> vectors{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    vectors[i] = {const_cast<std::uint8_t*>(parts[i].data()), parts[i].size()};
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = vectors.size();
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && errno != EAGAIN) return Progress::kClosed;
  auto passed = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  if (passed == sizeof prefix + head.size() + data.size()) return Progress::kReady;
  unsent_.clear();
  unsent_offset_ = 0;
  for (const ByteView part : parts) {
    const std::size_t skip = std::min(passed, part.size());
    passed -= skip;
    unsent_.insert(unsent_.end(), part.begin() + static_cast<std::ptrdiff_t>(skip), part.end());
  }
  return flush();
}

SocketPeer::Progress SocketPeer::flush() {
  while (unsent_offset_ < unsent_.size()) {
    const ssize_t sent = ::send(socket_.get(), unsent_.data() + unsent_offset_,
                                unsent_.size() - unsent_offset_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      unsent_offset_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      return Progress::kWait;
    } else if (errno != EINTR) {
      return Progress::kClosed;
    }
  }
  unsent_ = Bytes();
  unsent_offset_ = 0;
  return Progress::kReady;
}

}  // namespace azekura::hsm::transport

// Channel: an application's end of its connection to the daemon. Used inside strangers' processes.
//
// It starts no thread, installs no handler, keeps no static state and never throws. Any number of
// threads may call at once; each call claims a Frame of its own. After a fork the child must not
// use its parent's channel: it calls abandon() and makes another.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "hsm/wire/generations.h"
#include "hsm/wire/limits.h"

namespace azekura::hsm::transport {

inline constexpr unsigned kCallsMax = 64;  // at once, of one channel
inline constexpr std::chrono::milliseconds kHelloDeadline{5000};

// How long the answer will take, which decides between spinning and sleeping.
enum class Wait : std::uint8_t {
  kShort,  // AEAD, MAC, facts: spin first
  kSign,   // an elliptic-curve operation, tens of microseconds: spin a little when alone
  kLong,   // RSA, the disk, a PIN: sleep at once
};

enum class Delivery : std::uint8_t {
  kAnswered,
  kNotSent,  // the connection was gone before the request left: repeating is safe
  kUnknown,  // it left and no answer came: the daemon may have done it
};

class Channel;

// A claimed place for one call. The caller writes the request into it, sends once, and reads the
// answer out of it, with no copy between: the answer overwrites the request. Gives its place back
// when it dies. REQUIRES: it dies before its channel.
class Frame {
 public:
  Frame(Frame&& other) noexcept;
  Frame& operator=(Frame&&) = delete;
  ~Frame();

  MutableByteView head() { return {head_, wire::kHeadBytesMax}; }
  MutableByteView data() { return {data_, wire::kDataBytesMax}; }

  // REQUIRES: was not called before; sizes within head() and data().
  Delivery send(std::size_t head_size, std::size_t data_size, Wait wait,
                std::chrono::milliseconds deadline);

  // Valid after kAnswered until the frame dies.
  ByteView answer_head() const { return {head_, answer_head_size_}; }
  ByteView answer_data() const { return {data_, answer_data_size_}; }

 private:
  friend class Channel;
  friend class RingChannel;
  friend class SocketChannel;
  Frame(Channel& owner, unsigned place, std::uint8_t* head, std::uint8_t* data)
      : owner_(&owner), place_(place), head_(head), data_(data) {}

  Channel* owner_;
  unsigned place_;  // the slot of the ring, or the socket of the pool
  std::uint8_t* head_;
  std::uint8_t* data_;
  std::size_t head_used_ = 0;  // octets of the head that may hold something secret
  std::size_t answer_head_size_ = 0;
  std::size_t answer_data_size_ = 0;
  bool usable_ = true;  // false: the place is lost until a late answer arrives
};

class Channel {
 public:
  struct Options {
    std::string socket_path;
    bool use_ring = true;  // false: socket only
  };
  // kUnavailable when no daemon listens or it does not answer within kHelloDeadline, kUnsupported
  // when it speaks another version, kDenied when this user may not connect, kExhausted when it
  // serves as many connections as it may.
  static Result<std::unique_ptr<Channel>> connect(const Options& options);
  virtual ~Channel() = default;

  // Waits for a free place while all kCallsMax are in use. Nothing when the connection has gone
  // (alive() is false then) or the deadline has passed: nothing was sent, repeating is safe.
  virtual std::optional<Frame> claim(std::chrono::milliseconds deadline) = 0;
  // False once the daemon has gone; costs no system call.
  virtual bool alive() const = 0;
  virtual bool is_ring() const = 0;
  // The daemon's page of generations, or null over a socket.
  virtual const wire::Generations* generations() const = 0;
  // In a forked child: closes this process's copies and leaves the parent's connection alone.
  // REQUIRES: no frame of this channel is used any more in this process.
  virtual void abandon() = 0;

 protected:
  friend class Frame;
  virtual Delivery transact(Frame& frame, std::size_t head_size, std::size_t data_size, Wait wait,
                            std::chrono::milliseconds deadline) = 0;
  virtual void release(Frame& frame) = 0;
};

}  // namespace azekura::hsm::transport

// Channel: an application's end of its connection to the daemon. Used inside strangers' processes.
//
// It starts no thread, installs no handler, keeps no static state and never throws. Any number of
// threads may call at once; each call claims a Frame of its own. After a fork the child must not use
// its parent's channel: it calls abandon() and makes another.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "hsm/wire/generations.h"

namespace azekura::hsm::transport {

// How long the answer will take, which decides between spinning and sleeping.
enum class Wait : std::uint8_t {
  kShort,  // AEAD, MAC, facts: spin first
  kSign,   // an elliptic-curve operation, tens of microseconds: spin a little when alone
  kLong,   // RSA, the disk, a PIN: sleep at once
};

enum class Delivery : std::uint8_t {
  kAnswered,
  kNotSent,   // the connection was gone before the request left: repeating is safe
  kUnknown,   // it left and no answer came: the daemon may have done it
};

// A claimed place for one call. The caller writes the request into it, sends, and reads the answer
// out of it, with no copy between. Freed when it dies.
class Frame {
 public:
  virtual ~Frame() = default;
  virtual MutableByteView head() = 0;  // wire::kHeadBytesMax octets
  virtual MutableByteView data() = 0;  // wire::kDataBytesMax octets
  virtual Delivery send(std::size_t head_size, std::size_t data_size, Wait wait,
                        std::chrono::milliseconds deadline) = 0;
  // Valid after kAnswered until the frame dies.
  virtual ByteView answer_head() const = 0;
  virtual ByteView answer_data() const = 0;
};

class Channel {
 public:
  struct Options {
    std::string socket_path;
    bool use_ring = true;  // false: socket only
  };
  // kUnavailable when no daemon listens, kUnsupported when it speaks another version, kDenied when
  // this user may not connect.
  static Result<std::unique_ptr<Channel>> connect(const Options& options);
  virtual ~Channel() = default;

  // Waits for a free place while all are in use.
  virtual std::unique_ptr<Frame> claim() = 0;
  // False once the daemon has gone; costs no system call.
  virtual bool alive() const = 0;
  virtual bool is_ring() const = 0;
  // The daemon's page of generations, or null over a socket.
  virtual const wire::Generations* generations() const = 0;
  // In a forked child: closes this process's copies and leaves the parent's connection alone.
  virtual void abandon() = 0;
};

}  // namespace azekura::hsm::transport

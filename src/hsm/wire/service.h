// Service: the face between a transport, which carries frames, and the token, which answers them.
//
// Neither knows the other: the transport knows no PKCS#11, the token no socket and no ring.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "hsm/wire/limits.h"

namespace azekura::hsm::wire {

// Who is at the other end, told by the kernel, not by the peer.
struct Peer {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  std::uint64_t process_start =
      0;  // field 22 of /proc/PID/stat, so that a reused pid is another peer
  bool operator==(const Peer&) const = default;
};

// One request and the room for its answer.
struct Exchange {
  // The structured part of the request: a private copy, which the peer can no longer change.
  ByteView head;
  // The request's data. With `data_shared` it lies in memory that a hostile peer may change at any
  // moment: read it once, or call stable_data() first.
  MutableByteView data;
  bool data_shared = false;
  // Where the answer's data goes: wire::kDataBytesMax octets. It either begins exactly where `data`
  // begins (an operation in place) or does not overlap it. The peer may read it at any moment, so
  // nothing goes there that the answer will not tell.
  MutableByteView out;
  // Where the answer's head goes (wire::kHeadBytesMax octets, private).
  MutableByteView answer;

  // Set by the service.
  std::size_t answer_size = 0;
  std::size_t out_size = 0;
  // The answer's head holds something secret: wipe the private copy after it was sent.
  bool answer_secret = false;

  // The data, copied into `scratch` when it is shared.
  ByteView stable_data(Bytes& scratch) const {
    if (!data_shared) return data;
    scratch.assign(data.begin(), data.end());
    return scratch;
  }
};

// What a service keeps for one connected application. Destroyed when the connection is gone and
// nothing of it runs any more.
class Application {
 public:
  virtual ~Application() = default;
};

// Where a request is run.
enum class Lane : std::uint8_t {
  kShort,     // microseconds: on the worker
  kLong,      // a private-key operation: on the worker, which first sees that another one polls
  kBlocking,  // waits for the disk, or takes milliseconds: on a thread of its own
};

class Service {
 public:
  virtual ~Service() = default;

  // A new connection. Never null.
  virtual std::unique_ptr<Application> connected(const Peer& peer) = 0;
  // Cheap: looks at the head alone.
  virtual Lane lane(ByteView head) const = 0;
  // Answers one request; always sets an answer, never throws. Called from many threads at once,
  // also for one application. `thread` is 0 … threads_max-1, and no two calls at once have the
  // same.
  virtual void serve(Application& application, Exchange& exchange, unsigned thread) = 0;
};

}  // namespace azekura::hsm::wire

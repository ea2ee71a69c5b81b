// Server: the daemon's end of every connection on this host.
//
// Applications come over a unix socket (mode and group of the caller's choice; the kernel tells who
// they are). By the hello both ends agree on the wire version and, where both can, on a ring: a
// shared memory of kRingSlots slots, each for one call at a time. The same frames go over the
// socket where there is no ring, and further sockets of one application attach to it by a secret.
//
// Threads: `workers` threads poll the rings that were busy lately, then sleep in epoll; at most
// `blocking_threads` run what blocks. A frame is copied out of shared memory before it is looked
// at; data of more than kCopyBytesMax octets stays there and is marked shared.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "hsm/wire/generations.h"
#include "hsm/wire/service.h"

namespace azekura::hsm::transport {

// The page of generations, in shared memory that others can only read.
class FactsPage {
 public:
  static Result<std::unique_ptr<FactsPage>> create();
  ~FactsPage();
  FactsPage(const FactsPage&) = delete;
  FactsPage& operator=(const FactsPage&) = delete;

  wire::Generations& generations() { return *generations_; }
  int fd() const { return fd_; }  // sealed against any further writable mapping

 private:
  FactsPage(int fd, wire::Generations* generations) : fd_(fd), generations_(generations) {}
  int fd_;
  wire::Generations* generations_;
};

class Server {
 public:
  struct Options {
    std::string socket_path;  // created with mode 0660; a stale one is replaced, a live one not
    unsigned workers = 0;     // 0: one a core
    unsigned blocking_threads = 16;
    unsigned connections_max = 1024;
    // An application is a process and one connection; a few more are there while it reconnects.
    unsigned connections_per_process_max = 16;
    bool offer_ring = true;  // false: sockets only, for comparison and tests
  };

  // `service` and `facts` outlive the server. Listens at once; serves after start().
  static Result<std::unique_ptr<Server>> create(Options options, wire::Service& service,
                                                FactsPage& facts);
  virtual ~Server() = default;

  virtual Status start() = 0;
  // Stops accepting, lets what runs finish, closes every connection. Idempotent.
  virtual void stop() = 0;

  virtual unsigned connections() const = 0;
  virtual std::uint64_t answered() const = 0;  // requests answered since start
  // The highest number of threads that call the service: its per-thread caches need that many.
  virtual unsigned threads_max() const = 0;
};

}  // namespace azekura::hsm::transport

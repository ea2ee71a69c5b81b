// Fixtures of this room's tests: a service that does what the first octet of the head says, a
// folder for a socket, and a daemon in a process of its own.
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "hsm/transport/channel.h"
#include "hsm/transport/server.h"

namespace azekura::hsm::transport {

// What a head asks of EchoService by its first octet.
enum class Ask : std::uint8_t {
  kEcho = 'e',          // head and data back
  kEchoLong = 'l',      // the same in Lane::kLong
  kEchoBlocking = 'b',  // the same in Lane::kBlocking
  kGate = 'g',          // waits in Lane::kBlocking until the gate opens, then echoes
  kSized = 's',         // answers with as many octets as the next two u32 say: head, data
  kNever = 'n',         // waits in Lane::kBlocking for ever; only for daemons that will be killed
};

class EchoService final : public wire::Service {
 public:
  std::unique_ptr<wire::Application> connected(const wire::Peer& peer) override;
  wire::Lane lane(ByteView head) const override;
  void serve(wire::Application& application, wire::Exchange& exchange, unsigned thread) override;

  void open_gate();
  // Waits until so many requests stand before the gate.
  void await_gate(unsigned waiting);
  // Waits until so many applications are connected.
  void await_applications(unsigned count);

  // From now on an octet goes there for each request that begins to wait for ever.
  void tell_of_never(int fd) { never_fd_ = fd; }

  wire::Peer last_peer();
  bool threads_collided() const { return threads_collided_; }
  unsigned thread_highest() const { return thread_highest_; }
  std::uint64_t shared_seen() const { return shared_seen_; }

 private:
  class CountedApplication;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool gate_open_ = false;
  unsigned at_gate_ = 0;
  unsigned applications_ = 0;
  wire::Peer last_peer_;
  std::atomic<int> never_fd_{-1};
  std::array<std::atomic<bool>, 256> thread_busy_{};
  std::atomic<bool> threads_collided_{false};
  std::atomic<unsigned> thread_highest_{0};
  std::atomic<std::uint64_t> shared_seen_{0};
};

// A folder that goes with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A server in this process. The service outlives it.
struct TestServer {
  explicit TestServer(Server::Options options = {});
  ~TestServer();

  TemporaryFolder folder;
  EchoService service;
  std::unique_ptr<FactsPage> facts;
  std::unique_ptr<Server> server;
  std::string socket_path;

  Result<std::unique_ptr<Channel>> connect(bool use_ring) const {
    return Channel::connect({socket_path, use_ring});
  }
};

// A server in a process of its own, to be stopped and killed.
class ForkedServer {
 public:
  ForkedServer();
  ~ForkedServer();
  const std::string& socket_path() const { return socket_path_; }
  void pause_and_wait() const;
  void resume() const;
  void kill_and_wait();
  // Waits until so many more requests wait for ever.
  void await_never(unsigned count) const;

 private:
  TemporaryFolder folder_;
  std::string socket_path_;
  pid_t pid_ = -1;
  int told_ = -1;
};

// One call from claim to answer.
struct Called {
  Delivery delivery = Delivery::kNotSent;
  Bytes head;
  Bytes data;
};
Called call(Channel& channel, ByteView head, ByteView data,
            std::chrono::milliseconds deadline = std::chrono::seconds(30),
            Wait wait = Wait::kShort);
Called ask(Channel& channel, Ask ask, ByteView data = {},
           std::chrono::milliseconds deadline = std::chrono::seconds(30), Wait wait = Wait::kShort);

// Octets that differ from place to place.
Bytes pattern(std::size_t size, std::uint32_t seed = 1);

std::size_t open_descriptors();

}  // namespace azekura::hsm::transport

// ServerImpl: one object in three files, by the flow of a request.
//
//   server.cc     life: listening, starting, stopping, and who is connected
//   reception.cc  accepting sockets and answering hellos
//   worker.cc     the workers: events, polling rings, serving frames
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "hsm/transport/blocking_pool.h"
#include "hsm/transport/connection.h"
#include "hsm/transport/hot_rings.h"
#include "hsm/transport/scratch.h"
#include "hsm/transport/server.h"
#include "hsm/transport/socket_peer.h"

namespace azekura::hsm::transport {

// Sockets of one application, and sockets that have not said hello yet.
inline constexpr std::size_t kSocketsPerConnectionMax = 64;
inline constexpr std::size_t kHellosMax = 256;
// Sockets in all, as a multiple of the connections that are allowed.
inline constexpr std::size_t kSocketsPerConnectionMean = 4;

class Worker;

class ServerImpl final : public Server {
 public:
  ServerImpl(Options options, wire::Service& service, FactsPage& facts);
  ~ServerImpl() override;

  Status open();  // everything that create() promises
  Status start() override;
  void stop() override;
  unsigned connections() const override;
  std::uint64_t answered() const override;
  unsigned threads_max() const override { return options_.workers + options_.blocking_threads; }

 private:
  friend class Worker;
  friend class RingJob;
  friend class SocketJob;

  using PeerPtr = std::shared_ptr<SocketPeer>;
  using ConnectionPtr = std::shared_ptr<Connection>;

  // What epoll tells with an event: who, and an id where there are many.
  enum class Source : std::uint8_t { kListener, kStop, kWake, kSocket, kDoorbell };
  static std::uint64_t tag(Source source, std::uint64_t id) {
    return id << 8 | static_cast<std::uint64_t>(source);
  }

  Status listen();
  Status watch(int fd, std::uint32_t events, std::uint64_t tag) const;
  void wake_worker() const;

  // ---- reception.cc ----
  void accept_all();
  void accept_one(Fd socket);
  bool refuse_for_lack_of_descriptors();
  void watch_listener_again() const;
  // False when the socket is to be closed.
  bool receive_hello(SocketPeer& peer);
  bool welcome_application(SocketPeer& peer, bool with_ring);
  bool welcome_attached(SocketPeer& peer, const ClientHello& hello);
  Status add_ring(Connection& connection, Fd& memory);

  PeerPtr find_socket(std::uint64_t id) const;
  ConnectionPtr find_connection(std::uint64_t id) const;
  void close_socket(SocketPeer& peer);
  // Lets a peer that broke the rules go. Its requests that run still finish.
  void expel(const Connection& connection);

  // ---- worker.cc: serving, by whatever thread ----
  void serve_socket(const PeerPtr& peer, Scratch& scratch, Worker* worker);
  enum class Outcome : std::uint8_t { kWait, kClose, kHandedOver };
  Outcome converse(const PeerPtr& peer, Scratch& scratch, Worker* worker);
  void release(SocketPeer& peer);
  SocketPeer::Progress answer_frame(SocketPeer& peer, const SocketPeer::FrameView& frame,
                                    Scratch& scratch);
  void answer_slot(Connection& connection, unsigned slot, wire::Exchange& exchange,
                   Scratch& scratch);

  Options options_;
  wire::Service& service_;
  FactsPage& facts_;

  Fd epoll_;
  Fd listener_;
  Fd stop_event_;  // level-triggered: wakes every worker, again and again
  Fd wake_event_;  // edge-triggered: each write wakes one worker
  Fd spare_;       // given up to be able to accept, and refuse, when descriptors run out
  std::uint64_t socket_inode_ = 0;

  mutable std::mutex mutex_;
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, PeerPtr> sockets_;
  std::unordered_map<std::uint64_t, ConnectionPtr> connections_;
  std::deque<std::uint64_t> hellos_;  // sockets that have not said hello, oldest first
  bool starved_ = false;              // connections wait for a descriptor
  std::size_t reserved_ = 0;          // connections that are being made

  HotRings hot_;
  BlockingPool pool_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<unsigned> sleepers_{0};  // workers in epoll_wait
  std::atomic<bool> stopping_{false};
  bool started_ = false;
  bool stopped_ = false;
};

// One worker and its thread.
class Worker {
 public:
  Worker(ServerImpl& server, std::unique_ptr<Scratch> scratch)
      : server_(server), scratch_(std::move(scratch)) {}

  void start() {
    thread_ = std::thread([this] { loop(); });
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  const Scratch& scratch() const { return *scratch_; }

  // Around what takes long: another worker polls meanwhile, or is woken when something comes.
  void before_long();
  void after_long();

 private:
  void loop();
  void handle_events(int timeout_ms);
  void begin_polling();
  bool poll_rings();
  void serve_ring(const ServerImpl::ConnectionPtr& connection);
  void serve_slot(const ServerImpl::ConnectionPtr& connection, unsigned slot, std::uint64_t& rest);
  // Lets other pollers have what this one has picked up.
  static void give_back(Connection& connection, std::uint64_t& slots);

  ServerImpl& server_;
  std::unique_ptr<Scratch> scratch_;
  std::thread thread_;
  HotRings::Snapshot snapshot_;
  bool polling_ = false;
  unsigned spins_ = 0;  // how long to poll after the last work
  unsigned turn_ = 0;
  bool long_while_polling_ = false;
  bool served_long_ = false;
};

}  // namespace azekura::hsm::transport

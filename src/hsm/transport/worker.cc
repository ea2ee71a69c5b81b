// The workers: where events and rung rings become calls of the service.
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <new>

#include "base/secret.h"
#include "hsm/transport/channel.h"
#include "hsm/transport/server_impl.h"

namespace azekura::hsm::transport {
namespace {

// How long a worker polls after its last work, in pauses. Measured by bench/transport_bench.
constexpr unsigned kSpinsPerYield = 64;
constexpr unsigned kSpinsAfterShort = 1000;
constexpr unsigned kSpinsAfterSign = 300;
constexpr unsigned kSpinsAfterLong = 0;
// A poller looks at epoll every so many rounds while no worker sleeps there, and sweeps the hot
// rings.
constexpr unsigned kRoundsPerEvents = 128;
constexpr unsigned kRoundsPerSweep = 4096;
constexpr int kEventsMax = 4;
// Data of this size takes as long as an operation that is said to be long.
constexpr std::size_t kLongDataBytes = 64UL * 1024;
// Requests waiting in one ring that are too many for one worker, however short they are.
constexpr int kCrowd = 8;
// Frames served in one go on one socket, so that others get their turn.
constexpr int kFramesPerTurn = 16;

// Looks at a socket again after its answer, letting the client run meanwhile: a client that asks on
// at once is served without epoll, and without waking another worker.
constexpr int kLingerRounds = 2;

// A service that says more than there is room for would have us write over others' memory.
void require_room(const wire::Exchange& exchange) {
  if (exchange.answer_size > exchange.answer.size() || exchange.out_size > exchange.out.size()) {
    std::abort();
  }
}

std::uint64_t bit_of(unsigned slot) { return std::uint64_t{1} << slot; }

}  // namespace

// ---- Serving a slot of a ring -------------------------------------------------------------------

namespace {

// From request to taken, unless the client has taken the request back.
bool take(SlotControl& control) {
  std::uint32_t state = control.state.load(std::memory_order_acquire);
  // An honest client changes the state under us once for waiting and once for giving up.
  for (int attempt = 0; attempt < 4; ++attempt) {
    if ((state & kSlotPhaseMask) != kSlotRequest) return false;
    const std::uint32_t taken = (state & kSlotWaiting) | kSlotTaken;
    if (control.state.compare_exchange_strong(state, taken, std::memory_order_acq_rel)) return true;
  }
  return false;
}

// Ends the work on a slot that could not be taken. A client that gave up may have made another
// request in it meanwhile, whose pending bit was passed over because the slot was being served.
void drop(Connection& connection, unsigned slot) {
  connection.serving.fetch_and(~bit_of(slot), std::memory_order_seq_cst);
  const std::uint32_t state = connection.ring.control(slot).state.load(std::memory_order_seq_cst);
  if ((state & kSlotPhaseMask) == kSlotRequest) {
    connection.ring.header().pending.fetch_or(bit_of(slot), std::memory_order_seq_cst);
  }
}

}  // namespace

void ServerImpl::answer_slot(Connection& connection, unsigned slot, wire::Exchange& exchange,
                             Scratch& scratch) {
  service_.serve(*connection.application, exchange, scratch.thread());
  require_room(exchange);
  SlotControl& control = connection.ring.control(slot);
  std::memcpy(connection.ring.head(slot), exchange.answer.data(), exchange.answer_size);
  if (exchange.answer_secret) wipe(exchange.answer.data(), exchange.answer_size);
  control.answer_head_size.store(static_cast<std::uint32_t>(exchange.answer_size),
                                 std::memory_order_relaxed);
  control.answer_data_size.store(static_cast<std::uint32_t>(exchange.out_size),
                                 std::memory_order_relaxed);
  scratch.count_answer();
  // Before the answer is seen: the client's next request in this slot must not be passed over.
  connection.serving.fetch_and(~bit_of(slot), std::memory_order_acq_rel);
  const std::uint32_t before = control.state.exchange(kSlotDone, std::memory_order_acq_rel);
  if ((before & kSlotWaiting) != 0) futex_wake_shared(control.state, 1);
}

// A request of a ring that goes to the blocking pool, with its private copies.
class RingJob final : public BlockingPool::Job {
 public:
  RingJob(ServerImpl& server, ServerImpl::ConnectionPtr connection, unsigned slot, ByteView head,
          MutableByteView data, bool data_shared)
      : server_(server),
        connection_(std::move(connection)),
        slot_(slot),
        head_(to_bytes(head)),
        shared_data_(data),
        data_shared_(data_shared) {
    if (!data_shared_) data_ = to_bytes(data);
  }
  ~RingJob() override {
    wipe(head_.data(), head_.size());
    wipe(data_.data(), data_.size());
    if (ran_) return;
    // It never left the queue, so the client may repeat it elsewhere.
    connection_->serving.fetch_and(~bit_of(slot_), std::memory_order_acq_rel);
    connection_->ring.control(slot_).state.store(kSlotRequest, std::memory_order_release);
  }
  RingJob(const RingJob&) = delete;
  RingJob& operator=(const RingJob&) = delete;

  void run(Scratch& scratch) override {
    ran_ = true;
    wire::Exchange exchange;
    exchange.head = head_;
    exchange.data = data_shared_ ? shared_data_ : MutableByteView(data_);
    exchange.data_shared = data_shared_;
    exchange.out = {connection_->ring.data(slot_), wire::kDataBytesMax};
    exchange.answer = scratch.answer();
    server_.answer_slot(*connection_, slot_, exchange, scratch);
  }

 private:
  ServerImpl& server_;
  ServerImpl::ConnectionPtr connection_;
  const unsigned slot_;
  Bytes head_;
  Bytes data_;
  MutableByteView shared_data_;
  const bool data_shared_;
  bool ran_ = false;
};

void Worker::serve_slot(const ServerImpl::ConnectionPtr& connection, unsigned slot,
                        std::uint64_t& rest) {
  SlotControl& control = connection->ring.control(slot);
  if (!take(control)) {
    drop(*connection, slot);
    return;
  }
  const std::size_t head_size = control.head_size.load(std::memory_order_relaxed);
  const std::size_t data_size = control.data_size.load(std::memory_order_relaxed);
  if (head_size > wire::kHeadBytesMax || data_size > wire::kDataBytesMax) {
    drop(*connection, slot);
    server_.expel(*connection);
    return;
  }
  const MutableByteView shared(connection->ring.data(slot), wire::kDataBytesMax);
  wire::Exchange exchange;
  std::uint8_t* in = scratch_->in().data();
  copy_from_shared(in, connection->ring.head(slot), head_size);
  exchange.head = {in, head_size};
  exchange.data_shared = data_size > kCopyBytesMax;
  if (exchange.data_shared) {
    exchange.data = shared.first(data_size);
  } else {
    std::uint8_t* copy = in + wire::kHeadBytesMax;
    copy_from_shared(copy, shared.data(), data_size);
    exchange.data = {copy, data_size};
  }
  exchange.out = shared;
  exchange.answer = scratch_->answer();

  const wire::Lane lane = server_.service_.lane(exchange.head);
  if (lane == wire::Lane::kBlocking) {
    try {
      server_.pool_.submit(std::make_unique<RingJob>(server_, connection, slot, exchange.head,
                                                     exchange.data, exchange.data_shared));
    } catch (const std::bad_alloc&) {
      server_.expel(*connection);  // rather than end the daemon
    }
  } else {
    const bool takes_long = lane == wire::Lane::kLong || data_size >= kLongDataBytes;
    if (takes_long || (data_size > kCopyBytesMax && rest != 0)) {
      give_back(*connection, rest);
      if (!takes_long) server_.wake_worker();
    }
    if (takes_long) before_long();
    server_.answer_slot(*connection, slot, exchange, *scratch_);
    if (takes_long) after_long();
    const auto wait = static_cast<Wait>(control.wait.load(std::memory_order_relaxed));
    spins_ = lane == wire::Lane::kShort ? kSpinsAfterShort
             : wait == Wait::kSign      ? kSpinsAfterSign
                                        : kSpinsAfterLong;
  }
  wipe(in, head_size);
}

void Worker::give_back(Connection& connection, std::uint64_t& slots) {
  if (slots == 0) return;
  connection.serving.fetch_and(~slots, std::memory_order_acq_rel);
  connection.ring.header().pending.fetch_or(slots, std::memory_order_seq_cst);
  slots = 0;
}

void Worker::serve_ring(const ServerImpl::ConnectionPtr& connection) {
  std::uint64_t slots = connection->ring.header().pending.exchange(0, std::memory_order_acq_rel);
  const std::uint64_t busy = connection->serving.fetch_or(slots, std::memory_order_acq_rel);
  slots &= ~busy;
  if (std::popcount(slots) >= kCrowd && server_.sleepers_.load(std::memory_order_relaxed) > 0) {
    std::uint64_t half = slots & 0xaaaaaaaaaaaaaaaau;
    slots &= ~half;
    give_back(*connection, half);
    server_.wake_worker();
  }
  while (slots != 0) {
    const auto slot = static_cast<unsigned>(std::countr_zero(slots));
    slots &= slots - 1;
    serve_slot(connection, slot, slots);
  }
  connection->idle_sweeps.store(0, std::memory_order_relaxed);
}

// ---- Serving a socket ---------------------------------------------------------------------------

SocketPeer::Progress ServerImpl::answer_frame(SocketPeer& peer, const SocketPeer::FrameView& frame,
                                              Scratch& scratch) {
  wire::Exchange exchange;
  exchange.head = frame.head;
  exchange.data = frame.data;
  exchange.out = scratch.out();
  exchange.answer = scratch.answer();
  service_.serve(*peer.connection->application, exchange, scratch.thread());
  require_room(exchange);
  scratch.count_answer();
  const SocketPeer::Progress progress =
      peer.send(exchange.answer.first(exchange.answer_size), exchange.out.first(exchange.out_size));
  if (exchange.answer_secret) wipe(exchange.answer.data(), exchange.answer_size);
  wipe(frame.head.data(), frame.head.size());
  return progress;
}

// A frame that goes to the blocking pool. Its thread owns the socket until it is done with it.
class SocketJob final : public BlockingPool::Job {
 public:
  SocketJob(ServerImpl& server, ServerImpl::PeerPtr peer, const SocketPeer::FrameView& frame)
      : server_(server),
        peer_(std::move(peer)),
        head_(to_bytes(frame.head)),
        data_(to_bytes(frame.data)) {}
  ~SocketJob() override {
    wipe(head_.data(), head_.size());
    wipe(data_.data(), data_.size());
  }
  SocketJob(const SocketJob&) = delete;
  SocketJob& operator=(const SocketJob&) = delete;

  void run(Scratch& scratch) override {
    if (server_.answer_frame(*peer_, {head_, data_}, scratch) == SocketPeer::Progress::kClosed) {
      server_.close_socket(*peer_);
    } else {
      server_.serve_socket(peer_, scratch, nullptr);
    }
  }

 private:
  ServerImpl& server_;
  ServerImpl::PeerPtr peer_;
  Bytes head_;
  Bytes data_;
};

// REQUIRES: the caller owns the peer. It owns it no longer.
void ServerImpl::release(SocketPeer& peer) {
  peer.stash();
  std::uint32_t events = EPOLLONESHOT;
  // While an answer cannot leave, nothing else is of interest, and what is would be told in a loop.
  if (!peer.has_unsent()) events |= EPOLLIN | EPOLLRDHUP;
  // What was read ahead, epoll does not know of; that there is room for an answer, it tells at
  // once.
  if (peer.has_unsent() || peer.has_stash()) events |= EPOLLOUT;
  peer.release(epoll_.get(), events, tag(Source::kSocket, peer.id()));
}

// REQUIRES: the caller owns the peer, which is not closed: a closed one is found by nobody.
void ServerImpl::serve_socket(const PeerPtr& peer, Scratch& scratch, Worker* worker) {
  try {
    switch (converse(peer, scratch, worker)) {
      case Outcome::kWait:
        release(*peer);
        break;
      case Outcome::kClose:
        close_socket(*peer);
        break;
      case Outcome::kHandedOver:
        break;  // the job owns the socket now
    }
  } catch (const std::bad_alloc&) {
    close_socket(*peer);  // rather than end the daemon
  }
}

ServerImpl::Outcome ServerImpl::converse(const PeerPtr& peer, Scratch& scratch, Worker* worker) {
  using Progress = SocketPeer::Progress;
  for (int frames = 0; frames < kFramesPerTurn; ++frames) {
    switch (peer->flush()) {
      case Progress::kReady:
        break;
      case Progress::kWait:
        return Outcome::kWait;
      case Progress::kClosed:
        return Outcome::kClose;
    }
    if (peer->stage == SocketPeer::Stage::kHello) {
      if (!receive_hello(*peer)) return Outcome::kClose;
      if (peer->stage == SocketPeer::Stage::kHello) return Outcome::kWait;
    }
    SocketPeer::FrameView frame;
    Progress progress = peer->next_frame(scratch, frame);
    for (int i = 0; i < kLingerRounds && frames > 0 && progress == Progress::kWait; ++i) {
      ::sched_yield();
      progress = peer->next_frame(scratch, frame);
    }
    if (progress == Progress::kWait) return Outcome::kWait;
    if (progress == Progress::kClosed) return Outcome::kClose;
    if (peer->stage == SocketPeer::Stage::kLifeline) return Outcome::kClose;

    const wire::Lane lane = service_.lane(frame.head);
    if (lane == wire::Lane::kBlocking && worker != nullptr) {
      auto job = std::make_unique<SocketJob>(*this, peer, frame);
      wipe(frame.head.data(), frame.head.size());
      peer->stash();
      pool_.submit(std::move(job));
      return Outcome::kHandedOver;
    }
    const bool takes_long = lane == wire::Lane::kLong || frame.data.size() >= kLongDataBytes;
    if (takes_long && worker != nullptr) worker->before_long();
    const Progress answered = answer_frame(*peer, frame, scratch);
    if (takes_long && worker != nullptr) worker->after_long();
    if (answered == Progress::kClosed) return Outcome::kClose;
  }
  return Outcome::kWait;  // and further when it is its turn again
}

// ---- The loop -----------------------------------------------------------------------------------

void Worker::loop() {
  unsigned idle = 0;
  unsigned rounds = 0;
  while (!server_.stopping_.load(std::memory_order_acquire)) {
    if (!polling_) {
      snapshot_ = {};
      handle_events(-1);
      idle = 0;
      continue;
    }
    const bool worked = poll_rings();
    if (worked) {
      idle = 0;
    } else {
      ++idle;
      // A client on the same core gets it at once, instead of after a time slice.
      if (idle % kSpinsPerYield == 0) {
        ::sched_yield();
      } else {
        cpu_relax();
      }
    }
    ++rounds;
    if ((rounds % kRoundsPerEvents == 0 || served_long_) &&
        server_.sleepers_.load(std::memory_order_relaxed) == 0) {
      handle_events(0);
    }
    served_long_ = false;
    if (rounds % kRoundsPerSweep == 0) server_.hot_.sweep();
    if (idle > spins_ && server_.hot_.stop_polling_if_idle()) polling_ = false;
  }
  if (polling_) server_.hot_.stop_polling_for_long();
}

void Worker::begin_polling() {
  if (polling_) return;
  polling_ = true;
  spins_ = kSpinsAfterShort;
  server_.hot_.start_polling();
}

void Worker::before_long() {
  long_while_polling_ = polling_;
  if (!polling_) return;
  polling_ = false;
  if (server_.hot_.stop_polling_for_long()) server_.wake_worker();
}

void Worker::after_long() {
  served_long_ = true;
  if (!long_while_polling_) return;
  polling_ = true;
  server_.hot_.start_polling();
}

bool Worker::poll_rings() {
  server_.hot_.refresh(snapshot_);
  const std::size_t count = snapshot_.rings.size();
  bool worked = false;
  // Beginning with another one each time, so that none is always last.
  ++turn_;
  for (std::size_t i = 0; i < count; ++i) {
    const ServerImpl::ConnectionPtr& ring = snapshot_.rings[(turn_ + i) % count];
    if (ring->ring.header().pending.load(std::memory_order_relaxed) == 0) continue;
    serve_ring(ring);
    worked = true;
  }
  return worked;
}

void Worker::handle_events(int timeout_ms) {
  std::array<epoll_event, kEventsMax> events;
  server_.sleepers_.fetch_add(1, std::memory_order_relaxed);
  const int count = ::epoll_wait(server_.epoll_.get(), events.data(), kEventsMax, timeout_ms);
  server_.sleepers_.fetch_sub(1, std::memory_order_relaxed);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
    const std::uint64_t id = tag >> 8;
    switch (static_cast<ServerImpl::Source>(tag & 0xff)) {
      case ServerImpl::Source::kListener:
        server_.accept_all();
        break;
      case ServerImpl::Source::kStop:
        return;
      case ServerImpl::Source::kWake:
        begin_polling();
        break;
      case ServerImpl::Source::kDoorbell:
        if (const auto ring = server_.find_connection(id)) {
          server_.hot_.heat(ring);
          begin_polling();
        }
        break;
      case ServerImpl::Source::kSocket:
        if (const auto peer = server_.find_socket(id)) {
          peer->own();
          server_.serve_socket(peer, *scratch_, this);
        }
        break;
    }
  }
}

}  // namespace azekura::hsm::transport

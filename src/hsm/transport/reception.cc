// Reception: from an accepted socket to an application that may ask.
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "hsm/transport/server_impl.h"

namespace azekura::hsm::transport {
namespace {

// Accepted in one go, so that a flood of connections does not hold a worker for ever.
constexpr int kAcceptsMax = 64;
// As in the client: a frame of a mebibyte passes in fewer wake-ups.
constexpr int kSocketBufferBytes = 208 * 1024;
constexpr std::uint32_t kSocketEvents = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT;

bool say(const SocketPeer& peer, ServerHello hello, std::span<const int> fds = {}) {
  hello.version = wire::kWireVersion;
  return send_with_fds(peer.fd(), encode(hello), fds).has_value();
}

bool refuse(const SocketPeer& peer, HelloStatus status) {
  ServerHello hello;
  hello.status = status;
  say(peer, hello);
  return false;
}

}  // namespace

void ServerImpl::accept_all() {
  for (int i = 0; i < kAcceptsMax && !stopping_.load(std::memory_order_acquire); ++i) {
    Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.valid()) {
      accept_one(std::move(socket));
    } else if (errno == EMFILE || errno == ENFILE) {
      if (!refuse_for_lack_of_descriptors()) return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;  // EAGAIN: all are accepted
    }
  }
  watch_listener_again();
}

// There may be more to accept: what is there already is told again.
void ServerImpl::watch_listener_again() const {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = tag(Source::kListener, 0);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.get(), &event);
}

// False: there was not even one to refuse with. Whoever closes a socket next has us try again.
bool ServerImpl::refuse_for_lack_of_descriptors() {
  const std::lock_guard lock(mutex_);
  spare_.reset();
  {
    const Fd refused(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    starved_ = !refused.valid() && (errno == EMFILE || errno == ENFILE);
    if (starved_) return false;
    if (refused.valid()) {
      ServerHello hello;
      hello.version = wire::kWireVersion;
      hello.status = HelloStatus::kFull;
      static_cast<void>(send_with_fds(refused.get(), encode(hello), {}).has_value());
    }
  }
  spare_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return true;
}

void ServerImpl::accept_one(Fd socket) {
  auto who = peer_of(socket.get());
  if (!who) return;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &kSocketBufferBytes, sizeof kSocketBufferBytes);
  const int fd = socket.get();
  std::uint64_t id = 0;
  PeerPtr refused;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
    auto peer = std::make_shared<SocketPeer>(id, std::move(socket), *who);
    if (sockets_.size() >= options_.connections_max * kSocketsPerConnectionMean + kHellosMax) {
      refused = std::move(peer);
    } else {
      sockets_.emplace(id, std::move(peer));
      hellos_.push_back(id);
      if (hellos_.size() > kHellosMax) {
        // The one that has been silent longest makes room.
        const auto oldest = sockets_.find(hellos_.front());
        if (oldest != sockets_.end()) oldest->second->shut_down();
        hellos_.pop_front();
      }
    }
    if (!spare_.valid()) spare_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  }
  if (refused != nullptr) {
    refuse(*refused, HelloStatus::kFull);
    return;
  }
  if (!watch(fd, kSocketEvents, tag(Source::kSocket, id))) {
    if (const PeerPtr peer = find_socket(id)) close_socket(*peer);
  }
}

bool ServerImpl::receive_hello(SocketPeer& peer) {
  std::array<std::uint8_t, kClientHelloBytes> bytes{};
  const SocketPeer::Progress progress = peer.read_hello(bytes);
  if (progress != SocketPeer::Progress::kReady) return progress == SocketPeer::Progress::kWait;
  const auto hello = decode_client_hello(bytes);
  if (!hello) return refuse(peer, HelloStatus::kMalformed);
  if (hello->version != wire::kWireVersion) return refuse(peer, HelloStatus::kOtherVersion);
  switch (hello->kind) {
    case HelloKind::kSocket:
      return welcome_application(peer, false);
    case HelloKind::kRing:
      return welcome_application(peer, options_.offer_ring);
    case HelloKind::kAttach:
      return welcome_attached(peer, *hello);
  }
  return refuse(peer, HelloStatus::kMalformed);
}

bool ServerImpl::welcome_application(SocketPeer& peer, bool with_ring) {
  auto connection = std::make_shared<Connection>();
  {
    const std::lock_guard lock(mutex_);
    const auto of_process =
        std::count_if(connections_.begin(), connections_.end(),
                      [&](const auto& each) { return each.second->peer == peer.peer(); });
    if (connections_.size() + reserved_ >= options_.connections_max ||
        of_process >= options_.connections_per_process_max) {
      return refuse(peer, HelloStatus::kFull);
    }
    ++reserved_;
    connection->id = next_id_++;
  }
  // From here on the reservation becomes a connection or is given back, under the lock.
  ServerHello hello;
  Fd memory;
  const bool drawn = ::getrandom(connection->secret.data(), connection->secret.size(), 0) ==
                     static_cast<ssize_t>(connection->secret.size());
  if (drawn && with_ring) {
    if (auto added = add_ring(*connection, memory); added) {
      hello.ring = true;
      hello.ring_slots = kRingSlots;
      hello.ring_bytes = kRingBytes;
    }
  }
  connection->peer = peer.peer();
  if (drawn) connection->application = service_.connected(connection->peer);
  {
    const std::lock_guard lock(mutex_);
    --reserved_;
    if (drawn) {
      connection->sockets.push_back(peer.id());
      connections_.emplace(connection->id, connection);
      std::erase(hellos_, peer.id());
    }
  }
  if (!drawn) return refuse(peer, HelloStatus::kFailed);
  peer.connection = connection;
  peer.is_first = true;
  peer.stage = hello.ring ? SocketPeer::Stage::kLifeline : SocketPeer::Stage::kFrames;
  hello.connection = connection->id;
  hello.secret = connection->secret;
  if (!hello.ring) return say(peer, hello);
  if (!watch(connection->doorbell.get(), EPOLLIN | EPOLLET,
             tag(Source::kDoorbell, connection->id))) {
    return refuse(peer, HelloStatus::kFailed);
  }
  const std::array<int, kPassedFdsMax> fds = {memory.get(), connection->doorbell.get(),
                                              facts_.fd()};
  return say(peer, hello, fds);
}

Status ServerImpl::add_ring(Connection& connection, Fd& memory) {
  ASSIGN_OR_RETURN(memory, make_memory_file("azekura-ring", kRingBytes));
  // Nobody can shrink it under us: no access to it ever fails.
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return fail_errno("seal shared memory", errno);
  }
  Fd doorbell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!doorbell.valid()) return fail_errno("make an eventfd", errno);
  ASSIGN_OR_RETURN(connection.ring_memory,
                   Mapping::shared(memory.get(), kRingBytes, PROT_READ | PROT_WRITE));
  connection.ring = RingView(connection.ring_memory.base());
  connection.doorbell = std::move(doorbell);
  return {};
}

bool ServerImpl::welcome_attached(SocketPeer& peer, const ClientHello& hello) {
  const ConnectionPtr connection = find_connection(hello.connection);
  // The secret alone would do; that it is the same process costs nothing to ask.
  if (connection == nullptr || connection->has_ring() || connection->peer != peer.peer() ||
      !equal_secrets(connection->secret, hello.secret)) {
    return refuse(peer, HelloStatus::kRefused);
  }
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    if (!connections_.contains(connection->id)) return refuse(peer, HelloStatus::kRefused);
    full = connection->sockets.size() >= kSocketsPerConnectionMax;
    if (!full) {
      connection->sockets.push_back(peer.id());
      std::erase(hellos_, peer.id());
    }
  }
  if (full) return refuse(peer, HelloStatus::kFull);
  peer.connection = connection;
  peer.stage = SocketPeer::Stage::kFrames;
  ServerHello answer;
  answer.connection = connection->id;
  return say(peer, answer);
}

}  // namespace azekura::hsm::transport

#include "hsm/transport/server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "hsm/transport/server_impl.h"

namespace azekura::hsm::transport {
namespace {

constexpr int kBacklog = 1024;
constexpr mode_t kSocketMode = 0660;

// Every connection may hold a socket and a doorbell, and further sockets.
void raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::uint64_t inode_of(const std::string& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 ? facts.st_ino : 0;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::create(Options options, wire::Service& service,
                                               FactsPage& facts) {
  if (options.workers == 0) options.workers = std::max(1u, std::thread::hardware_concurrency());
  options.blocking_threads = std::max(1u, options.blocking_threads);
  auto server = std::make_unique<ServerImpl>(std::move(options), service, facts);
  RETURN_IF_ERROR(server->open());
  return std::unique_ptr<Server>(std::move(server));
}

ServerImpl::ServerImpl(Options options, wire::Service& service, FactsPage& facts)
    : options_(std::move(options)),
      service_(service),
      facts_(facts),
      pool_(options_.blocking_threads, options_.workers) {}

ServerImpl::~ServerImpl() { stop(); }

Status ServerImpl::open() {
  raise_descriptor_limit(options_.connections_max * (kSocketsPerConnectionMean + 1) + 128);
  epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid()) return fail_errno("make an epoll", errno);
  for (Fd* event : {&stop_event_, &wake_event_, &spare_}) {
    *event = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event->valid()) return fail_errno("make an eventfd", errno);
  }
  RETURN_IF_ERROR(watch(stop_event_.get(), EPOLLIN, tag(Source::kStop, 0)));
  RETURN_IF_ERROR(watch(wake_event_.get(), EPOLLIN | EPOLLET, tag(Source::kWake, 0)));
  for (unsigned i = 0; i < options_.workers; ++i) {
    ASSIGN_OR_RETURN(auto scratch, Scratch::create(i));
    workers_.push_back(std::make_unique<Worker>(*this, std::move(scratch)));
  }
  return listen();
}

Status ServerImpl::listen() {
  const std::string& path = options_.socket_path;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Code::kInvalid, "the path of the socket is empty or too long: " + path);
  }
  path.copy(address.sun_path, path.size());
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);

  // A socket that nobody listens on was left by a daemon that was killed.
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) == 0) {
    if (!S_ISSOCK(facts.st_mode)) {
      return fail(Code::kConflict, path + " is there and is not a socket");
    }
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!probe.valid()) return fail_errno("make a socket", errno);
    if (::connect(probe.get(), plain, sizeof address) == 0 || errno != ECONNREFUSED) {
      return fail(Code::kConflict, "another daemon listens at " + path);
    }
    if (::unlink(path.c_str()) != 0) return fail_errno("remove the stale socket " + path, errno);
  }

  listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener_.valid()) return fail_errno("make a socket", errno);
  // Nobody but this user may connect between bind and chmod.
  if (::fchmod(listener_.get(), 0600) != 0) return fail_errno("restrict the socket", errno);
  if (::bind(listener_.get(), plain, sizeof address) != 0) return fail_errno("bind " + path, errno);
  socket_inode_ = inode_of(path);
  if (::chmod(path.c_str(), kSocketMode) != 0) return fail_errno("set the mode of " + path, errno);
  if (::listen(listener_.get(), kBacklog) != 0) return fail_errno("listen at " + path, errno);
  return watch(listener_.get(), EPOLLIN | EPOLLET, tag(Source::kListener, 0));
}

Status ServerImpl::watch(int fd, std::uint32_t events, std::uint64_t tag) const {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return fail_errno("watch", errno);
  return {};
}

void ServerImpl::wake_worker() const {
  const std::uint64_t one = 1;
  // Never full: the counter would take 2^64 - 2 wakes.
  static_cast<void>(!::write(wake_event_.get(), &one, sizeof one));
}

Status ServerImpl::start() {
  if (started_ || stopped_) return fail(Code::kConflict, "the server was started before");
  started_ = true;
  RETURN_IF_ERROR(pool_.start());
  try {
    for (const auto& worker : workers_) worker->start();
  } catch (const std::system_error& error) {
    return fail(Code::kExhausted, std::string("start a thread: ") + error.what());
  }
  return {};
}

void ServerImpl::stop() {
  if (stopped_) return;
  stopped_ = true;
  if (listener_.valid()) {
    if (inode_of(options_.socket_path) == socket_inode_) ::unlink(options_.socket_path.c_str());
    ::shutdown(listener_.get(), SHUT_RDWR);
  }
  stopping_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_event_.get(), &one, sizeof one));
  for (const auto& worker : workers_) worker->join();
  pool_.stop();
  // No thread is left that could touch a socket or a ring.
  for (const auto& [id, connection] : connections_) hot_.remove(*connection);
  for (const auto& [id, peer] : sockets_) peer->connection.reset();
  sockets_.clear();
  connections_.clear();
  listener_.reset();
}

unsigned ServerImpl::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<unsigned>(connections_.size());
}

std::uint64_t ServerImpl::answered() const {
  std::uint64_t sum = pool_.answered();
  for (const auto& worker : workers_) sum += worker->scratch().answered();
  return sum;
}

ServerImpl::PeerPtr ServerImpl::find_socket(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = sockets_.find(id);
  return found == sockets_.end() ? nullptr : found->second;
}

ServerImpl::ConnectionPtr ServerImpl::find_connection(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second;
}

void ServerImpl::close_socket(SocketPeer& peer) {
  // What dies here may take an application with it, so it dies after the lock.
  ConnectionPtr gone;
  PeerPtr self;
  const ConnectionPtr connection = std::move(peer.connection);
  {
    const std::lock_guard lock(mutex_);
    if (peer.closed) return;
    peer.closed = true;
    if (const auto found = sockets_.find(peer.id()); found != sockets_.end()) {
      self = std::move(found->second);
      sockets_.erase(found);
    }
    if (peer.stage == SocketPeer::Stage::kHello) std::erase(hellos_, peer.id());
    if (connection != nullptr) {
      std::erase(connection->sockets, peer.id());
      if (peer.is_first) {
        if (const auto found = connections_.find(connection->id); found != connections_.end()) {
          gone = std::move(found->second);
          connections_.erase(found);
        }
        // Their owners see the end of the stream and close them.
        for (const std::uint64_t id : connection->sockets) {
          const auto other = sockets_.find(id);
          if (other != sockets_.end()) other->second->shut_down();
        }
      }
    }
    peer.close();
    if (starved_) {
      starved_ = false;
      watch_listener_again();
    }
  }
  if (gone != nullptr && gone->has_ring()) {
    // The peer has the same open doorbell, so closing ours would not stop it from waking us.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, gone->doorbell.get(), nullptr);
    hot_.remove(*gone);
  }
}

void ServerImpl::expel(const Connection& connection) {
  const std::lock_guard lock(mutex_);
  for (const std::uint64_t id : connection.sockets) {
    const auto found = sockets_.find(id);
    if (found != sockets_.end()) found->second->shut_down();
  }
}

}  // namespace azekura::hsm::transport

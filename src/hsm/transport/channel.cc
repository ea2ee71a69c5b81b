#include "hsm/transport/channel.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <new>

#include "hsm/transport/dial.h"
#include "hsm/transport/hello.h"
#include "hsm/transport/os.h"
#include "hsm/transport/ring_channel.h"
#include "hsm/transport/ring_layout.h"
#include "hsm/transport/socket_channel.h"

namespace azekura::hsm::transport {

Frame::Frame(Frame&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)),
      place_(other.place_),
      head_(other.head_),
      data_(other.data_),
      head_used_(other.head_used_),
      answer_head_size_(other.answer_head_size_),
      answer_data_size_(other.answer_data_size_),
      usable_(other.usable_) {}

Frame::~Frame() {
  if (owner_ != nullptr) owner_->release(*this);
}

Delivery Frame::send(std::size_t head_size, std::size_t data_size, Wait wait,
                     std::chrono::milliseconds deadline) {
  return owner_->transact(*this, head_size, data_size, wait, deadline);
}

namespace {

// How often a blocked call on a socket looks at its deadline.
constexpr std::chrono::milliseconds kSocketPatience{50};
// More room in the kernel lets a frame of a mebibyte pass in fewer wake-ups; doubled by the kernel.
constexpr int kSocketBufferBytes = 208 * 1024;

void set_timeouts(int socket, std::chrono::milliseconds timeout) {
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(timeout.count() / 1000);
  limit.tv_usec = static_cast<suseconds_t>(timeout.count() % 1000 * 1000);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Result<Fd> connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Code::kInvalid, "the path of the daemon's socket is empty or too long: " + path);
  }
  path.copy(address.sun_path, path.size());
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return fail_errno("make a socket", errno);
  set_timeouts(socket.get(), kHelloDeadline);
  int answer = 0;
  do {
    answer = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } while (answer != 0 && errno == EINTR);
  if (answer == 0) return socket;
  if (errno == EACCES || errno == EPERM) {
    return fail(Code::kDenied, "this user may not connect to " + path,
                "join the socket's group, or start an HSM of your own with azekura hsm start");
  }
  if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR || errno == EAGAIN) {
    return fail(Code::kUnavailable, "no azekura-hsmd listens at " + path,
                "start one with azekura hsm start, or say in AZEKURA_SOCKET where it is");
  }
  return fail_errno("connect to " + path, errno);
}

Status verdict(const ServerHello& hello) {
  if (hello.version != wire::kWireVersion || hello.status == HelloStatus::kOtherVersion) {
    return fail(Code::kUnsupported,
                "azekura-hsmd speaks version " + std::to_string(hello.version) +
                    " of the wire, this side version " + std::to_string(wire::kWireVersion),
                "install both from the same release");
  }
  switch (hello.status) {
    case HelloStatus::kWelcome:
      return {};
    case HelloStatus::kFull:
      return fail(Code::kExhausted, "azekura-hsmd serves as many connections as it may",
                  "raise its limit of connections, or close applications");
    case HelloStatus::kRefused:
      return fail(Code::kDenied, "azekura-hsmd refused the connection");
    case HelloStatus::kFailed:
      return fail(Code::kUnavailable, "azekura-hsmd could not make a connection");
    default:
      return fail(Code::kUnsupported, "azekura-hsmd did not understand the hello");
  }
}

// Ours only if it is as large as the layout says and can never shrink under us.
bool is_sound_ring(int fd) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0 || facts.st_size != static_cast<off_t>(kRingBytes)) return false;
  const int seals = ::fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
}

}  // namespace

Result<Dialled> dial(const std::string& socket_path, const ClientHello& hello) {
  Dialled dialled;
  ASSIGN_OR_RETURN(Fd connected, connect_to(socket_path));
  dialled.socket = GuestFd(std::move(connected));
  const int socket = dialled.socket.get();
  if (auto sent = send_with_fds(socket, encode(hello), {}); !sent) {
    return fail(Code::kUnavailable, "azekura-hsmd closed the connection: " + sent.error().message);
  }
  std::array<std::uint8_t, kServerHelloBytes> answer{};
  RETURN_IF_ERROR(receive_with_fds(socket, answer, dialled.fds));
  ASSIGN_OR_RETURN(dialled.hello, decode_server_hello(answer));
  RETURN_IF_ERROR(verdict(dialled.hello));
  set_timeouts(socket, kSocketPatience);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kSocketBufferBytes, sizeof kSocketBufferBytes);
  return dialled;
}

Result<std::unique_ptr<Channel>> Channel::connect(const Options& options) {
  try {
    ClientHello hello;
    hello.version = wire::kWireVersion;
    hello.kind = options.use_ring ? HelloKind::kRing : HelloKind::kSocket;
    ASSIGN_OR_RETURN(Dialled dialled, dial(options.socket_path, hello));
    if (!dialled.hello.ring) {
      return SocketChannel::create(std::move(dialled.socket), options.socket_path, dialled.hello);
    }
    auto& [ring, doorbell, facts] = dialled.fds;
    if (dialled.hello.ring_slots != kRingSlots || dialled.hello.ring_bytes != kRingBytes ||
        !facts.valid() || !is_sound_ring(ring.get())) {
      return fail(Code::kUnsupported, "azekura-hsmd offers a ring of another shape",
                  "install both from the same release");
    }
    return RingChannel::create(std::move(dialled.socket), std::move(ring),
                               GuestFd(std::move(doorbell)), std::move(facts));
  } catch (const std::bad_alloc&) {
    return fail(Code::kExhausted, "out of memory");
  }
}

}  // namespace azekura::hsm::transport

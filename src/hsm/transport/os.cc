#include "hsm/transport/os.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace azekura::hsm::transport {

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

GuestFd::GuestFd(Fd fd) : fd_(std::move(fd)) {
  if (fd_.valid() && fd_.get() <= STDERR_FILENO) {
    fd_ = Fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  }
  struct stat facts {};
  if (!fd_.valid() || ::fstat(fd_.get(), &facts) != 0) return;
  device_ = facts.st_dev;
  inode_ = facts.st_ino;
}

GuestFd& GuestFd::operator=(GuestFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::move(other.fd_);
    device_ = other.device_;
    inode_ = other.inode_;
  }
  return *this;
}

bool GuestFd::is_ours() const {
  struct stat facts {};
  return fd_.valid() && ::fstat(fd_.get(), &facts) == 0 && facts.st_dev == device_ &&
         facts.st_ino == inode_;
}

void GuestFd::reset() {
  if (!is_ours()) fd_.release();
  fd_.reset();
}

Result<Mapping> Mapping::shared(int fd, std::size_t size, int protection) {
  void* base = ::mmap(nullptr, size, protection, MAP_SHARED, fd, 0);
  if (base == MAP_FAILED) return fail_errno("map shared memory", errno);
  // What passes here are secrets and plaintexts: not for core files.
  ::madvise(base, size, MADV_DONTDUMP);
  return Mapping(static_cast<std::uint8_t*>(base), size);
}

Result<Mapping> Mapping::anonymous(std::size_t size) {
  void* base = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return fail_errno("map memory", errno);
  ::madvise(base, size, MADV_DONTDUMP);
  return Mapping(static_cast<std::uint8_t*>(base), size);
}

void Mapping::reset() {
  if (base_ != nullptr) ::munmap(base_, size_);
  base_ = nullptr;
  size_ = 0;
}

Result<Fd> make_memory_file(const char* name, std::size_t size) {
  Fd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid()) return fail_errno("create shared memory", errno);
  if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
    return fail_errno("size shared memory", errno);
  }
  return fd;
}

namespace {

void futex_wait(std::atomic<std::uint32_t>& word, int operation, std::uint32_t expected,
                std::chrono::nanoseconds timeout) {
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(timeout.count() / 1'000'000'000);
  limit.tv_nsec = static_cast<long>(timeout.count() % 1'000'000'000);
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, expected, &limit,
            nullptr, 0);
}

void futex_wake(std::atomic<std::uint32_t>& word, int operation, int threads) {
  ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), operation, threads, nullptr,
            nullptr, 0);
}

}  // namespace

void futex_wait_shared(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::chrono::nanoseconds timeout) {
  futex_wait(word, FUTEX_WAIT, expected, timeout);
}
void futex_wake_shared(std::atomic<std::uint32_t>& word, int threads) {
  futex_wake(word, FUTEX_WAKE, threads);
}
void futex_wait_private(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                        std::chrono::nanoseconds timeout) {
  futex_wait(word, FUTEX_WAIT_PRIVATE, expected, timeout);
}
void futex_wake_private(std::atomic<std::uint32_t>& word, int threads) {
  futex_wake(word, FUTEX_WAKE_PRIVATE, threads);
}

Status send_with_fds(int socket, ByteView bytes, std::span<const int> fds) {
  iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kPassedFdsMax)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return fail_errno("send to peer", errno);
  if (static_cast<std::size_t>(sent) != bytes.size()) {
    return fail(Code::kIo, "send to peer: the socket took only a part");
  }
  return {};
}

Status receive_with_fds(int socket, MutableByteView bytes, std::array<Fd, kPassedFdsMax>& fds) {
  std::size_t count = 0;
  bool too_many = false;
  while (!bytes.empty()) {
    iovec part{bytes.data(), bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kPassedFdsMax)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) return fail(Code::kUnavailable, "the peer closed the connection");
    if (got < 0) {
      if (errno == EAGAIN) return fail(Code::kUnavailable, "the peer does not answer");
      return fail(Code::kUnavailable, "receiving from the peer failed");
    }
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t passed = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < passed; ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
        Fd owned(fd);
        if (count < fds.size()) {
          fds[count++] = std::move(owned);
        } else {
          too_many = true;
        }
      }
    }
    if (too_many || (message.msg_flags & MSG_CTRUNC) != 0) {
      return fail(Code::kInvalid, "the peer passed more descriptors than it may");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

namespace {

// Field 22 of /proc/PID/stat. The second field is a name in parentheses that may itself contain
// blanks and parentheses, so counting begins behind the last one.
std::uint64_t process_start_of(std::int32_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return 0;
  std::array<char, 1024> text{};
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  if (got <= 0) return 0;
  std::string_view rest(text.data(), static_cast<std::size_t>(got));
  const std::size_t name_end = rest.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  rest.remove_prefix(name_end + 1);
  for (int field = 3; field <= 22; ++field) {
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos) return 0;
    rest.remove_prefix(blank + 1);
  }
  std::uint64_t start = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), start);
  return error == std::errc() ? start : 0;
}

}  // namespace

Result<wire::Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return fail_errno("ask who the peer is", errno);
  }
  wire::Peer peer;
  peer.uid = credentials.uid;
  peer.gid = credentials.gid;
  peer.pid = credentials.pid;
  peer.process_start = process_start_of(credentials.pid);
  return peer;
}

bool peer_has_closed(int socket) {
  pollfd asked{socket, POLLIN | POLLRDHUP, 0};
  if (::poll(&asked, 1, 0) <= 0) return false;
  // POLLNVAL: the host program closed every descriptor it could find, ours too.
  return (asked.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

}  // namespace azekura::hsm::transport

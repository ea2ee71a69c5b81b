#include "hsm/daemon/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace azekura::hsm::daemon {

Result<Notifier> Notifier::create() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || path[0] == '\0') return Notifier(-1);
  const std::size_t size = std::strlen(path);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (size >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) {
    return fail(Code::kInvalid, "NOTIFY_SOCKET is not the path of a socket");
  }
  std::memcpy(address.sun_path, path, size);
  if (path[0] == '@') address.sun_path[0] = '\0';  // Linux's abstract names
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail_errno("cannot make a socket", errno);
  Notifier notifier(fd);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    return fail_errno("cannot reach NOTIFY_SOCKET", errno);
  }
  return notifier;
}

Notifier::Notifier(Notifier&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Notifier::~Notifier() {
  if (fd_ >= 0) close(fd_);
}

void Notifier::tell(std::string_view state) const {
  if (fd_ >= 0) send(fd_, state.data(), state.size(), MSG_NOSIGNAL);
}

}  // namespace azekura::hsm::daemon

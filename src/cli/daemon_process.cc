#include "cli/daemon_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>

namespace azekura::cli {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kReadyDeadline{120};  // argon2id on a slow machine, many keys
constexpr std::chrono::seconds kEndDeadline{40};

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { reset(-1); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  void reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

// A folder of our own with a datagram socket, to which the daemon says READY=1.
class ReadySocket {
 public:
  static Result<std::unique_ptr<ReadySocket>> create() {
    std::unique_ptr<ReadySocket> self(new ReadySocket);
    std::string folder = (fs::temp_directory_path() / "azekura.XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr)
      return fail_errno("cannot make a temporary folder", errno);
    self->folder_ = folder;
    self->path_ = folder + "/ready";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (self->path_.size() >= sizeof address.sun_path) {
      return fail(Code::kInvalid, "the temporary folder's path is too long: " + folder,
                  "set TMPDIR to a shorter one");
    }
    std::memcpy(address.sun_path, self->path_.c_str(), self->path_.size() + 1);
    self->fd_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (self->fd_.get() < 0 ||
        bind(self->fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return fail_errno("cannot make a socket in " + folder, errno);
    }
    return self;
  }
  ~ReadySocket() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  ReadySocket(const ReadySocket&) = delete;
  ReadySocket& operator=(const ReadySocket&) = delete;

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }
  bool says_ready() const {
    std::array<char, 512> text{};
    while (true) {
      const ssize_t size = recv(fd_.get(), text.data(), text.size(), 0);
      if (size < 0) return false;
      if (std::string_view(text.data(), static_cast<std::size_t>(size)).find("READY=1") !=
          std::string_view::npos) {
        return true;
      }
    }
  }

 private:
  ReadySocket() = default;
  Fd fd_;
  std::string folder_;
  std::string path_;
};

int milliseconds_until(Clock::time_point moment) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(0, left));
}

int open_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

std::vector<std::string> arguments_of(const StartOptions& options, const std::string& program) {
  std::vector<std::string> out{program, "--dir", options.dir, "--socket", options.socket_path};
  if (!options.key_file.empty()) out.insert(out.end(), {"--key-file", options.key_file});
  if (!options.passphrase_file.empty()) {
    out.insert(out.end(), {"--passphrase-file", options.passphrase_file});
  }
  return out;
}

[[noreturn]] void execute(const std::vector<std::string>& arguments) {
  std::vector<char*> raw;
  for (const auto& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  execv(raw[0], raw.data());
  std::perror(raw[0]);
  _exit(127);
}

// A pipe that holds the passphrase and its end, for the daemon to read as a file.
Status fill_pipe(const Secret& passphrase, Fd& read_end) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("cannot make a pipe", errno);
  read_end.reset(ends[0]);
  const Fd write_end(ends[1]);
  const ByteView octets = passphrase.reveal(Purpose::kTransport);
  if (write(write_end.get(), octets.data(), octets.size()) != static_cast<ssize_t>(octets.size()) ||
      write(write_end.get(), "\n", 1) != 1) {
    return fail_errno("cannot write to a pipe", errno);
  }
  return {};
}

// The daemon's reason out of the lines that it has added to its log.
Error reason_from(const std::string& log_path, std::uintmax_t from) {
  std::ifstream log(log_path);
  log.seekg(static_cast<std::streamoff>(from));
  Error error{Code::kUnavailable, "the daemon ended before it was ready", "see " + log_path};
  const auto after = [](const std::string& line, std::string_view mark) {
    const auto at = line.find(mark);
    return at == std::string::npos ? std::string() : line.substr(at + mark.size());
  };
  for (std::string line; std::getline(log, line);) {
    if (auto hint = after(line, "hint: "); !hint.empty()) {
      error.hint = hint;
    } else if (auto message = after(line, " error "); !message.empty()) {
      error.message = message;
    } else if (auto early = after(line, "azekura-hsmd: error: "); !early.empty()) {
      error.message = early;
    }
  }
  return error;
}

Status wait_until_ready(const ReadySocket& ready, pid_t child, const std::string& log_path,
                        std::uintmax_t log_size) {
  const Fd ended(open_pidfd(child));
  const auto deadline = Clock::now() + kReadyDeadline;
  while (true) {
    std::array<pollfd, 2> events{pollfd{ready.fd(), POLLIN, 0}, pollfd{ended.get(), POLLIN, 0}};
    const int count = poll(events.data(), events.size(), milliseconds_until(deadline));
    if (count < 0 && errno != EINTR) return fail_errno("cannot wait for the daemon", errno);
    if (ready.says_ready()) return {};
    if ((events[1].revents & POLLIN) != 0) {
      waitpid(child, nullptr, 0);
      return tl::make_unexpected(reason_from(log_path, log_size));
    }
    if (count == 0) {
      kill(child, SIGTERM);
      return fail(Code::kUnavailable, "the daemon was not ready in time", "see " + log_path);
    }
  }
}

}  // namespace

Result<std::string> find_daemon() {
  constexpr const char* kName = "azekura-hsmd";
  std::error_code failed;
  const fs::path folder = fs::read_symlink("/proc/self/exe", failed).parent_path();
  std::vector<fs::path> places{folder / kName, folder.parent_path() / "sbin" / kName};
  const char* path = std::getenv("PATH");
  std::string rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    if (end > 0) places.push_back(fs::path(rest.substr(0, end)) / kName);
    rest.erase(0, end + 1);
  }
  for (const auto& place : places) {
    if (access(place.c_str(), X_OK) == 0) return place.string();
  }
  return fail(Code::kNotFound, "azekura-hsmd is not installed beside azekura, and not on PATH");
}

Status start_in_background(const StartOptions& options) {
  ASSIGN_OR_RETURN(const std::string program, find_daemon());
  ASSIGN_OR_RETURN(const auto ready, ReadySocket::create());
  const Fd log(open(options.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (log.get() < 0) return fail_errno("cannot write " + options.log_path, errno);
  const Fd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::error_code unknown;
  const auto log_size = fs::file_size(options.log_path, unknown);

  StartOptions effective{
      options.dir, options.socket_path, options.key_file, options.passphrase_file,
      {},          options.log_path};
  Fd passphrase;
  if (!options.passphrase.empty()) {
    RETURN_IF_ERROR(fill_pipe(options.passphrase, passphrase));
    effective.passphrase_file = fmt::format("/proc/self/fd/{}", passphrase.get());
  }
  const auto arguments = arguments_of(effective, program);

  const pid_t child = fork();
  if (child < 0) return fail_errno("cannot start a process", errno);
  if (child == 0) {
    setsid();
    dup2(nothing.get(), STDIN_FILENO);
    dup2(log.get(), STDOUT_FILENO);
    dup2(log.get(), STDERR_FILENO);
    if (passphrase.get() >= 0) fcntl(passphrase.get(), F_SETFD, 0);
    unsetenv("AZEKURA_PIN");  // not the daemon's to know, nor for /proc to show
    setenv("NOTIFY_SOCKET", ready->path().c_str(), 1);
    execute(arguments);
  }
  return wait_until_ready(*ready, child, options.log_path, unknown ? 0 : log_size);
}

Status start_in_foreground(const StartOptions& options) {
  ASSIGN_OR_RETURN(const std::string program, find_daemon());
  execute(arguments_of(options, program));
}

Status end_process(std::uint64_t pid) {
  const Fd process(open_pidfd(static_cast<pid_t>(pid)));
  if (process.get() < 0 && errno == ESRCH) return {};
  if (process.get() < 0) return fail_errno("cannot find the daemon's process", errno);
  if (syscall(SYS_pidfd_send_signal, process.get(), SIGTERM, nullptr, 0) != 0) {
    if (errno == ESRCH) return {};
    if (errno == EPERM) {
      return fail(Code::kDenied, fmt::format("the daemon (process {}) is another user's", pid),
                  "stop it as that user, or by: systemctl stop azekura-hsmd");
    }
    return fail_errno("cannot end the daemon", errno);
  }
  pollfd event{process.get(), POLLIN, 0};
  const auto deadline = Clock::now() + kEndDeadline;
  while (true) {
    const int count = poll(&event, 1, milliseconds_until(deadline));
    if (count > 0) return {};
    if (count == 0) {
      return fail(Code::kUnavailable, fmt::format("the daemon (process {}) does not end", pid),
                  fmt::format("kill -9 {} loses nothing that was acknowledged", pid));
    }
    if (errno != EINTR) return fail_errno("cannot wait for the daemon", errno);
  }
}

}  // namespace azekura::cli

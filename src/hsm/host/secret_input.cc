#include "hsm/host/secret_input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

namespace azekura::hsm::host {

namespace {

enum class Readers { kOwnerOnly, kAnybody };

// A credential of systemd's shows a group's bit that is its access list's mask.
bool is_credential(const std::string& path) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr && folder[0] == '/' && path.starts_with(std::string(folder) + "/");
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

Result<Secret> read_file(const std::string& path, std::size_t size_max, Readers readers) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.fd() < 0) return fail_errno(fmt::format("cannot open {}", path), errno);
  struct stat facts {};
  if (fstat(file.fd(), &facts) != 0) return fail_errno(fmt::format("cannot read {}", path), errno);
  if (readers == Readers::kOwnerOnly && S_ISREG(facts.st_mode) && (facts.st_mode & 077) != 0 &&
      !is_credential(path)) {
    return fail(Code::kDenied, fmt::format("others than its owner may use {}", path),
                fmt::format("chmod 600 {}", path));
  }
  Secret out(size_max + 1);
  std::size_t used = 0;
  while (used < out.size()) {
    const auto room = out.fill(Purpose::kDerive).subspan(used);
    const ssize_t size = read(file.fd(), room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno(fmt::format("cannot read {}", path), errno);
    if (size == 0) break;
    used += static_cast<std::size_t>(size);
  }
  if (used > size_max) {
    return fail(Code::kInvalid, fmt::format("{} is longer than {} octets", path, size_max));
  }
  out.truncate(used);
  return out;
}

Result<Secret> read_line(const std::string& path, Readers readers) {
  ASSIGN_OR_RETURN(Secret line, read_file(path, kLineSizeMax, readers));
  const ByteView octets = line.reveal(Purpose::kDerive);
  const auto end =
      std::ranges::find_if(octets, [](std::uint8_t c) { return c == '\n' || c == '\r'; });
  line.truncate(static_cast<std::size_t>(end - octets.begin()));
  if (line.empty()) return fail(Code::kInvalid, fmt::format("the first line of {} is empty", path));
  return line;
}

// The terminal without echo while it lives.
class QuietTerminal {
 public:
  explicit QuietTerminal(int fd) : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    // Without ISIG Ctrl-C comes as an octet: the process cannot die and leave the echo off.
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    changed_ = tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  ~QuietTerminal() {
    if (changed_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

 private:
  int fd_;
  termios before_{};
  bool changed_ = false;
};

void say(int fd, const std::string& text) {
  // Nothing can be done about a terminal that does not take a prompt.
  [[maybe_unused]] const ssize_t size = write(fd, text.data(), text.size());
}

}  // namespace

Result<Secret> read_key_file(const std::string& path) {
  ASSIGN_OR_RETURN(Secret key, read_file(path, kKeyFileSizeMax, Readers::kOwnerOnly));
  if (key.size() < kKeyFileSizeMin) {
    return fail(Code::kInvalid,
                fmt::format("the key file {} has {} octets, and a key needs {}", path, key.size(),
                            kKeyFileSizeMin),
                fmt::format("make one: (umask 077; head -c 32 /dev/urandom > {})", path));
  }
  return key;
}

Result<Secret> read_passphrase_file(const std::string& path) {
  return read_line(path, Readers::kOwnerOnly);
}

Result<Secret> read_pin_file(const std::string& path) { return read_line(path, Readers::kAnybody); }

Result<Secret> ask_secret(const std::string& prompt) {
  const File terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (terminal.fd() < 0) {
    return fail(Code::kUnavailable, fmt::format("there is no terminal to ask for: {}", prompt));
  }
  Secret line(kLineSizeMax);
  std::size_t used = 0;
  bool given_up = false;
  bool too_long = false;
  {
    const QuietTerminal quiet(terminal.fd());
    say(terminal.fd(), prompt + ": ");
    std::uint8_t octet = 0;
    while (true) {
      const ssize_t size = read(terminal.fd(), &octet, 1);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0 || octet == 3) given_up = true;  // Ctrl-D on an empty line; Ctrl-C
      if (given_up || octet == '\n') break;
      if (used == line.size()) {
        too_long = true;
      } else {
        line.fill(Purpose::kDerive)[used++] = octet;
      }
    }
    wipe(&octet, 1);
    say(terminal.fd(), "\n");
  }
  if (given_up) return fail(Code::kDenied, "given up");
  if (too_long) return fail(Code::kInvalid, "that was too long");
  line.truncate(used);
  return line;
}

Result<Secret> ask_new_secret(const std::string& prompt) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const std::string text = i == 0 ? prompt : "the two were different; " + prompt;
    ASSIGN_OR_RETURN(Secret first, ask_secret(text));
    ASSIGN_OR_RETURN(const Secret second, ask_secret("the same again"));
    if (first.equals(second)) return first;
  }
  return fail(Code::kInvalid, "the two were different three times");
}

}  // namespace azekura::hsm::host

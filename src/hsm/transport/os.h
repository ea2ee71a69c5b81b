// The operating system as this room uses it: descriptors, mappings, futexes, descriptor passing.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "hsm/wire/service.h"

namespace azekura::hsm::transport {

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// A descriptor in a stranger's process, which may close every descriptor it finds and be given the
// same number for something of its own. What is not ours any more is neither used nor closed.
class GuestFd {
 public:
  GuestFd() = default;
  // Moves it off the numbers of the standard streams, which a program that has closed them would
  // print into, and remembers what it is. Not valid when there is no other number.
  explicit GuestFd(Fd fd);
  GuestFd(GuestFd&& other) noexcept = default;
  GuestFd& operator=(GuestFd&& other) noexcept;
  ~GuestFd() { reset(); }

  int get() const { return fd_.get(); }
  bool valid() const { return fd_.valid(); }
  // One system call. Of eventfds it tells only that it is still one of the kernel's nameless files.
  bool is_ours() const;
  void reset();

 private:
  Fd fd_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

// A memory mapping that unmaps itself.
class Mapping {
 public:
  Mapping() = default;
  Mapping(std::uint8_t* base, std::size_t size) : base_(base), size_(size) {}
  Mapping(Mapping&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    if (this != &other) {
      reset();
      base_ = std::exchange(other.base_, nullptr);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  ~Mapping() { reset(); }

  // The whole of a shared descriptor.
  static Result<Mapping> shared(int fd, std::size_t size, int protection);
  // Private zeroes, touched lazily.
  static Result<Mapping> anonymous(std::size_t size);

  std::uint8_t* base() const { return base_; }
  std::size_t size() const { return size_; }
  void reset();
  // Forgets the mapping without touching it.
  void leak() {
    base_ = nullptr;
    size_ = 0;
  }

 private:
  std::uint8_t* base_ = nullptr;
  std::size_t size_ = 0;
};

// A sealable memory file of fixed size.
Result<Fd> make_memory_file(const char* name, std::size_t size);

// Sleeps while `word` is `expected`: until woken, interrupted, or for `timeout`. Between processes.
void futex_wait_shared(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::chrono::nanoseconds timeout);
void futex_wake_shared(std::atomic<std::uint32_t>& word, int threads);
// The same within this process.
void futex_wait_private(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                        std::chrono::nanoseconds timeout);
void futex_wake_private(std::atomic<std::uint32_t>& word, int threads);

inline void cpu_relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

inline constexpr std::size_t kPassedFdsMax = 3;

// Sends all of `bytes` with the descriptors, or fails. Only for what surely fits into the socket's
// buffer.
Status send_with_fds(int socket, ByteView bytes, std::span<const int> fds);

// Reads exactly `bytes`, waiting as long as the socket's receive timeout allows, and takes the
// descriptors that come along (close-on-exec); more than kPassedFdsMax is an error.
// kUnavailable: the peer closed, or the time is over.
Status receive_with_fds(int socket, MutableByteView bytes, std::array<Fd, kPassedFdsMax>& fds);

// Who is at the other end of a connected unix socket. `process_start` is 0 when /proc does not
// tell.
Result<wire::Peer> peer_of(int socket);

// True when the other end has closed. One system call.
bool peer_has_closed(int socket);

}  // namespace azekura::hsm::transport

#include "store/place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <utility>

namespace azekura::store {

namespace {

// SQLite file format §1.3: the header, its text, and the places of two big-endian numbers.
constexpr std::size_t kHeaderSize = 100;
constexpr std::string_view kHeaderText{"SQLite format 3\0", 16};
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::uint32_t big_endian_at(ByteView header, std::size_t offset) {
  std::uint32_t number = 0;
  for (const std::uint8_t octet : header.subspan(offset, 4)) number = number << 8 | octet;
  return number;
}

bool exists(const std::string& path) {
  struct stat facts {};
  return lstat(path.c_str(), &facts) == 0;
}

std::uint64_t size_of(const std::string& path) {
  struct stat facts {};
  return lstat(path.c_str(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

bool is_ours(const struct stat& facts) { return facts.st_uid == geteuid() || facts.st_uid == 0; }

Status check_folder(const std::string& folder) {
  struct stat facts {};
  if (stat(folder.c_str(), &facts) != 0) return fail_errno(folder, errno);
  if (!S_ISDIR(facts.st_mode)) return fail(Code::kInvalid, folder + " is not a folder");
  if (!is_ours(facts)) {
    return fail(Code::kDenied, folder + " belongs to another user",
                "chown it to the user that the daemon runs as");
  }
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(Code::kDenied, folder + " can be written by other users", "chmod go-w " + folder);
  }
  return {};
}

Status sync_folder(const std::string& folder) {
  const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.ok()) return fail_errno("open " + folder, errno);
  if (fsync(descriptor.get()) != 0) return fail_errno("sync " + folder, errno);
  return {};
}

// Whoever claimed the place wrote its process id, for this message alone.
std::string holder_of(int lock_fd) {
  std::array<char, 16> text{};
  const ssize_t size = pread(lock_fd, text.data(), text.size(), 0);
  if (size <= 0) return "another process";
  return "process " + std::string(text.data(), static_cast<std::size_t>(size));
}

Result<int> lock(const std::string& path) {
  const std::string lock_path = path + ".lock";
  Descriptor descriptor(
      open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600));
  if (!descriptor.ok()) return fail_errno("open " + lock_path, errno);
  while (flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return fail_errno("lock " + lock_path, errno);
    return fail(Code::kConflict, path + " is in use by " + holder_of(descriptor.get()),
                "stop that process first; only one may serve a database");
  }
  const std::string id = std::to_string(getpid());
  // On a full disk the claim holds as well; only the message to another opener says less.
  if (ftruncate(descriptor.get(), 0) == 0) {
    [[maybe_unused]] const ssize_t size = pwrite(descriptor.get(), id.data(), id.size(), 0);
  }
  return descriptor.release();
}

// Reads up to the size of the header; a shorter file gives fewer octets.
Result<Bytes> read_header(int fd, const std::string& path) {
  Bytes header(kHeaderSize);
  std::size_t have = 0;
  while (have < header.size()) {
    const ssize_t size =
        pread(fd, header.data() + have, header.size() - have, static_cast<off_t>(have));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("read " + path, errno);
    if (size == 0) break;
    have += static_cast<std::size_t>(size);
  }
  header.resize(have);
  return header;
}

Status check_header(ByteView header, const std::string& path) {
  static constexpr const char* kHint = "it was left as it is; restore it from a backup";
  if (header.size() < kHeaderSize) {
    return fail(Code::kCorrupt, path + " is cut short: it has no whole header", kHint);
  }
  if (as_text(header.first(kHeaderText.size())) != kHeaderText) {
    return fail(Code::kCorrupt, path + " is not a database", kHint);
  }
  if (big_endian_at(header, kApplicationIdAt) != kApplicationId) {
    return fail(Code::kCorrupt, path + " is a database of another program", kHint);
  }
  const std::uint32_t version = big_endian_at(header, kUserVersionAt);
  if (version > kFormatVersion) {
    return fail(Code::kUnsupported,
                path + " has format " + std::to_string(version) + ", and this program knows " +
                    std::to_string(kFormatVersion),
                "run a newer release; the file was left as it is");
  }
  if (version == 0) return fail(Code::kCorrupt, path + " has no format version", kHint);
  return {};
}

}  // namespace

Result<Place> Place::claim(const std::string& path) {
  if (path.empty() || path.size() > kPathSizeMax || path.find('\0') != std::string::npos ||
      path.ends_with('/')) {
    return fail(Code::kInvalid, "not a path of a database file: \"" + path + "\"");
  }
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(folder.c_str(), nullptr),
                                                         &std::free);
  if (real == nullptr) return fail_errno(folder, errno);
  const std::string real_folder = real.get();
  RETURN_IF_ERROR(check_folder(real_folder));
  std::string real_path = (real_folder == "/" ? "" : real_folder) + "/" +
                          (slash == std::string::npos ? path : path.substr(slash + 1));
  ASSIGN_OR_RETURN(const int lock_fd, lock(real_path));
  return Place(std::move(real_path), real_folder, lock_fd);
}

Place::Place(Place&& other) noexcept
    : path_(std::move(other.path_)),
      folder_(std::move(other.folder_)),
      lock_fd_(std::exchange(other.lock_fd_, -1)) {}

Place::~Place() {
  // The lock file stays: removing it would let two openers lock two files of one name.
  if (lock_fd_ >= 0) close(lock_fd_);
}

// Closing any descriptor of the file ends SQLite's own locks on it in this process (fcntl(2)), so
// this is only for a place on which no connection is open. claim() made sure of that.
Result<Place::Found> Place::look() const {
  const Descriptor descriptor(
      open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!descriptor.ok()) {
    if (errno == ELOOP) return fail(Code::kInvalid, path_ + " is a symbolic link");
    if (errno != ENOENT) return fail_errno("open " + path_, errno);
    // A new database beside an old log would take the old log for its own.
    if (exists(path_ + "-wal")) {
      return fail(Code::kCorrupt, path_ + " is missing, but its log " + path_ + "-wal is there",
                  "restore the two together from a backup");
    }
    return Found::kNothing;
  }
  struct stat facts {};
  if (fstat(descriptor.get(), &facts) != 0) return fail_errno("stat " + path_, errno);
  if (!S_ISREG(facts.st_mode)) return fail(Code::kInvalid, path_ + " is not a file");
  if (!is_ours(facts)) return fail(Code::kDenied, path_ + " belongs to another user");
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Code::kDenied, path_ + " can be read or written by other users",
                "chmod 600 " + path_);
  }
  ASSIGN_OR_RETURN(const Bytes header, read_header(descriptor.get(), path_));
  RETURN_IF_ERROR(check_header(header, path_));
  return Found::kDatabase;
}

std::uint64_t Place::database_size() const { return size_of(path_); }

std::uint64_t Place::log_size() const { return size_of(path_ + "-wal"); }

Result<std::string> Place::begin_new() const {
  const std::string fresh = path_ + ".new";
  // What an interrupted creation left behind; never more than an empty database.
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) unlink((fresh + suffix).c_str());
  const Descriptor descriptor(open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!descriptor.ok()) return fail_errno("create " + fresh, errno);
  return fresh;
}

Status Place::finish_new() const {
  const std::string fresh = path_ + ".new";
  {
    const Descriptor descriptor(open(fresh.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!descriptor.ok()) return fail_errno("open " + fresh, errno);
    if (fsync(descriptor.get()) != 0) return fail_errno("sync " + fresh, errno);
  }
  if (rename(fresh.c_str(), path_.c_str()) != 0) return fail_errno("create " + path_, errno);
  return sync_folder(folder_);
}

}  // namespace azekura::store

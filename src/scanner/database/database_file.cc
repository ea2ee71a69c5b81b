#include "scanner/database/database_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace azekura::scanner {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 20;

std::string fresh_path(const std::string& path) { return path + ".new"; }

bool is_same_file(int fd, const std::string& path) {
  struct stat open {};
  struct stat named {};
  return fstat(fd, &open) == 0 && stat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

Status write_all(int fd, std::string_view octets, std::uint64_t at) {
  while (!octets.empty()) {
    const ssize_t written = pwrite(fd, octets.data(), octets.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write the advisory database", errno);
    octets.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail_errno("open " + folder, errno);
  const int failed = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (failed != 0) return fail_errno("sync " + folder, failed);
  return {};
}

// Locked, and sure to be what PATH.new names: the last writer may have renamed it before we got the
// lock.
Result<int> open_fresh(const std::string& path) {
  for (;;) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return fail_errno("create " + path, errno);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const int failed = errno;
      close(fd);
      if (failed != EWOULDBLOCK) return fail_errno("lock " + path, failed);
      return fail(Code::kConflict, fmt::format("{} is being written by another process", path));
    }
    if (is_same_file(fd, path)) return fd;
    close(fd);
  }
}

}  // namespace

Result<DatabaseFile> DatabaseFile::create(const std::string& path) {
  ASSIGN_OR_RETURN(auto hasher, crypto::Hasher::create(crypto::Hash::kSha256));
  ASSIGN_OR_RETURN(const int fd, open_fresh(fresh_path(path)));
  DatabaseFile file(path, fd, std::move(hasher));
  if (ftruncate(fd, 0) != 0) return fail_errno("empty " + fresh_path(path), errno);
  return file;
}

DatabaseFile::DatabaseFile(std::string path, int fd, crypto::Hasher hasher)
    : path_(std::move(path)), fd_(fd), hasher_(std::move(hasher)) {}

DatabaseFile::DatabaseFile(DatabaseFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      hasher_(std::move(other.hasher_)),
      header_(other.header_),
      in_section_(other.in_section_),
      section_(other.section_),
      at_(other.at_),
      buffer_(std::move(other.buffer_)),
      outcome_(std::move(other.outcome_)) {}

DatabaseFile::~DatabaseFile() {
  if (fd_ < 0) return;
  unlink(fresh_path(path_).c_str());
  close(fd_);
}

void DatabaseFile::begin(layout::Section section) {
  end_section();
  section_ = section;
  in_section_ = true;
  header_.sections[static_cast<std::uint32_t>(section)].offset = at_ + buffer_.size();
}

void DatabaseFile::end_section() {
  if (!in_section_) return;
  layout::SectionBounds& bounds = header_.sections[static_cast<std::uint32_t>(section_)];
  bounds.size = at_ + buffer_.size() - bounds.offset;
  in_section_ = false;
  while ((at_ + buffer_.size()) % layout::kAlignment != 0) buffer_.push_back('\0');
}

void DatabaseFile::write(std::string_view octets) {
  buffer_.append(octets);
  if (buffer_.size() >= kBufferSize) flush();
}

void DatabaseFile::flush() {
  if (outcome_) outcome_ = write_all(fd_, buffer_, at_);
  if (outcome_) outcome_ = hasher_.update(as_bytes(buffer_));
  at_ += buffer_.size();
  buffer_.clear();
}

Status DatabaseFile::commit(Time built) {
  end_section();
  flush();
  RETURN_IF_ERROR(outcome_);
  RETURN_IF_ERROR(write_header(built));
  return put_in_place();
}

Status DatabaseFile::write_header(Time built) {
  std::memcpy(header_.magic, layout::kMagic, sizeof(header_.magic));
  header_.format = layout::kFormat;
  header_.section_count = layout::kSectionCount;
  header_.built = built;
  header_.file_size = at_;
  const std::string_view octets(reinterpret_cast<const char*>(&header_), sizeof(header_));
  RETURN_IF_ERROR(hasher_.update(as_bytes(octets.substr(offsetof(layout::Header, file_size)))));
  ASSIGN_OR_RETURN(const std::size_t size, hasher_.finish(header_.digest));
  if (size != sizeof(header_.digest)) return fail(Code::kInternal, "SHA-256 has another size");
  return write_all(fd_, octets, 0);
}

Status DatabaseFile::put_in_place() {
  if (fsync(fd_) != 0) return fail_errno("sync " + fresh_path(path_), errno);
  if (std::rename(fresh_path(path_).c_str(), path_.c_str()) != 0) {
    return fail_errno("rename to " + path_, errno);
  }
  close(std::exchange(fd_, -1));
  return sync_folder_of(path_);
}

}  // namespace azekura::scanner

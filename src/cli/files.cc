#include "cli/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace azekura::cli {

namespace {

constexpr std::array kInterruptions{SIGINT, SIGTERM, SIGHUP};

// What a signal's handler has to take away; empty when there is nothing.
char g_hidden[4096];

void remove_and_end(int signal_number) {
  if (g_hidden[0] != '\0') unlink(g_hidden);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void remember_hidden(const std::string& path) {
  if (path.size() >= sizeof g_hidden) return;
  std::memcpy(g_hidden, path.c_str(), path.size() + 1);
  for (const int signal_number : kInterruptions) std::signal(signal_number, remove_and_end);
}

void forget_hidden() {
  for (const int signal_number : kInterruptions) std::signal(signal_number, SIG_DFL);
  g_hidden[0] = '\0';
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

tl::unexpected<Error> exists_already(const std::string& path) {
  return fail(Code::kConflict, fmt::format("{} exists already", path),
              "choose another name with -o, or say --force");
}

Status sync_folder(const std::string& path) {
  const std::string folder = folder_of(path);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail_errno(fmt::format("cannot open {}", folder), errno);
  const int failed = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  // Some file systems have nothing to sync for a folder.
  if (failed != 0 && failed != EINVAL)
    return fail_errno(fmt::format("cannot sync {}", folder), failed);
  return {};
}

}  // namespace

Result<std::unique_ptr<InputFile>> InputFile::open(const std::string& path) {
  if (path == kStandardStream) {
    return std::unique_ptr<InputFile>(new InputFile(dup(STDIN_FILENO), "stdin"));
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return fail_errno(fmt::format("cannot open {}", path), errno);
  std::unique_ptr<InputFile> self(new InputFile(fd, path));
  struct stat facts {};
  if (fstat(fd, &facts) != 0) return fail_errno(fmt::format("cannot read {}", path), errno);
  if (S_ISDIR(facts.st_mode)) {
    return fail(Code::kInvalid, fmt::format("{} is a folder", path),
                fmt::format("tar -c {} | azekura seal - -o FILE", path));
  }
  if (S_ISREG(facts.st_mode)) {
    self->size_ = static_cast<std::uint64_t>(facts.st_size);
    self->mode_ = facts.st_mode & 0777;
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  return self;
}

InputFile::~InputFile() {
  if (fd_ >= 0) close(fd_);
}

Result<std::size_t> InputFile::read(MutableByteView out) {
  while (true) {
    const ssize_t size = ::read(fd_, out.data(), out.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno(fmt::format("cannot read {}", path_), errno);
    if (progress_ != nullptr) progress_->advance(static_cast<std::uint64_t>(size));
    return static_cast<std::size_t>(size);
  }
}

Result<std::unique_ptr<OutputFile>> OutputFile::create(const std::string& path, mode_t mode,
                                                       Existing existing) {
  if (path == kStandardStream) {
    return std::unique_ptr<OutputFile>(new OutputFile(dup(STDOUT_FILENO), "stdout", {}, existing));
  }
  struct stat facts {};
  if (existing == Existing::kRefuse && lstat(path.c_str(), &facts) == 0)
    return exists_already(path);
  const std::filesystem::path target(path);
  if (!target.has_filename())
    return fail(Code::kInvalid, fmt::format("{} is no file's name", path));
  std::string hidden = folder_of(path) + "/." + target.filename().string() + ".XXXXXX";
  const int fd = mkostemp(hidden.data(), O_CLOEXEC);
  if (fd < 0)
    return fail_errno(fmt::format("cannot write in the folder {}", folder_of(path)), errno);
  remember_hidden(hidden);
  std::unique_ptr<OutputFile> self(new OutputFile(fd, path, hidden, existing));
  if (fchmod(fd, mode) != 0)
    return fail_errno(fmt::format("cannot set the mode of {}", path), errno);
  return self;
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
  if (!hidden_.empty()) {
    unlink(hidden_.c_str());
    forget_hidden();
  }
}

Status OutputFile::write(ByteView octets) {
  while (!octets.empty()) {
    const ssize_t size = ::write(fd_, octets.data(), octets.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno(fmt::format("cannot write {}", path_), errno);
    octets = octets.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

Status OutputFile::finish() {
  if (hidden_.empty()) return {};
  if (fsync(fd_) != 0) return fail_errno(fmt::format("cannot write {} to the disk", path_), errno);
  if (existing_ == Existing::kReplace) {
    if (std::rename(hidden_.c_str(), path_.c_str()) != 0) {
      return fail_errno(fmt::format("cannot replace {}", path_), errno);
    }
  } else {
    // link() never replaces; the hidden name goes with this object.
    if (link(hidden_.c_str(), path_.c_str()) != 0) {
      if (errno == EEXIST) return exists_already(path_);
      return fail_errno(fmt::format("cannot make {}", path_), errno);
    }
    unlink(hidden_.c_str());
  }
  forget_hidden();
  hidden_.clear();
  return sync_folder(path_);
}

}  // namespace azekura::cli

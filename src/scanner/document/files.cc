#include "scanner/document/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace azekura::scanner {
namespace {

constexpr std::size_t kHead = 512;
constexpr int kFolderDepthMax = 64;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

// Without following a link, and without waiting for the other end of a pipe.
int open_quietly(int folder, const char* name, int flags) {
  return ::openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | flags);
}

Result<std::size_t> read_up_to(int descriptor, char* out, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(descriptor, out + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

// The whole file into `out`, whose memory is used again.
Status read_whole(int descriptor, std::uint64_t size_hint, std::uint64_t octets_max,
                  std::string& out) {
  out.resize(std::min(size_hint, octets_max) + 1);
  for (std::size_t done = 0;;) {
    ASSIGN_OR_RETURN(const std::size_t got,
                     read_up_to(descriptor, out.data() + done, out.size() - done));
    done += got;
    if (done > octets_max)
      return fail(Code::kExhausted, fmt::format("larger than {} octets", octets_max));
    if (done < out.size()) {
      out.resize(done);
      return {};
    }
    out.resize(out.size() * 2);
  }
}

std::string without_compression(std::string_view name) {
  for (const std::string_view ending : {".gz", ".xz", ".bz2", ".zst", ".lz4"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) name.remove_suffix(ending.size());
  }
  return std::string(name);
}

class DataWalk {
 public:
  DataWalk(const std::function<Status(const DataFile&)>& file, const DataProblem& problem,
           int depth_max, ArchiveLimits limits)
      : file_(file), problem_(problem), depth_max_(depth_max), limits_(limits) {}

  // An error is one of the caller's function.
  Status folder(int descriptor, const std::string& prefix, int depth) {
    std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(::dup(descriptor)), ::closedir);
    if (!listing) return trouble(prefix, Error{Code::kIo, "cannot list the folder", {}});
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(listing.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      RETURN_IF_ERROR(entry(descriptor, name, prefix + name, depth));
    }
    return {};
  }

  Status regular(int descriptor, std::uint64_t size, const std::string& name) {
    char head[kHead];
    auto got = read_up_to(descriptor, head, sizeof head);
    if (!got) return trouble(name, got.error());
    if (looks_like_archive({head, *got}) && depth_max_ > 0) {
      auto reader = ArchiveReader::open_descriptor(descriptor, limits_);
      if (!reader) return trouble(name, reader.error());
      return archive(*reader, name, 1);
    }
    if (::lseek(descriptor, 0, SEEK_SET) != 0)
      return trouble(name, Error{Code::kIo, "cannot seek", {}});
    if (auto read = read_whole(descriptor, size, limits_.entry_octets_max, buffer_); !read) {
      return trouble(name, read.error());
    }
    return file_({name, buffer_});
  }

  // The entries of an archive that is the root have their names as they are.
  Status root(int descriptor, std::uint64_t size, const std::string& name) {
    root_ = name;
    return regular(descriptor, size, name);
  }

 private:
  Status entry(int folder_descriptor, const std::string& name, const std::string& path, int depth) {
    const Descriptor opened(open_quietly(folder_descriptor, name.c_str(), 0));
    struct stat about {};
    if (opened.get() < 0)
      return errno == ELOOP ? Status() : trouble(path, fail_errno("open", errno).value());
    if (::fstat(opened.get(), &about) != 0) return trouble(path, fail_errno("stat", errno).value());
    if (S_ISREG(about.st_mode))
      return regular(opened.get(), static_cast<std::uint64_t>(about.st_size), path);
    if (!S_ISDIR(about.st_mode)) return {};
    if (depth >= kFolderDepthMax)
      return trouble(path, Error{Code::kExhausted, "nested too deeply", {}});
    return folder(opened.get(), path + "/", depth + 1);
  }

  Status archive(ArchiveReader& reader, const std::string& name, int depth) {
    const bool single = reader.is_compressed_file();
    const std::string prefix = name == root_ ? std::string() : name + "!";
    std::string buffer;
    for (ArchiveEntry entry;;) {
      const auto more = reader.next(entry);
      if (!more) return trouble(name, more.error());
      if (!*more) return {};
      if (entry.kind != EntryKind::kFile) continue;
      if (entry.path.empty()) {
        RETURN_IF_ERROR(trouble(name, Error{Code::kInvalid, "an entry whose name leads out", {}}));
        continue;
      }
      const std::string path = single ? without_compression(name) : prefix + entry.path;
      const auto octets = reader.read(buffer);
      if (!octets) {
        RETURN_IF_ERROR(trouble(path, octets.error()));
        continue;
      }
      RETURN_IF_ERROR(content(reader, *octets, path, depth));
    }
  }

  Status content(ArchiveReader& reader, std::string_view octets, const std::string& path,
                 int depth) {
    if (!looks_like_archive(octets)) return file_({path, octets});
    if (depth >= depth_max_) {
      return trouble(
          path, Error{Code::kExhausted, fmt::format("archives deeper than {}", depth_max_), {}});
    }
    auto inner = reader.open_inside(octets);
    if (!inner) return trouble(path, inner.error());
    return archive(*inner, path, depth + 1);
  }

  Status trouble(const std::string& name, const Error& why) {
    problem_(name, why);
    return {};
  }

  const std::function<Status(const DataFile&)>& file_;
  const DataProblem& problem_;
  int depth_max_;
  ArchiveLimits limits_;
  std::string root_;
  std::string buffer_;
};

struct Opened {
  explicit Opened(int value) : descriptor(value) {}
  Descriptor descriptor;
  struct stat about {};
};

Result<std::unique_ptr<Opened>> open_path(const std::string& path) {
  auto opened =
      std::make_unique<Opened>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (opened->descriptor.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return fail(Code::kNotFound, fmt::format("there is no {}", path));
  }
  if (opened->descriptor.get() < 0) return fail_errno("open " + path, errno);
  if (::fstat(opened->descriptor.get(), &opened->about) != 0) {
    return fail_errno("stat " + path, errno);
  }
  return opened;
}

std::string file_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

}  // namespace

Status for_each_data_file(const std::string& path,
                          const std::function<Status(const DataFile&)>& file,
                          const DataProblem& problem, int depth_max, ArchiveLimits limits) {
  ASSIGN_OR_RETURN(const auto opened, open_path(path));
  const int descriptor = opened->descriptor.get();
  DataWalk walk(file, problem, depth_max, limits);
  if (S_ISDIR(opened->about.st_mode)) return walk.folder(descriptor, "", 0);
  if (!S_ISREG(opened->about.st_mode)) {
    return fail(Code::kInvalid, fmt::format("{} is neither a file nor a folder", path));
  }
  return walk.root(descriptor, static_cast<std::uint64_t>(opened->about.st_size), file_name(path));
}

Result<std::string> read_data_file(const std::string& path, std::uint64_t octets_max) {
  ASSIGN_OR_RETURN(const auto opened, open_path(path));
  if (!S_ISREG(opened->about.st_mode))
    return fail(Code::kIo, fmt::format("{} is not a regular file", path));
  std::string octets;
  auto read = read_whole(opened->descriptor.get(),
                         static_cast<std::uint64_t>(opened->about.st_size), octets_max, octets);
  if (!read) return fail(read.error().code, fmt::format("{}: {}", path, read.error().message));
  return octets;
}

}  // namespace azekura::scanner

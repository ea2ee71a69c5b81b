#include "scanner/inventory/tree_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "scanner/inventory/image.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

constexpr std::size_t kHead = 512;
constexpr int kQuietly = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

// statfs(2), f_type. Their files have no end, no size, or a meaning of their own when they are
// read.
bool is_made_up(int folder) {
  static constexpr std::array<long, 12> kMadeUp = {
      PROC_SUPER_MAGIC,    SYSFS_MAGIC,    DEVPTS_SUPER_MAGIC, CGROUP_SUPER_MAGIC,
      CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC,  SECURITYFS_MAGIC,   TRACEFS_MAGIC,
      BPF_FS_MAGIC,        PSTOREFS_MAGIC, BINFMTFS_MAGIC,     SELINUX_MAGIC};
  struct statfs about {};
  if (::fstatfs(folder, &about) != 0) return false;
  return std::find(kMadeUp.begin(), kMadeUp.end(), static_cast<long>(about.f_type)) !=
         kMadeUp.end();
}

// Another file of the tree, for readers: by folders and without links.
Result<std::string> open_near(int root, std::string_view from, std::string_view relative) {
  std::vector<std::string> parts;
  const std::string joined = std::string(folder_of(from)) + "/" + std::string(relative);
  std::string_view rest = joined;
  while (!rest.empty()) {
    const std::string_view part = cut(rest, '/');
    if (part.empty() || part == ".") continue;
    if (part == ".." && parts.empty()) return fail(Code::kDenied, "it lies out of the tree");
    if (part == "..") {
      parts.pop_back();
    } else {
      parts.emplace_back(part);
    }
  }
  if (relative.starts_with('/') || parts.empty())
    return fail(Code::kDenied, "it lies out of the tree");
  int at = ::dup(root);
  for (std::size_t i = 0; i < parts.size() && at >= 0; ++i) {
    const bool last = i + 1 == parts.size();
    const Descriptor folder(at);
    at = ::openat(folder.get(), parts[i].c_str(), last ? kQuietly : kQuietly | O_DIRECTORY);
  }
  const Descriptor opened(at);
  struct stat about {};
  if (at < 0 || ::fstat(at, &about) != 0 || !S_ISREG(about.st_mode)) {
    return fail(Code::kNotFound, fmt::format("there is no {}", shown(relative)));
  }
  const auto size = static_cast<std::uint64_t>(about.st_size);
  if (size > kReadableMax)
    return fail(Code::kExhausted, fmt::format("larger than {} octets", kReadableMax));
  return Content::of_descriptor(at, size).read(0, size);
}

class FolderWalk {
 public:
  FolderWalk(TreeScan& scan, int root) : scan_(scan), root_(root) {}

  // Takes the descriptor over. False: no more files.
  bool folder(int descriptor, const std::string& prefix, int depth) {
    struct stat about {};
    if (::fstat(descriptor, &about) != 0 || !seen_.emplace(about.st_dev, about.st_ino).second) {
      ::close(descriptor);
      return true;
    }
    if (depth > 0 && about.st_dev != device_ && is_made_up(descriptor)) {
      ::close(descriptor);
      scan_.problem(Problem::Kind::kSkipped, prefix, "a file system that the kernel makes up");
      return true;
    }
    device_ = depth == 0 ? about.st_dev : device_;
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(descriptor), ::closedir);
    if (!listing) {
      ::close(descriptor);
      scan_.problem(Problem::Kind::kUnreadable, prefix, "cannot list the folder");
      return true;
    }
    for (const Name& name : names_in(listing.get())) {
      const std::string path = prefix.empty() ? name.text : prefix + "/" + name.text;
      if (!entry(descriptor, name, path, depth)) return false;
    }
    return true;
  }

 private:
  struct Name {
    std::string text;
    unsigned char kind;
    bool operator<(const Name& other) const { return text < other.text; }
  };

  static std::vector<Name> names_in(DIR* listing) {
    std::vector<Name> names;
    while (const dirent* entry = ::readdir(listing)) {
      if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) {
        names.push_back({entry->d_name, entry->d_type});
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  bool entry(int folder_descriptor, const Name& name, const std::string& path, int depth) {
    const bool perhaps_file = name.kind == DT_REG || name.kind == DT_UNKNOWN;
    const bool perhaps_folder = name.kind == DT_DIR || name.kind == DT_UNKNOWN;
    if (!perhaps_file && !perhaps_folder) return true;
    if (perhaps_file && !scan_.count_file()) return false;
    const FileGuess guess = perhaps_file ? guess_file(path) : FileGuess();
    if (name.kind == DT_REG && !is_worth_opening(guess)) return true;
    struct stat about {};
    if (name.kind == DT_UNKNOWN &&
        (::fstatat(folder_descriptor, name.text.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0 ||
         !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)))) {
      return true;
    }
    Descriptor opened(::openat(folder_descriptor, name.text.c_str(), kQuietly));
    if (opened.get() < 0 || ::fstat(opened.get(), &about) != 0) {
      if (errno != ENOENT && errno != ELOOP) {
        scan_.problem(Problem::Kind::kUnreadable, path, std::strerror(errno));
      }
      return true;
    }
    if (S_ISDIR(about.st_mode)) {
      if (depth < kFolderDepthMax) return folder(opened.release(), path, depth + 1);
      scan_.problem(Problem::Kind::kLimit, path,
                    fmt::format("folders nested deeper than {}", kFolderDepthMax));
    } else if (S_ISREG(about.st_mode)) {
      scan_file(scan_, root_, opened.get(), static_cast<std::uint64_t>(about.st_size), path, guess);
    }
    return true;
  }

  bool is_worth_opening(const FileGuess& guess) const {
    return guess.kind != FileKind::kNothing &&
           (guess.kind != FileKind::kScript || scan_.looks_at_scripts());
  }

  TreeScan& scan_;
  int root_;
  dev_t device_ = 0;
  std::set<std::pair<dev_t, ino_t>> seen_;  // folders: a mount may show one twice
};

bool is_too_large(TreeScan& scan, std::uint64_t size, const std::string& path) {
  const std::uint64_t octets_max = scan.options().file_octets_max;
  if (size <= octets_max) return false;
  scan.problem(Problem::Kind::kLimit, path, fmt::format("larger than {} octets", octets_max));
  return true;
}

// `location`: where what is in the image is said to lie.
bool scan_as_image(TreeScan& scan, const Content& content, FileGuess guess,
                   const std::string& location) {
  if (guess.kind != FileKind::kArchive && guess.kind != FileKind::kAny) return false;
  return is_tar(content.read(0, kHead), guess.kind) && scan_image(scan, content, location);
}

}  // namespace

void scan_file(TreeScan& scan, int folder, int descriptor, std::uint64_t size,
               const std::string& path, FileGuess guess) {
  if (is_too_large(scan, size, path)) return;
  const Content content = Content::of_descriptor(descriptor, size);
  if (scan_as_image(scan, content, guess, path)) return;
  Place place{path, path, 0, false, {}};
  place.context.path = place.path;
  place.context.open = [folder, &path](std::string_view relative) {
    return open_near(folder, path, relative);
  };
  scan.file(content, place, guess);
}

void scan_named_file(TreeScan& scan, int descriptor, std::uint64_t size, const std::string& name) {
  if (is_too_large(scan, size, name)) return;
  FileGuess guess = guess_file(name);
  const Content content = Content::of_descriptor(descriptor, size);
  // What was named by itself is looked at, whatever its name promises.
  if (guess.kind == FileKind::kNothing) guess.kind = FileKind::kAny;
  if (guess.kind == FileKind::kAny && looks_like_archive(content.read(0, kHead))) {
    guess.kind = FileKind::kArchive;
  }
  if (scan_as_image(scan, content, guess, "")) return;
  Place place{name, name, 0, true, {}};
  place.context.path = place.path;
  scan.file(content, place, guess);
}

void scan_folder(TreeScan& scan, int folder) {
  FolderWalk(scan, folder).folder(::fcntl(folder, F_DUPFD_CLOEXEC, 0), "", 0);
}

}  // namespace azekura::scanner::inventory

#include "scanner/inventory/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "scanner/inventory/packages.h"
#include "scanner/inventory/reading.h"
#include "scanner/inventory/sockets.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kMapsSizeMax = std::size_t{64} << 20;
constexpr std::size_t kProcessesMax = 1'000'000;
constexpr std::string_view kDeleted = " (deleted)";
// Mapped and without a name by design: no file of a package was ever there.
constexpr std::string_view kNeverFiles[] = {"/memfd:", "/dev/", "/SYSV", "/[",    "/anon_hugepage",
                                            "/i915",   "/drm",  "/run/", "/tmp/", "/var/tmp/"};

class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

using Enough = bool (*)(std::string_view octets);

// Files of /proc have no size. False where they may not be read, or the process has gone.
bool read_proc(int folder, const char* name, std::string& octets, Enough enough = nullptr) {
  octets.clear();
  const Descriptor file(::openat(folder, name, O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return false;
  std::array<char, 16'384> piece;
  while (octets.size() < kMapsSizeMax) {
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got < 0) return false;
    if (got == 0) return true;
    octets.append(piece.data(), static_cast<std::size_t>(got));
    if (enough != nullptr && enough(octets)) return true;
  }
  return true;
}

std::optional<std::uint32_t> pid_of(std::string_view name) {
  std::uint32_t pid = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, pid);
  if (error != std::errc() || stop != end || name.empty()) return std::nullopt;
  return pid;
}

struct Seen {
  Process process;
  std::vector<std::string> files;  // mapped, from the root
};

// "55d0-55d1 r-xp 00000000 08:01 131 /usr/bin/x": the path begins after five fields.
std::string_view path_of(std::string_view line) {
  const std::size_t slash = line.find('/');
  return slash == std::string_view::npos ? std::string_view{} : line.substr(slash);
}

void take_maps(std::string_view maps, Seen& seen) {
  std::string_view last;
  std::unordered_set<std::string_view> known;
  for (std::string_view line; next_line(maps, line);) {
    const std::string_view path = path_of(line);
    if (path.empty() || path == last || !known.insert(path).second) continue;
    last = path;
    const auto is_its = [&](std::string_view prefix) { return path.starts_with(prefix); };
    if (std::ranges::any_of(kNeverFiles, is_its)) continue;
    if (!path.ends_with(kDeleted)) {
      seen.files.emplace_back(path.substr(1));
      continue;
    }
    const std::string_view file = path.substr(0, path.size() - kDeleted.size());
    seen.process.deleted.emplace_back(file);
    // The package still owns the path, whichever file is there now.
    seen.files.emplace_back(file.substr(1));
  }
  std::ranges::sort(seen.process.deleted);
}

void take_sockets(int process, const Listeners& listeners, Seen& seen) {
  if (listeners.empty()) return;
  const int file = ::openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  const Folder folder(::fdopendir(file));
  if (folder == nullptr) {
    ::close(file);
    return;
  }
  std::set<std::string> found;
  std::array<char, 64> target;
  while (const dirent* entry = ::readdir(folder.get())) {
    const ssize_t size = ::readlinkat(file, entry->d_name, target.data(), target.size());
    if (size <= 0) continue;
    std::string_view link(target.data(), static_cast<std::size_t>(size));
    constexpr std::string_view kSocket = "socket:[";
    if (!link.starts_with(kSocket) || !link.ends_with(']')) continue;
    link.remove_prefix(kSocket.size());
    link.remove_suffix(1);
    std::uint64_t inode = 0;
    std::from_chars(link.data(), link.data() + link.size(), inode);
    if (const auto listener = listeners.find(inode); listener != listeners.end()) {
      found.insert(listener->second);
    }
  }
  seen.process.listens.assign(found.begin(), found.end());
}

class Looking {
 public:
  Looking(const std::string& proc, Listeners listeners)
      : proc_(proc), listeners_(std::move(listeners)) {
    has_root_ = ::stat("/", &root_) == 0;
  }

  std::vector<Seen> run() {
    std::vector<Seen> all;
    const Folder folder(::opendir(proc_.c_str()));
    if (folder == nullptr) return all;
    while (const dirent* entry = ::readdir(folder.get())) {
      const auto pid = pid_of(entry->d_name);
      if (!pid || all.size() == kProcessesMax) continue;
      if (auto seen = look(::dirfd(folder.get()), entry->d_name, *pid)) {
        all.push_back(std::move(*seen));
      }
    }
    std::ranges::sort(all, {}, [](const Seen& seen) { return seen.process.pid; });
    return all;
  }

  std::size_t unseen() const { return unseen_; }

 private:
  std::optional<Seen> look(int folder, const char* name, std::uint32_t pid) {
    const Descriptor process(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (process.get() < 0 || !is_of_this_root(process.get())) return std::nullopt;
    errno = 0;
    if (!read_proc(process.get(), "maps", text_)) {
      if (errno == EACCES || errno == EPERM) ++unseen_;
      return std::nullopt;
    }
    if (text_.empty()) return std::nullopt;  // a thread of the kernel
    Seen seen;
    seen.process.pid = pid;
    take_maps(text_, seen);
    take_sockets(process.get(), listeners_, seen);
    if (read_proc(process.get(), "comm", text_)) seen.process.name = trimmed(text_);
    return seen;
  }

  // In a container, the paths are those of another root.
  bool is_of_this_root(int process) const {
    struct stat its {};
    if (!has_root_ || ::fstatat(process, "root", &its, 0) != 0) return true;
    return its.st_dev == root_.st_dev && its.st_ino == root_.st_ino;
  }

  const std::string& proc_;
  Listeners listeners_;
  struct stat root_ {};
  bool has_root_ = false;
  std::size_t unseen_ = 0;
  std::string text_;
};

Listeners read_listeners(const std::string& proc) {
  Listeners listeners;
  std::string octets;
  for (const std::string_view protocol : {"tcp", "udp"}) {
    for (const std::string_view suffix : {"", "6"}) {
      const std::string path = proc + "/net/" + std::string(protocol) + std::string(suffix);
      const Enough enough = protocol == "tcp" ? is_past_listeners : nullptr;
      if (read_proc(AT_FDCWD, path.c_str(), octets, enough)) {
        add_listeners(protocol, octets, listeners);
      }
    }
  }
  return listeners;
}

std::vector<std::string> files_of(const std::vector<Seen>& all) {
  std::vector<std::string> files;
  for (const Seen& seen : all) files.insert(files.end(), seen.files.begin(), seen.files.end());
  std::ranges::sort(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace

std::vector<Process> read_processes(const std::string& proc, const Root& root,
                                    std::vector<Problem>& problems) {
  Looking looking(proc, read_listeners(proc));
  std::vector<Seen> all = looking.run();
  const Owners owners = find_owners(root, files_of(all));

  std::vector<Process> processes;
  for (Seen& seen : all) {
    std::set<std::string> packages;
    for (const std::string& file : seen.files) {
      const auto owner = owners.find(file);
      if (owner != owners.end()) packages.insert(owner->second);
    }
    Process& process = seen.process;
    process.packages.assign(packages.begin(), packages.end());
    if (process.packages.empty() && process.deleted.empty() && process.listens.empty()) continue;
    processes.push_back(std::move(process));
  }
  if (looking.unseen() > 0) {
    problems.push_back({.kind = Problem::Kind::kUnreadable,
                        .location = proc,
                        .why = "processes that this user may not look into: " +
                               std::to_string(looking.unseen()) + " (run as root to see them)"});
  }
  return processes;
}

}  // namespace azekura::scanner::inventory

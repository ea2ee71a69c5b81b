#include "scanner/inventory/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace azekura::scanner::inventory {
namespace {

Result<std::string> read_all(int file, const std::string& path, std::uint64_t octets_max) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return fail_errno(path, errno);
  if (!S_ISREG(status.st_mode)) return fail(Code::kInvalid, path + ": not a regular file");
  const auto too_large = [&] {
    return fail(Code::kExhausted, path + ": larger than " + std::to_string(octets_max) + " octets");
  };
  if (static_cast<std::uint64_t>(status.st_size) > octets_max) return too_large();

  // One more, so that the end is seen without growing; the file may still grow meanwhile.
  std::string octets(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t filled = 0;
  for (;;) {
    if (filled == octets.size()) octets.resize(octets.size() * 2);
    const ssize_t got = ::read(file, octets.data() + filled, octets.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > octets_max) return too_large();
  }
  octets.resize(filled);
  return octets;
}

Code code_of(int error) {
  if (error == ENOENT || error == ENOTDIR || error == ELOOP) return Code::kNotFound;
  return error == EACCES || error == EPERM ? Code::kDenied : Code::kIo;
}

// Without following any link: what is left where the kernel cannot hold links inside a folder.
int open_without_links(int folder, std::string_view path, int flags) {
  int current = ::dup(folder);
  while (current >= 0) {
    const std::size_t slash = path.find('/');
    const std::string part(path.substr(0, slash));
    const bool last = slash == std::string_view::npos;
    const int next =
        ::openat(current, part.c_str(), (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW);
    const int error = errno;
    ::close(current);
    errno = error;
    if (last) return next;
    current = next;
    path.remove_prefix(slash + 1);
  }
  return current;
}

}  // namespace

Result<FolderRoot> FolderRoot::open(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(code_of(errno), folder + ": no folder that can be opened");
  return FolderRoot(descriptor, folder == "/");
}

FolderRoot::~FolderRoot() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FolderRoot::FolderRoot(FolderRoot&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), whole_(other.whole_) {}

int FolderRoot::open_below(std::string_view path, int flags) const {
  const std::string name(path);
  flags |= O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  if (whole_) return ::openat(descriptor_, name.c_str(), flags);
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const long file = ::syscall(SYS_openat2, descriptor_, name.c_str(), &how, sizeof how);
  if (file < 0 && (errno == ENOSYS || errno == EPERM)) {
    return open_without_links(descriptor_, path, flags);
  }
  return static_cast<int>(file);
}

Result<std::string> FolderRoot::read(std::string_view path, std::uint64_t octets_max) const {
  const std::string name(path);
  const int file = open_below(path, O_RDONLY);
  if (file < 0) {
    const Code code = code_of(errno);
    return fail(code, name + (code == Code::kDenied ? ": this user may not read it"
                                                    : ": cannot be opened"));
  }
  auto octets = read_all(file, name, octets_max);
  ::close(file);
  return octets;
}

std::vector<std::string> FolderRoot::list(std::string_view folder) const {
  std::vector<std::string> names;
  const int file = open_below(folder, O_RDONLY | O_DIRECTORY);
  if (file < 0) return names;
  DIR* entries = ::fdopendir(file);
  if (entries == nullptr) {
    ::close(file);
    return names;
  }
  while (const dirent* entry = ::readdir(entries)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(entries);
  std::ranges::sort(names);
  return names;
}

Result<std::string> FilesRoot::read(std::string_view path, std::uint64_t octets_max) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return fail(Code::kNotFound, std::string(path) + ": not kept");
  if (found->second.size() > octets_max) {
    return fail(Code::kExhausted,
                std::string(path) + ": larger than " + std::to_string(octets_max) + " octets");
  }
  return found->second;
}

std::vector<std::string> FilesRoot::list(std::string_view folder) const {
  const std::string prefix = std::string(folder) + "/";
  std::vector<std::string> names;
  for (auto file = files_.lower_bound(prefix);
       file != files_.end() && file->first.starts_with(prefix); ++file) {
    const std::string_view rest = std::string_view(file->first).substr(prefix.size());
    const std::string_view name = rest.substr(0, rest.find('/'));
    if (names.empty() || names.back() != name) names.emplace_back(name);
  }
  return names;
}

}  // namespace azekura::scanner::inventory

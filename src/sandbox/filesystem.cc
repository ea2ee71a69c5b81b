// Landlock: Documentation/userspace-api/landlock.rst of the kernel. The numbers stand here since
// the headers of a stable system are older than its kernels.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "sandbox/build.h"
#include "sandbox/sandbox.h"

namespace azekura::sandbox {

namespace {

constexpr std::uint64_t kWriteFile = 1 << 1;
constexpr std::uint64_t kReadFile = 1 << 2;
constexpr std::uint64_t kReadFolder = 1 << 3;
constexpr std::uint64_t kRemoveFolder = 1 << 4;
constexpr std::uint64_t kRemoveFile = 1 << 5;
constexpr std::uint64_t kMakeFolder = 1 << 7;
constexpr std::uint64_t kMakeFile = 1 << 8;
constexpr std::uint64_t kMakeSocket = 1 << 9;
constexpr std::uint64_t kRefer = 1 << 13;     // version 2
constexpr std::uint64_t kTruncate = 1 << 14;  // version 3

constexpr std::uint64_t kReadOnly = kReadFile | kReadFolder;
constexpr std::uint64_t kReadWrite = kReadOnly | kWriteFile | kRemoveFolder | kRemoveFile |
                                     kMakeFolder | kMakeFile | kMakeSocket | kRefer | kTruncate;
constexpr std::uint64_t kOfFiles = kWriteFile | kReadFile | kTruncate;

constexpr std::uint32_t kQueryVersion = 1 << 0;
constexpr int kRulePathBeneath = 1;

struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;  // version 4
};
struct __attribute__((packed)) PathBeneath {
  std::uint64_t allowed;
  std::int32_t folder;
};

class Descriptor {
 public:
  explicit Descriptor(long fd) : fd_(static_cast<int>(fd)) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// All that this version of the kernel can forbid.
Ruleset everything(long version) {
  unsigned files = 13;
  if (version >= 2) files = 14;
  if (version >= 3) files = 15;
  if (version >= 5) files = 16;  // ioctl on devices
  return {.files = (std::uint64_t{1} << files) - 1,
          .network = version >= 4 ? std::uint64_t{3} : 0};  // bind and connect of TCP
}

Result<long> kernel_version() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, kQueryVersion);
  if (version > 0) return version;
  return fail(Code::kUnsupported, "this kernel has no Landlock",
              "use Linux 5.13 or later, with landlock in its lsm= list");
}

// Landlock binds the calling thread alone.
Status check_single_thread() {
  if (kSanitized) return {};  // a sanitizer may run a thread of its own
  std::error_code error;
  const std::filesystem::directory_iterator threads("/proc/self/task", error);
  if (error) return fail_errno("open /proc/self/task", error.value());
  const auto count = std::distance(begin(threads), end(threads));
  if (count == 1) return {};
  return fail(Code::kConflict, "the file system is restricted before threads are started");
}

Status allow(const Descriptor& ruleset, const std::string& path, std::uint64_t access) {
  const Descriptor target(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!target.ok()) return fail_errno("restrict to " + path, errno);
  struct stat facts {};
  if (fstat(target.get(), &facts) != 0) return fail_errno("restrict to " + path, errno);
  const PathBeneath rule{S_ISDIR(facts.st_mode) ? access : access & kOfFiles, target.get()};
  if (syscall(SYS_landlock_add_rule, ruleset.get(), kRulePathBeneath, &rule, 0) != 0) {
    return fail_errno("restrict to " + path, errno);
  }
  return {};
}

}  // namespace

Status restrict_filesystem(const FilesystemRules& rules) {
  if (rules.read_write.size() + rules.read_only.size() > kFilesystemRulesMax) {
    return fail(Code::kExhausted,
                "more than " + std::to_string(kFilesystemRulesMax) + " rules for the file system");
  }
  RETURN_IF_ERROR(check_single_thread());
  ASSIGN_OR_RETURN(const long version, kernel_version());
  const Ruleset handled = everything(version);
  // A kernel that does not know the end of the structure wants it zero, which it then is.
  const Descriptor ruleset(syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
  if (!ruleset.ok()) return fail_errno("make a Landlock ruleset", errno);
  for (const std::string& path : rules.read_only) {
    RETURN_IF_ERROR(allow(ruleset, path, kReadOnly & handled.files));
  }
  for (const std::string& path : rules.read_write) {
    RETURN_IF_ERROR(allow(ruleset, path, kReadWrite & handled.files));
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("set no_new_privs", errno);
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return fail_errno("restrict the file system", errno);
  }
  return {};
}

}  // namespace azekura::sandbox

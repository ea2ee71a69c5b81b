// Every restriction is proved by a child process that does the forbidden thing; as the user who
// runs the tests and, where that is root, as a user without any capability too.
#include "sandbox/sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/build.h"

namespace azekura::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

enum class User { kSame, kOther };

std::string text_of(int status) {
  if (WIFSIGNALED(status)) {
    return "killed by " + std::to_string(WTERMSIG(status)) +
           (WCOREDUMP(status) ? ", with a core" : "");
  }
  return "exited with " + std::to_string(WEXITSTATUS(status));
}

// What `body` answers in a child, or how the child died.
std::string in_child(User user, const std::function<std::string()>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    close(ends[0]);
    std::string answer = "setuid";
    if (user == User::kSame || setuid(kNobody) == 0) answer = body();
    const ssize_t size = write(ends[1], answer.data(), answer.size());
    _exit(size == static_cast<ssize_t>(answer.size()) ? 0 : 99);
  }
  close(ends[1]);
  std::string answer;
  char chunk[512];
  for (ssize_t size = 0; (size = read(ends[0], chunk, sizeof chunk)) > 0;) {
    answer.append(chunk, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  if (waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  if (status != 0) return text_of(status);
  return answer;
}

std::string text_of(const Status& status) {
  return status
             ? ""
             : std::string(azekura::name_of(status.error().code)) + ": " + status.error().message;
}

// "" for success, else the name of the error.
std::string outcome(long answer) { return answer >= 0 ? "" : strerrorname_np(errno); }

std::string user_of(const testing::TestParamInfo<User>& info) {
  return info.param == User::kSame ? "TheSameUser" : "AUserWithoutCapabilities";
}

class Sandbox : public testing::TestWithParam<User> {
 protected:
  void SetUp() override {
    if (GetParam() == User::kOther && geteuid() != 0) GTEST_SKIP() << "needs root";
  }
  static std::string child(const std::function<std::string()>& body) {
    return in_child(GetParam(), body);
  }
};

class SandboxProcess : public Sandbox {};
class SandboxFilesystem : public Sandbox {
 protected:
  SandboxFilesystem() {
    root_ = (fs::temp_directory_path() / "azekura-sandbox-XXXXXX").string();
    if (mkdtemp(root_.data()) == nullptr) throw std::runtime_error("mkdtemp");
    for (const char* folder : {"write", "read", "other"}) {
      fs::create_directory(root_ + "/" + folder);
      std::ofstream(root_ + "/" + folder + "/file") << "content";
      fs::permissions(root_ + "/" + folder, fs::perms::all);
      fs::permissions(root_ + "/" + folder + "/file", fs::perms::all);
    }
    fs::permissions(root_, fs::perms::all);
  }
  ~SandboxFilesystem() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  void SetUp() override {
    Sandbox::SetUp();
    if (text_of(restriction_in_child()).find("unsupported") == 0) {
      GTEST_SKIP() << "this kernel has no Landlock";
    }
  }

  FilesystemRules rules() const { return {.read_write = {at("write")}, .read_only = {at("read")}}; }
  std::string at(const std::string& path) const { return root_ + "/" + path; }
  // Restricts itself, and then does the thing.
  std::string restricted(const std::function<std::string()>& body) const {
    return child([&] {
      const Status status = restrict_filesystem(rules());
      return status ? body() : text_of(status);
    });
  }

 private:
  static Status restriction_in_child() {
    const std::string text = in_child(User::kSame, [] { return text_of(restrict_filesystem({})); });
    if (text.empty()) return {};
    return fail(text.starts_with("unsupported") ? Code::kUnsupported : Code::kInternal, text);
  }
  std::string root_;
};
class SandboxSyscalls : public Sandbox {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "not in a build with a sanitizer";
    Sandbox::SetUp();
  }
  static std::string restricted(const std::function<std::string()>& body) {
    return child([&] {
      const Status status = restrict_syscalls();
      return status ? body() : text_of(status);
    });
  }
};

INSTANTIATE_TEST_SUITE_P(As, SandboxProcess, testing::Values(User::kSame, User::kOther), user_of);
INSTANTIATE_TEST_SUITE_P(As, SandboxFilesystem, testing::Values(User::kSame, User::kOther),
                         user_of);
INSTANTIATE_TEST_SUITE_P(As, SandboxSyscalls, testing::Values(User::kSame, User::kOther), user_of);

// ---- the process

TEST_P(SandboxProcess, ACrashLeavesNoCore) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer takes the signal";
  EXPECT_EQ(child([]() -> std::string {
              if (Status status = disable_core_dumps_and_ptrace(); !status) return text_of(status);
              raise(SIGSEGV);
              return "survived";
            }),
            "killed by " + std::to_string(SIGSEGV));
  EXPECT_EQ(child([]() -> std::string {
              if (Status status = disable_core_dumps_and_ptrace(); !status) return text_of(status);
              rlimit limit{};
              getrlimit(RLIMIT_CORE, &limit);
              if (limit.rlim_cur != 0 || limit.rlim_max != 0) return "a core may be written";
              return prctl(PR_GET_DUMPABLE) == 0 ? "" : "dumpable";
            }),
            "");
}

TEST_P(SandboxProcess, AnotherProcessOfTheUserCannotReadTheMemory) {
  if (GetParam() == User::kSame && geteuid() == 0) GTEST_SKIP() << "root may";
  const auto read_from = [](pid_t target, const void* address) {
    char octet = 0;
    iovec mine{&octet, 1};
    iovec theirs{const_cast<void*>(address), 1};
    return outcome(process_vm_readv(target, &mine, 1, &theirs, 1, 0));
  };
  static const char kOctet = 'x';
  EXPECT_EQ(child([&]() -> std::string {
              const pid_t self = getpid();
              const auto ask_a_sibling = [&] {
                return in_child(User::kSame, [&] { return read_from(self, &kOctet); });
              };
              // Without the restriction a child could not read its parent only under Yama.
              if (Status status = disable_core_dumps_and_ptrace(); !status) return text_of(status);
              return ask_a_sibling();
            }),
            "EPERM");
}

TEST_P(SandboxProcess, MemoryIsLockedOrTheCallerIsTold) {
  const std::string answer = child([]() -> std::string {
    const Status status = lock_memory();
    if (!status) return text_of(status);
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("VmLck:")) return line.find(" 0 kB") == line.npos ? "locked" : line;
    }
    return "no VmLck";
  });
  if (answer.starts_with("denied: ")) return;
  if (kSanitized) GTEST_SKIP() << "a sanitizer makes mlockall do nothing";
  EXPECT_EQ(answer, "locked");
}

TEST(SandboxMemory, AFiniteLimitIsDeniedAndNothingIsLocked) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to have the capability to give up";
  EXPECT_EQ(in_child(User::kSame,
                     []() -> std::string {
                       const rlimit finite{1 << 20, 1 << 20};
                       if (setrlimit(RLIMIT_MEMLOCK, &finite) != 0) return "setrlimit";
                       if (setuid(kNobody) != 0) return "setuid";
                       const Status status = lock_memory();
                       if (status) return "locked";
                       return std::string(azekura::name_of(status.error().code));
                     }),
            "denied");
}

TEST(SandboxMemory, AnInfiniteLimitIsEnoughWithoutCapabilities) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to raise the limit";
  rlimit now{};
  ASSERT_EQ(getrlimit(RLIMIT_MEMLOCK, &now), 0);
  if (now.rlim_max != RLIM_INFINITY && in_child(User::kSame, [] {
                                         const rlimit infinite{RLIM_INFINITY, RLIM_INFINITY};
                                         return outcome(setrlimit(RLIMIT_MEMLOCK, &infinite));
                                       }) != "") {
    GTEST_SKIP() << "the limit cannot be raised here";
  }
  EXPECT_EQ(in_child(User::kSame,
                     []() -> std::string {
                       // The soft limit is raised by lock_memory() itself.
                       const rlimit infinite{1 << 20, RLIM_INFINITY};
                       if (setrlimit(RLIMIT_MEMLOCK, &infinite) != 0) return "setrlimit";
                       if (setuid(kNobody) != 0) return "setuid";
                       return text_of(lock_memory());
                     }),
            "");
}

// ---- the file system

TEST_P(SandboxFilesystem, AMissingPathIsNotFoundAndNothingIsRestricted) {
  EXPECT_EQ(child([&]() -> std::string {
              const Status status = restrict_filesystem({.read_only = {at("none")}});
              if (status || status.error().code != Code::kNotFound) return text_of(status);
              return outcome(open(at("other/file").c_str(), O_RDONLY));
            }),
            "");
}

TEST_P(SandboxFilesystem, ThereMayBeSoManyRules) {
  const auto with_rules = [&](std::size_t count) {
    return child([&] {
      const std::vector<std::string> paths(count, at("read"));
      return text_of(restrict_filesystem({.read_only = paths}));
    });
  };
  EXPECT_EQ(with_rules(kFilesystemRulesMax - 1), "");
  EXPECT_EQ(with_rules(kFilesystemRulesMax), "");
  EXPECT_EQ(with_rules(kFilesystemRulesMax + 1).find("exhausted"), 0u);
}

TEST_P(SandboxFilesystem, WithASecondThreadItIsAConflict) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer may have a thread of its own";
  EXPECT_EQ(child([&]() -> std::string {
              int ends[2];
              if (pipe(ends) != 0) return "pipe";
              std::thread waiting([&] {
                char octet = 0;
                while (read(ends[0], &octet, 1) > 0) {
                }
              });
              const Status status = restrict_filesystem(rules());
              close(ends[1]);
              waiting.join();
              return status ? "restricted" : std::string(azekura::name_of(status.error().code));
            }),
            "conflict");
}

TEST_P(SandboxFilesystem, OtherPathsCannotBeOpened) {
  for (const std::string& path : {at("other/file"), at("other"), at(""), std::string("/etc/passwd"),
                                  at("read/../other/file")}) {
    EXPECT_EQ(restricted([&] { return outcome(open(path.c_str(), O_RDONLY)); }), "EACCES") << path;
  }
}

TEST_P(SandboxFilesystem, WhatIsReadOnlyCanBeReadAndNotChanged) {
  EXPECT_EQ(restricted([&] { return outcome(open(at("read/file").c_str(), O_RDONLY)); }), "");
  EXPECT_EQ(restricted([&] { return outcome(open(at("read/file").c_str(), O_RDWR)); }), "EACCES");
  EXPECT_EQ(restricted([&] { return outcome(unlink(at("read/file").c_str())); }), "EACCES");
  EXPECT_EQ(restricted([&] { return outcome(mkdir(at("read/new").c_str(), 0700)); }), "EACCES");
  EXPECT_EQ(
      restricted([&] { return outcome(open(at("read/new").c_str(), O_RDWR | O_CREAT, 0600)); }),
      "EACCES");
  EXPECT_EQ(restricted([&] {
              return outcome(rename(at("read/file").c_str(), at("write/moved").c_str()));
            }),
            "EACCES");
}

TEST_P(SandboxFilesystem, WhatIsReadWriteCanBeChanged) {
  EXPECT_EQ(restricted([&]() -> std::string {
              const int fd = open(at("write/new").c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
              if (fd < 0) return "create: " + outcome(fd);
              if (ftruncate(fd, 4096) != 0) return "truncate: " + outcome(-1);
              if (rename(at("write/new").c_str(), at("write/newer").c_str()) != 0) {
                return "rename: " + outcome(-1);
              }
              if (unlink(at("write/newer").c_str()) != 0) return "unlink: " + outcome(-1);
              if (mkdir(at("write/folder").c_str(), 0700) != 0) return "mkdir: " + outcome(-1);
              if (rmdir(at("write/folder").c_str()) != 0) return "rmdir: " + outcome(-1);
              return "";
            }),
            "");
}

TEST_P(SandboxFilesystem, NothingCanBeExecuted) {
  for (const char* program : {"/bin/true", "write/file"}) {
    const std::string path = program[0] == '/' ? program : at(program);
    EXPECT_EQ(restricted([&] {
                char* const arguments[] = {const_cast<char*>(path.c_str()), nullptr};
                return outcome(execv(path.c_str(), arguments));
              }),
              "EACCES");
  }
}

TEST_P(SandboxFilesystem, WhatWasOpenStaysOpen) {
  EXPECT_EQ(child([&]() -> std::string {
              const int fd = open(at("other/file").c_str(), O_RDONLY);
              if (Status status = restrict_filesystem(rules()); !status) return text_of(status);
              char text[7];
              return outcome(read(fd, text, sizeof text));
            }),
            "");
}

TEST_P(SandboxFilesystem, ThreadsThatAreStartedLaterAreRestrictedToo) {
  EXPECT_EQ(restricted([&] {
              std::string answer;
              std::thread([&] { answer = outcome(open("/etc/passwd", O_RDONLY)); }).join();
              return answer;
            }),
            "EACCES");
}

TEST_P(SandboxFilesystem, TcpCanBeNeitherBoundNorConnected) {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, 1);
  if (version < 4) GTEST_SKIP() << "this kernel's Landlock has no network";
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  EXPECT_EQ(restricted([&] {
              return outcome(bind(socket(AF_INET, SOCK_STREAM, 0), any, sizeof address));
            }),
            "EACCES");
  address.sin_port = htons(1);
  EXPECT_EQ(restricted([&] {
              return outcome(connect(socket(AF_INET, SOCK_STREAM, 0), any, sizeof address));
            }),
            "EACCES");
}

// ---- system calls

TEST(SandboxBuild, UnderASanitizerSystemCallsAreNotRestrictedAndThatIsSaid) {
  if (!kSanitized) GTEST_SKIP() << "not a build with a sanitizer";
  const Status status = restrict_syscalls();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kUnsupported);
}

TEST_P(SandboxSyscalls, ExecutingAndForkingAreRefused) {
  EXPECT_EQ(restricted([] {
              char* const arguments[] = {const_cast<char*>("/bin/true"), nullptr};
              return outcome(execv(arguments[0], arguments));
            }),
            "EPERM");
  EXPECT_EQ(restricted([] { return outcome(fork()); }), "EPERM");
}

TEST_P(SandboxSyscalls, OnlyUnixSocketsCanBeMade) {
  for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK}) {
    EXPECT_EQ(restricted([&] { return outcome(socket(family, SOCK_STREAM, 0)); }), "EPERM")
        << family;
  }
  EXPECT_EQ(restricted([] { return outcome(socket(AF_UNIX, SOCK_STREAM, 0)); }), "");
}

TEST_P(SandboxSyscalls, NoMemoryCanBecomeCode) {
  const auto map = [](int protection) {
    return mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  };
  EXPECT_EQ(
      restricted([&] { return map(PROT_READ | PROT_EXEC) == MAP_FAILED ? outcome(-1) : "mapped"; }),
      "EPERM");
  EXPECT_EQ(restricted([&] {
              return outcome(mprotect(map(PROT_READ | PROT_WRITE), 4096, PROT_READ | PROT_EXEC));
            }),
            "EPERM");
}

TEST_P(SandboxSyscalls, LimitsCanBeReadAndNotChanged) {
  EXPECT_EQ(restricted([] {
              rlimit limit{};
              return outcome(getrlimit(RLIMIT_CORE, &limit));
            }),
            "");
  EXPECT_EQ(restricted([] {
              const rlimit none{0, 0};
              return outcome(setrlimit(RLIMIT_CORE, &none));
            }),
            "EPERM");
}

TEST_P(SandboxSyscalls, OtherProcessesGetNoSignal) {
  const pid_t parent = getpid();
  EXPECT_EQ(restricted([&] { return outcome(kill(parent, SIGCONT)); }), "EPERM");
  EXPECT_EQ(restricted([] { return outcome(kill(-1, SIGTERM)); }), "EPERM");
  EXPECT_EQ(restricted([] { return outcome(kill(0, SIGTERM)); }), "EPERM");
  EXPECT_EQ(restricted([]() -> std::string {
              signal(SIGUSR1, [](int) {});
              if (kill(getpid(), SIGUSR1) != 0) return "kill";
              return raise(SIGUSR1) == 0 ? "" : "raise";
            }),
            "");
}

TEST_P(SandboxSyscalls, ACallThatIsNotOnTheListKillsTheProcess) {
  for (const long call : {SYS_ptrace,
                          SYS_process_vm_readv,
                          SYS_process_vm_writev,
                          SYS_unshare,
                          SYS_setns,
                          SYS_mount,
                          SYS_umount2,
                          SYS_chroot,
                          SYS_pivot_root,
                          SYS_bpf,
                          SYS_perf_event_open,
                          SYS_keyctl,
                          SYS_add_key,
                          SYS_init_module,
                          SYS_finit_module,
                          SYS_kexec_load,
                          SYS_reboot,
                          SYS_io_uring_setup,
                          SYS_userfaultfd,
                          SYS_setuid,
                          SYS_setresuid,
                          SYS_capset,
                          SYS_personality,
                          SYS_pidfd_getfd,
                          SYS_seccomp,
                          SYS_shmget,
                          SYS_mknodat,
                          SYS_symlinkat}) {
    EXPECT_EQ(restricted([&] { return outcome(syscall(call, 0, 0, 0, 0, 0, 0)); }),
              "killed by " + std::to_string(SIGSYS))
        << call;
  }
}

TEST_P(SandboxSyscalls, ACallOfTheWrongKindOfProcessorKillsTheProcess) {
#if defined(__x86_64__)
  EXPECT_EQ(restricted([] {
              long answer = 20;  // getpid of i386
              asm volatile("int $0x80" : "+a"(answer) : : "memory");
              return std::string("survived");
            }),
            "killed by " + std::to_string(SIGSYS));
  constexpr long kX32 = 0x40000000;
  EXPECT_EQ(restricted([&] { return outcome(syscall(kX32 | SYS_getpid)); }),
            "killed by " + std::to_string(SIGSYS));
#endif
}

TEST_P(SandboxSyscalls, ThreadsThatRunAlreadyAreRestrictedToo) {
  EXPECT_EQ(child([]() -> std::string {
              int ends[2];
              if (pipe(ends) != 0) return "pipe";
              std::string answer;
              std::thread other([&] {
                char octet = 0;
                if (read(ends[0], &octet, 1) == 1) answer = outcome(socket(AF_INET, SOCK_DGRAM, 0));
              });
              const Status status = restrict_syscalls();
              if (write(ends[1], "x", 1) != 1) return "write";
              other.join();
              return status ? answer : text_of(status);
            }),
            "EPERM");
}

// Sends a descriptor over a unix socket and takes it at the other end.
std::string pass_descriptor(int from, int to, int descriptor) {
  char octet = 'x';
  iovec part{&octet, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  if (sendmsg(from, &message, MSG_NOSIGNAL) != 1) return "sendmsg";
  if (recvmsg(to, &message, MSG_CMSG_CLOEXEC) != 1) return "recvmsg";
  return "";
}

std::string serve_a_client(const std::string& folder) {
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + "/socket";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  if (bind(listener, any, sizeof address) != 0 || listen(listener, 8) != 0) return "listen";
  if (chmod(path.c_str(), 0660) != 0) return "chmod";
  const int poller = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) != 0) return "epoll_ctl";

  const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(client, any, sizeof address) != 0) return "connect";
  if (epoll_wait(poller, &event, 1, -1) != 1) return "epoll_wait";
  const int server = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(server, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "peer";
  const int memory = memfd_create("ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (ftruncate(memory, 1 << 20) != 0) return "ftruncate";
  if (fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) return "seal";
  if (mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0) == MAP_FAILED) {
    return "mmap";
  }
  if (const std::string answer = pass_descriptor(server, client, memory); !answer.empty()) {
    return answer;
  }
  const int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (eventfd_write(bell, 1) != 0) return "eventfd";
  return unlink(path.c_str()) == 0 ? "" : "unlink";
}

std::string keep_files(const std::string& folder) {
  const std::string path = folder + "/data";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct flock range {};
  range.l_type = F_WRLCK;
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fcntl(fd, F_SETLK, &range) != 0) return "lock";
  if (pwrite(fd, "data", 4, 100) != 4 || fdatasync(fd) != 0 || fsync(fd) != 0) return "write";
  if (fchown(fd, geteuid(), getegid()) != 0 || fchmod(fd, 0600) != 0) return "fchown";
  if (rename(path.c_str(), (path + "2").c_str()) != 0) return "rename";
  if (fs::file_size(path + "2") != 104) return "size";
  return fs::remove(path + "2") ? "" : "remove";
}

std::string use_threads() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      pthread_setname_np(pthread_self(), "worker");
      try {
        throw std::runtime_error("caught");
      } catch (const std::exception&) {
        std::this_thread::yield();
      }
      cpu_set_t cpus;
      CPU_ZERO(&cpus);
      (void)pthread_getaffinity_np(pthread_self(), sizeof cpus, &cpus);
      std::vector<std::string> memory(1000, std::string(5000, 'x'));
    });
  }
  for (std::thread& thread : threads) thread.join();
  return "";
}

TEST_P(SandboxSyscalls, AServerCanDoItsWork) {
  std::string folder = (fs::temp_directory_path() / "azekura-sandbox-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  fs::permissions(folder, fs::perms::all);
  EXPECT_EQ(restricted([&] { return serve_a_client(folder); }), "");
  EXPECT_EQ(restricted([&] { return keep_files(folder); }), "");
  EXPECT_EQ(restricted([] { return use_threads(); }), "");
  fs::remove_all(folder);
}

TEST_P(SandboxSyscalls, AllRestrictionsHoldTogether) {
  EXPECT_EQ(child([]() -> std::string {
              if (Status status = disable_core_dumps_and_ptrace(); !status) return text_of(status);
              if (Status status = lock_memory(); !status && status.error().code != Code::kDenied) {
                return text_of(status);
              }
              if (Status status = restrict_filesystem({});
                  !status && status.error().code != Code::kUnsupported) {
                return text_of(status);
              }
              if (Status status = restrict_syscalls(); !status) return text_of(status);
              return use_threads();
            }),
            "");
}

}  // namespace
}  // namespace azekura::sandbox

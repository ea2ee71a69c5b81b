#include <asm/ioctls.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "sandbox/build.h"
#include "sandbox/sandbox.h"

namespace azekura::sandbox {

namespace {

// Whatever its arguments. A name that this processor's kernel does not have is passed over.
constexpr int kAllowed[] = {
    // files
    SCMP_SYS(access),
    SCMP_SYS(chmod),
    SCMP_SYS(close),
    SCMP_SYS(close_range),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fallocate),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(fchown),
    SCMP_SYS(fcntl),
    SCMP_SYS(fdatasync),
    SCMP_SYS(flock),
    SCMP_SYS(fstat),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fsync),
    SCMP_SYS(ftruncate),
    SCMP_SYS(getcwd),
    SCMP_SYS(getdents64),
    SCMP_SYS(lseek),
    SCMP_SYS(lstat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(preadv2),
    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),
    SCMP_SYS(pwritev2),
    SCMP_SYS(read),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(readv),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(rmdir),
    SCMP_SYS(stat),
    SCMP_SYS(statfs),
    SCMP_SYS(statx),
    SCMP_SYS(sync_file_range),
    SCMP_SYS(truncate),
    SCMP_SYS(umask),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    // sockets, once there is one
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(listen),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(setsockopt),
    SCMP_SYS(shutdown),
    // waiting
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(pselect6),
    SCMP_SYS(select),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_gettime),
    SCMP_SYS(timerfd_settime),
    // memory
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(membarrier),
    SCMP_SYS(memfd_create),
    SCMP_SYS(mincore),
    SCMP_SYS(mlock),
    SCMP_SYS(mlock2),
    SCMP_SYS(mremap),
    SCMP_SYS(msync),
    SCMP_SYS(munlock),
    SCMP_SYS(munmap),
    // threads
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(futex),
    SCMP_SYS(futex_waitv),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(getcpu),
    SCMP_SYS(gettid),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_get_priority_max),
    SCMP_SYS(sched_get_priority_min),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getattr),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(sched_setaffinity),
    SCMP_SYS(sched_setattr),
    SCMP_SYS(sched_setparam),
    SCMP_SYS(sched_setscheduler),
    SCMP_SYS(sched_yield),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    // signals
    SCMP_SYS(pause),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigsuspend),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(signalfd4),
    // time and chance
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(getrandom),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(nanosleep),
    SCMP_SYS(time),
    // facts about the process and the machine
    SCMP_SYS(capget),
    SCMP_SYS(getegid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getgroups),
    SCMP_SYS(getpgid),
    SCMP_SYS(getpgrp),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(getpriority),
    SCMP_SYS(getresgid),
    SCMP_SYS(getresuid),
    SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage),
    SCMP_SYS(getsid),
    SCMP_SYS(getuid),
    SCMP_SYS(sysinfo),
    SCMP_SYS(times),
    SCMP_SYS(uname),
};

// What a library may try and can do without.
constexpr int kRefused[] = {SCMP_SYS(execve), SCMP_SYS(execveat),  SCMP_SYS(fork),
                            SCMP_SYS(vfork),  SCMP_SYS(setrlimit), SCMP_SYS(mlockall)};

using Conditions = std::initializer_list<scmp_arg_cmp>;

// Arguments are counted from 0.
scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp differs(unsigned argument, std::uint64_t value) {
  return {argument, SCMP_CMP_NE, value, 0};
}
scmp_arg_cmp has_bit(unsigned argument, std::uint64_t bit) {
  return {argument, SCMP_CMP_MASKED_EQ, bit, bit};
}
scmp_arg_cmp lacks_bit(unsigned argument, std::uint64_t bit) {
  return {argument, SCMP_CMP_MASKED_EQ, bit, 0};
}

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release) {}

  // The first error is kept; what follows it does nothing.
  void attribute(scmp_filter_attr name, std::uint32_t value) {
    if (error_ == 0) error_ = seccomp_attr_set(context_.get(), name, value);
  }
  // A rule holds when all its conditions do, each on another argument.
  void on(std::uint32_t action, int call, Conditions conditions = {}) {
    if (error_ != 0) return;
    error_ = seccomp_rule_add_array(context_.get(), action, call,
                                    static_cast<unsigned>(conditions.size()), conditions.begin());
  }
  void allow(int call, Conditions conditions = {}) { on(SCMP_ACT_ALLOW, call, conditions); }
  void refuse(int call, Conditions conditions = {}) { on(SCMP_ACT_ERRNO(EPERM), call, conditions); }
  Status load() {
    if (context_ == nullptr) return fail(Code::kExhausted, "make a seccomp filter: no memory");
    if (error_ == 0) error_ = seccomp_load(context_.get());
    if (error_ != 0) return fail_errno("load the seccomp filter", -error_);
    return {};
  }
  bool made() const { return context_ != nullptr; }

 private:
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  int error_ = 0;
};

void add_by_argument(Filter& filter) {
  for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
    filter.allow(call, {equals(0, AF_UNIX)});
    filter.refuse(call, {differs(0, AF_UNIX)});
  }
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    filter.allow(call, {lacks_bit(2, PROT_EXEC)});
    filter.refuse(call, {has_bit(2, PROT_EXEC)});
  }
  filter.allow(SCMP_SYS(clone), {has_bit(0, CLONE_THREAD)});
  filter.refuse(SCMP_SYS(clone), {lacks_bit(0, CLONE_THREAD)});
  // Its flags are in memory, which a filter cannot read; after ENOSYS libc takes clone.
  filter.on(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
  // Reading a limit passes no new one.
  filter.allow(SCMP_SYS(prlimit64), {equals(2, 0)});
  filter.refuse(SCMP_SYS(prlimit64), {differs(2, 0)});
  for (const int what : {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA}) {
    filter.allow(SCMP_SYS(prctl), {equals(0, static_cast<std::uint64_t>(what))});
  }
  for (const int what : {FIONBIO, FIONREAD, FIOCLEX, TCGETS, TIOCGWINSZ}) {
    filter.allow(SCMP_SYS(ioctl), {equals(1, static_cast<std::uint64_t>(what))});
  }
}

void add_signals(Filter& filter) {
  const auto self = static_cast<std::uint64_t>(getpid());
  filter.allow(SCMP_SYS(tgkill), {equals(0, self)});
  filter.refuse(SCMP_SYS(tgkill), {differs(0, self)});
  filter.allow(SCMP_SYS(kill), {equals(0, self)});
  // Signal 0 only asks whether a process is there.
  filter.allow(SCMP_SYS(kill), {differs(0, self), equals(1, 0)});
  filter.refuse(SCMP_SYS(kill), {differs(0, self), differs(1, 0)});
}

}  // namespace

Status restrict_syscalls() {
  if (kSanitized) {
    return fail(Code::kUnsupported, "system calls are not restricted in a build with a sanitizer");
  }
  if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
    return fail(Code::kUnsupported, "this kernel has no seccomp");
  }
  Filter filter;
  if (!filter.made()) return filter.load();
  filter.attribute(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  filter.attribute(SCMP_FLTATR_CTL_TSYNC, 1);
  filter.attribute(SCMP_FLTATR_API_SYSRAWRC, 1);
  // A binary tree: every call of a busy server passes through here.
  filter.attribute(SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (const int call : kAllowed) filter.allow(call);
  for (const int call : kRefused) filter.refuse(call);
  add_by_argument(filter);
  add_signals(filter);
  return filter.load();
}

}  // namespace azekura::sandbox

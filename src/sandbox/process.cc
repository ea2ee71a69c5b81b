#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sandbox/sandbox.h"

namespace azekura::sandbox {

namespace {

bool has_capability(unsigned capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (syscall(SYS_capget, &header, data.data()) != 0) return false;
  return (data[capability / 32].effective >> capability % 32 & 1) != 0;
}

// Whether every future allocation may be locked too.
bool may_lock_without_limit() {
  if (has_capability(CAP_IPC_LOCK)) return true;
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return false;
  if (limit.rlim_cur == RLIM_INFINITY) return true;
  if (limit.rlim_max != RLIM_INFINITY) return false;
  limit.rlim_cur = RLIM_INFINITY;
  return setrlimit(RLIMIT_MEMLOCK, &limit) == 0;
}

}  // namespace

Status disable_core_dumps_and_ptrace() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return fail_errno("set RLIMIT_CORE", errno);
  // The limit alone does not bind where the kernel pipes core dumps to a program.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno("set PR_SET_DUMPABLE", errno);
  return {};
}

Status lock_memory() {
  static constexpr const char* kHint =
      "set LimitMEMLOCK=infinity in the service's unit, or do without swap";
  if (!may_lock_without_limit()) {
    return fail(Code::kDenied, "memory may not be locked: RLIMIT_MEMLOCK is finite", kHint);
  }
  if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return {};
  if (errno == EPERM || errno == ENOMEM || errno == EAGAIN) {
    return fail(Code::kDenied, "memory may not be locked", kHint);
  }
  return fail_errno("lock memory", errno);
}

}  // namespace azekura::sandbox

// Sandbox: what a daemon gives up before it serves strangers. Nothing here can be taken back.
//
// A daemon calls these in this order, in main(), before it starts a thread:
//
//   disable_core_dumps_and_ptrace, lock_memory, (open the store, bind the socket),
//   restrict_filesystem, restrict_syscalls
//
// Each works as root and as a user without any capability. An error says that the restriction does
// not hold, or not in full; the caller decides whether it goes on.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace azekura::sandbox {

// No core file is written, and no other process of the same user may attach, read this process's
// memory or its descriptors in /proc. (root with CAP_SYS_PTRACE still may.)
Status disable_core_dumps_and_ptrace();

// Keeps every page that is touched, now and later, out of swap.
// kDenied: neither CAP_IPC_LOCK nor RLIMIT_MEMLOCK=infinity; nothing is locked. A finite limit is
// refused too, since with it an allocation would fail later, in the middle of the work.
Status lock_memory();

// Files, or folders with all that is beneath them. A path that does not exist is an error.
struct FilesystemRules {
  std::vector<std::string> read_write;  // also create, rename and remove beneath it
  std::vector<std::string> read_only;
};
inline constexpr std::size_t kFilesystemRulesMax = 64;

// From here on only what the rules name can be opened, and nothing can be executed. What is open
// already stays open. TCP can be neither bound nor connected, where the kernel knows how.
// Sets no_new_privs. REQUIRES: the process has one thread (else kConflict; threads started later
// inherit the rules).
// kUnsupported: a kernel without Landlock.
Status restrict_filesystem(const FilesystemRules& rules);

// From here on only the system calls of a threaded server over unix sockets, eventfd, memfd and
// files are there. What a library may try on its way answers EPERM: to execute a program, to fork,
// to make a socket other than AF_UNIX, memory that can be executed (so nothing can be dlopened
// either), to raise a limit, to send a signal to another process. Every other call that is not on
// the list kills the process (SIGSYS, and a line in the kernel's audit log).
// Holds for all threads, those that run already too. Sets no_new_privs.
// kUnsupported: a kernel without seccomp, or a build with a sanitizer, whose runtime needs more.
Status restrict_syscalls();

}  // namespace azekura::sandbox

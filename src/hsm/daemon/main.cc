// azekura-hsmd: opens the store under the master key, gives up what it does not need, serves.

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <variant>

#include "azekura_version.h"
#include "crypto/self_tests.h"
#include "hsm/daemon/log.h"
#include "hsm/daemon/notify.h"
#include "hsm/daemon/options.h"
#include "hsm/daemon/unlock.h"
#include "hsm/token/service.h"
#include "hsm/transport/server.h"
#include "sandbox/sandbox.h"
#include "store/store.h"

namespace azekura::hsm::daemon {
namespace {

constexpr int kExitError = 1;
constexpr int kExitRefused = 3;
constexpr const char* kStoreFile = "store.db";
constexpr unsigned kBlockingThreads = 16;

// What is given up before the master key is in memory. A machine may be set up so that something is
// refused: the operator is told, and decides.
struct Hardening {
  bool memory_locked = false;
  bool sandboxed = false;
};

void warn(const Error& error) {
  spdlog::warn("{}{}{}", error.message, error.hint.empty() ? "" : "; ", error.hint);
}

Hardening harden() {
  Hardening hardening;
  if (auto status = sandbox::disable_core_dumps_and_ptrace(); !status) warn(status.error());
  if (auto status = sandbox::lock_memory(); !status) {
    warn(status.error());
  } else {
    hardening.memory_locked = true;
  }
  return hardening;
}

// The signals that end the daemon are taken by the main thread alone. All others inherit the mask.
sigset_t block_ending_signals() {
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  return ending;
}

// Returns at the first signal; from then on a second one kills at once.
int wait_for_end(const sigset_t& ending) {
  int signal_number = 0;
  while (sigwait(&ending, &signal_number) != 0) {
  }
  pthread_sigmask(SIG_UNBLOCK, &ending, nullptr);
  return signal_number;
}

unsigned worker_count(const Options& options) {
  if (options.workers > 0) return options.workers;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kWorkersMax);
}

Status make_socket_folder(const std::string& socket_path) {
  const std::filesystem::path folder = std::filesystem::path(socket_path).parent_path();
  if (folder.empty() || std::filesystem::exists(folder)) return {};
  // The machine's sockets are found by all, and guarded by their own mode; a user's by nobody else.
  if (mkdir(folder.c_str(), geteuid() == 0 ? 0755 : 0700) != 0 && errno != EEXIST) {
    return fail_errno(fmt::format("cannot make the folder {}", folder.string()), errno);
  }
  return {};
}

bool restrict_process(const Options& options) {
  std::filesystem::path socket_folder = std::filesystem::path(options.socket_path).parent_path();
  if (socket_folder.empty()) socket_folder = ".";
  const sandbox::FilesystemRules rules{// The socket's folder, to take the socket away at the end.
                                       .read_write = {options.dir, socket_folder.string()},
                                       // When the processes of our peers began.
                                       .read_only = {"/proc"}};
  bool sandboxed = true;
  for (const auto& status : {sandbox::restrict_filesystem(rules), sandbox::restrict_syscalls()}) {
    if (status) continue;
    warn(status.error());
    sandboxed = false;
  }
  return sandboxed;
}

Result<std::unique_ptr<token::Service>> open_service(const Options& options, unsigned threads_max,
                                                     wire::Generations& generations,
                                                     token::Journal& journal) {
  ASSIGN_OR_RETURN(const token::Unlock unlock, find_unlock(options));
  ASSIGN_OR_RETURN(token::Vault vault, token::Vault::open(options.dir, unlock));
  ASSIGN_OR_RETURN(auto store, store::Store::open({.path = options.dir + "/" + kStoreFile}));
  return token::Service::create({.vault = std::move(vault),
                                 .store = std::move(store),
                                 .generations = &generations,
                                 .threads_max = threads_max,
                                 .journal = &journal});
}

Status run(const Options& options) {
  const sigset_t ending = block_ending_signals();
  ASSIGN_OR_RETURN(const Notifier notifier, Notifier::create());
  Hardening hardening = harden();
  RETURN_IF_ERROR(crypto::run_self_tests());

  const unsigned workers = worker_count(options);
  LogJournal journal;
  ASSIGN_OR_RETURN(const auto facts, transport::FactsPage::create());
  ASSIGN_OR_RETURN(const auto service, open_service(options, workers + kBlockingThreads,
                                                    facts->generations(), journal));
  if (options.check) {
    fmt::print("{}: {} tokens, {} objects, every one verified\n", options.dir, service->tokens(),
               service->token_objects());
    return {};
  }

  RETURN_IF_ERROR(make_socket_folder(options.socket_path));
  ASSIGN_OR_RETURN(const auto server,
                   transport::Server::create({.socket_path = options.socket_path,
                                              .workers = workers,
                                              .blocking_threads = kBlockingThreads},
                                             *service, *facts));
  hardening.sandboxed = restrict_process(options);
  service->describe({.version = kVersion,
                     .store_path = options.dir,
                     .workers = workers,
                     .memory_locked = hardening.memory_locked,
                     .sandboxed = hardening.sandboxed});
  RETURN_IF_ERROR(server->start());
  spdlog::info("azekura-hsmd {} serves {} tokens and {} objects on {} with {} workers", kVersion,
               service->tokens(), service->token_objects(), options.socket_path, workers);
  notifier.tell("READY=1");

  const int signal_number = wait_for_end(ending);
  spdlog::info("ends on signal {}, after {} requests", signal_number, server->answered());
  notifier.tell("STOPPING=1");
  server->stop();
  return {};
}

int exit_status_of(const Error& error) {
  switch (error.code) {
    case Code::kDenied:
    case Code::kCorrupt:
    case Code::kUnsupported:
      return kExitRefused;
    default:
      return kExitError;
  }
}

int start(int argc, char** argv) {
  umask(0077);
  const Parsed parsed = parse_options(argc, argv);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  start_log();
  const auto status = run(std::get<Options>(parsed));
  if (status) return 0;
  spdlog::error("{}", status.error().message);
  if (!status.error().hint.empty()) spdlog::error("hint: {}", status.error().hint);
  return exit_status_of(status.error());
}

}  // namespace
}  // namespace azekura::hsm::daemon

int main(int argc, char** argv) {
  try {
    return azekura::hsm::daemon::start(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "azekura-hsmd: error: {}\n", error.what());
    return 1;
  }
}

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/daemon_process.h"
#include "cli/output.h"
#include "hsm/client/connection.h"
#include "hsm/host/places.h"
#include "hsm/host/secret_input.h"
#include "hsm/token/tokens.h"
#include "hsm/token/vault.h"
#include "store/store.h"

namespace azekura::cli {

namespace {

namespace fs = std::filesystem;
namespace host = hsm::host;
using hsm::token::Unlock;
using hsm::token::Vault;

constexpr const char* kStoreFile = "store.db";

struct UnlockFiles {
  std::string key_file;
  std::string passphrase_file;
  bool any() const { return !key_file.empty() || !passphrase_file.empty(); }
};

struct HsmOptions : Common {
  std::string dir;
  UnlockFiles unlock;
};

struct StartCommandOptions : HsmOptions {
  bool foreground = false;
};

struct ChangeOptions : HsmOptions {
  UnlockFiles fresh;
};

struct DestroyTokenOptions : HsmOptions {
  std::uint64_t slot = 0;
  bool yes = false;
};

// Absolute, because daemon and applications have other working folders.
std::string dir_of(const HsmOptions& options) {
  return fs::absolute(options.dir.empty() ? host::default_data_dir() : options.dir).string();
}

std::string socket_of(const HsmOptions& options) {
  return options.socket.empty() ? host::default_listen_path(dir_of(options))
                                : fs::absolute(options.socket).string();
}

const char* name_of(Unlock::Kind kind) {
  return kind == Unlock::Kind::kKeyFile ? "key-file" : "passphrase";
}

Result<Unlock> unlock_of(const UnlockFiles& files, Result<Secret> (*ask)(const std::string&),
                         const std::string& prompt) {
  if (!files.key_file.empty()) {
    ASSIGN_OR_RETURN(Secret key, host::read_key_file(files.key_file));
    return Unlock{Unlock::Kind::kKeyFile, std::move(key)};
  }
  auto passphrase = files.passphrase_file.empty()
                        ? ask(prompt)
                        : host::read_passphrase_file(files.passphrase_file);
  if (!passphrase && passphrase.error().code == Code::kUnavailable) {
    return fail(Code::kInvalid, "there is no terminal to ask for the passphrase",
                "give it by --passphrase-file FILE, or use a --key-file");
  }
  if (!passphrase) return tl::make_unexpected(passphrase.error());
  return Unlock{Unlock::Kind::kPassphrase, std::move(*passphrase)};
}

// ---- init
// -----------------------------------------------------------------------------------------

Status init(const HsmOptions& options) {
  const std::string dir = dir_of(options);
  std::error_code failed;
  if (fs::exists(fs::path(dir) / hsm::token::kMasterKeyFile, failed) ||
      fs::exists(fs::path(dir) / kStoreFile, failed)) {
    return fail(Code::kConflict, fmt::format("there is an HSM in {} already", dir),
                "nothing was changed; choose another folder with --dir");
  }
  ASSIGN_OR_RETURN(const Unlock unlock,
                   unlock_of(options.unlock, &host::ask_new_secret, "new passphrase of the HSM"));
  if (const auto parent = fs::absolute(dir).parent_path(); !fs::exists(parent, failed)) {
    fs::create_directories(parent, failed);
    if (failed) return fail_errno("cannot make the folder " + parent.string(), failed.value());
  }
  if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail_errno("cannot make the folder " + dir, errno);
  }
  RETURN_IF_ERROR(Vault::create(dir, unlock));
  const auto store =
      store::Store::open({.path = dir + "/" + kStoreFile, .create = store::Create::kIfMissing});
  if (!store) {
    // Nothing is under this master key yet; half an HSM would only be in the way of the next try.
    fs::remove(fs::path(dir) / hsm::token::kMasterKeyFile, failed);
    return tl::make_unexpected(store.error());
  }
  if (options.json) {
    return print_json(Json::Object{{"dir", dir}, {"unlocked_by", name_of(unlock.kind)}});
  }
  RETURN_IF_ERROR(print_text(fmt::format("an HSM was made in {}\n", dir)));
  say(unlock.kind == Unlock::Kind::kKeyFile
          ? "keep a copy of the key file in a safe place: without it every key in the HSM is lost"
          : "keep the passphrase in a safe place: without it every key in the HSM is lost");
  return {};
}

// ---- start, stop, status
// ----------------------------------------------------------------------------

bool answers(const std::string& socket) { return Hsm::connect(socket).has_value(); }

Status start(const StartCommandOptions& options) {
  const std::string dir = dir_of(options);
  StartOptions start_options{.dir = dir,
                             .socket_path = socket_of(options),
                             .key_file = options.unlock.key_file,
                             .passphrase_file = options.unlock.passphrase_file,
                             .passphrase = {},
                             .log_path = host::log_path(dir)};
  if (answers(start_options.socket_path)) {
    return fail(Code::kConflict, "a daemon serves " + start_options.socket_path + " already",
                "azekura hsm status");
  }
  ASSIGN_OR_RETURN(const Unlock::Kind kind, Vault::kind(dir));
  if (options.foreground) return start_in_foreground(start_options);
  // In the background there is no terminal. With a configuration file the daemon may know a file.
  if (kind == Unlock::Kind::kPassphrase && !options.unlock.any() &&
      access(host::config_path(dir).c_str(), F_OK) != 0) {
    ASSIGN_OR_RETURN(Unlock unlock, unlock_of({}, &host::ask_secret, "passphrase of the HSM"));
    start_options.passphrase = std::move(unlock.secret);
  }
  RETURN_IF_ERROR(start_in_background(start_options));
  if (options.json) {
    return print_json(Json::Object{
        {"socket", start_options.socket_path}, {"dir", dir}, {"log", start_options.log_path}});
  }
  RETURN_IF_ERROR(print_text(fmt::format("the HSM serves {}\n", start_options.socket_path)));
  // The PKCS#11 module knows the machine's socket only.
  if (start_options.socket_path != hsm::client::default_socket_path()) {
    say("for applications: export AZEKURA_SOCKET=" + start_options.socket_path);
  }
  return {};
}

Status stop(const Common& options) {
  ASSIGN_OR_RETURN(auto hsm, connect(options));
  ASSIGN_OR_RETURN(const DaemonFacts facts, hsm->facts());
  const std::string socket = hsm->socket_path();
  hsm.reset();
  RETURN_IF_ERROR(end_process(facts.pid));
  if (options.json) return print_json(Json::Object{{"stopped", true}, {"socket", socket}});
  return print_text("the HSM is stopped\n");
}

std::string duration_text(std::uint64_t seconds) {
  if (seconds >= 86400) return fmt::format("{} d {} h", seconds / 86400, seconds % 86400 / 3600);
  if (seconds >= 3600) return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
  if (seconds >= 60) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} s", seconds);
}

Status print_facts(const Common& options, const std::string& socket, const DaemonFacts& facts) {
  if (options.json) {
    return print_json(Json::Object{{"running", true},
                                   {"version", facts.version},
                                   {"socket", socket},
                                   {"dir", facts.store_path},
                                   {"pid", facts.pid},
                                   {"uptime_s", facts.uptime_s},
                                   {"workers", facts.workers},
                                   {"connections", facts.connections},
                                   {"tokens", facts.tokens},
                                   {"token_objects", facts.token_objects},
                                   {"operations", facts.operations},
                                   {"memory_locked", facts.memory_locked},
                                   {"sandboxed", facts.sandboxed}});
  }
  return print_text(fmt::format(
      "running      version {}, process {}, for {}\n"
      "socket       {}\n"
      "folder       {}\n"
      "tokens       {}\n"
      "objects      {}\n"
      "connections  {}\n"
      "workers      {}\n"
      "requests     {} so far\n"
      "memory       {}\n"
      "sandbox      {}\n",
      facts.version, facts.pid, duration_text(facts.uptime_s), socket, facts.store_path,
      facts.tokens, facts.token_objects, facts.connections, facts.workers, facts.operations,
      facts.memory_locked ? "locked"
                          : "NOT locked: keys could be swapped to disk (LimitMEMLOCK=infinity)",
      facts.sandboxed ? "on" : "NOT in full: see the daemon's log"));
}

Status status(const Common& options) {
  const std::string socket = options.socket.empty() ? host::default_connect_path() : options.socket;
  auto hsm = Hsm::connect(socket);
  if (!hsm && options.json) {
    RETURN_IF_ERROR(print_json(Json::Object{{"running", false}, {"socket", socket}}));
  }
  if (!hsm) return tl::make_unexpected(hsm.error());
  ASSIGN_OR_RETURN(const DaemonFacts facts, (*hsm)->facts());
  return print_facts(options, socket, facts);
}

// ---- change-passphrase
// ------------------------------------------------------------------------------

Status change(const ChangeOptions& options) {
  const std::string dir = dir_of(options);
  ASSIGN_OR_RETURN(const Unlock::Kind kind, Vault::kind(dir));
  if (kind == Unlock::Kind::kKeyFile && options.unlock.key_file.empty()) {
    return fail(Code::kInvalid, "the HSM opens by a key file now", "give it by --key-file FILE");
  }
  ASSIGN_OR_RETURN(const Unlock from,
                   unlock_of(options.unlock, &host::ask_secret, "passphrase of the HSM"));
  ASSIGN_OR_RETURN(const Unlock to,
                   unlock_of(options.fresh, &host::ask_new_secret, "new passphrase of the HSM"));
  RETURN_IF_ERROR(Vault::change(dir, from, to));
  if (options.json) {
    return print_json(Json::Object{{"dir", dir}, {"unlocked_by", name_of(to.kind)}});
  }
  return print_text(fmt::format("the HSM in {} now opens by the new {}\n", dir,
                                to.kind == Unlock::Kind::kKeyFile ? "key file" : "passphrase"));
}

// ---- destroy-token
// --------------------------------------------------------------------------------

// Without the daemon and without a PIN: who holds the master key may end what is under it.
Status destroy_token(const DestroyTokenOptions& options) {
  const std::string dir = dir_of(options);
  ASSIGN_OR_RETURN(const Unlock unlock,
                   unlock_of(options.unlock, &host::ask_secret, "passphrase of the HSM"));
  ASSIGN_OR_RETURN(const Vault vault, Vault::open(dir, unlock));
  auto store = store::Store::open({.path = dir + "/" + kStoreFile});
  if (!store && store.error().code == Code::kConflict) {
    return fail(Code::kConflict, store.error().message, "end the daemon first: azekura hsm stop");
  }
  if (!store) return tl::make_unexpected(store.error());
  if (!options.yes) {
    ASSIGN_OR_RETURN(const bool sure,
                     confirm(fmt::format("destroy the token in slot {} and all its keys for ever?",
                                         options.slot)));
    if (!sure) return fail(Code::kDenied, "nothing was destroyed");
  }
  RETURN_IF_ERROR(hsm::token::destroy_token(vault, **store, options.slot));
  if (options.json) {
    return print_json(Json::Object{{"destroyed", true}, {"slot", options.slot}});
  }
  return print_text(fmt::format("the token in slot {} was destroyed\n", options.slot));
}

// ---- the command line
// -------------------------------------------------------------------------------

void add_dir(CLI::App& command, HsmOptions& options) {
  command.add_option("--dir", options.dir,
                     "Folder of the HSM (default: " + host::default_data_dir() + ")");
}

void add_unlock(CLI::App& command, UnlockFiles& files, const std::string& prefix,
                const std::string& what) {
  auto* key_file = command.add_option("--" + prefix + "key-file", files.key_file,
                                      "File of 32 random octets or more, " + what);
  command
      .add_option("--" + prefix + "passphrase-file", files.passphrase_file,
                  "File whose first line is the passphrase, " + what)
      ->excludes(key_file);
}

void add_init(CLI::App& hsm, Work& work) {
  auto* command =
      hsm.add_subcommand("init", "Make an HSM: its folder, its master key, an empty store");
  auto options = std::make_shared<HsmOptions>();
  add_dir(*command, *options);
  add_unlock(*command, options->unlock, "", "in place of a passphrase that is asked");
  add_json(*command, *options);
  command->footer(
      example("  azekura hsm init\n"
              "  (umask 077; head -c 32 /dev/urandom > hsm.key)\n"
              "  azekura hsm init --dir /srv/hsm --key-file hsm.key   # starts unattended"));
  command->callback([options, &work] { work = [options] { return init(*options); }; });
}

void add_start(CLI::App& hsm, Work& work) {
  auto* command = hsm.add_subcommand("start", "Start the daemon, and return when it is ready");
  auto options = std::make_shared<StartCommandOptions>();
  add_dir(*command, *options);
  command->add_option("--socket", options->socket, "Socket to serve");
  add_unlock(*command, options->unlock, "", "that opens the master key (default: asked)");
  command->add_flag("--foreground", options->foreground, "Become the daemon; log to stderr");
  add_json(*command, *options);
  command->footer(example("  azekura hsm start"));
  command->callback([options, &work] { work = [options] { return start(*options); }; });
}

void add_change(CLI::App& hsm, Work& work) {
  auto* command =
      hsm.add_subcommand("change-passphrase", "Open the HSM by another secret from now on");
  auto options = std::make_shared<ChangeOptions>();
  add_dir(*command, *options);
  add_unlock(*command, options->unlock, "", "that opens it until now (default: asked)");
  add_unlock(*command, options->fresh, "new-", "that opens it from now on (default: asked)");
  add_json(*command, *options);
  command->footer(example("  azekura hsm change-passphrase --new-key-file hsm.key"));
  command->callback([options, &work] { work = [options] { return change(*options); }; });
}

void add_destroy_token(CLI::App& hsm, Work& work) {
  auto* command = hsm.add_subcommand(
      "destroy-token", "End a token whose PINs are lost, with all its keys; the daemon is stopped");
  auto options = std::make_shared<DestroyTokenOptions>();
  add_dir(*command, *options);
  command->add_option("--slot", options->slot, "Slot of the token, as `azekura token list` shows")
      ->required();
  add_unlock(*command, options->unlock, "", "that opens the master key (default: asked)");
  command->add_flag("--yes", options->yes, "Do not ask");
  add_json(*command, *options);
  command->footer(example("  azekura hsm destroy-token --slot 2"));
  command->callback([options, &work] { work = [options] { return destroy_token(*options); }; });
}

}  // namespace

void add_hsm_commands(CLI::App& app, Work& work) {
  auto* hsm = app.add_subcommand("hsm", "The HSM: make, start, stop, look after it");
  hsm->require_subcommand(1);
  add_init(*hsm, work);
  add_start(*hsm, work);

  auto* stop_command = hsm->add_subcommand("stop", "End the daemon, and return when it has ended");
  auto stop_options = std::make_shared<Common>();
  add_socket(*stop_command, *stop_options);
  add_json(*stop_command, *stop_options);
  stop_command->footer(example("  azekura hsm stop"));
  stop_command->callback(
      [stop_options, &work] { work = [stop_options] { return stop(*stop_options); }; });

  auto* status_command =
      hsm->add_subcommand("status", "Say how the daemon is; exit status 1 if it is not there");
  auto status_options = std::make_shared<Common>();
  add_socket(*status_command, *status_options);
  add_json(*status_command, *status_options);
  status_command->footer(example("  azekura hsm status --json"));
  status_command->callback(
      [status_options, &work] { work = [status_options] { return status(*status_options); }; });

  add_change(*hsm, work);
  add_destroy_token(*hsm, work);
}

}  // namespace azekura::cli

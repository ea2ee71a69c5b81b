#include "hsm/daemon/options.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdint>

#include "azekura_version.h"
#include "hsm/host/places.h"

namespace azekura::hsm::daemon {

namespace {

constexpr const char* kFooter =
    "\nThe master key is opened by --key-file, by --passphrase-file, by systemd's credential\n"
    "azekura-hsm-key, or by a passphrase asked on the terminal.\n"
    "\nExample:\n"
    "  azekura hsm init --dir /srv/hsm --key-file /etc/azekura/hsm.key\n"
    "  azekura-hsmd --dir /srv/hsm --key-file /etc/azekura/hsm.key\n"
    "\nExit status: 0 clean end, 1 error, 2 wrong usage, 3 the store or its key was refused\n"
    "(wrong passphrase, damaged, written by a newer version); nothing was changed then.";

Status take_text(const toml::node& node, std::string_view name, const std::string& path,
                 std::string& out) {
  const auto text = node.value_exact<std::string>();
  if (!text || text->empty()) {
    return fail(Code::kInvalid, fmt::format("{}: {} is to be a text in quotes", path, name));
  }
  if (out.empty()) out = *text;
  return {};
}

Status take_workers(const toml::node& node, const std::string& path, unsigned& out) {
  const auto number = node.value_exact<std::int64_t>();
  if (!number || *number < 1 || *number > kWorkersMax) {
    return fail(Code::kInvalid,
                fmt::format("{}: workers is to be a number from 1 to {}", path, kWorkersMax));
  }
  if (out == 0) out = static_cast<unsigned>(*number);
  return {};
}

Status apply_table(const toml::table& table, const std::string& path, Options& options) {
  // The command line's choice of one way to open the master key rules out the file's other one.
  const bool unlock_chosen = !options.key_file.empty() || !options.passphrase_file.empty();
  std::string ignored;
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (name == "socket") {
      RETURN_IF_ERROR(take_text(node, name, path, options.socket_path));
    } else if (name == "key_file") {
      RETURN_IF_ERROR(take_text(node, name, path, unlock_chosen ? ignored : options.key_file));
    } else if (name == "passphrase_file") {
      RETURN_IF_ERROR(
          take_text(node, name, path, unlock_chosen ? ignored : options.passphrase_file));
    } else if (name == "workers") {
      RETURN_IF_ERROR(take_workers(node, path, options.workers));
    } else {
      return fail(Code::kInvalid, fmt::format("{}: unknown key {}", path, name),
                  "known are socket, key_file, passphrase_file and workers");
    }
  }
  if (!options.key_file.empty() && !options.passphrase_file.empty()) {
    return fail(Code::kInvalid,
                fmt::format("{}: key_file and passphrase_file exclude each other", path));
  }
  return {};
}

int print_error(const Error& error, int status) {
  fmt::print(stderr, "azekura-hsmd: error: {}\n", error.message);
  if (!error.hint.empty()) fmt::print(stderr, "hint: {}\n", error.hint);
  return status;
}

}  // namespace

Status apply_config(const std::string& path, Options& options) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) {
    return errno == ENOENT ? Status{} : fail_errno(fmt::format("cannot read {}", path), errno);
  }
  try {
    return apply_table(toml::parse_file(path), path, options);
  } catch (const toml::parse_error& error) {
    return fail(Code::kInvalid, fmt::format("{}, line {}: {}", path, error.source().begin.line,
                                            error.description()));
  }
}

Parsed parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("azekura-hsmd keeps keys and uses them for applications; they never leave it.",
               "azekura-hsmd");
  app.footer(kFooter);
  app.set_version_flag("--version", fmt::format("azekura-hsmd {}", kVersion));
  app.add_option("--dir", options.dir, "Data folder, made by `azekura hsm init`")
      ->default_str(host::default_data_dir());
  app.add_option("--socket", options.socket_path, "Socket for applications");
  auto* key_file = app.add_option("--key-file", options.key_file, "File that opens the master key");
  app.add_option("--passphrase-file", options.passphrase_file,
                 "File whose first line opens the master key")
      ->excludes(key_file);
  app.add_option("--workers", options.workers, "Threads that compute (default: one a core)")
      ->check(CLI::Range(1U, kWorkersMax));
  app.add_flag("--check", options.check, "Open and verify everything, then end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return print_error({Code::kInvalid, error.what(), "azekura-hsmd --help"}, 2);
  }
  if (options.dir.empty()) options.dir = host::default_data_dir();
  if (auto applied = apply_config(host::config_path(options.dir), options); !applied) {
    return print_error(applied.error(), 2);
  }
  if (options.socket_path.empty()) options.socket_path = host::default_listen_path(options.dir);
  return options;
}

}  // namespace azekura::hsm::daemon

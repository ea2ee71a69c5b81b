// azekura: the command-line tool.

#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "azekura_version.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace azekura::cli {
namespace {

constexpr int kExitError = 1;
constexpr int kExitUsage = 2;

int run(int argc, char** argv) {
  // A reader of our output that has gone is an error of write(), not our death.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("Azekura: keys that are made and used inside and can never leave.", "azekura");
  app.set_version_flag("--version", fmt::format("azekura {}", kVersion));
  app.require_subcommand(1);
  app.footer(
      "\nFrom nothing to a key:\n"
      "  azekura hsm init                      # once: a folder, a passphrase\n"
      "  azekura hsm start\n"
      "  azekura token create --label mine     # two PINs\n"
      "  azekura key generate --label login --type ec:p256\n"
      "  azekura seal notebook.md\n"
      "\nEvery command has --help. Exit status: 0 success, 1 error, 2 wrong usage.");
  Work work;
  add_hsm_commands(app, work);
  add_token_commands(app, work);
  add_key_commands(app, work);
  add_seal_commands(app, work);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    std::string command = "azekura";
    for (const CLI::App* at = chosen.empty() ? nullptr : chosen.front(); at != nullptr;) {
      command += " " + at->get_name();
      const auto deeper = at->get_subcommands();
      at = deeper.empty() ? nullptr : deeper.front();
    }
    print_error({Code::kInvalid, error.what(), command + " --help"});
    return kExitUsage;
  }
  if (const auto status = work(); !status) {
    print_error(status.error());
    return kExitError;
  }
  return 0;
}

}  // namespace
}  // namespace azekura::cli

int main(int argc, char** argv) {
  try {
    return azekura::cli::run(argc, argv);
  } catch (const std::exception& error) {
    azekura::cli::print_error({azekura::Code::kInternal, error.what(), ""});
    return 1;
  }
}

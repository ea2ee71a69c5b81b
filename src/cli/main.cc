// azekura: the command-line tool.

#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <string>

#include "azekura_version.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace azekura::cli {
namespace {

constexpr int kExitError = 1;
constexpr int kExitUsage = 2;

// What CLI11 says, but for a family of commands: there it asks for a command even if it got one
// that it does not know.
std::string wrong_usage(const CLI::ParseError& error, const CLI::App& last,
                        const std::string& command) {
  if (last.get_subcommands([](const CLI::App*) { return true; }).empty()) return error.what();
  const auto unknown = last.remaining(true);
  if (!unknown.empty() && unknown.front().starts_with('-')) {
    return fmt::format("{} has no option {}", command, unknown.front());
  }
  if (last.get_require_subcommand_min() == 0) return error.what();  // it has work of its own
  if (unknown.empty()) return command + " needs a command";
  return fmt::format("there is no command {} {}", command, unknown.front());
}

int run(int argc, char** argv) {
  // A daemon that has gone is an error of write(), not our death.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "Azekura: keys that are made and used inside and can never leave; and what is vulnerable "
      "here.",
      "azekura");
  app.set_version_flag("--version", fmt::format("azekura {}", kVersion));
  app.require_subcommand(1);
  app.footer(
      "\nFrom nothing to a key:\n"
      "  azekura hsm init                      # once: a folder, a passphrase\n"
      "  azekura hsm start\n"
      "  azekura token create --label mine     # two PINs\n"
      "  azekura key generate --label login --type ec:p256\n"
      "  azekura seal notebook.md\n"
      "\nWhat is vulnerable on this host:\n"
      "  azekura scan update && azekura scan\n"
      "\nEvery command has --help. Exit status: 0 success, 1 error, 2 wrong usage; scan has more.");
  Work work;
  add_hsm_commands(app, work);
  add_token_commands(app, work);
  add_key_commands(app, work);
  add_seal_commands(app, work);
  int exit_status = 0;
  add_scan_commands(app, work, exit_status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string command = "azekura";
    const CLI::App* last = &app;
    for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = last->get_subcommands()) {
      last = chosen.front();
      command += " " + last->get_name();
    }
    print_error({Code::kInvalid, wrong_usage(error, *last, command), command + " --help"});
    return kExitUsage;
  }
  if (const auto status = work(); !status) {
    print_error(status.error());
    return kExitError;
  }
  return exit_status;
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

// Commands: what the azekura tool can be told. A file per family.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "base/secret.h"
#include "cli/hsm.h"

namespace azekura::cli {

// What parsing leaves behind: the work to do. Every command sets it in its callback, so that
// nothing runs before the whole line was understood.
using Work = std::function<Status()>;

void add_hsm_commands(CLI::App& app, Work& work);
void add_token_commands(CLI::App& app, Work& work);
void add_key_commands(CLI::App& app, Work& work);
void add_seal_commands(CLI::App& app, Work& work);
// A scan that succeeds says what it found by the exit status.
void add_scan_commands(CLI::App& app, Work& work, int& exit_status);

// Options that many commands have.
struct Common {
  std::string socket;
  bool json = false;
};
void add_socket(CLI::App& command, Common& common);
void add_json(CLI::App& command, Common& common);

struct PinSource {
  std::string file;
};
void add_pin(CLI::App& command, PinSource& pin);
// The file, else $AZEKURA_PIN, else the terminal.
Result<Secret> pin_of(const PinSource& source, const Token& token);

// Connects; an empty path means the default.
Result<std::unique_ptr<Hsm>> connect(const Common& common);

// "\nExample:\n  …\n": how every command's help ends.
std::string example(const std::string& lines);

}  // namespace azekura::cli

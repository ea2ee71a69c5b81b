#include "cli/commands.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "hsm/host/places.h"
#include "hsm/host/secret_input.h"

namespace azekura::cli {

void add_socket(CLI::App& command, Common& common) {
  command.add_option(
      "--socket", common.socket,
      "Socket of the daemon (default: $AZEKURA_SOCKET, else yours, else the machine's)");
}

void add_json(CLI::App& command, Common& common) {
  command.add_flag("--json", common.json, "Print JSON");
}

void add_pin(CLI::App& command, PinSource& pin) {
  command.add_option("--pin-file", pin.file,
                     "File whose first line is the PIN (default: $AZEKURA_PIN, else asked)");
}

Result<Secret> pin_of(const PinSource& source, const Token& token) {
  if (!source.file.empty()) return hsm::host::read_pin_file(source.file);
  if (const char* pin = std::getenv("AZEKURA_PIN"); pin != nullptr && pin[0] != '\0') {
    return Secret::copy_of(as_bytes(pin));
  }
  auto pin = hsm::host::ask_secret(fmt::format("PIN of token {}", token.label));
  if (!pin && pin.error().code == Code::kUnavailable) {
    return fail(Code::kInvalid, fmt::format("the PIN of token {} is needed", token.label),
                "give it by --pin-file FILE or in AZEKURA_PIN");
  }
  return pin;
}

Result<std::unique_ptr<Hsm>> connect(const Common& common) {
  return Hsm::connect(common.socket.empty() ? hsm::host::default_connect_path() : common.socket);
}

std::string example(const std::string& lines) { return "\nExample:\n" + lines; }

}  // namespace azekura::cli

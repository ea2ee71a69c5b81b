#include <fmt/format.h>

#include <memory>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "hsm/host/secret_input.h"
#include "hsm/wire/limits.h"

namespace azekura::cli {

namespace {

constexpr std::size_t kLabelSizeMax = 32;  // of CK_TOKEN_INFO

struct CreateOptions : Common {
  std::string label;
  std::string so_pin_file;
  std::string pin_file;
};

std::string state_of(const Token& token) {
  if (token.has(CKF_SO_PIN_LOCKED)) return "SO PIN locked";
  if (token.has(CKF_USER_PIN_LOCKED)) return "PIN locked";
  if (token.has(CKF_USER_PIN_FINAL_TRY)) return "PIN: one try left";
  if (token.has(CKF_USER_PIN_COUNT_LOW)) return "PIN: was wrong";
  return token.has(CKF_USER_PIN_INITIALIZED) ? "ready" : "no PIN yet";
}

Json json_of(const Token& token) {
  return Json::Object{
      {"label", token.label},
      {"serial", token.serial},
      {"slot", token.slot},
      {"pin_set", token.has(CKF_USER_PIN_INITIALIZED)},
      {"pin_locked", token.has(CKF_USER_PIN_LOCKED)},
      {"so_pin_locked", token.has(CKF_SO_PIN_LOCKED)},
  };
}

Result<Secret> new_pin(const std::string& file, const std::string& whose, const char* option) {
  auto pin =
      file.empty() ? hsm::host::ask_new_secret("new " + whose) : hsm::host::read_pin_file(file);
  if (!pin && pin.error().code == Code::kUnavailable) {
    return fail(Code::kInvalid, fmt::format("the {} is needed", whose),
                fmt::format("give it by {} FILE", option));
  }
  if (!pin) return pin;
  // Checked here too, so that no token is left without its PIN half-way.
  if (pin->size() < hsm::wire::kPinBytesMin || pin->size() > hsm::wire::kPinBytesMax) {
    return fail(Code::kInvalid, fmt::format("the {} is to have {} to {} octets", whose,
                                            hsm::wire::kPinBytesMin, hsm::wire::kPinBytesMax));
  }
  return pin;
}

Status create(const CreateOptions& options) {
  if (options.label.empty() || options.label.size() > kLabelSizeMax) {
    return fail(Code::kInvalid, fmt::format("a label has 1 to {} octets", kLabelSizeMax));
  }
  ASSIGN_OR_RETURN(const auto hsm, connect(options));
  ASSIGN_OR_RETURN(const Secret so_pin,
                   new_pin(options.so_pin_file, "security officer's PIN", "--so-pin-file"));
  ASSIGN_OR_RETURN(const Secret pin, new_pin(options.pin_file, "PIN", "--pin-file"));
  ASSIGN_OR_RETURN(const Token token, hsm->create_token(options.label, so_pin, pin));
  if (options.json) return print_json(json_of(token));
  return print_text(fmt::format("token {} is ready (serial {})\n", token.label, token.serial));
}

Status list(const Common& options) {
  ASSIGN_OR_RETURN(const auto hsm, connect(options));
  ASSIGN_OR_RETURN(const auto tokens, hsm->tokens());
  if (options.json) {
    Json::Array array;
    for (const Token& token : tokens) array.push_back(json_of(token));
    return print_json(Json::Object{{"tokens", std::move(array)}});
  }
  if (tokens.empty()) {
    say("there is no token yet: azekura token create --label NAME");
    return {};
  }
  std::vector<std::vector<std::string>> rows;
  for (const Token& token : tokens) {
    rows.push_back({token.label, token.serial, std::to_string(token.slot), state_of(token)});
  }
  return print_text(table({"LABEL", "SERIAL", "SLOT", "STATE"}, rows));
}

}  // namespace

void add_token_commands(CLI::App& app, Work& work) {
  auto* token = app.add_subcommand("token", "Tokens: keys with a PIN of their own");
  token->require_subcommand(1);

  auto* create_command = token->add_subcommand("create", "Make a token with its two PINs");
  auto options = std::make_shared<CreateOptions>();
  create_command->add_option("--label", options->label, "Name of the token")->required();
  create_command->add_option(
      "--so-pin-file", options->so_pin_file,
      "File with the security officer's PIN, who sets PINs (default: asked)");
  create_command->add_option("--pin-file", options->pin_file,
                             "File with the PIN of those who use the keys (default: asked)");
  add_socket(*create_command, *options);
  add_json(*create_command, *options);
  create_command->footer(example("  azekura token create --label web"));
  create_command->callback([options, &work] { work = [options] { return create(*options); }; });

  auto* list_command = token->add_subcommand("list", "Show the tokens");
  auto common = std::make_shared<Common>();
  add_socket(*list_command, *common);
  add_json(*list_command, *common);
  list_command->footer(example("  azekura token list"));
  list_command->callback([common, &work] { work = [common] { return list(*common); }; });
}

}  // namespace azekura::cli

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "cli/commands.h"
#include "cli/key_types.h"
#include "cli/keys.h"
#include "cli/output.h"
#include "cli/public_key_text.h"
#include "crypto/random.h"

namespace azekura::cli {

namespace {

constexpr std::size_t kIdSize = 8;
constexpr std::size_t kIdSizeMax = 64;

struct KeyOptions : Common {
  std::string token;
  PinSource pin;
  KeyChoice choice;
};

struct GenerateOptions : KeyOptions {
  std::string type;
  std::string usage;
  bool extractable = false;
};

struct DeleteOptions : KeyOptions {
  bool yes = false;
};

struct PublicOptions : KeyOptions {
  std::string format = "pem";
};

// A login of a command: everything is closed when it dies.
struct Login {
  std::unique_ptr<Hsm> hsm;
  Token token;
};

Result<Login> log_in(const KeyOptions& options) {
  ASSIGN_OR_RETURN(auto hsm, connect(options));
  ASSIGN_OR_RETURN(Token token, hsm->token(options.token));
  ASSIGN_OR_RETURN(const Secret pin, pin_of(options.pin, token));
  RETURN_IF_ERROR(hsm->login(token, pin));
  return Login{std::move(hsm), std::move(token)};
}

std::string usage_text(const Key& key) {
  std::string out;
  for (const Usage usage : usages_of(key.facts)) {
    if (!out.empty()) out += ",";
    out += name_of(usage);
  }
  return out.empty() ? "-" : out;
}

// ---- generate
// -------------------------------------------------------------------------------------

Result<KeyWishes> wishes_of(const GenerateOptions& options, const KeyType& type) {
  KeyWishes wishes{.label = options.choice.label,
                   .id = {},
                   .usages = type.default_usages,
                   .extractable = options.extractable};
  if (wishes.label.empty()) return fail(Code::kInvalid, "a key needs a label");
  if (!options.usage.empty()) {
    ASSIGN_OR_RETURN(wishes.usages, usages_from(options.usage));
  }
  if (options.choice.id.empty()) {
    wishes.id.resize(kIdSize);
    RETURN_IF_ERROR(crypto::random_bytes(wishes.id));
    return wishes;
  }
  auto id = from_hex(options.choice.id);
  if (!id || id->empty() || id->size() > kIdSizeMax) {
    return fail(Code::kInvalid,
                fmt::format("an id is 2 to {} hexadecimal digits, and an even number of them",
                            2 * kIdSizeMax));
  }
  wishes.id = std::move(*id);
  return wishes;
}

Status generate(const GenerateOptions& options) {
  ASSIGN_OR_RETURN(const KeyType type, key_type_named(options.type));
  ASSIGN_OR_RETURN(const KeyWishes wishes, wishes_of(options, type));
  ASSIGN_OR_RETURN(const Login login, log_in(options));
  // PKCS#11 would allow two of one name; nobody could then name one of them.
  for (const KeyChoice& taken : {KeyChoice{wishes.label, ""}, KeyChoice{"", to_hex(wishes.id)}}) {
    ASSIGN_OR_RETURN(const auto keys, find_keys(*login.hsm, login.token, taken));
    if (!keys.empty()) {
      return fail(Code::kConflict,
                  fmt::format("token {} has a key {} already", login.token.label,
                              taken.label.empty() ? "with the id " + taken.id : taken.label));
    }
  }
  if (type.pair) {
    ASSIGN_OR_RETURN([[maybe_unused]] const auto handles,
                     login.hsm->generate_key_pair(login.token.slot, type.mechanism,
                                                  public_attributes(type, wishes),
                                                  private_attributes(type, wishes)));
  } else {
    ASSIGN_OR_RETURN([[maybe_unused]] const auto handle,
                     login.hsm->generate_key(login.token.slot, type.mechanism,
                                             private_attributes(type, wishes)));
  }
  ASSIGN_OR_RETURN(const Key key, find_key(*login.hsm, login.token, {"", to_hex(wishes.id)}));
  if (options.json) return print_json(json_of(login.token, key));
  return print_text(fmt::format("key {} ({}, id {}) was made in token {}\n", key.label(),
                                key_type_of(key.facts), key.id(), login.token.label));
}

// ---- list, show, delete, public
// -------------------------------------------------------------------

Status list(const KeyOptions& options) {
  ASSIGN_OR_RETURN(const Login login, log_in(options));
  ASSIGN_OR_RETURN(const auto keys, find_keys(*login.hsm, login.token, {}));
  if (options.json) {
    Json::Array array;
    for (const Key& key : keys) array.emplace_back(json_of(login.token, key));
    return print_json(Json::Object{{"keys", std::move(array)}});
  }
  if (keys.empty()) {
    say(fmt::format("token {} has no keys yet: azekura key generate --label NAME --type ec:p256",
                    login.token.label));
    return {};
  }
  std::vector<std::vector<std::string>> rows;
  for (const Key& key : keys) {
    rows.push_back({key.label(), key_type_of(key.facts), key.kind, usage_text(key), key.id()});
  }
  return print_text(table({"LABEL", "TYPE", "KIND", "USAGE", "ID"}, rows));
}

std::string protection_text(const Key& key) {
  if (key.kind == "public") return "public";
  if (key.facts.flag(CKA_NEVER_EXTRACTABLE)) return "can never leave the HSM, and never could";
  if (!key.facts.flag(CKA_EXTRACTABLE)) return "can no longer leave the HSM";
  return key.facts.flag(CKA_SENSITIVE) ? "can leave the HSM wrapped under another key"
                                       : "can leave the HSM";
}

Status show(const KeyOptions& options) {
  ASSIGN_OR_RETURN(const Login login, log_in(options));
  ASSIGN_OR_RETURN(const Key key, find_key(*login.hsm, login.token, options.choice));
  if (options.json) return print_json(json_of(login.token, key));
  std::string out =
      fmt::format("label        {}\ntoken        {}\ntype         {}\nkind         {}\n",
                  key.label(), login.token.label, key_type_of(key.facts), key.kind);
  out += fmt::format("id           {}\nunique id    {}\nusage        {}\n", key.id(),
                     key.facts.text(CKA_UNIQUE_ID), usage_text(key));
  out += fmt::format("made inside  {}\nprotection   {}\n", key.facts.flag(CKA_LOCAL) ? "yes" : "no",
                     protection_text(key));
  if (const auto info = public_key_of(key)) {
    if (const auto fingerprint = ssh_fingerprint(*info)) {
      out += fmt::format("fingerprint  {}\n", *fingerprint);
    }
  }
  out += fmt::format("PKCS#11 URI  pkcs11:token={};object={}\n", login.token.label, key.label());
  return print_text(out);
}

Status remove(const DeleteOptions& options) {
  ASSIGN_OR_RETURN(const Login login, log_in(options));
  ASSIGN_OR_RETURN(const Key key, find_key(*login.hsm, login.token, options.choice));
  if (!options.yes) {
    ASSIGN_OR_RETURN(const bool sure,
                     confirm(fmt::format("destroy the key {} ({}) of token {} for ever?",
                                         key.label(), key_type_of(key.facts), login.token.label)));
    if (!sure) return fail(Code::kDenied, "nothing was destroyed");
  }
  RETURN_IF_ERROR(login.hsm->destroy(login.token.slot, key.handle));
  if (key.public_handle) RETURN_IF_ERROR(login.hsm->destroy(login.token.slot, *key.public_handle));
  if (options.json) return print_json(Json::Object{{"destroyed", json_of(login.token, key)}});
  return print_text(fmt::format("key {} was destroyed\n", key.label()));
}

// The key as everybody may see it; after a login if it is not to be seen without one.
Result<Key> find_public_key(const PublicOptions& options) {
  ASSIGN_OR_RETURN(auto hsm, connect(options));
  ASSIGN_OR_RETURN(const Token token, hsm->token(options.token));
  Result<Key> seen = find_key(*hsm, token, options.choice);
  if (seen || seen.error().code != Code::kNotFound) return seen;
  ASSIGN_OR_RETURN(const Login login, log_in(options));
  return find_key(*login.hsm, login.token, options.choice);
}

Status print_public(const PublicOptions& options) {
  ASSIGN_OR_RETURN(const Key key, find_public_key(options));
  ASSIGN_OR_RETURN(const Bytes info, public_key_of(key));
  std::string text;
  if (options.format == "ssh") {
    ASSIGN_OR_RETURN(text, to_ssh(info, key.label()));
  } else if (options.format == "der" && !options.json) {
    text = std::string(as_text(info));
  } else if (options.format == "der") {
    text = base64(info);
  } else {
    text = to_pem(info);
  }
  if (!options.json) return print_text(text);
  return print_json(
      Json::Object{{"label", key.label()}, {"format", options.format}, {"public_key", text}});
}

void add_common(CLI::App& command, KeyOptions& options) {
  command.add_option("--token", options.token, "Name of the token (default: the only one)");
  add_pin(command, options.pin);
  add_socket(command, options);
  add_json(command, options);
}

void add_choice(CLI::App& command, KeyOptions& options) {
  command.add_option("--label", options.choice.label, "Name of the key");
  command.add_option("--id", options.choice.id, "Its id, in hexadecimal digits");
}

void add_generate(CLI::App& key, Work& work) {
  auto* command = key.add_subcommand("generate", "Make a key inside the HSM");
  auto options = std::make_shared<GenerateOptions>();
  command->add_option("--label", options->choice.label, "Name of the key")->required();
  command->add_option("--type", options->type, key_type_names())->required();
  command->add_option("--id", options->choice.id, "Id, in hexadecimal digits (default: random)");
  command->add_option("--usage", options->usage,
                      "sign, decrypt, derive, wrap, with commas between (default: by the type)");
  command->add_flag("--extractable", options->extractable,
                    "The key may leave the HSM, wrapped under another key");
  add_common(*command, *options);
  command->footer(
      example("  azekura key generate --token web --label tls --type ec:p256\n"
              "  azekura key generate --label ca --type rsa:4096 --usage sign"));
  command->callback([options, &work] { work = [options] { return generate(*options); }; });
}

}  // namespace

void add_key_commands(CLI::App& app, Work& work) {
  auto* key = app.add_subcommand("key", "Keys in a token");
  key->require_subcommand(1);
  add_generate(*key, work);

  auto* list_command = key->add_subcommand("list", "Show the keys of a token");
  auto list_options = std::make_shared<KeyOptions>();
  add_common(*list_command, *list_options);
  list_command->footer(example("  azekura key list --token web"));
  list_command->callback(
      [list_options, &work] { work = [list_options] { return list(*list_options); }; });

  auto* show_command = key->add_subcommand("show", "Show all about a key but its value");
  auto show_options = std::make_shared<KeyOptions>();
  add_choice(*show_command, *show_options);
  add_common(*show_command, *show_options);
  show_command->footer(example("  azekura key show --label tls"));
  show_command->callback(
      [show_options, &work] { work = [show_options] { return show(*show_options); }; });

  auto* delete_command = key->add_subcommand("delete", "Destroy a key, both halves of a pair");
  auto delete_options = std::make_shared<DeleteOptions>();
  add_choice(*delete_command, *delete_options);
  delete_command->add_flag("--yes", delete_options->yes, "Do not ask");
  add_common(*delete_command, *delete_options);
  delete_command->footer(example("  azekura key delete --label tls"));
  delete_command->callback(
      [delete_options, &work] { work = [delete_options] { return remove(*delete_options); }; });

  auto* public_command = key->add_subcommand("public", "Print the public half of a key");
  auto public_options = std::make_shared<PublicOptions>();
  add_choice(*public_command, *public_options);
  public_command->add_option("--format", public_options->format, "pem, ssh or der (default: pem)")
      ->check(CLI::IsMember({"pem", "ssh", "der"}));
  add_common(*public_command, *public_options);
  public_command->footer(
      example("  azekura key public --label login --format ssh >> ~/.ssh/authorized_keys"));
  public_command->callback([public_options, &work] {
    work = [public_options] { return print_public(*public_options); };
  });
}

}  // namespace azekura::cli

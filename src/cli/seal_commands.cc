#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/hsm_wrapper.h"
#include "cli/output.h"
#include "seal/seal.h"

namespace azekura::cli {

namespace {

constexpr std::string_view kSuffix = ".sealed";
constexpr mode_t kPrivateMode = 0600;

struct SealOptions : Common {
  std::string input;
  std::string output;
  bool force = false;
  PinSource pin;
  HsmWrapper::Options key;
};

Result<std::string> sealed_name(const SealOptions& options) {
  if (!options.output.empty()) return options.output;
  if (options.input == kStandardStream) return std::string(kStandardStream);
  return options.input + std::string(kSuffix);
}

Result<std::string> unsealed_name(const SealOptions& options) {
  if (!options.output.empty()) return options.output;
  if (options.input == kStandardStream) return std::string(kStandardStream);
  if (!options.input.ends_with(kSuffix) ||
      std::filesystem::path(options.input).filename() == kSuffix) {
    return fail(Code::kInvalid,
                fmt::format("what should {} be called when it is open?", options.input),
                "say so with -o FILE");
  }
  return options.input.substr(0, options.input.size() - kSuffix.size());
}

Status report(const SealOptions& options, const char* what, const std::string& output,
              const HsmWrapper& wrapper) {
  if (output == kStandardStream) return {};  // stdout is taken
  if (options.json) {
    return print_json(
        Json::Object{{what, options.input}, {"output", output}, {"key", wrapper.used_key()}});
  }
  say(fmt::format("{} -> {}, by the key {}", options.input, output, wrapper.used_key()));
  return {};
}

using Transform = Status (*)(seal::KeyWrapper&, seal::Source&, seal::Sink&);

struct Direction {
  const char* doing;
  const char* json_name;
  Transform transform;
};

Status convert(const SealOptions& options, const std::string& name, const Direction& direction) {
  ASSIGN_OR_RETURN(const auto input, InputFile::open(options.input));
  ASSIGN_OR_RETURN(
      const auto output,
      OutputFile::create(name,
                         direction.transform == &seal::seal_stream ? input->mode() : kPrivateMode,
                         options.force ? Existing::kReplace : Existing::kRefuse));
  ASSIGN_OR_RETURN(const auto hsm, connect(options));
  HsmWrapper wrapper(*hsm, options.key,
                     [&](const Token& token) { return pin_of(options.pin, token); });
  {
    Progress progress(fmt::format("{} {}", direction.doing, options.input), input->size());
    input->report_to(&progress);
    RETURN_IF_ERROR(direction.transform(wrapper, *input, *output));
    RETURN_IF_ERROR(output->finish());
  }
  return report(options, direction.json_name, name, wrapper);
}

Status seal_file(const SealOptions& options) {
  ASSIGN_OR_RETURN(const std::string name, sealed_name(options));
  if (name == kStandardStream && isatty(STDOUT_FILENO) == 1) {
    return fail(Code::kInvalid, "a sealed file is nothing for a terminal", "say -o FILE");
  }
  return convert(options, name, {"sealing", "sealed", &seal::seal_stream});
}

Status unseal_file(const SealOptions& options) {
  ASSIGN_OR_RETURN(const std::string name, unsealed_name(options));
  return convert(options, name, {"unsealing", "unsealed", &seal::unseal_stream});
}

void add_common(CLI::App& command, SealOptions& options) {
  command.add_option("FILE", options.input, "File to read; - is stdin")->required();
  command.add_option("-o,--output", options.output, "File to write; - is stdout");
  command.add_flag("--force", options.force, "Replace the output if it exists");
  add_pin(command, options.pin);
  add_socket(command, options);
  add_json(command, options);
}

}  // namespace

void add_seal_commands(CLI::App& app, Work& work) {
  auto* seal_command = app.add_subcommand("seal", "Encrypt a file under a key of the HSM");
  auto seal_options = std::make_shared<SealOptions>();
  add_common(*seal_command, *seal_options);
  seal_command->add_option("--token", seal_options->key.token,
                           "Token that has the key (default: the only one)");
  seal_command->add_option("--key", seal_options->key.key,
                           "AES key that wraps the file's own (default: seal, made when missing)");
  seal_command->footer(
      example("  azekura seal notebook.md                      # makes notebook.md.sealed\n"
              "  tar -c papers | azekura seal - -o papers.tar.sealed\n"
              "\nThe file that is sealed stays where it is: remove it yourself."));
  seal_command->callback(
      [seal_options, &work] { work = [seal_options] { return seal_file(*seal_options); }; });

  auto* unseal_command = app.add_subcommand("unseal", "Decrypt a sealed file");
  auto unseal_options = std::make_shared<SealOptions>();
  add_common(*unseal_command, *unseal_options);
  unseal_command->footer(example(
      "  azekura unseal notebook.md.sealed             # makes notebook.md\n"
      "  azekura unseal papers.tar.sealed -o - | tar -x\n"
      "\nOnly what was authenticated is written. Into a pipe, look at the exit status: a file\n"
      "that was cut is noticed at its end."));
  unseal_command->callback([unseal_options, &work] {
    work = [unseal_options] { return unseal_file(*unseal_options); };
  });
}

}  // namespace azekura::cli

#include "hsm/daemon/unlock.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "hsm/host/secret_input.h"

namespace azekura::hsm::daemon {

namespace {

using token::Unlock;

std::string credential_path() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || folder[0] != '/') return {};
  std::string path = fmt::format("{}/{}", folder, kCredentialName);
  return access(path.c_str(), R_OK) == 0 ? path : std::string();
}

Result<Unlock> from_file(Unlock::Kind kind, const std::string& path) {
  ASSIGN_OR_RETURN(Secret secret, kind == Unlock::Kind::kKeyFile
                                      ? host::read_key_file(path)
                                      : host::read_passphrase_file(path));
  return Unlock{kind, std::move(secret)};
}

}  // namespace

Result<Unlock> find_unlock(const Options& options) {
  if (!options.key_file.empty()) return from_file(Unlock::Kind::kKeyFile, options.key_file);
  if (!options.passphrase_file.empty()) {
    return from_file(Unlock::Kind::kPassphrase, options.passphrase_file);
  }
  ASSIGN_OR_RETURN(const auto kind, token::Vault::kind(options.dir));
  if (const std::string path = credential_path(); !path.empty()) return from_file(kind, path);
  if (kind == Unlock::Kind::kKeyFile) {
    return fail(Code::kInvalid, "the master key is under a key file, and none was given",
                "azekura-hsmd --key-file FILE");
  }
  auto passphrase = host::ask_secret("passphrase of the HSM");
  if (!passphrase && passphrase.error().code == Code::kUnavailable) {
    return fail(Code::kInvalid, "there is no terminal to ask for the passphrase",
                "azekura-hsmd --passphrase-file FILE");
  }
  if (!passphrase) return tl::make_unexpected(passphrase.error());
  return Unlock{kind, std::move(*passphrase)};
}

}  // namespace azekura::hsm::daemon

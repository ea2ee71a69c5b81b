// Vault: the master key, and the file that keeps it.
//
// The file `master.key` in the data folder holds the master key under a key made from a passphrase
// (argon2id) or from a key file (HKDF). Everything else in the data folder is under the master key.
// Format: docs/ondisk.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace azekura::hsm::token {

inline constexpr std::string_view kMasterKeyFile = "master.key";
inline constexpr std::size_t kKeyFileBytesMin = 32;
inline constexpr std::size_t kKeyFileBytesMax = 64 * 1024;
inline constexpr std::size_t kPassphraseBytesMin = 8;
inline constexpr std::size_t kPassphraseBytesMax = 1024;

// What opens a master key file.
struct Unlock {
  enum class Kind : std::uint8_t { kPassphrase = 1, kKeyFile = 2 };
  Kind kind = Kind::kPassphrase;
  Secret secret;  // the passphrase, or the key file's octets
};

class Vault {
 public:
  // Makes a new master key and its file, durable on return. kConflict if there is one; kInvalid for
  // a secret that is too short or too long.
  static Status create(const std::string& dir, const Unlock& unlock);
  // kNotFound without a file; kDenied for a wrong passphrase or key file, or the wrong kind of
  // them; kCorrupt for a damaged file; kUnsupported for a newer format. Takes as long as argon2id
  // does.
  static Result<Vault> open(const std::string& dir, const Unlock& unlock);
  // Which kind of secret the file asks for. Errors as open().
  static Result<Unlock::Kind> kind(const std::string& dir);
  // Puts the same master key under another secret: the file is replaced as a whole or not at all.
  static Status change(const std::string& dir, const Unlock& from, const Unlock& to);

  // A 32-octet key for one purpose; the same for ever.
  Result<Secret> subkey(std::string_view purpose) const;

 private:
  explicit Vault(Secret master) : master_(std::move(master)) {}

  Secret master_;
};

}  // namespace azekura::hsm::token

// Secrets that people and their machines give to a program: key files, passphrases, PINs.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace azekura::hsm::host {

inline constexpr std::size_t kKeyFileSizeMin = 32;
inline constexpr std::size_t kKeyFileSizeMax = std::size_t{64} * 1024;
inline constexpr std::size_t kLineSizeMax = 1024;

// All octets of a key file: kKeyFileSizeMin .. kKeyFileSizeMax. kDenied if it is a regular file
// that group or others may read.
Result<Secret> read_key_file(const std::string& path);

// The first line, without its end: a passphrase. kDenied as above.
Result<Secret> read_passphrase_file(const std::string& path);

// The first line: a PIN. Its file's mode is the user's own matter.
Result<Secret> read_pin_file(const std::string& path);

// Asks on the terminal, without showing what is typed, whatever stdin and stdout are.
// kUnavailable without a terminal, kDenied when the person gave up (Ctrl-C, Ctrl-D).
Result<Secret> ask_secret(const std::string& prompt);

// Asks twice, until both are equal (three times at most).
Result<Secret> ask_new_secret(const std::string& prompt);

}  // namespace azekura::hsm::host

// A public key in the forms that other programs read. Pure.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace azekura::cli {

std::string base64(ByteView octets);

// PEM of a SubjectPublicKeyInfo (RFC 7468 §13).
std::string to_pem(ByteView spki);

// A line of authorized_keys (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). kInvalid unless `spki` is
// an RSA, EC or Ed25519 key.
Result<std::string> to_ssh(ByteView spki, const std::string& comment);

// "SHA256:…" as ssh-keygen -l shows it.
Result<std::string> ssh_fingerprint(ByteView spki);

}  // namespace azekura::cli

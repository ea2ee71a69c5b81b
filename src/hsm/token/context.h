// Context: a key of an object, bound to a mechanism and a kind of operation, ready to work.
#pragma once

#include <cstdint>
#include <variant>

#include "crypto/cipher.h"
#include "crypto/mac.h"
#include "crypto/rsa_cipher.h"
#include "crypto/sign.h"
#include "hsm/cryptoki/mechanisms.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

using Context = std::variant<std::monostate, crypto::AesCipher, crypto::Hmac, crypto::Signer,
                             crypto::Verifier, crypto::RsaEncrypter, crypto::RsaDecrypter>;

// REQUIRES: admit() let the key in for this kind, and the parameter was checked. A key too small
// for the parameter's hash or salt is CKR_KEY_SIZE_RANGE.
Outcome<Context> make_context(const Object& key, const cryptoki::MechanismFacts& mechanism,
                              wire::Kind kind, const wire::Mechanism& parameter);

// CKF_ENCRYPT for wire::Kind::kEncrypt and so on; 0 for a value that is no kind.
CK_FLAGS operation_of(wire::Kind kind);

// How AES is told of a message: IV, AAD, tag and counter out of a checked parameter.
crypto::AesMessage aes_message(const cryptoki::MechanismFacts& mechanism,
                               const wire::Mechanism& parameter);

// Octets of the MAC that an HMAC mechanism gives with a checked parameter.
std::size_t mac_size(const cryptoki::MechanismFacts& mechanism, const wire::Mechanism& parameter);

}  // namespace azekura::hsm::token

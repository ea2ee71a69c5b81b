// Key types as the command line names them, and what PKCS#11 calls them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "cli/hsm.h"

namespace azekura::cli {

// What a key may be used for, by the half that stays secret.
enum class Usage : std::uint8_t {
  kSign,     // signs and verifies
  kDecrypt,  // encrypts and decrypts
  kDerive,   // ECDH
  kWrap,     // wraps and unwraps other keys
};

std::string_view name_of(Usage usage);
// "sign,decrypt"; kInvalid names the word that is not known.
Result<std::vector<Usage>> usages_from(const std::string& list);

struct KeyType {
  std::string_view name;  // "ec:p256"
  CK_MECHANISM_TYPE mechanism = 0;
  CK_KEY_TYPE key_type = 0;
  bool pair = true;
  ByteView ec_params;      // CKA_EC_PARAMS, of curves
  std::uint64_t size = 0;  // bits of an RSA modulus, octets of a secret key
  std::vector<Usage> default_usages;
};

const std::vector<KeyType>& key_types();
// kInvalid lists what there is.
Result<KeyType> key_type_named(const std::string& name);
// "ec:p256, ec:p384, …"
std::string key_type_names();

// The name of a key's type by its attributes; "unknown" when the command line has none for it.
std::string key_type_of(const Attributes& key);
// By the usage flags of a private or secret key.
std::vector<Usage> usages_of(const Attributes& key);

struct KeyWishes {
  std::string label;
  Bytes id;
  std::vector<Usage> usages;
  bool extractable = false;
};

// The templates for generation. A secret key has only the second one.
Attributes public_attributes(const KeyType& type, const KeyWishes& wishes);
Attributes private_attributes(const KeyType& type, const KeyWishes& wishes);

}  // namespace azekura::cli

// Keys: key objects of a token, put together as people think of them: a pair is one key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/hsm.h"
#include "cli/json.h"

namespace azekura::cli {

struct Key {
  std::string kind;  // "pair", "private", "public", "secret"
  // Of the private, secret, or lone public half.
  Attributes facts;
  std::uint64_t handle = 0;
  std::optional<std::uint64_t> public_handle;  // of a pair
  std::optional<Attributes> public_facts;

  std::string label() const { return facts.text(CKA_LABEL); }
  std::string id() const;
};

// A way to name a key: its label, or its id in hexadecimal digits. An empty choice is all keys.
struct KeyChoice {
  std::string label;
  std::string id;
};

// All that the choice names, in the order they were made. What a login is needed for is only there
// after it.
Result<std::vector<Key>> find_keys(Hsm& hsm, const Token& token, const KeyChoice& choice);
// Exactly one, or an error that says what to do.
Result<Key> find_key(Hsm& hsm, const Token& token, const KeyChoice& choice);

// SubjectPublicKeyInfo of a pair or public key. kInvalid for a secret key.
Result<Bytes> public_key_of(const Key& key);

// The stable shape of a key in --json (azekura(1), JSON).
Json::Object json_of(const Token& token, const Key& key);

}  // namespace azekura::cli

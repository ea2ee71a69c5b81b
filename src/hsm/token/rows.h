// Rows: what the store keeps for the token room: names, sealing, and the octets of each kind.
//
// Every value is sealed: the store's file tells how many objects of what size there are, and
// nothing else. The name of a row is authenticated with its value, so that no value can stand in
// for another. Format: docs/ondisk.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/aead.h"
#include "crypto/kdf.h"
#include "hsm/token/object.h"

namespace azekura::hsm::token {

// ---- Names --------------------------------------------------------------------------------------

Bytes token_row(std::uint64_t slot);
Bytes object_row(std::uint64_t slot, Handle handle);
Bytes object_rows_of(std::uint64_t slot);  // the prefix of all of them
Bytes handle_counter_row();
inline constexpr std::string_view kTokenRows = "token/";
inline constexpr std::string_view kObjectRows = "object/";

struct ObjectRowName {
  std::uint64_t slot = 0;
  Handle handle = 0;
};
std::optional<std::uint64_t> slot_of_token_row(ByteView row);
std::optional<ObjectRowName> parse_object_row(ByteView row);
// "object/3/17", for people.
std::string printable_row(ByteView row);

// ---- Sealing ------------------------------------------------------------------------------------

// Immutable; for any number of threads.
class RowCipher {
 public:
  static Result<RowCipher> create(const Secret& key);

  // A fresh random nonce each time: good for 2^32 rows under one key.
  Result<Bytes> seal(ByteView row, ByteView plaintext) const;
  // kCorrupt names the row that is damaged, exchanged or of another key; kUnsupported one of a
  // newer format.
  Result<Secret> open(ByteView row, ByteView value) const;

 private:
  explicit RowCipher(crypto::AesGcm cipher) : cipher_(std::move(cipher)) {}

  crypto::AesGcm cipher_;
};

// The sum of all object rows of a token: XOR of HMAC-SHA-256 of each row's name and value. Kept in
// the token's record and changed in the same transaction as the rows, so that a row which was
// deleted, added or put back from an older copy is found at the next start.
using RowTag = std::array<std::uint8_t, 32>;
RowTag operator^(RowTag left, const RowTag& right);
Result<RowTag> tag_of_row(const Secret& key, ByteView row, ByteView value);

// ---- Contents -----------------------------------------------------------------------------------

enum class Role : std::uint8_t { kNone = 0, kSecurityOfficer = 1, kUser = 2 };

struct PinRecord {
  bool set = false;
  std::uint32_t failures = 0;  // since the last success
  crypto::Argon2Cost cost;
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 32> hash{};
};

struct TokenRecord {
  std::string label;
  std::string serial;
  PinRecord security_officer;
  PinRecord user;
  std::uint64_t login_epoch = 0;  // rises whenever older login tickets must die
  Secret key;                     // seals the objects
  std::uint64_t objects = 0;
  RowTag sum{};
  // Objects below this handle belong to what the token was before it was initialised again: they
  // cannot be read any more and are to be erased. 0: none.
  Handle erase_below = 0;

  TokenRecord clone() const;
  PinRecord& pin(Role role) { return role == Role::kUser ? user : security_officer; }
  const PinRecord& pin(Role role) const { return role == Role::kUser ? user : security_officer; }
};

Secret encode_token(const TokenRecord& record);
std::optional<TokenRecord> decode_token(ByteView plaintext);
Secret encode_object(const Draft& draft);
std::optional<Draft> decode_object(ByteView plaintext);

}  // namespace azekura::hsm::token

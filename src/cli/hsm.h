// Hsm: the daemon as the command line sees it: tokens, logins, objects, in values of its own.
//
// Every refusal of the daemon becomes an Error with a sentence for a person.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "hsm/client/connection.h"
#include "hsm/cryptoki/pkcs11.h"

namespace azekura::cli {

struct Token {
  std::uint64_t slot = 0;
  std::string label;
  std::string serial;
  std::uint64_t flags = 0;  // CKF_… of CK_TOKEN_INFO

  bool has(std::uint64_t flag) const { return (flags & flag) != 0; }
};

struct DaemonFacts {
  std::string version;
  std::uint64_t pid = 0;
  std::uint64_t uptime_s = 0;
  std::uint64_t connections = 0;
  std::uint64_t tokens = 0;
  std::uint64_t token_objects = 0;
  std::uint64_t operations = 0;
  std::uint64_t workers = 0;
  bool memory_locked = false;
  bool sandboxed = false;
  std::string store_path;
};

// Attributes by type, as they go over the wire: numbers of 8 octets little-endian, flags of one.
class Attributes {
 public:
  Attributes& set(CK_ATTRIBUTE_TYPE type, ByteView value);
  Attributes& set_text(CK_ATTRIBUTE_TYPE type, std::string_view text);
  Attributes& set_number(CK_ATTRIBUTE_TYPE type, std::uint64_t number);
  Attributes& set_flag(CK_ATTRIBUTE_TYPE type, bool flag);

  const Bytes* find(CK_ATTRIBUTE_TYPE type) const;
  std::string text(CK_ATTRIBUTE_TYPE type) const;  // "" when absent
  std::optional<std::uint64_t> number(CK_ATTRIBUTE_TYPE type) const;
  bool flag(CK_ATTRIBUTE_TYPE type) const;  // false when absent

  // Views into this.
  hsm::wire::Template as_template() const;

 private:
  std::map<CK_ATTRIBUTE_TYPE, Bytes> items_;
};

struct KeyPair {
  std::uint64_t public_handle = 0;
  std::uint64_t private_handle = 0;
};

class Hsm {
 public:
  // kUnavailable when no daemon is there.
  static Result<std::unique_ptr<Hsm>> connect(const std::string& socket_path);

  const std::string& socket_path() const { return socket_path_; }

  Result<DaemonFacts> facts();
  // The initialised ones.
  Result<std::vector<Token>> tokens();
  // By its label; an empty label means the only token there is.
  Result<Token> token(const std::string& label);
  // Makes a token with both PINs set. kConflict when the label is taken.
  Result<Token> create_token(const std::string& label, const Secret& so_pin, const Secret& pin);

  // As CKU_USER, until this dies.
  Status login(const Token& token, const Secret& pin);

  Result<std::vector<std::uint64_t>> find(std::uint64_t slot, const Attributes& wanted);
  // Everything that may be read.
  Result<Attributes> read(std::uint64_t slot, std::uint64_t object);
  Status destroy(std::uint64_t slot, std::uint64_t object);
  Result<std::uint64_t> generate_key(std::uint64_t slot, CK_MECHANISM_TYPE mechanism,
                                     const Attributes& attributes);
  Result<KeyPair> generate_key_pair(std::uint64_t slot, CK_MECHANISM_TYPE mechanism,
                                    const Attributes& public_attributes,
                                    const Attributes& private_attributes);

  // AES-GCM by a key of the token, tag of 16 octets at the end. kCorrupt when a ciphertext does not
  // belong to key, nonce and aad.
  Result<Bytes> gcm_encrypt(std::uint64_t slot, std::uint64_t key, ByteView nonce, ByteView aad,
                            ByteView plaintext);
  Result<Secret> gcm_decrypt(std::uint64_t slot, std::uint64_t key, ByteView nonce, ByteView aad,
                             ByteView sealed);

 private:
  Hsm(std::string socket_path, hsm::client::Connection::Options options)
      : socket_path_(std::move(socket_path)), connection_(std::move(options)) {}

  Result<std::vector<Token>> slots();

  std::string socket_path_;
  hsm::client::Connection connection_;
};

// A sentence for a person, and what to do about it.
Error error_of(const hsm::Failure& failure);

}  // namespace azekura::cli

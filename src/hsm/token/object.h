// Object: a key, certificate or data object as the token keeps it.
//
// An Object is an immutable snapshot: changing an attribute makes a new one and marks the old one
// stale, so that a worker that holds the old one for an operation needs no lock to find out.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/secret.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/cryptoki/pkcs11.h"

namespace azekura::hsm::token {

using Handle = std::uint64_t;
inline constexpr Handle kSessionObjectBit = Handle{1} << 62;

// Attributes that may be told, by type; ascending types, each once. Numbers are 8 octets
// little-endian, booleans one octet, as on the wire.
class AttributeSet {
 public:
  void set(CK_ATTRIBUTE_TYPE type, ByteView value);
  void set_flag(CK_ATTRIBUTE_TYPE type, bool value);
  void set_number(CK_ATTRIBUTE_TYPE type, std::uint64_t value);
  void set_text(CK_ATTRIBUTE_TYPE type, std::string_view value) { set(type, as_bytes(value)); }
  void erase(CK_ATTRIBUTE_TYPE type);
  const Bytes* find(CK_ATTRIBUTE_TYPE type) const;
  bool has(CK_ATTRIBUTE_TYPE type) const { return find(type) != nullptr; }
  // Absent or of another size: `otherwise`.
  bool flag(CK_ATTRIBUTE_TYPE type, bool otherwise = false) const;
  std::uint64_t number(CK_ATTRIBUTE_TYPE type,
                       std::uint64_t otherwise = CK_UNAVAILABLE_INFORMATION) const;
  const std::vector<std::pair<CK_ATTRIBUTE_TYPE, Bytes>>& all() const { return items_; }

 private:
  std::vector<std::pair<CK_ATTRIBUTE_TYPE, Bytes>> items_;
};

// The values of a key that are told only when it is extractable and not sensitive: CKA_VALUE of
// secret, EC and Edwards keys, CKA_PRIVATE_EXPONENT, the primes and so on.
class SecretSet {
 public:
  void set(CK_ATTRIBUTE_TYPE type, Secret value);
  const Secret* find(CK_ATTRIBUTE_TYPE type) const;
  const std::vector<std::pair<CK_ATTRIBUTE_TYPE, Secret>>& all() const { return items_; }
  SecretSet clone() const;

 private:
  std::vector<std::pair<CK_ATTRIBUTE_TYPE, Secret>> items_;
};

// How a key came to be, which decides its history attributes (PKCS#11 3.2 §4.9 - §4.10).
enum class Origin : std::uint8_t {
  kGenerated,  // LOCAL, KEY_GEN_MECHANISM = the mechanism, ALWAYS_SENSITIVE, NEVER_EXTRACTABLE by
               // value
  kCreated,    // C_CreateObject: all history attributes false
  kUnwrapped,  // all history attributes false
  kDerived,    // ALWAYS_SENSITIVE and NEVER_EXTRACTABLE only if the base key has them
  kCopied,     // as the original
};

// An object in the making: what the caller's template says, checked and completed; then what the
// mechanism adds; then the object store gives it a handle.
struct Draft {
  AttributeSet attributes;
  SecretSet secrets;
  // Internal, stored with the object, never told: sticky facts that policy needs.
  bool ever_wrapping = false;    // CKA_WRAP was true once
  bool ever_decrypting = false;  // CKA_DECRYPT was true once

  Draft clone() const;
  // Octets of all values and types: what an object weighs against the limits.
  std::size_t weight() const;
};

class Object {
 public:
  Object(Handle handle, std::uint64_t slot, const void* owner, std::uint64_t session, Draft draft);

  Handle handle() const { return handle_; }
  std::uint64_t slot() const { return slot_; }
  // The application and session that own a session object; null and 0 for a token object.
  const void* owner() const { return owner_; }
  std::uint64_t session() const { return session_; }
  bool on_token() const { return (handle_ & kSessionObjectBit) == 0; }

  const AttributeSet& attributes() const { return draft_.attributes; }
  const SecretSet& secrets() const { return draft_.secrets; }
  const Draft& draft() const { return draft_; }

  // Facts read on every operation, taken out of the attributes once.
  CK_OBJECT_CLASS object_class() const { return class_; }
  CK_KEY_TYPE key_type() const { return key_type_; }
  bool is_private() const { return private_; }
  bool is_sensitive() const { return sensitive_; }
  bool is_extractable() const { return extractable_; }
  bool always_authenticate() const { return always_authenticate_; }
  // CKA_ENCRYPT, CKA_SIGN and so on.
  bool may(CK_ATTRIBUTE_TYPE usage) const { return draft_.attributes.flag(usage); }

  // Replaced or destroyed since. Checked by whoever kept a pointer.
  bool stale() const { return stale_.load(std::memory_order_acquire); }
  void make_stale() const { stale_.store(true, std::memory_order_release); }

 private:
  Handle handle_;
  std::uint64_t slot_;
  const void* owner_;
  std::uint64_t session_;
  Draft draft_;
  CK_OBJECT_CLASS class_;
  CK_KEY_TYPE key_type_;
  bool private_, sensitive_, extractable_, always_authenticate_;
  mutable std::atomic<bool> stale_{false};
};

using ObjectPtr = std::shared_ptr<const Object>;

}  // namespace azekura::hsm::token

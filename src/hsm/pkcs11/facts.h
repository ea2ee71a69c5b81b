// Facts: what the module remembers of objects, so that …Init and C_GetAttributeValue cost nothing.
//
// A value made from one answer to wire::ReadObject, immutable and shared. Secret values are never
// among them.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "crypto/key.h"
#include "hsm/client/connection.h"
#include "hsm/cryptoki/mechanisms.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::pkcs11 {

inline constexpr std::size_t kFactsMax = 8192;  // objects remembered

struct ObjectFacts {
  ObjectFacts() = default;
  ObjectFacts(ObjectFacts&&) = default;  // not copied: views point into `octets`
  ObjectFacts& operator=(ObjectFacts&&) = default;

  // `body` is a wire::ReadObject::Answer as it came.
  static Outcome<ObjectFacts> read(std::uint64_t slot, std::uint64_t handle,
                                   const client::Freshness& freshness, ByteView body);

  // Null when the object has no such attribute, or it is withheld.
  const wire::Attribute* find(CK_ATTRIBUTE_TYPE type) const;
  bool is_withheld(CK_ATTRIBUTE_TYPE type) const;
  bool flag(CK_ATTRIBUTE_TYPE type) const;
  std::optional<CK_ULONG> number(CK_ATTRIBUTE_TYPE type) const;
  bool is_key() const { return usage_known; }

  // What …Init checks (PKCS#11 3.2 §5.8.1 and the others). `operation` is CKF_SIGN and so on.
  Outcome<void> check_use(const cryptoki::MechanismFacts& mechanism, CK_FLAGS operation) const;

  std::uint64_t slot = 0;
  std::uint64_t handle = 0;
  client::Freshness freshness;

  CK_OBJECT_CLASS object_class = CK_UNAVAILABLE_INFORMATION;
  CK_KEY_TYPE key_type = CK_UNAVAILABLE_INFORMATION;
  bool is_private = false;
  bool usage_known = false;
  CK_FLAGS usage = 0;  // CKF_SIGN for CKA_SIGN and so on
  // Bits of an RSA modulus or EC field, octets of a secret, as CK_MECHANISM_INFO counts; 0:
  // unknown.
  CK_ULONG size = 0;
  std::vector<CK_MECHANISM_TYPE> allowed_mechanisms;  // empty: all
  std::optional<crypto::PublicKey> public_key;        // of a public key that can verify here

  std::vector<wire::Attribute> attributes;  // ascending by type; views into `octets`
  std::vector<std::uint64_t> withheld;      // ascending
  Bytes octets;
};
using Facts = std::shared_ptr<const ObjectFacts>;

// Bounded; the caller decides what is fresh.
class FactsCache {
 public:
  Facts find(std::uint64_t handle) const;
  void keep(Facts facts);
  void forget(std::uint64_t handle);

 private:
  static constexpr std::size_t kShards = 16;
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, Facts> facts;
  };
  std::array<Shard, kShards> shards_;
};

}  // namespace azekura::hsm::pkcs11

#include "hsm/pkcs11/facts.h"

#include <algorithm>

namespace azekura::hsm::pkcs11 {
namespace {

struct Use {
  CK_ATTRIBUTE_TYPE attribute;
  CK_FLAGS operation;
};
constexpr Use kUses[] = {
    {CKA_ENCRYPT, CKF_ENCRYPT}, {CKA_DECRYPT, CKF_DECRYPT}, {CKA_SIGN, CKF_SIGN},
    {CKA_VERIFY, CKF_VERIFY},   {CKA_WRAP, CKF_WRAP},       {CKA_UNWRAP, CKF_UNWRAP},
    {CKA_DERIVE, CKF_DERIVE},
};

// DER of the curves' object identifiers (RFC 5480 §2.1.1.1, RFC 8410 §3).
struct NamedCurve {
  std::string_view parameters;
  crypto::Curve curve;
  CK_ULONG bits;
};
constexpr NamedCurve kCurves[] = {
    {{"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10}, crypto::Curve::kP256, 256},
    {{"\x06\x05\x2b\x81\x04\x00\x22", 7}, crypto::Curve::kP384, 384},
    {{"\x06\x05\x2b\x81\x04\x00\x23", 7}, crypto::Curve::kP521, 521},
};

const NamedCurve* curve_of(const ObjectFacts& facts) {
  const wire::Attribute* parameters = facts.find(CKA_EC_PARAMS);
  if (parameters == nullptr) return nullptr;
  for (const NamedCurve& curve : kCurves) {
    if (as_text(parameters->value) == curve.parameters) return &curve;
  }
  return nullptr;
}

// CKA_EC_POINT is the DER of an OCTET STRING (PKCS#11 3.2 §6.3.3) of less than 256 octets here.
ByteView octet_string(ByteView der) {
  if (der.size() > 2 && der[0] == 0x04 && der[1] < 0x80 && der.size() == der[1] + 2u) {
    return der.subspan(2);
  }
  if (der.size() > 3 && der[0] == 0x04 && der[1] == 0x81 && der.size() == der[2] + 3u) {
    return der.subspan(3);
  }
  return der;
}

CK_ULONG bits_of(ByteView number) {
  const auto first = std::find_if(number.begin(), number.end(), [](auto octet) { return octet; });
  if (first == number.end()) return 0;
  CK_ULONG bits = static_cast<CK_ULONG>(number.end() - first) * 8;
  for (unsigned top = *first; (top & 0x80) == 0; top <<= 1) --bits;
  return bits;
}

CK_ULONG size_of(const ObjectFacts& facts) {
  if (facts.object_class == CKO_SECRET_KEY) return facts.number(CKA_VALUE_LEN).value_or(0);
  if (facts.key_type == CKK_RSA) {
    const wire::Attribute* modulus = facts.find(CKA_MODULUS);
    return modulus == nullptr ? 0 : bits_of(modulus->value);
  }
  if (facts.key_type == CKK_EC) {
    const NamedCurve* curve = curve_of(facts);
    return curve == nullptr ? 0 : curve->bits;
  }
  return 0;
}

std::optional<crypto::PublicKey> public_key_of(const ObjectFacts& facts) {
  auto build = [&]() -> Result<crypto::PublicKey> {
    if (facts.key_type == CKK_RSA) {
      const wire::Attribute* modulus = facts.find(CKA_MODULUS);
      const wire::Attribute* exponent = facts.find(CKA_PUBLIC_EXPONENT);
      if (modulus != nullptr && exponent != nullptr) {
        return crypto::PublicKey::rsa(modulus->value, exponent->value);
      }
    } else if (const wire::Attribute* point = facts.find(CKA_EC_POINT); point != nullptr) {
      if (facts.key_type == CKK_EC_EDWARDS) {
        return crypto::PublicKey::ed25519(octet_string(point->value));
      }
      const NamedCurve* curve = curve_of(facts);
      if (facts.key_type == CKK_EC && curve != nullptr) {
        return crypto::PublicKey::ec(curve->curve, octet_string(point->value));
      }
    }
    return fail(Code::kUnsupported, "not a key that verifies here");
  };
  auto key = build();
  if (!key) return std::nullopt;
  return std::move(*key);
}

}  // namespace

Outcome<ObjectFacts> ObjectFacts::read(std::uint64_t slot, std::uint64_t handle,
                                       const client::Freshness& freshness, ByteView body) {
  ObjectFacts facts;
  facts.slot = slot;
  facts.handle = handle;
  facts.freshness = freshness;
  facts.octets = to_bytes(body);
  wire::ReadObject::Answer answer;
  wire::Reader in(facts.octets);
  in(answer);
  if (!in.done()) return refuse(CKR_DEVICE_ERROR, "the daemon's answer cannot be read");
  facts.attributes = std::move(answer.attributes);
  facts.withheld = std::move(answer.sensitive);
  std::sort(facts.attributes.begin(), facts.attributes.end(),
            [](const auto& a, const auto& b) { return a.type < b.type; });
  std::sort(facts.withheld.begin(), facts.withheld.end());

  facts.object_class = facts.number(CKA_CLASS).value_or(CK_UNAVAILABLE_INFORMATION);
  facts.is_private = facts.flag(CKA_PRIVATE);
  facts.usage_known = facts.object_class == CKO_PUBLIC_KEY ||
                      facts.object_class == CKO_PRIVATE_KEY || facts.object_class == CKO_SECRET_KEY;
  if (!facts.usage_known) return facts;
  facts.key_type = facts.number(CKA_KEY_TYPE).value_or(CK_UNAVAILABLE_INFORMATION);
  for (const Use& use : kUses) {
    if (facts.flag(use.attribute)) facts.usage |= use.operation;
  }
  facts.size = size_of(facts);
  if (const wire::Attribute* allowed = facts.find(CKA_ALLOWED_MECHANISMS)) {
    facts.allowed_mechanisms.resize(allowed->value.size() / sizeof(CK_MECHANISM_TYPE));
    if (!facts.allowed_mechanisms.empty()) {
      std::memcpy(facts.allowed_mechanisms.data(), allowed->value.data(),
                  facts.allowed_mechanisms.size() * sizeof(CK_MECHANISM_TYPE));
    }
  }
  if (facts.object_class == CKO_PUBLIC_KEY) facts.public_key = public_key_of(facts);
  return facts;
}

const wire::Attribute* ObjectFacts::find(CK_ATTRIBUTE_TYPE type) const {
  const auto found = std::lower_bound(
      attributes.begin(), attributes.end(), type,
      [](const wire::Attribute& attribute, CK_ATTRIBUTE_TYPE t) { return attribute.type < t; });
  return found != attributes.end() && found->type == type ? &*found : nullptr;
}

bool ObjectFacts::is_withheld(CK_ATTRIBUTE_TYPE type) const {
  return std::binary_search(withheld.begin(), withheld.end(), type);
}

bool ObjectFacts::flag(CK_ATTRIBUTE_TYPE type) const {
  const wire::Attribute* found = find(type);
  return found != nullptr && found->value.size() == 1 && found->value[0] != CK_FALSE;
}

std::optional<CK_ULONG> ObjectFacts::number(CK_ATTRIBUTE_TYPE type) const {
  const wire::Attribute* found = find(type);
  if (found == nullptr || found->value.size() != sizeof(CK_ULONG)) return std::nullopt;
  CK_ULONG value = 0;
  std::memcpy(&value, found->value.data(), sizeof value);
  return value;
}

Outcome<void> ObjectFacts::check_use(const cryptoki::MechanismFacts& mechanism,
                                     CK_FLAGS operation) const {
  if (!is_key()) return refuse(CKR_KEY_HANDLE_INVALID, "the object is not a key");
  if (!cryptoki::accepts_key(mechanism, operation, object_class, key_type)) {
    return refuse(CKR_KEY_TYPE_INCONSISTENT, "the mechanism takes another kind of key");
  }
  if ((usage & operation) == 0) {
    return refuse(CKR_KEY_FUNCTION_NOT_PERMITTED, "the key's attributes do not permit this");
  }
  if (!allowed_mechanisms.empty() && std::find(allowed_mechanisms.begin(), allowed_mechanisms.end(),
                                               mechanism.type) == allowed_mechanisms.end()) {
    return refuse(CKR_MECHANISM_INVALID, "not among the key's CKA_ALLOWED_MECHANISMS");
  }
  if (size != 0 && (size < mechanism.key_size_min || size > mechanism.key_size_max)) {
    return refuse(CKR_KEY_SIZE_RANGE, "the key is too short or too long for the mechanism");
  }
  return {};
}

Facts FactsCache::find(std::uint64_t handle) const {
  const Shard& shard = shards_[handle % kShards];
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.facts.find(handle);
  return found == shard.facts.end() ? nullptr : found->second;
}

void FactsCache::keep(Facts facts) {
  Shard& shard = shards_[facts->handle % kShards];
  const std::lock_guard lock(shard.mutex);
  // Whoever walks through more objects than this gains nothing from any order of leaving.
  if (shard.facts.size() >= kFactsMax / kShards) shard.facts.clear();
  shard.facts.insert_or_assign(facts->handle, std::move(facts));
}

void FactsCache::forget(std::uint64_t handle) {
  Shard& shard = shards_[handle % kShards];
  const std::lock_guard lock(shard.mutex);
  shard.facts.erase(handle);
}

}  // namespace azekura::hsm::pkcs11

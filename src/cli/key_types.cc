#include "cli/key_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/der.h"

namespace azekura::cli {

namespace {

struct UsageFlags {
  Usage usage;
  std::string_view name;
  CK_ATTRIBUTE_TYPE on_private;  // and on secret keys, together with the other one
  CK_ATTRIBUTE_TYPE on_public;   // 0: the public half has no part in it
};

constexpr std::array kUsages{
    UsageFlags{Usage::kSign, "sign", CKA_SIGN, CKA_VERIFY},
    UsageFlags{Usage::kDecrypt, "decrypt", CKA_DECRYPT, CKA_ENCRYPT},
    UsageFlags{Usage::kDerive, "derive", CKA_DERIVE, 0},
    UsageFlags{Usage::kWrap, "wrap", CKA_UNWRAP, CKA_WRAP},
};

bool holds(const std::vector<Usage>& usages, Usage usage) {
  return std::ranges::find(usages, usage) != usages.end();
}

KeyType rsa(std::string_view name, std::uint64_t bits) {
  return {name, CKM_RSA_PKCS_KEY_PAIR_GEN,      CKK_RSA, true, {},
          bits, {Usage::kSign, Usage::kDecrypt}};
}

KeyType ec(std::string_view name, crypto::Curve curve) {
  return {name, CKM_EC_KEY_PAIR_GEN, CKK_EC, true, crypto::ec_params(curve), 0, {Usage::kSign}};
}

KeyType aes(std::string_view name, std::uint64_t octets) {
  return {name, CKM_AES_KEY_GEN, CKK_AES, false, {}, octets, {Usage::kDecrypt}};
}

}  // namespace

std::string_view name_of(Usage usage) {
  for (const auto& each : kUsages) {
    if (each.usage == usage) return each.name;
  }
  return "unknown";
}

Result<std::vector<Usage>> usages_from(const std::string& list) {
  std::vector<Usage> out;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string word = list.substr(begin, end - begin);
    const auto* found =
        std::ranges::find_if(kUsages, [&](const UsageFlags& each) { return each.name == word; });
    if (found == kUsages.end()) {
      return fail(Code::kInvalid, fmt::format("a key cannot be made for '{}'", word),
                  "usages are sign, decrypt, derive and wrap, with commas between");
    }
    if (!holds(out, found->usage)) out.push_back(found->usage);
    begin = end + 1;
  }
  return out;
}

const std::vector<KeyType>& key_types() {
  static const std::vector<KeyType> types{
      ec("ec:p256", crypto::Curve::kP256),
      ec("ec:p384", crypto::Curve::kP384),
      ec("ec:p521", crypto::Curve::kP521),
      {"ed25519",
       CKM_EC_EDWARDS_KEY_PAIR_GEN,
       CKK_EC_EDWARDS,
       true,
       crypto::ed25519_params(),
       0,
       {Usage::kSign}},
      rsa("rsa:2048", 2048),
      rsa("rsa:3072", 3072),
      rsa("rsa:4096", 4096),
      aes("aes:128", 16),
      aes("aes:256", 32),
      {"hmac:256", CKM_GENERIC_SECRET_KEY_GEN, CKK_GENERIC_SECRET, false, {}, 32, {Usage::kSign}},
  };
  return types;
}

std::string key_type_names() {
  std::string out;
  for (const auto& type : key_types()) {
    if (!out.empty()) out += ", ";
    out += type.name;
  }
  return out;
}

Result<KeyType> key_type_named(const std::string& name) {
  for (const auto& type : key_types()) {
    if (type.name == name) return type;
  }
  return fail(Code::kInvalid, fmt::format("there is no key type {}", name),
              "types are " + key_type_names());
}

std::string key_type_of(const Attributes& key) {
  const auto key_type = key.number(CKA_KEY_TYPE);
  if (key_type == CKK_RSA) {
    const Bytes* modulus = key.find(CKA_MODULUS);
    return modulus == nullptr ? "rsa" : fmt::format("rsa:{}", modulus->size() * 8);
  }
  if (key_type == CKK_AES) return fmt::format("aes:{}", key.number(CKA_VALUE_LEN).value_or(0) * 8);
  if (key_type == CKK_GENERIC_SECRET) {
    return fmt::format("hmac:{}", key.number(CKA_VALUE_LEN).value_or(0) * 8);
  }
  const Bytes* params = key.find(CKA_EC_PARAMS);
  if (params != nullptr) {
    if (key_type == CKK_EC_EDWARDS && crypto::is_ed25519_params(*params)) return "ed25519";
    for (const auto& type : key_types()) {
      if (type.key_type == key_type && std::ranges::equal(type.ec_params, *params)) {
        return std::string(type.name);
      }
    }
  }
  return "unknown";
}

std::vector<Usage> usages_of(const Attributes& key) {
  std::vector<Usage> out;
  for (const auto& each : kUsages) {
    if (key.flag(each.on_private) || (each.on_public != 0 && key.flag(each.on_public))) {
      out.push_back(each.usage);
    }
  }
  return out;
}

Attributes public_attributes(const KeyType& type, const KeyWishes& wishes) {
  Attributes out;
  out.set_flag(CKA_TOKEN, true)
      .set_flag(CKA_PRIVATE, false)
      .set_text(CKA_LABEL, wishes.label)
      .set(CKA_ID, wishes.id);
  for (const auto& each : kUsages) {
    if (each.on_public != 0) out.set_flag(each.on_public, holds(wishes.usages, each.usage));
  }
  if (type.key_type == CKK_RSA) {
    constexpr std::array<std::uint8_t, 3> kExponent{1, 0, 1};
    out.set_number(CKA_MODULUS_BITS, type.size).set(CKA_PUBLIC_EXPONENT, kExponent);
  } else {
    out.set(CKA_EC_PARAMS, type.ec_params);
  }
  return out;
}

Attributes private_attributes(const KeyType& type, const KeyWishes& wishes) {
  Attributes out;
  out.set_flag(CKA_TOKEN, true)
      .set_flag(CKA_PRIVATE, true)
      .set_flag(CKA_SENSITIVE, true)
      .set_flag(CKA_EXTRACTABLE, wishes.extractable)
      .set_text(CKA_LABEL, wishes.label)
      .set(CKA_ID, wishes.id);
  for (const auto& each : kUsages) {
    const bool wanted = holds(wishes.usages, each.usage);
    out.set_flag(each.on_private, wanted);
    if (!type.pair && each.on_public != 0) out.set_flag(each.on_public, wanted);
  }
  if (!type.pair) out.set_number(CKA_VALUE_LEN, type.size);
  return out;
}

}  // namespace azekura::cli

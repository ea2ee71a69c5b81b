#include "hsm/token/key_material.h"

#include <algorithm>
#include <array>

#include "crypto/cipher.h"
#include "crypto/der.h"
#include "crypto/hash.h"
#include "hsm/cryptoki/mechanisms.h"
#include "hsm/token/crypto_terms.h"

namespace azekura::hsm::token {
namespace {

constexpr std::size_t kCheckValueSize = 3;
constexpr Meaning kBroken{};

CK_KEY_TYPE type_of(const Draft& object) {
  return static_cast<CK_KEY_TYPE>(object.attributes.number(CKA_KEY_TYPE));
}

ByteView public_part(const Draft& object, CK_ATTRIBUTE_TYPE type) {
  const Bytes* value = object.attributes.find(type);
  return value == nullptr ? ByteView{} : ByteView{*value};
}

ByteView secret_part(const Draft& object, CK_ATTRIBUTE_TYPE type) {
  const Secret* value = object.secrets.find(type);
  return value == nullptr ? ByteView{} : value->reveal(Purpose::kCipher);
}

template <typename T>
Outcome<T> as_own_key(Result<T> key) {
  if (!key) return refuse_as(kBroken, key.error());
  return std::move(*key);
}

CK_KEY_TYPE cryptoki_type(crypto::KeyType type) {
  switch (type) {
    case crypto::KeyType::kRsa:
      return CKK_RSA;
    case crypto::KeyType::kEc:
      return CKK_EC;
    case crypto::KeyType::kEd25519:
      return CKK_EC_EDWARDS;
  }
  return CK_UNAVAILABLE_INFORMATION;
}

Outcome<void> check_type(const Draft& object, crypto::KeyType type) {
  if (type_of(object) != cryptoki_type(type)) {
    return refuse(CKR_TEMPLATE_INCONSISTENT, "the key is of another type than CKA_KEY_TYPE");
  }
  return {};
}

// CKA_EC_PARAMS as the caller wrote them stay, so that a search for them finds the key.
Outcome<void> set_curve(Draft& object, const crypto::PublicKey& key) {
  const bool edwards = key.type() == crypto::KeyType::kEd25519;
  const Bytes* given = object.attributes.find(CKA_EC_PARAMS);
  if (given == nullptr || given->empty()) {
    object.attributes.set(CKA_EC_PARAMS,
                          edwards ? crypto::ed25519_params() : crypto::ec_params(key.curve()));
    return {};
  }
  if (edwards) {
    if (crypto::is_ed25519_params(*given)) return {};
  } else if (const auto curve = crypto::curve_from_params(*given); curve && *curve == key.curve()) {
    return {};
  }
  return refuse(CKR_TEMPLATE_INCONSISTENT, "CKA_EC_PARAMS names another curve than the key's");
}

Outcome<void> set_key_info(Draft& object, const crypto::PublicKey& key) {
  auto info = key.to_spki();
  if (!info) return refuse_as(kBroken, info.error());
  object.attributes.set(CKA_PUBLIC_KEY_INFO, *info);
  return {};
}

Outcome<void> set_rsa_numbers(Draft& object, const crypto::PublicKey& key) {
  auto parts = key.rsa_parts();
  if (!parts) return refuse_as(kBroken, parts.error());
  object.attributes.set(CKA_MODULUS, parts->modulus);
  object.attributes.set(CKA_PUBLIC_EXPONENT, parts->exponent);
  return {};
}

// PKCS#11 3.2 §4.10.2: the first octets of a block of zeros enciphered, or of the value's SHA-1.
Outcome<std::array<std::uint8_t, kCheckValueSize>> check_value(CK_KEY_TYPE key_type,
                                                               ByteView value) {
  std::array<std::uint8_t, crypto::kHashSizeMax> out{};
  if (key_type == CKK_AES) {
    const std::array<std::uint8_t, crypto::kAesBlockSize> zeros{};
    auto cipher =
        crypto::AesCipher::create(value, crypto::AesMode::kCbc, crypto::Direction::kEncrypt);
    if (!cipher) return refuse_as(kBroken, cipher.error());
    if (auto done = cipher->run({.iv = zeros}, zeros, out); !done) {
      return refuse_as(kBroken, done.error());
    }
  } else if (auto done = crypto::digest(crypto::Hash::kSha1, value, out); !done) {
    return refuse_as(kBroken, done.error());
  }
  return std::array<std::uint8_t, kCheckValueSize>{out[0], out[1], out[2]};
}

}  // namespace

Outcome<crypto::PublicKey> public_key_of(const Draft& object) {
  switch (type_of(object)) {
    case CKK_RSA:
      return as_own_key(crypto::PublicKey::rsa(public_part(object, CKA_MODULUS),
                                               public_part(object, CKA_PUBLIC_EXPONENT)));
    case CKK_EC: {
      const auto curve = crypto::curve_from_params(public_part(object, CKA_EC_PARAMS));
      if (!curve) return refuse_as(kBroken, curve.error());
      const auto point = crypto::unwrap_octet_string(public_part(object, CKA_EC_POINT));
      if (!point) return refuse_as(kBroken, point.error());
      return as_own_key(crypto::PublicKey::ec(*curve, *point));
    }
    case CKK_EC_EDWARDS: {
      const auto point = crypto::unwrap_octet_string(public_part(object, CKA_EC_POINT));
      if (!point) return refuse_as(kBroken, point.error());
      return as_own_key(crypto::PublicKey::ed25519(*point));
    }
    default:
      return refuse(CKR_FUNCTION_FAILED, "the object has no public key that we know");
  }
}

Outcome<crypto::PrivateKey> private_key_of(const Draft& object) {
  switch (type_of(object)) {
    case CKK_RSA:
      return as_own_key(crypto::PrivateKey::rsa({
          .modulus = public_part(object, CKA_MODULUS),
          .public_exponent = public_part(object, CKA_PUBLIC_EXPONENT),
          .private_exponent = secret_part(object, CKA_PRIVATE_EXPONENT),
          .prime1 = secret_part(object, CKA_PRIME_1),
          .prime2 = secret_part(object, CKA_PRIME_2),
          .exponent1 = secret_part(object, CKA_EXPONENT_1),
          .exponent2 = secret_part(object, CKA_EXPONENT_2),
          .coefficient = secret_part(object, CKA_COEFFICIENT),
      }));
    case CKK_EC: {
      const auto curve = crypto::curve_from_params(public_part(object, CKA_EC_PARAMS));
      if (!curve) return refuse_as(kBroken, curve.error());
      return as_own_key(crypto::PrivateKey::ec(*curve, secret_part(object, CKA_VALUE)));
    }
    case CKK_EC_EDWARDS:
      return as_own_key(crypto::PrivateKey::ed25519(secret_part(object, CKA_VALUE)));
    default:
      return refuse(CKR_FUNCTION_FAILED, "the object has no private key that we know");
  }
}

Outcome<const Secret*> secret_value_of(const Draft& object) {
  const Secret* value = object.secrets.find(CKA_VALUE);
  if (value == nullptr) return refuse(CKR_FUNCTION_FAILED, "the key has no value");
  return value;
}

Outcome<void> set_public_key(Draft& object, const crypto::PublicKey& key) {
  RETURN_IF_ERROR(check_type(object, key.type()));
  RETURN_IF_ERROR(set_key_info(object, key));
  if (key.type() == crypto::KeyType::kRsa) {
    object.attributes.set_number(CKA_MODULUS_BITS, key.bits());
    return set_rsa_numbers(object, key);
  }
  RETURN_IF_ERROR(set_curve(object, key));
  auto point = key.point();
  if (!point) return refuse_as(kBroken, point.error());
  object.attributes.set(CKA_EC_POINT, crypto::wrap_octet_string(*point));
  return {};
}

Outcome<void> set_private_key(Draft& object, const crypto::PrivateKey& key) {
  RETURN_IF_ERROR(check_type(object, key.type()));
  RETURN_IF_ERROR(set_key_info(object, key.public_key()));
  if (key.type() != crypto::KeyType::kRsa) {
    RETURN_IF_ERROR(set_curve(object, key.public_key()));
    auto scalar = key.scalar();
    if (!scalar) return refuse_as(kBroken, scalar.error());
    object.secrets.set(CKA_VALUE, std::move(*scalar));
    return {};
  }
  RETURN_IF_ERROR(set_rsa_numbers(object, key.public_key()));
  auto parts = key.rsa_parts();
  if (!parts) return refuse_as(kBroken, parts.error());
  object.secrets.set(CKA_PRIVATE_EXPONENT, std::move(parts->private_exponent));
  object.secrets.set(CKA_PRIME_1, std::move(parts->prime1));
  object.secrets.set(CKA_PRIME_2, std::move(parts->prime2));
  object.secrets.set(CKA_EXPONENT_1, std::move(parts->exponent1));
  object.secrets.set(CKA_EXPONENT_2, std::move(parts->exponent2));
  object.secrets.set(CKA_COEFFICIENT, std::move(parts->coefficient));
  return {};
}

Outcome<void> check_secret_size(CK_KEY_TYPE key_type, std::size_t size) {
  if (key_type == CKK_AES && !crypto::is_aes_key_size(size)) {
    return refuse(CKR_KEY_SIZE_RANGE, "an AES key has 16, 24 or 32 octets");
  }
  if (size < 1 || size > cryptoki::kSecretBytesMax) {
    return refuse(CKR_KEY_SIZE_RANGE, "a secret key has 1 to 4096 octets");
  }
  return {};
}

Outcome<void> set_secret_value(Draft& object, Secret value) {
  const CK_KEY_TYPE key_type = type_of(object);
  RETURN_IF_ERROR(check_secret_size(key_type, value.size()));
  ASSIGN_OR_RETURN(const auto check, check_value(key_type, value.reveal(Purpose::kCipher)));
  object.attributes.set_number(CKA_VALUE_LEN, value.size());
  const Bytes* given = object.attributes.find(CKA_CHECK_VALUE);
  if (given == nullptr) {
    object.attributes.set(CKA_CHECK_VALUE, check);
  } else if (!given->empty() &&
             !std::equal(given->begin(), given->end(), check.begin(), check.end())) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "CKA_CHECK_VALUE is not the key's");
  }
  object.secrets.set(CKA_VALUE, std::move(value));
  return {};
}

}  // namespace azekura::hsm::token

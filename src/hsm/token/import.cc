// Keys whose values came with C_CreateObject. Numbers are taken as clients write them (leading
// zeros, a point with or without its OCTET STRING) and kept as the standard writes them.
#include <algorithm>

#include "crypto/der.h"
#include "hsm/token/crypto_terms.h"
#include "hsm/token/key_material.h"
#include "hsm/token/mechanisms.h"

namespace azekura::hsm::token {
namespace {

constexpr Meaning kBadValue{.invalid = CKR_ATTRIBUTE_VALUE_INVALID,
                            .corrupt = CKR_ATTRIBUTE_VALUE_INVALID};

ByteView stripped(ByteView number) {
  const auto first = std::find_if(number.begin(), number.end(), [](auto o) { return o != 0; });
  return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

Outcome<ByteView> needed(const Draft& object, CK_ATTRIBUTE_TYPE type, const char* name) {
  const Bytes* value = object.attributes.find(type);
  if (value == nullptr || value->empty()) {
    return refuse(CKR_TEMPLATE_INCOMPLETE, std::string(name) + " is missing");
  }
  return ByteView(*value);
}

ByteView secret_number(const Draft& object, CK_ATTRIBUTE_TYPE type) {
  const Secret* value = object.secrets.find(type);
  return value == nullptr ? ByteView{} : stripped(value->reveal(Purpose::kCipher));
}

Outcome<crypto::Curve> curve_of(const Draft& object) {
  ASSIGN_OR_RETURN(const ByteView params, needed(object, CKA_EC_PARAMS, "CKA_EC_PARAMS"));
  const auto curve = crypto::curve_from_params(params);
  if (!curve) return refuse_as({.invalid = CKR_CURVE_NOT_SUPPORTED}, curve.error());
  return *curve;
}

Outcome<void> check_ed25519(const Draft& object) {
  ASSIGN_OR_RETURN(const ByteView params, needed(object, CKA_EC_PARAMS, "CKA_EC_PARAMS"));
  if (!crypto::is_ed25519_params(params)) {
    return refuse(CKR_CURVE_NOT_SUPPORTED, "an Edwards curve other than Ed25519");
  }
  return {};
}

// An OCTET STRING begins as an uncompressed point does, so the size decides.
ByteView without_octet_string(ByteView point, std::size_t size) {
  if (point.size() == size) return point;
  const auto contents = crypto::unwrap_octet_string(point);
  return contents ? *contents : point;
}

Outcome<crypto::PublicKey> given_public_key(const Draft& object) {
  const auto as_given = [](Result<crypto::PublicKey> key) -> Outcome<crypto::PublicKey> {
    if (!key) return refuse_as(kBadValue, key.error());
    return std::move(*key);
  };
  switch (object.attributes.number(CKA_KEY_TYPE)) {
    case CKK_RSA: {
      ASSIGN_OR_RETURN(const ByteView modulus, needed(object, CKA_MODULUS, "CKA_MODULUS"));
      ASSIGN_OR_RETURN(const ByteView exponent,
                       needed(object, CKA_PUBLIC_EXPONENT, "CKA_PUBLIC_EXPONENT"));
      return as_given(crypto::PublicKey::rsa(stripped(modulus), stripped(exponent)));
    }
    case CKK_EC: {
      ASSIGN_OR_RETURN(const crypto::Curve curve, curve_of(object));
      ASSIGN_OR_RETURN(const ByteView point, needed(object, CKA_EC_POINT, "CKA_EC_POINT"));
      return as_given(
          crypto::PublicKey::ec(curve, without_octet_string(point, crypto::point_size(curve))));
    }
    case CKK_EC_EDWARDS: {
      RETURN_IF_ERROR(check_ed25519(object));
      ASSIGN_OR_RETURN(const ByteView point, needed(object, CKA_EC_POINT, "CKA_EC_POINT"));
      return as_given(
          crypto::PublicKey::ed25519(without_octet_string(point, crypto::kEd25519Size)));
    }
    default:
      return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "keys of this type are not kept");
  }
}

Outcome<crypto::PrivateKey> given_private_key(const Draft& object) {
  const auto as_given = [](Result<crypto::PrivateKey> key) -> Outcome<crypto::PrivateKey> {
    if (!key) return refuse_as(kBadValue, key.error());
    if (auto sound = key->check(); !sound) return refuse_as(kBadValue, sound.error());
    return std::move(*key);
  };
  switch (object.attributes.number(CKA_KEY_TYPE)) {
    case CKK_RSA: {
      ASSIGN_OR_RETURN(const ByteView modulus, needed(object, CKA_MODULUS, "CKA_MODULUS"));
      ASSIGN_OR_RETURN(const ByteView exponent,
                       needed(object, CKA_PUBLIC_EXPONENT, "CKA_PUBLIC_EXPONENT"));
      crypto::RsaPrivateView parts{
          .modulus = stripped(modulus),
          .public_exponent = stripped(exponent),
          .private_exponent = secret_number(object, CKA_PRIVATE_EXPONENT),
          .prime1 = secret_number(object, CKA_PRIME_1),
          .prime2 = secret_number(object, CKA_PRIME_2),
          .exponent1 = secret_number(object, CKA_EXPONENT_1),
          .exponent2 = secret_number(object, CKA_EXPONENT_2),
          .coefficient = secret_number(object, CKA_COEFFICIENT),
      };
      // All five or none; what is missing follows from the first three.
      if (parts.prime1.empty() || parts.prime2.empty() || parts.exponent1.empty() ||
          parts.exponent2.empty() || parts.coefficient.empty()) {
        parts.prime1 = parts.prime2 = parts.exponent1 = parts.exponent2 = parts.coefficient = {};
      }
      return as_given(crypto::PrivateKey::rsa(parts));
    }
    case CKK_EC: {
      ASSIGN_OR_RETURN(const crypto::Curve curve, curve_of(object));
      return as_given(crypto::PrivateKey::ec(curve, secret_number(object, CKA_VALUE)));
    }
    case CKK_EC_EDWARDS: {
      RETURN_IF_ERROR(check_ed25519(object));
      ASSIGN_OR_RETURN(const Secret* seed, secret_value_of(object));
      return as_given(crypto::PrivateKey::ed25519(seed->reveal(Purpose::kCipher)));
    }
    default:
      return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "keys of this type are not kept");
  }
}

// A CKA_PUBLIC_KEY_INFO in the template must be the key's.
Outcome<void> check_key_info(const Bytes& given, const Draft& object) {
  const Bytes* own = object.attributes.find(CKA_PUBLIC_KEY_INFO);
  if (!given.empty() && (own == nullptr || *own != given)) {
    return refuse(CKR_ATTRIBUTE_VALUE_INVALID, "CKA_PUBLIC_KEY_INFO is another key's");
  }
  return {};
}

}  // namespace

Outcome<void> complete_created(Draft& object) {
  const Bytes* info = object.attributes.find(CKA_PUBLIC_KEY_INFO);
  const Bytes given_info = info == nullptr ? Bytes{} : *info;
  switch (object.attributes.number(CKA_CLASS)) {
    case CKO_PUBLIC_KEY: {
      ASSIGN_OR_RETURN(const crypto::PublicKey key, given_public_key(object));
      RETURN_IF_ERROR(set_public_key(object, key));
      return check_key_info(given_info, object);
    }
    case CKO_PRIVATE_KEY: {
      ASSIGN_OR_RETURN(const crypto::PrivateKey key, given_private_key(object));
      RETURN_IF_ERROR(set_private_key(object, key));
      return check_key_info(given_info, object);
    }
    case CKO_SECRET_KEY: {
      ASSIGN_OR_RETURN(const Secret* value, secret_value_of(object));
      auto sized = check_secret_size(object.attributes.number(CKA_KEY_TYPE), value->size());
      if (!sized) return refuse(CKR_ATTRIBUTE_VALUE_INVALID, std::move(sized.error().why));
      return set_secret_value(object, value->clone());
    }
    default:
      return {};  // certificates and data hold no keys
  }
}

}  // namespace azekura::hsm::token

#include <gtest/gtest.h>

#include "crypto/der.h"
#include "hsm/token/key_material.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

// The values of a generated pair, as a client with the key in a file would give them.
struct Numbers {
  crypto::PrivateKey key;
  crypto::RsaPublicParts public_parts;
  crypto::RsaPrivateParts private_parts;
};

const Numbers& rsa_numbers() {
  static const auto* numbers = [] {
    auto key = crypto::PrivateKey::generate_rsa(2048, 65537).value();
    auto half = key.public_key().rsa_parts().value();
    auto rest = key.rsa_parts().value();
    return new Numbers{std::move(key), std::move(half), std::move(rest)};
  }();
  return *numbers;
}

Bytes open(const Secret& secret) { return to_bytes(secret.reveal(Purpose::kExport)); }

Asked rsa_private(bool with_crt) {
  const Numbers& n = rsa_numbers();
  Asked asked;
  asked.number(CKA_CLASS, CKO_PRIVATE_KEY)
      .number(CKA_KEY_TYPE, CKK_RSA)
      .octets(CKA_MODULUS, n.public_parts.modulus)
      .octets(CKA_PUBLIC_EXPONENT, n.public_parts.exponent)
      .octets(CKA_PRIVATE_EXPONENT, open(n.private_parts.private_exponent));
  if (with_crt) {
    asked.octets(CKA_PRIME_1, open(n.private_parts.prime1))
        .octets(CKA_PRIME_2, open(n.private_parts.prime2))
        .octets(CKA_EXPONENT_1, open(n.private_parts.exponent1))
        .octets(CKA_EXPONENT_2, open(n.private_parts.exponent2))
        .octets(CKA_COEFFICIENT, open(n.private_parts.coefficient));
  }
  return asked;
}

Asked ec(CK_OBJECT_CLASS object_class, Bytes value,
         ByteView params = crypto::ec_params(crypto::Curve::kP256)) {
  return Asked()
      .number(CKA_CLASS, object_class)
      .number(CKA_KEY_TYPE, CKK_EC)
      .octets(CKA_EC_PARAMS, to_bytes(params))
      .octets(object_class == CKO_PRIVATE_KEY ? CKA_VALUE : CKA_EC_POINT, std::move(value));
}

TEST(Import, AesKeysOfOtherSizesAreInvalidValues) {
  for (const std::size_t size : {0u, 15u, 17u, 33u}) {
    EXPECT_EQ(rv_of(create(Asked()
                               .number(CKA_CLASS, CKO_SECRET_KEY)
                               .number(CKA_KEY_TYPE, CKK_AES)
                               .octets(CKA_VALUE, Bytes(size)))),
              CKR_ATTRIBUTE_VALUE_INVALID)
        << size;
  }
}

// FIPS 197, C.1's key of zeros in AES; SHA-1("abc") for a generic secret.
TEST(Import, CheckValuesAreTheStandardsAndWrongOnesAreRefused) {
  const auto asked = [](CK_KEY_TYPE type, std::string_view value) {
    return Asked()
        .number(CKA_CLASS, CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, type)
        .hex(CKA_VALUE, value);
  };
  const std::string zeros(32, '0');
  EXPECT_EQ(*create(asked(CKK_AES, zeros)).value().attributes.find(CKA_CHECK_VALUE), hex("66e94b"));
  EXPECT_EQ(*create(asked(CKK_GENERIC_SECRET, "616263")).value().attributes.find(CKA_CHECK_VALUE),
            hex("a9993e"));
  EXPECT_EQ(rv_of(create(asked(CKK_AES, zeros).hex(CKA_CHECK_VALUE, "66e94c"))),
            CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(rv_of(create(asked(CKK_AES, zeros).hex(CKA_CHECK_VALUE, "66e94b"))), CKR_OK);
  EXPECT_TRUE(create(asked(CKK_AES, zeros).hex(CKA_CHECK_VALUE, ""))
                  .value()
                  .attributes.find(CKA_CHECK_VALUE)
                  ->empty());
}

TEST(Import, MissingNumbersAreTemplateIncomplete) {
  EXPECT_EQ(rv_of(create(Asked()
                             .number(CKA_CLASS, CKO_PUBLIC_KEY)
                             .number(CKA_KEY_TYPE, CKK_RSA)
                             .octets(CKA_MODULUS, rsa_numbers().public_parts.modulus))),
            CKR_TEMPLATE_INCOMPLETE);
  EXPECT_EQ(rv_of(create(Asked()
                             .number(CKA_CLASS, CKO_PRIVATE_KEY)
                             .number(CKA_KEY_TYPE, CKK_RSA)
                             .octets(CKA_MODULUS, rsa_numbers().public_parts.modulus)
                             .octets(CKA_PRIVATE_EXPONENT, Bytes(256, 3)))),
            CKR_TEMPLATE_INCOMPLETE);
}

TEST(Import, RsaKeysComeWithAndWithoutCrtPartsAndAreTheSame) {
  const auto with = create(rsa_private(true));
  const auto without = create(rsa_private(false));
  ASSERT_TRUE(with) << with.error().why;
  ASSERT_TRUE(without) << without.error().why;
  EXPECT_EQ(*with->attributes.find(CKA_PUBLIC_KEY_INFO),
            *without->attributes.find(CKA_PUBLIC_KEY_INFO));
  EXPECT_FALSE(without->secrets.find(CKA_COEFFICIENT)->empty());
  EXPECT_FALSE(with->attributes.flag(CKA_LOCAL));
  EXPECT_FALSE(with->attributes.flag(CKA_NEVER_EXTRACTABLE));
}

TEST(Import, RsaNumbersThatDoNotFitTogetherAreRefused) {
  const auto put = [](CK_ATTRIBUTE_TYPE type, Bytes value) {
    const Asked asked = rsa_private(true);
    wire::Template attributes = asked.view();
    for (wire::Attribute& attribute : attributes) {
      if (attribute.type == type) attribute.value = value;
    }
    auto draft = draft_from_template({.origin = Origin::kCreated,
                                      .object_class = std::nullopt,
                                      .key_type = std::nullopt,
                                      .asker = {.user = true, .read_write = true}},
                                     attributes);
    return rv_of(complete_created(*draft));
  };
  Bytes exponent = open(rsa_numbers().private_parts.private_exponent);
  exponent[10] ^= 1;
  EXPECT_EQ(put(CKA_PRIVATE_EXPONENT, exponent), CKR_ATTRIBUTE_VALUE_INVALID);
  Bytes prime = open(rsa_numbers().private_parts.prime1);
  prime.back() ^= 2;
  EXPECT_EQ(put(CKA_PRIME_1, prime), CKR_ATTRIBUTE_VALUE_INVALID);
  Bytes coefficient = open(rsa_numbers().private_parts.coefficient);
  coefficient.back() ^= 1;
  EXPECT_EQ(put(CKA_COEFFICIENT, coefficient), CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(put(CKA_MODULUS, Bytes(64, 0xff)), CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(put(CKA_PUBLIC_EXPONENT, {2}), CKR_ATTRIBUTE_VALUE_INVALID);
}

TEST(Import, LeadingZerosAreNoMatter) {
  Asked asked;
  Bytes modulus = rsa_numbers().public_parts.modulus;
  modulus.insert(modulus.begin(), 0);
  const auto draft = create(asked.number(CKA_CLASS, CKO_PUBLIC_KEY)
                                .number(CKA_KEY_TYPE, CKK_RSA)
                                .octets(CKA_MODULUS, modulus)
                                .octets(CKA_PUBLIC_EXPONENT, hex("0000010001")));
  ASSERT_TRUE(draft) << draft.error().why;
  EXPECT_EQ(draft->attributes.number(CKA_MODULUS_BITS), 2048u);
  EXPECT_EQ(*draft->attributes.find(CKA_MODULUS), rsa_numbers().public_parts.modulus);

  Bytes scalar(33);
  scalar[32] = 1;
  const auto one = create(ec(CKO_PRIVATE_KEY, scalar));
  ASSERT_TRUE(one) << one.error().why;
  EXPECT_EQ(one->secrets.find(CKA_VALUE)->size(), 32u);
  EXPECT_TRUE(create(ec(CKO_PRIVATE_KEY, {1})));
}

TEST(Import, ScalarsOutsideTheOrderAreRefused) {
  EXPECT_EQ(rv_of(create(ec(CKO_PRIVATE_KEY, Bytes(32)))), CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(rv_of(create(ec(CKO_PRIVATE_KEY, Bytes(32, 0xff)))), CKR_ATTRIBUTE_VALUE_INVALID);
  // The order of P-256, and one less.
  Bytes order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  EXPECT_EQ(rv_of(create(ec(CKO_PRIVATE_KEY, order))), CKR_ATTRIBUTE_VALUE_INVALID);
  order.back() -= 1;
  EXPECT_EQ(rv_of(create(ec(CKO_PRIVATE_KEY, order))), CKR_OK);
}

TEST(Import, PointsComeRawOrInAnOctetStringAndAreKeptInOne) {
  const ObjectPair pair = ec_pair(crypto::ec_params(crypto::Curve::kP256));
  const Bytes wrapped = *pair.public_key->attributes().find(CKA_EC_POINT);
  const Bytes raw(wrapped.begin() + 2, wrapped.end());
  for (const Bytes& point : {wrapped, raw}) {
    const auto draft = create(ec(CKO_PUBLIC_KEY, point));
    ASSERT_TRUE(draft) << draft.error().why;
    EXPECT_EQ(*draft->attributes.find(CKA_EC_POINT), wrapped);
  }
  Bytes off_curve = raw;
  off_curve.back() ^= 1;
  EXPECT_EQ(rv_of(create(ec(CKO_PUBLIC_KEY, off_curve))), CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(rv_of(create(ec(CKO_PUBLIC_KEY, {0}))), CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(rv_of(create(ec(CKO_PUBLIC_KEY, raw, crypto::ec_params(crypto::Curve::kP384)))),
            CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(rv_of(create(ec(CKO_PUBLIC_KEY, raw, hex("06052b8104000a")))), CKR_CURVE_NOT_SUPPORTED);
}

// RFC 8032, test 1.
TEST(Import, Ed25519SeedsGiveTheRfcsPublicKeyInfo) {
  const auto asked = [](CK_OBJECT_CLASS object_class, Bytes value) {
    return Asked()
        .number(CKA_CLASS, object_class)
        .number(CKA_KEY_TYPE, CKK_EC_EDWARDS)
        .octets(CKA_EC_PARAMS, to_bytes(crypto::ed25519_params()))
        .octets(object_class == CKO_PRIVATE_KEY ? CKA_VALUE : CKA_EC_POINT, std::move(value));
  };
  const Bytes point = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const auto whole = create(asked(
      CKO_PRIVATE_KEY, hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")));
  const auto half = create(asked(CKO_PUBLIC_KEY, point));
  ASSERT_TRUE(whole && half);
  EXPECT_EQ(*whole->attributes.find(CKA_PUBLIC_KEY_INFO),
            *half->attributes.find(CKA_PUBLIC_KEY_INFO));
  EXPECT_EQ(*half->attributes.find(CKA_EC_POINT), crypto::wrap_octet_string(point));
  EXPECT_EQ(rv_of(create(asked(CKO_PRIVATE_KEY, Bytes(31)))), CKR_ATTRIBUTE_VALUE_INVALID);
  EXPECT_EQ(rv_of(create(asked(CKO_PUBLIC_KEY, Bytes(33)))), CKR_ATTRIBUTE_VALUE_INVALID);
}

TEST(Import, AnotherKeysPublicKeyInfoIsRefused) {
  const Bytes info = *rsa_pair().public_key->attributes().find(CKA_PUBLIC_KEY_INFO);
  EXPECT_EQ(rv_of(create(rsa_private(true).octets(CKA_PUBLIC_KEY_INFO, info))),
            CKR_ATTRIBUTE_VALUE_INVALID);
  const Bytes own = rsa_numbers().key.public_key().to_spki().value();
  EXPECT_EQ(rv_of(create(rsa_private(true).octets(CKA_PUBLIC_KEY_INFO, own))), CKR_OK);
}

}  // namespace
}  // namespace azekura::hsm::token

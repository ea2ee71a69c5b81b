#include <gtest/gtest.h>

#include "crypto/der.h"
#include "hsm/token/key_material.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

CK_RV aes_rv(const Asked& asked) { return rv_of(generate(CKM_AES_KEY_GEN, asked)); }
CK_RV rsa_rv(const Asked& asked) {
  return rv_of(generate_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, asked, {}));
}
CK_RV ec_rv(Bytes params) {
  return rv_of(
      generate_pair(CKM_EC_KEY_PAIR_GEN, Asked().octets(CKA_EC_PARAMS, std::move(params)), {}));
}

TEST(Generate, OnlyWhatAMechanismMakes) {
  EXPECT_EQ(rv_of(key_type_made_by(CKM_AES_GCM)), CKR_MECHANISM_INVALID);
  EXPECT_EQ(rv_of(key_type_made_by(CKM_DES3_KEY_GEN)), CKR_MECHANISM_INVALID);
  EXPECT_EQ(key_type_made_by(CKM_EC_EDWARDS_KEY_PAIR_GEN).value(), CKK_EC_EDWARDS);
  Draft draft;
  EXPECT_EQ(rv_of(generate_key({.type = CKM_RSA_PKCS_KEY_PAIR_GEN}, draft)), CKR_MECHANISM_INVALID);
  EXPECT_EQ(rv_of(generate_key({.type = CKM_AES_KEY_GEN, .number_a = 1}, draft)),
            CKR_MECHANISM_PARAM_INVALID);
  EXPECT_EQ(rv_of(generate_key_pair({.type = CKM_AES_KEY_GEN}, draft, draft)),
            CKR_MECHANISM_INVALID);
}

TEST(Generate, AesKeysHaveThreeSizes) {
  EXPECT_EQ(aes_rv({}), CKR_TEMPLATE_INCOMPLETE);
  for (const std::uint64_t size : {0u, 1u, 15u, 17u, 23u, 25u, 31u, 33u}) {
    EXPECT_EQ(aes_rv(Asked().number(CKA_VALUE_LEN, size)), CKR_KEY_SIZE_RANGE) << size;
  }
  EXPECT_EQ(aes_rv(Asked().number(CKA_VALUE_LEN, ~std::uint64_t{0})), CKR_KEY_SIZE_RANGE);
  for (const std::uint64_t size : {16u, 24u, 32u}) {
    const auto key = generate(CKM_AES_KEY_GEN, Asked().number(CKA_VALUE_LEN, size));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->secrets.find(CKA_VALUE)->size(), size);
    EXPECT_EQ(key->attributes.find(CKA_CHECK_VALUE)->size(), 3u);
    EXPECT_TRUE(key->attributes.flag(CKA_LOCAL));
    EXPECT_TRUE(key->attributes.flag(CKA_NEVER_EXTRACTABLE));
    EXPECT_EQ(key->attributes.number(CKA_KEY_GEN_MECHANISM), CKM_AES_KEY_GEN);
  }
}

TEST(Generate, GenericSecretsHaveALimit) {
  const auto rv = [](std::uint64_t size) {
    return rv_of(generate(CKM_GENERIC_SECRET_KEY_GEN, Asked().number(CKA_VALUE_LEN, size)));
  };
  EXPECT_EQ(rv(0), CKR_KEY_SIZE_RANGE);
  EXPECT_EQ(rv(1), CKR_OK);
  EXPECT_EQ(rv(4096), CKR_OK);
  EXPECT_EQ(rv(4097), CKR_KEY_SIZE_RANGE);
}

TEST(Generate, TwoKeysAreTwoKeys) {
  const ObjectPtr one = generated(CKM_AES_KEY_GEN, Asked().number(CKA_VALUE_LEN, 32));
  const ObjectPtr two = generated(CKM_AES_KEY_GEN, Asked().number(CKA_VALUE_LEN, 32));
  EXPECT_FALSE(one->secrets().find(CKA_VALUE)->equals(*two->secrets().find(CKA_VALUE)));
}

TEST(Generate, RsaSizesAndExponentsHaveLimits) {
  EXPECT_EQ(rsa_rv({}), CKR_TEMPLATE_INCOMPLETE);
  for (const std::uint64_t bits : {0u, 1024u, 2040u, 2047u, 2049u, 4104u, 16384u}) {
    EXPECT_EQ(rsa_rv(Asked().number(CKA_MODULUS_BITS, bits)), CKR_KEY_SIZE_RANGE) << bits;
  }
  for (const char* exponent : {"03", "010000", "00", "", "01000000000000000001"}) {
    EXPECT_EQ(rsa_rv(Asked().number(CKA_MODULUS_BITS, 2048).hex(CKA_PUBLIC_EXPONENT, exponent)),
              CKR_ATTRIBUTE_VALUE_INVALID)
        << exponent;
  }
}

TEST(Generate, RsaPairsHaveAllTheirNumbers) {
  const auto pair = generate_pair(
      CKM_RSA_PKCS_KEY_PAIR_GEN,
      Asked().number(CKA_MODULUS_BITS, 2048).hex(CKA_PUBLIC_EXPONENT, "0000010001"), {});
  ASSERT_TRUE(pair) << pair.error().why;
  const auto& [half, whole] = *pair;
  EXPECT_EQ(half.attributes.find(CKA_MODULUS)->size(), 256u);
  EXPECT_EQ(half.attributes.number(CKA_MODULUS_BITS), 2048u);
  EXPECT_EQ(*half.attributes.find(CKA_PUBLIC_EXPONENT), hex("010001"));
  EXPECT_EQ(*half.attributes.find(CKA_MODULUS), *whole.attributes.find(CKA_MODULUS));
  EXPECT_EQ(*half.attributes.find(CKA_PUBLIC_KEY_INFO),
            *whole.attributes.find(CKA_PUBLIC_KEY_INFO));
  for (const CK_ATTRIBUTE_TYPE type : {CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2,
                                       CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT}) {
    ASSERT_NE(whole.secrets.find(type), nullptr);
    EXPECT_FALSE(whole.secrets.find(type)->empty());
    EXPECT_FALSE(whole.attributes.has(type));
  }
  EXPECT_TRUE(half.secrets.all().empty());
}

TEST(Generate, UnknownCurvesAreNotSupported) {
  EXPECT_EQ(ec_rv({}), CKR_CURVE_NOT_SUPPORTED);
  EXPECT_EQ(ec_rv(hex("06052b8104000a")), CKR_CURVE_NOT_SUPPORTED);  // secp256k1
  EXPECT_EQ(ec_rv(Bytes(3000, 0x30)), CKR_CURVE_NOT_SUPPORTED);
  EXPECT_EQ(ec_rv(to_bytes(crypto::ed25519_params())), CKR_CURVE_NOT_SUPPORTED);
  EXPECT_EQ(
      rv_of(generate_pair(
          CKM_EC_EDWARDS_KEY_PAIR_GEN,
          Asked().octets(CKA_EC_PARAMS, to_bytes(crypto::ec_params(crypto::Curve::kP256))), {})),
      CKR_CURVE_NOT_SUPPORTED);
}

TEST(Generate, CurvePairsKeepTheParametersAsTheyWereAskedFor) {
  Bytes by_name = {0x13, 10};  // PrintableString
  for (const char c : std::string_view("prime256v1")) {
    by_name.push_back(static_cast<std::uint8_t>(c));
  }
  for (const Bytes& params : {by_name, to_bytes(crypto::ec_params(crypto::Curve::kP256))}) {
    const ObjectPair pair = ec_pair(params);
    EXPECT_EQ(*pair.public_key->attributes().find(CKA_EC_PARAMS), params);
    EXPECT_EQ(*pair.private_key->attributes().find(CKA_EC_PARAMS), params);
    const Bytes& point = *pair.public_key->attributes().find(CKA_EC_POINT);
    ASSERT_EQ(point.size(), 67u);
    EXPECT_EQ(point[0], 0x04);
    EXPECT_EQ(point[2], 0x04);
    EXPECT_EQ(pair.private_key->secrets().find(CKA_VALUE)->size(), 32u);
    EXPECT_FALSE(pair.private_key->attributes().find(CKA_PUBLIC_KEY_INFO)->empty());
  }
}

TEST(Generate, Ed25519PairsHaveSeedAndPoint) {
  const ObjectPair pair =
      generated_pair(CKM_EC_EDWARDS_KEY_PAIR_GEN,
                     Asked().octets(CKA_EC_PARAMS, to_bytes(crypto::ed25519_params())));
  EXPECT_EQ(pair.public_key->attributes().find(CKA_EC_POINT)->size(), 34u);
  EXPECT_EQ(pair.private_key->secrets().find(CKA_VALUE)->size(), 32u);
}

TEST(Generate, PairsComeBackOutOfTheirAttributes) {
  for (const crypto::Curve curve : crypto::kAllCurves) {
    const ObjectPair pair = ec_pair(crypto::ec_params(curve));
    const auto half = public_key_of(pair.public_key->draft());
    const auto whole = private_key_of(pair.private_key->draft());
    ASSERT_TRUE(half && whole);
    EXPECT_EQ(half->point().value(), whole->public_key().point().value());
  }
}

}  // namespace
}  // namespace azekura::hsm::token

#include "hsm/cryptoki/mechanisms.h"

#include <gtest/gtest.h>

#include <set>

#include "hsm/cryptoki/names.h"

namespace azekura::hsm::cryptoki {
namespace {

CK_RV parameter_rv(CK_MECHANISM_TYPE type, const ParameterShape& shape) {
  const auto outcome = check_parameter(*find_mechanism(type), shape);
  return outcome ? CKR_OK : outcome.error().rv;
}

TEST(Mechanisms, UnknownTypesAreNotFound) {
  EXPECT_EQ(find_mechanism(CKM_MD5), nullptr);
  EXPECT_EQ(find_mechanism(CKM_AES_ECB), nullptr);
  EXPECT_EQ(find_mechanism(CKM_VENDOR_DEFINED), nullptr);
  EXPECT_EQ(find_mechanism(CK_UNAVAILABLE_INFORMATION), nullptr);
}

TEST(Mechanisms, EachIsListedOnceAndFoundByItsType) {
  std::set<CK_MECHANISM_TYPE> seen;
  for (const MechanismFacts& facts : all_mechanisms()) {
    EXPECT_TRUE(seen.insert(facts.type).second) << facts.type;
    EXPECT_EQ(find_mechanism(facts.type), &facts);
    EXPECT_FALSE(name_of_mechanism(facts.type).empty()) << facts.type;
  }
}

TEST(Mechanisms, HashAndSignNamesAListedBaseAndDigest) {
  for (const MechanismFacts& facts : all_mechanisms()) {
    ASSERT_NE(find_mechanism(facts.base), nullptr);
    EXPECT_EQ(find_mechanism(facts.base)->family, facts.family);
    if (facts.hash_and_sign()) {
      EXPECT_GT(digest_size(facts.digest), 0u);
      EXPECT_FALSE(facts.single_part);
    }
  }
}

TEST(Mechanisms, NothingUnauthenticatedWraps) {
  for (const MechanismFacts& facts : all_mechanisms()) {
    if ((facts.flags & (CKF_WRAP | CKF_UNWRAP)) == 0) continue;
    EXPECT_TRUE(facts.family == Family::kAesKeyWrap || facts.family == Family::kAesKeyWrapKwp ||
                facts.family == Family::kRsaOaep)
        << name_of_mechanism(facts.type);
  }
}

TEST(Mechanisms, KeysOfAnotherClassOrTypeAreNotAccepted) {
  const MechanismFacts& gcm = *find_mechanism(CKM_AES_GCM);
  EXPECT_FALSE(accepts_key(gcm, CKF_ENCRYPT, CKO_SECRET_KEY, CKK_GENERIC_SECRET));
  EXPECT_FALSE(accepts_key(gcm, CKF_ENCRYPT, CKO_PRIVATE_KEY, CKK_AES));
  EXPECT_TRUE(accepts_key(gcm, CKF_ENCRYPT, CKO_SECRET_KEY, CKK_AES));

  const MechanismFacts& hmac = *find_mechanism(CKM_SHA256_HMAC);
  EXPECT_FALSE(accepts_key(hmac, CKF_SIGN, CKO_SECRET_KEY, CKK_AES));
  EXPECT_FALSE(accepts_key(hmac, CKF_SIGN, CKO_SECRET_KEY, CKK_SHA384_HMAC));
  EXPECT_TRUE(accepts_key(hmac, CKF_SIGN, CKO_SECRET_KEY, CKK_SHA256_HMAC));

  const MechanismFacts& ecdsa = *find_mechanism(CKM_ECDSA);
  EXPECT_FALSE(accepts_key(ecdsa, CKF_SIGN, CKO_PUBLIC_KEY, CKK_EC));
  EXPECT_FALSE(accepts_key(ecdsa, CKF_VERIFY, CKO_PRIVATE_KEY, CKK_EC));
  EXPECT_FALSE(accepts_key(ecdsa, CKF_SIGN, CKO_PRIVATE_KEY, CKK_EC_EDWARDS));
  EXPECT_TRUE(accepts_key(ecdsa, CKF_SIGN, CKO_PRIVATE_KEY, CKK_EC));

  EXPECT_FALSE(accepts_key(*find_mechanism(CKM_SHA256), CKF_DIGEST, CKO_SECRET_KEY, CKK_AES));
}

TEST(Mechanisms, ParametersAreRefusedJustBeyondTheirLimits) {
  const CK_RV bad = CKR_MECHANISM_PARAM_INVALID;
  EXPECT_EQ(parameter_rv(CKM_AES_CBC, {.first_size = 15}), bad);
  EXPECT_EQ(parameter_rv(CKM_AES_CBC, {.first_size = 16}), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_AES_CBC, {.first_size = 17}), bad);

  EXPECT_EQ(parameter_rv(CKM_AES_GCM, {.number_a = 128, .first_size = 0}), bad);
  EXPECT_EQ(parameter_rv(CKM_AES_GCM, {.number_a = 128, .first_size = 1}), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_AES_GCM, {.number_a = 128, .first_size = kGcmIvBytesMax}), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_AES_GCM, {.number_a = 128, .first_size = kGcmIvBytesMax + 1}), bad);
  for (std::uint64_t bits = 0; bits <= 136; ++bits) {
    const bool allowed = bits == 32 || bits == 64 || bits == 96 || bits == 104 || bits == 112 ||
                         bits == 120 || bits == 128;
    EXPECT_EQ(parameter_rv(CKM_AES_GCM, {.number_a = bits, .first_size = 12}),
              allowed ? CKR_OK : bad)
        << bits;
  }

  EXPECT_EQ(parameter_rv(CKM_AES_CTR, {.number_a = 0, .first_size = 16}), bad);
  EXPECT_EQ(parameter_rv(CKM_AES_CTR, {.number_a = 1, .first_size = 16}), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_AES_CTR, {.number_a = 128, .first_size = 16}), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_AES_CTR, {.number_a = 129, .first_size = 16}), bad);

  EXPECT_EQ(parameter_rv(CKM_SHA256_HMAC_GENERAL, {.number_a = 0}), bad);
  EXPECT_EQ(parameter_rv(CKM_SHA256_HMAC_GENERAL, {.number_a = 32}), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_SHA256_HMAC_GENERAL, {.number_a = 33}), bad);
  EXPECT_EQ(parameter_rv(CKM_SHA256_HMAC, {.number_a = 32}), bad);

  EXPECT_EQ(parameter_rv(CKM_EDDSA, {.first_size = 1}), bad);
  EXPECT_EQ(parameter_rv(CKM_AES_KEY_WRAP, {.first_size = 4}), bad);
  EXPECT_EQ(parameter_rv(CKM_AES_KEY_WRAP, {.first_size = 8}), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_AES_KEY_WRAP_KWP, {.first_size = 8}), bad);
  EXPECT_EQ(parameter_rv(CKM_AES_KEY_WRAP_KWP, {.first_size = 4}), CKR_OK);
}

TEST(Mechanisms, PssAndOaepTakeKnownHashesOnly) {
  const CK_RV bad = CKR_MECHANISM_PARAM_INVALID;
  const ParameterShape sha256{.number_a = CKM_SHA256, .number_b = CKG_MGF1_SHA256, .number_c = 32};
  EXPECT_EQ(parameter_rv(CKM_SHA256_RSA_PKCS_PSS, sha256), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_RSA_PKCS_PSS, sha256), CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_SHA384_RSA_PKCS_PSS, sha256), bad);
  EXPECT_EQ(parameter_rv(CKM_RSA_PKCS_PSS, {.number_a = CKM_MD5, .number_b = CKG_MGF1_SHA1}), bad);
  EXPECT_EQ(parameter_rv(CKM_RSA_PKCS_PSS, {.number_a = CKM_SHA256, .number_b = 0}), bad);
  EXPECT_EQ(parameter_rv(CKM_RSA_PKCS_OAEP, {.number_a = CKM_SHA_1, .number_b = CKG_MGF1_SHA1}),
            CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_RSA_PKCS_OAEP, {.number_a = CKM_SHA_1, .number_b = 99}), bad);
}

TEST(Mechanisms, EcdhWithoutKdfTakesNoSharedData) {
  const CK_RV bad = CKR_MECHANISM_PARAM_INVALID;
  EXPECT_EQ(parameter_rv(CKM_ECDH1_DERIVE, {.number_a = CKD_NULL, .second_size = 65}), CKR_OK);
  EXPECT_EQ(
      parameter_rv(CKM_ECDH1_DERIVE, {.number_a = CKD_NULL, .first_size = 1, .second_size = 65}),
      bad);
  EXPECT_EQ(parameter_rv(CKM_ECDH1_DERIVE,
                         {.number_a = CKD_SHA256_KDF, .first_size = 1, .second_size = 65}),
            CKR_OK);
  EXPECT_EQ(parameter_rv(CKM_ECDH1_DERIVE, {.number_a = CKD_SHA1_KDF_ASN1, .second_size = 65}),
            bad);
  EXPECT_EQ(parameter_rv(CKM_ECDH1_DERIVE, {.number_a = CKD_NULL}), bad);
}

}  // namespace
}  // namespace azekura::hsm::cryptoki

#include <gtest/gtest.h>

#include "crypto/der.h"
#include "crypto/kdf.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

// NIST CAVP, KAS ECC CDH primitive, P-256, count 0.
constexpr std::string_view kScalar =
    "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534";
constexpr std::string_view kPeer =
    "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
    "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac";
constexpr std::string_view kShared =
    "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b";

class Derive : public testing::Test {
 protected:
  wire::Mechanism ecdh(std::uint64_t kdf = CKD_NULL, ByteView shared_data = {}) const {
    return {.type = CKM_ECDH1_DERIVE, .number_a = kdf, .first = shared_data, .second = peer_};
  }
  static Asked base(bool may = true) {
    return Asked()
        .number(CKA_CLASS, CKO_PRIVATE_KEY)
        .number(CKA_KEY_TYPE, CKK_EC)
        .octets(CKA_EC_PARAMS, to_bytes(crypto::ec_params(crypto::Curve::kP256)))
        .hex(CKA_VALUE, kScalar)
        .flag(CKA_DERIVE, may);
  }
  static Bytes value_of(const Outcome<Draft>& draft) {
    return draft ? to_bytes(draft->secrets.find(CKA_VALUE)->reveal(Purpose::kExport)) : Bytes{};
  }
  static Asked aes(std::uint64_t size) {
    return Asked().number(CKA_KEY_TYPE, CKK_AES).number(CKA_VALUE_LEN, size);
  }

  Bytes peer_ = hex(kPeer);
  Bytes shared_ = hex(kShared);
  ObjectPtr base_ = created(base());
};

TEST_F(Derive, NeedsTheUseAndAKeyOfItsKind) {
  EXPECT_EQ(rv_of(derive(ecdh(), created(base(false)), {})), CKR_KEY_FUNCTION_NOT_PERMITTED);
  EXPECT_EQ(rv_of(derive(ecdh(), rsa_pair().private_key, {})), CKR_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(rv_of(derive({.type = CKM_ECDSA}, base_, {})), CKR_MECHANISM_INVALID);
}

TEST_F(Derive, PointsThatAreNotOnTheCurveAreBadParameters) {
  peer_.back() ^= 1;
  EXPECT_EQ(rv_of(derive(ecdh(), base_, {})), CKR_MECHANISM_PARAM_INVALID);
  peer_ = {0};
  EXPECT_EQ(rv_of(derive(ecdh(), base_, {})), CKR_MECHANISM_PARAM_INVALID);
  peer_ = Bytes(97, 4);
  EXPECT_EQ(rv_of(derive(ecdh(), base_, {})), CKR_MECHANISM_PARAM_INVALID);
}

TEST_F(Derive, GivesTheStandardsSecretForARawPointAndOneInAnOctetString) {
  EXPECT_EQ(value_of(derive(ecdh(), base_, {})), shared_);
  peer_ = crypto::wrap_octet_string(peer_);
  EXPECT_EQ(value_of(derive(ecdh(), base_, {})), shared_);
}

TEST_F(Derive, AShorterKeyIsTheSecretsEnd) {
  const auto key = derive(ecdh(), base_, aes(16));
  ASSERT_TRUE(key) << key.error().why;
  EXPECT_EQ(value_of(key), Bytes(shared_.begin() + 16, shared_.end()));
  EXPECT_EQ(key->attributes.find(CKA_CHECK_VALUE)->size(), 3u);
  EXPECT_EQ(rv_of(derive(ecdh(), base_, aes(17))), CKR_KEY_SIZE_RANGE);
  EXPECT_EQ(rv_of(derive(ecdh(), base_, Asked().number(CKA_KEY_TYPE, CKK_AES))),
            CKR_TEMPLATE_INCOMPLETE);
  EXPECT_EQ(rv_of(derive(ecdh(), base_, Asked().number(CKA_VALUE_LEN, 33))),
            CKR_TEMPLATE_INCONSISTENT);
  EXPECT_EQ(rv_of(derive(ecdh(), base_, Asked().number(CKA_VALUE_LEN, 0))), CKR_KEY_SIZE_RANGE);
}

TEST_F(Derive, KdfsStretchTheSecretWithTheSharedData) {
  const Bytes info = hex("75eef81aa3041e33b80971203d2c0c52");
  const Bytes expected = to_bytes(
      crypto::x963_kdf(crypto::Hash::kSha256, shared_, info, 100)->reveal(Purpose::kExport));
  EXPECT_EQ(value_of(derive(ecdh(CKD_SHA256_KDF, info), base_, Asked().number(CKA_VALUE_LEN, 100))),
            expected);
  EXPECT_EQ(value_of(derive(ecdh(CKD_SHA256_KDF, info), base_, {})).size(), 32u);
  EXPECT_EQ(value_of(derive(ecdh(CKD_SHA384_KDF), base_, {})).size(), 48u);
  EXPECT_EQ(rv_of(derive(ecdh(CKD_SHA256_KDF), base_,
                         Asked().number(CKA_VALUE_LEN, crypto::kDerivedSizeMax + 1))),
            CKR_KEY_SIZE_RANGE);
}

TEST_F(Derive, OnlySecretKeysAreDerived) {
  EXPECT_EQ(rv_of(derive(ecdh(), base_,
                         Asked().number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, CKK_EC))),
            CKR_TEMPLATE_INCONSISTENT);
}

TEST_F(Derive, ADerivedKeyInheritsItsHistory) {
  const ObjectPair pair = ec_pair(crypto::ec_params(crypto::Curve::kP256));
  const auto kept = derive(ecdh(), pair.private_key, {});
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->attributes.flag(CKA_LOCAL));
  EXPECT_TRUE(kept->attributes.flag(CKA_ALWAYS_SENSITIVE));
  EXPECT_TRUE(kept->attributes.flag(CKA_NEVER_EXTRACTABLE));
  const auto imported = derive(ecdh(), base_, {});
  EXPECT_FALSE(imported->attributes.flag(CKA_ALWAYS_SENSITIVE));
  EXPECT_FALSE(imported->attributes.flag(CKA_NEVER_EXTRACTABLE));
}

}  // namespace
}  // namespace azekura::hsm::token

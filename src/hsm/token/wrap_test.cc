#include <gtest/gtest.h>

#include "crypto/der.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

constexpr std::string_view kKek128 = "000102030405060708090a0b0c0d0e0f";
const wire::Mechanism kKw{.type = CKM_AES_KEY_WRAP};
const wire::Mechanism kKwp{.type = CKM_AES_KEY_WRAP_KWP};
const wire::Mechanism kOaep{
    .type = CKM_RSA_PKCS_OAEP, .number_a = CKM_SHA256, .number_b = CKG_MGF1_SHA256};

ObjectPtr kek() { return aes_key(kKek128, {CKA_WRAP, CKA_UNWRAP}); }
Asked secret(CK_KEY_TYPE type) {
  return Asked().number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, type);
}
Asked private_of(CK_KEY_TYPE type) {
  return Asked().number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, type);
}

Outcome<Bytes> wrapped(const wire::Mechanism& mechanism, const ObjectPtr& wrapping_key,
                       const ObjectPtr& key) {
  Bytes out(8192);
  ASSIGN_OR_RETURN(const std::size_t size, wrap_key(mechanism, *wrapping_key, *key, out));
  out.resize(size);
  return out;
}

TEST(Wrap, OnlyMechanismsThatWrap) {
  const ObjectPtr key = aes_key(kKek128, {CKA_EXTRACTABLE});
  const Bytes iv(16);
  EXPECT_EQ(rv_of(wrapped({.type = CKM_AES_CBC_PAD, .first = iv}, kek(), key)),
            CKR_MECHANISM_INVALID);
  EXPECT_EQ(rv_of(wrapped({.type = CKM_RSA_PKCS}, rsa_pair().public_key, key)),
            CKR_MECHANISM_INVALID);
  EXPECT_EQ(
      rv_of(unwrap({.type = CKM_RSA_PKCS}, rsa_pair().private_key, Bytes(256), secret(CKK_AES))),
      CKR_MECHANISM_INVALID);
}

TEST(Wrap, TheWrappingKeyMustBeOne) {
  const ObjectPtr key = aes_key(kKek128, {CKA_EXTRACTABLE});
  EXPECT_EQ(rv_of(wrapped(kKw, aes_key(kKek128, {CKA_UNWRAP}), key)),
            CKR_KEY_FUNCTION_NOT_PERMITTED);
  EXPECT_EQ(rv_of(wrapped(kKw, secret_key(kKek128, {CKA_WRAP}), key)),
            CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(rv_of(wrapped(kOaep, rsa_pair().private_key, key)), CKR_WRAPPING_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(rv_of(unwrap(kOaep, rsa_pair().public_key, Bytes(256), secret(CKK_AES))),
            CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(rv_of(unwrap(kKw, aes_key(kKek128, {CKA_WRAP}), Bytes(24), secret(CKK_AES))),
            CKR_KEY_FUNCTION_NOT_PERMITTED);
}

// RFC 3394 §4.1.
TEST(Wrap, KwGivesTheRfcsCiphertext) {
  const ObjectPtr key = aes_key("00112233445566778899aabbccddeeff", {CKA_EXTRACTABLE});
  const Bytes blob = wrapped(kKw, kek(), key).value();
  EXPECT_EQ(blob, hex("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"));
  const Bytes standard_iv(8, 0xa6);
  EXPECT_EQ(wrapped({.type = CKM_AES_KEY_WRAP, .first = standard_iv}, kek(), key).value(), blob);
  const Bytes other_iv(8, 0xa7);
  EXPECT_EQ(rv_of(wrapped({.type = CKM_AES_KEY_WRAP, .first = other_iv}, kek(), key)),
            CKR_MECHANISM_PARAM_INVALID);
}

// RFC 5649 §6.
TEST(Wrap, KwpGivesTheRfcsCiphertext) {
  const ObjectPtr wrapping =
      aes_key("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8", {CKA_WRAP, CKA_UNWRAP});
  const ObjectPtr key = secret_key("466f7250617369", {CKA_EXTRACTABLE});
  EXPECT_EQ(wrapped(kKwp, wrapping, key).value(), hex("afbeb0f07dfbf5419200f2ccb50bb24f"));
  EXPECT_EQ(rv_of(wrapped(kKw, wrapping, key)), CKR_KEY_SIZE_RANGE);
}

TEST(Wrap, EveryKindOfKeyComesBackAsItWas) {
  const Asked extractable = Asked().flag(CKA_EXTRACTABLE, true);
  const std::vector<ObjectPtr> keys = {
      generated(CKM_AES_KEY_GEN, Asked().number(CKA_VALUE_LEN, 24).flag(CKA_EXTRACTABLE, true)),
      secret_key("0102030405", {CKA_EXTRACTABLE}),
      generated_pair(CKM_RSA_PKCS_KEY_PAIR_GEN, Asked().number(CKA_MODULUS_BITS, 2048), extractable)
          .private_key,
      generated_pair(
          CKM_EC_KEY_PAIR_GEN,
          Asked().octets(CKA_EC_PARAMS, to_bytes(crypto::ec_params(crypto::Curve::kP521))),
          extractable)
          .private_key,
      generated_pair(CKM_EC_EDWARDS_KEY_PAIR_GEN,
                     Asked().octets(CKA_EC_PARAMS, to_bytes(crypto::ed25519_params())), extractable)
          .private_key,
  };
  for (const ObjectPtr& key : keys) {
    const auto blob = wrapped(kKwp, kek(), key);
    ASSERT_TRUE(blob) << blob.error().why;
    const auto again = unwrap(kKwp, kek(), *blob,
                              key->object_class() == CKO_SECRET_KEY ? secret(key->key_type())
                                                                    : private_of(key->key_type()));
    ASSERT_TRUE(again) << again.error().why;
    ASSERT_EQ(again->secrets.all().size(), key->secrets().all().size());
    for (const auto& [type, value] : key->secrets().all()) {
      EXPECT_TRUE(again->secrets.find(type)->equals(value));
    }
    EXPECT_FALSE(again->attributes.flag(CKA_LOCAL));
    EXPECT_FALSE(again->attributes.flag(CKA_ALWAYS_SENSITIVE));
    EXPECT_FALSE(again->attributes.flag(CKA_NEVER_EXTRACTABLE));
    const CK_ATTRIBUTE_TYPE follows =
        key->object_class() == CKO_SECRET_KEY ? CKA_CHECK_VALUE : CKA_PUBLIC_KEY_INFO;
    EXPECT_EQ(*again->attributes.find(follows), *key->attributes().find(follows));
  }
}

TEST(Wrap, OaepTakesWhatFitsTheModulus) {
  const Bytes blob = wrapped(kOaep, rsa_pair().public_key,
                             secret_key(std::string(2 * 190, '1'), {CKA_EXTRACTABLE}))
                         .value();
  EXPECT_EQ(blob.size(), 256u);
  EXPECT_TRUE(unwrap(kOaep, rsa_pair().private_key, blob, secret(CKK_GENERIC_SECRET)));
  EXPECT_EQ(rv_of(wrapped(kOaep, rsa_pair().public_key,
                          secret_key(std::string(2 * 191, '1'), {CKA_EXTRACTABLE}))),
            CKR_KEY_SIZE_RANGE);
}

TEST(Wrap, AShortBufferIsBufferTooSmall) {
  const ObjectPtr key = aes_key(kKek128, {CKA_EXTRACTABLE});
  Bytes out(23);
  EXPECT_EQ(rv_of(wrap_key(kKw, *kek(), *key, out)), CKR_BUFFER_TOO_SMALL);
  out.resize(24);
  EXPECT_EQ(rv_of(wrap_key(kKw, *kek(), *key, out)), CKR_OK);
}

TEST(Unwrap, ForgedBlobsAreInvalidWhateverWasWrong) {
  const ObjectPtr key = aes_key(kKek128, {CKA_EXTRACTABLE});
  for (const auto& [mechanism, wrapping, unwrapping] :
       {std::tuple(kKw, kek(), kek()), std::tuple(kKwp, kek(), kek()),
        std::tuple(kOaep, rsa_pair().public_key, rsa_pair().private_key)}) {
    const Bytes blob = wrapped(mechanism, wrapping, key).value();
    for (std::size_t at = 0; at < blob.size(); at += 5) {
      Bytes forged = blob;
      forged[at] ^= 1;
      EXPECT_EQ(rv_of(unwrap(mechanism, unwrapping, forged, secret(CKK_AES))),
                CKR_WRAPPED_KEY_INVALID);
    }
    Bytes shorter = blob;
    shorter.pop_back();
    EXPECT_EQ(rv_of(unwrap(mechanism, unwrapping, shorter, secret(CKK_AES))),
              CKR_WRAPPED_KEY_LEN_RANGE);
    EXPECT_EQ(rv_of(unwrap(mechanism, unwrapping, {}, secret(CKK_AES))), CKR_WRAPPED_KEY_LEN_RANGE);
  }
}

TEST(Unwrap, ALengthThatTheTemplateOrTheTypeDoesNotAllowIsLenRange) {
  const Bytes blob =
      wrapped(kKwp, kek(), secret_key("0102030405060708090a", {CKA_EXTRACTABLE})).value();
  EXPECT_EQ(rv_of(unwrap(kKwp, kek(), blob, secret(CKK_AES))), CKR_WRAPPED_KEY_LEN_RANGE);
  EXPECT_EQ(rv_of(unwrap(kKwp, kek(), blob, secret(CKK_GENERIC_SECRET).number(CKA_VALUE_LEN, 9))),
            CKR_WRAPPED_KEY_LEN_RANGE);
  EXPECT_EQ(rv_of(unwrap(kKwp, kek(), blob, secret(CKK_GENERIC_SECRET).number(CKA_VALUE_LEN, 10))),
            CKR_OK);
}

}  // namespace
}  // namespace azekura::hsm::token

#include "hsm/pkcs11/facts.h"

#include <gtest/gtest.h>

namespace azekura::hsm::pkcs11 {
namespace {

struct Told {
  Told& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value) {
    ByteBuilder octets;
    octets.number(value);
    return raw(type, octets.take());
  }
  Told& raw(CK_ATTRIBUTE_TYPE type, Bytes value) {
    values.push_back(std::move(value));
    answer.attributes.push_back({type, values.back()});
    return *this;
  }
  Outcome<ObjectFacts> read() {
    Bytes body(4096);
    wire::Writer out(body);
    out(answer);
    body.resize(out.size());
    return ObjectFacts::read(1, 42, {3, 4}, body);
  }
  wire::ReadObject::Answer answer;
  std::vector<Bytes> values;
};

CK_RV use(const ObjectFacts& facts, CK_MECHANISM_TYPE type, CK_FLAGS operation) {
  auto fits = facts.check_use(*cryptoki::find_mechanism(type), operation);
  return fits ? CKR_OK : fits.error().rv;
}

TEST(Facts, AnAnswerThatIsCutIsRefused) {
  const Bytes body(3);
  EXPECT_FALSE(ObjectFacts::read(1, 42, {}, body));
}

TEST(Facts, TellWhatAKeyMayDo) {
  Told told;
  told.number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_AES)
      .number(CKA_VALUE_LEN, 32)
      .raw(CKA_ENCRYPT, {1})
      .raw(CKA_DECRYPT, {0});
  told.answer.sensitive = {CKA_VALUE};
  auto facts = told.read();
  ASSERT_TRUE(facts);
  EXPECT_EQ(use(*facts, CKM_AES_GCM, CKF_ENCRYPT), CKR_OK);
  EXPECT_EQ(use(*facts, CKM_AES_GCM, CKF_DECRYPT), CKR_KEY_FUNCTION_NOT_PERMITTED);
  EXPECT_EQ(use(*facts, CKM_SHA256_HMAC, CKF_SIGN), CKR_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(facts->size, 32u);
  EXPECT_TRUE(facts->is_withheld(CKA_VALUE));
  EXPECT_EQ(facts->find(CKA_VALUE), nullptr);
  EXPECT_EQ(facts->find(CKA_LABEL), nullptr);
}

TEST(Facts, AKeyOfAWrongSizeIsSaidToBeSo) {
  Told told;
  told.number(CKA_CLASS, CKO_PUBLIC_KEY)
      .number(CKA_KEY_TYPE, CKK_RSA)
      .raw(CKA_MODULUS, Bytes(64, 0xff))
      .raw(CKA_PUBLIC_EXPONENT, {1, 0, 1})
      .raw(CKA_VERIFY, {1});
  auto facts = told.read();
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->size, 512u);
  EXPECT_EQ(use(*facts, CKM_RSA_PKCS, CKF_VERIFY), CKR_KEY_SIZE_RANGE);
  EXPECT_FALSE(facts->public_key);
}

TEST(Facts, WhatIsNoKeyIsNoKey) {
  Told told;
  told.number(CKA_CLASS, CKO_DATA);
  auto facts = told.read();
  ASSERT_TRUE(facts);
  EXPECT_EQ(use(*facts, CKM_AES_GCM, CKF_ENCRYPT), CKR_KEY_HANDLE_INVALID);
}

TEST(Facts, TheCacheIsBounded) {
  FactsCache cache;
  for (std::uint64_t handle = 1; handle <= 3 * kFactsMax; ++handle) {
    auto facts = std::make_shared<ObjectFacts>();
    facts->handle = handle;
    cache.keep(facts);
    EXPECT_EQ(cache.find(handle), facts);
  }
  std::size_t kept = 0;
  for (std::uint64_t handle = 1; handle <= 3 * kFactsMax; ++handle) {
    kept += cache.find(handle) != nullptr;
  }
  EXPECT_LE(kept, kFactsMax);
  cache.forget(3 * kFactsMax);
  EXPECT_EQ(cache.find(3 * kFactsMax), nullptr);
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

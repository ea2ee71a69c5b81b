// The known ways to talk a PKCS#11 token out of its keys (Clulow 2003; Delaune, Kremer, Steel 2008;
// Bortolozzo et al. 2010, "Tookan"), each tried as its authors describe it.
#include <gtest/gtest.h>

#include "crypto/der.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

const wire::Mechanism kKw{.type = CKM_AES_KEY_WRAP};
const wire::Mechanism kKwp{.type = CKM_AES_KEY_WRAP_KWP};

ObjectPtr new_aes(Asked asked) {
  return generated(CKM_AES_KEY_GEN, asked.number(CKA_VALUE_LEN, 32));
}
ObjectPtr target() { return new_aes(Asked().flag(CKA_EXTRACTABLE, true)); }
ObjectPtr kek() { return new_aes(Asked().flags({CKA_WRAP, CKA_UNWRAP})); }

Outcome<Bytes> wrapped(const ObjectPtr& wrapping_key, const ObjectPtr& key) {
  Bytes out(4096);
  ASSIGN_OR_RETURN(const std::size_t size, wrap_key(kKwp, *wrapping_key, *key, out));
  out.resize(size);
  return out;
}

Asked secret(CK_KEY_TYPE type = CKK_AES) {
  return Asked().number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, type);
}

constexpr Asker kUser{.security_officer = false, .user = true, .read_write = true};

CK_RV copy_rv(const ObjectPtr& key, const Asked& changes) {
  return rv_of(draft_from_template({.origin = Origin::kCopied,
                                    .object_class = std::nullopt,
                                    .key_type = std::nullopt,
                                    .parent = key.get(),
                                    .asker = kUser},
                                   changes.view()));
}

TEST(Attacks, AKeyThatDecryptsWrapsNothingSensitive) {
  const ObjectPtr both = new_aes(Asked().flags({CKA_WRAP, CKA_DECRYPT}));
  EXPECT_EQ(rv_of(wrapped(both, target())), CKR_KEY_NOT_WRAPPABLE);
}

TEST(Attacks, GivingUpDecryptionDoesNotMakeAWrappingKey) {
  const ObjectPtr both = new_aes(Asked().flags({CKA_WRAP, CKA_DECRYPT}));
  auto changed = draft_with_changes(*both, Asked().flag(CKA_DECRYPT, false).view(), kUser);
  ASSERT_TRUE(changed);
  EXPECT_EQ(rv_of(wrapped(object_of(std::move(*changed)), target())), CKR_KEY_NOT_WRAPPABLE);
}

TEST(Attacks, AUseIsNeverTakenLater) {
  const ObjectPtr key = kek();
  for (const CK_ATTRIBUTE_TYPE use : {CKA_DECRYPT, CKA_ENCRYPT, CKA_SIGN}) {
    EXPECT_EQ(rv_of(draft_with_changes(*key, Asked().flag(use, true).view(), kUser)),
              CKR_ATTRIBUTE_READ_ONLY);
    EXPECT_EQ(copy_rv(key, Asked().flag(use, true)), CKR_ATTRIBUTE_READ_ONLY);
  }
}

TEST(Attacks, ACopyIsNeverLooser) {
  const ObjectPtr key = new_aes({});
  for (const Asked& looser :
       {Asked().flag(CKA_SENSITIVE, false), Asked().flag(CKA_EXTRACTABLE, true),
        Asked().flag(CKA_PRIVATE, false), Asked().flag(CKA_WRAP, true),
        Asked().flag(CKA_TRUSTED, true), Asked().number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)}) {
    EXPECT_EQ(copy_rv(key, looser), CKR_ATTRIBUTE_READ_ONLY);
  }
  EXPECT_EQ(copy_rv(key, Asked().octets(CKA_VALUE, Bytes(32))), CKR_ATTRIBUTE_READ_ONLY);
}

TEST(Attacks, AnUnwrappedKeyIsSensitive) {
  const ObjectPtr wrapping = kek();
  const Bytes blob = wrapped(wrapping, target()).value();
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, blob, secret().flag(CKA_SENSITIVE, false))),
            CKR_TEMPLATE_INCONSISTENT);
  const auto again = unwrap(kKwp, wrapping, blob, secret());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->attributes.flag(CKA_SENSITIVE));
  EXPECT_FALSE(again->attributes.flag(CKA_EXTRACTABLE));
}

// Delaune, Kremer and Steel: the same blob once as a key that wraps and once as one that decrypts.
TEST(Attacks, OneBlobDoesNotBecomeAWrappingAndADecryptingKey) {
  const ObjectPtr wrapping = kek();
  const Bytes blob = wrapped(wrapping, target()).value();
  EXPECT_TRUE(unwrap(kKwp, wrapping, blob, secret().flag(CKA_DECRYPT, true)));
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, blob, secret().flag(CKA_WRAP, true))),
            CKR_TEMPLATE_INCONSISTENT);
}

TEST(Attacks, ABlobIsNoKeyOfAnotherKind) {
  const ObjectPtr wrapping = kek();
  const Bytes aes = wrapped(wrapping, target()).value();
  const ObjectPtr ec =
      generated_pair(
          CKM_EC_KEY_PAIR_GEN,
          Asked().octets(CKA_EC_PARAMS, to_bytes(crypto::ec_params(crypto::Curve::kP256))),
          Asked().flag(CKA_EXTRACTABLE, true))
          .private_key;
  const Bytes pkcs8 = wrapped(wrapping, ec).value();
  const auto private_key = [](CK_KEY_TYPE type) {
    return Asked().number(CKA_CLASS, CKO_PRIVATE_KEY).number(CKA_KEY_TYPE, type);
  };
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, aes, private_key(CKK_EC))), CKR_WRAPPED_KEY_INVALID);
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, aes, private_key(CKK_EC_EDWARDS))),
            CKR_WRAPPED_KEY_INVALID);
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, pkcs8, private_key(CKK_RSA))), CKR_TEMPLATE_INCONSISTENT);
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, pkcs8, secret())), CKR_WRAPPED_KEY_LEN_RANGE);
  EXPECT_EQ(rv_of(unwrap(kKw, wrapping, aes, secret())), CKR_WRAPPED_KEY_INVALID);
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, aes,
                         Asked().number(CKA_CLASS, CKO_PUBLIC_KEY).number(CKA_KEY_TYPE, CKK_RSA))),
            CKR_TEMPLATE_INCONSISTENT);
  // As a generic secret it is a secret still, and does what a generic secret does: no decryption.
  const auto generic = unwrap(kKwp, wrapping, aes, secret(CKK_GENERIC_SECRET));
  ASSERT_TRUE(generic);
  EXPECT_TRUE(generic->attributes.flag(CKA_SENSITIVE));
}

TEST(Attacks, WhatIsNotExtractableIsNotWrappedByAnyKey) {
  const ObjectPtr stays = new_aes({});
  EXPECT_EQ(rv_of(wrapped(kek(), stays)), CKR_KEY_UNEXTRACTABLE);
  Draft trusted = kek()->draft().clone();
  trusted.attributes.set_flag(CKA_TRUSTED, true);
  EXPECT_EQ(rv_of(wrapped(object_of(std::move(trusted)), stays)), CKR_KEY_UNEXTRACTABLE);
  EXPECT_EQ(rv_of(draft_with_changes(*stays, Asked().flag(CKA_EXTRACTABLE, true).view(), kUser)),
            CKR_ATTRIBUTE_READ_ONLY);
}

// A wrapping key whose value the attacker chose himself, and a public key that he brought.
TEST(Attacks, WrapWithTrustedStopsKeysThatTheUserBrought) {
  const ObjectPtr guarded = new_aes(Asked().flags({CKA_EXTRACTABLE, CKA_WRAP_WITH_TRUSTED}));
  EXPECT_EQ(rv_of(wrapped(aes_key("000102030405060708090a0b0c0d0e0f", {CKA_WRAP}), guarded)),
            CKR_KEY_NOT_WRAPPABLE);
  EXPECT_EQ(
      rv_of(draft_with_changes(*guarded, Asked().flag(CKA_WRAP_WITH_TRUSTED, false).view(), kUser)),
      CKR_ATTRIBUTE_READ_ONLY);
  EXPECT_EQ(rv_of(create(secret()
                             .hex(CKA_VALUE, "000102030405060708090a0b0c0d0e0f")
                             .flags({CKA_WRAP, CKA_TRUSTED}))),
            CKR_ATTRIBUTE_READ_ONLY);
  auto trusted = create(
      secret().hex(CKA_VALUE, "000102030405060708090a0b0c0d0e0f").flags({CKA_WRAP, CKA_TRUSTED}),
      true);
  ASSERT_TRUE(trusted);
  EXPECT_TRUE(wrapped(object_of(std::move(*trusted)), guarded));
}

TEST(Attacks, AnUnwrapTemplateIsNotTalkedOver) {
  wire::Attribute forced{.type = CKA_EXTRACTABLE};
  const Bytes no = {0};
  forced.value = no;
  wire::Template nested = {forced};
  Bytes encoded(256);
  wire::Writer writer(encoded);
  writer(nested);
  const ObjectPtr wrapping = new_aes(Asked()
                                         .flags({CKA_WRAP, CKA_UNWRAP})
                                         .octets(CKA_UNWRAP_TEMPLATE, to_bytes(writer.written())));
  const Bytes blob = wrapped(wrapping, target()).value();
  EXPECT_EQ(rv_of(unwrap(kKwp, wrapping, blob, secret().flag(CKA_EXTRACTABLE, true))),
            CKR_TEMPLATE_INCONSISTENT);
  EXPECT_FALSE(unwrap(kKwp, wrapping, blob, secret())->attributes.flag(CKA_EXTRACTABLE));
}

}  // namespace
}  // namespace azekura::hsm::token

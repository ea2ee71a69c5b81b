// Making, wrapping and deriving keys.

#include "tests/module/token.h"

namespace azekura::module_test {
namespace {

TEST_F(WithUser, GenerationRefusesWhatItMust) {
  CK_OBJECT_HANDLE handle = 0;
  CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
  Template key;
  key.number(CKA_VALUE_LEN, 32);
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GenerateKey(session, nullptr, key.data(), 1, &handle));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GenerateKey(session, &mechanism, key.data(), 1, nullptr));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GenerateKey(session, &mechanism, nullptr, 1, &handle));
  EXPECT_RV(CKR_TEMPLATE_INCOMPLETE, f.C_GenerateKey(session, &mechanism, nullptr, 0, &handle));
  CK_MECHANISM wrong{CKM_AES_GCM, nullptr, 0};
  EXPECT_RV(CKR_MECHANISM_INVALID, f.C_GenerateKey(session, &wrong, key.data(), 1, &handle));
  EXPECT_RV(CKR_MECHANISM_INVALID,
            f.C_GenerateKeyPair(session, &mechanism, nullptr, 0, nullptr, 0, &handle, &handle));
  CK_MECHANISM pair{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  EXPECT_RV(CKR_ARGUMENTS_BAD,
            f.C_GenerateKeyPair(session, &pair, nullptr, 0, nullptr, 0, &handle, nullptr));
}

TEST_F(WithUser, AWrappedKeyComesBackAsTheSameKey) {
  CK_MECHANISM generate{CKM_AES_KEY_GEN, nullptr, 0};
  Template wrapper;
  wrapper.number(CKA_VALUE_LEN, 32)
      .flag(CKA_WRAP, true)
      .flag(CKA_UNWRAP, true)
      .flag(CKA_ENCRYPT, false)
      .flag(CKA_DECRYPT, false);
  CK_OBJECT_HANDLE wrapping = 0;
  ASSERT_RV(CKR_OK, f.C_GenerateKey(session, &generate, wrapper.data(), wrapper.size(), &wrapping));
  Template extractable;
  extractable.flag(CKA_EXTRACTABLE, true).flag(CKA_ENCRYPT, true).flag(CKA_DECRYPT, true);
  const CK_OBJECT_HANDLE key = import(CKK_AES, Octets(32, 0x42), std::move(extractable));
  CK_MECHANISM mechanism{CKM_AES_KEY_WRAP_KWP, nullptr, 0};

  EXPECT_RV(CKR_KEY_UNEXTRACTABLE, [&] {
    CK_ULONG size = 0;
    return f.C_WrapKey(session, &mechanism, wrapping, aes_key(), nullptr, &size);
  }());
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_WrapKey(session, &mechanism, wrapping, key, nullptr, nullptr));
  CK_ULONG size = 0;
  ASSERT_RV(CKR_OK, f.C_WrapKey(session, &mechanism, wrapping, key, nullptr, &size));
  EXPECT_EQ(size, 40u);
  Octets wrapped(size);
  size = 39;
  EXPECT_RV(CKR_BUFFER_TOO_SMALL,
            f.C_WrapKey(session, &mechanism, wrapping, key, wrapped.data(), &size));
  ASSERT_RV(CKR_OK, f.C_WrapKey(session, &mechanism, wrapping, key, wrapped.data(), &size));

  Template unwrapped;
  unwrapped.number(CKA_CLASS, CKO_SECRET_KEY)
      .number(CKA_KEY_TYPE, CKK_AES)
      .flag(CKA_ENCRYPT, true)
      .flag(CKA_DECRYPT, true);
  CK_OBJECT_HANDLE back = 0;
  EXPECT_RV(CKR_WRAPPED_KEY_LEN_RANGE, f.C_UnwrapKey(session, &mechanism, wrapping, wrapped.data(),
                                                     0, unwrapped.data(), unwrapped.size(), &back));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_UnwrapKey(session, &mechanism, wrapping, nullptr, 40,
                                             unwrapped.data(), unwrapped.size(), &back));
  ASSERT_RV(CKR_OK, f.C_UnwrapKey(session, &mechanism, wrapping, wrapped.data(), wrapped.size(),
                                  unwrapped.data(), unwrapped.size(), &back));
  Octets iv(16);
  CK_MECHANISM cbc{CKM_AES_CBC, iv.data(), 16};
  Octets data(16, 1);
  Octets one(16);
  Octets two(16);
  size = 16;
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &cbc, key));
  ASSERT_RV(CKR_OK, f.C_Encrypt(session, data.data(), 16, one.data(), &size));
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &cbc, back));
  ASSERT_RV(CKR_OK, f.C_Encrypt(session, data.data(), 16, two.data(), &size));
  EXPECT_EQ(one, two);
  wrapped[3] ^= 1;
  EXPECT_RV(CKR_WRAPPED_KEY_INVALID,
            f.C_UnwrapKey(session, &mechanism, wrapping, wrapped.data(), wrapped.size(),
                          unwrapped.data(), unwrapped.size(), &back));
}

TEST_F(WithUser, BothSidesDeriveTheSameSecret) {
  const KeyPair one = ec_pair();
  const KeyPair two = ec_pair();
  const auto point = [&](CK_OBJECT_HANDLE key) {
    Octets value(67);
    CK_ATTRIBUTE attribute{CKA_EC_POINT, value.data(), value.size()};
    EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &attribute, 1));
    return value;
  };
  const auto derive = [&](CK_OBJECT_HANDLE key, Octets peer) {
    CK_ECDH1_DERIVE_PARAMS parameters{CKD_NULL, 0, nullptr, peer.size(), peer.data()};
    CK_MECHANISM mechanism{CKM_ECDH1_DERIVE, &parameters, sizeof parameters};
    Template derived;
    derived.number(CKA_CLASS, CKO_SECRET_KEY)
        .number(CKA_KEY_TYPE, CKK_GENERIC_SECRET)
        .number(CKA_VALUE_LEN, 32)
        .flag(CKA_SENSITIVE, false)
        .flag(CKA_EXTRACTABLE, true);
    CK_OBJECT_HANDLE handle = 0;
    EXPECT_RV(CKR_OK,
              f.C_DeriveKey(session, &mechanism, key, derived.data(), derived.size(), &handle));
    Octets value(32);
    CK_ATTRIBUTE attribute{CKA_VALUE, value.data(), value.size()};
    EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, handle, &attribute, 1));
    return value;
  };
  const Octets secret = derive(one.private_key, point(two.public_key));
  EXPECT_EQ(secret, derive(two.private_key, point(one.public_key)));
  EXPECT_NE(secret, Octets(32));
  CK_MECHANISM none{CKM_ECDH1_DERIVE, nullptr, 0};
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID,
            f.C_DeriveKey(session, &none, one.private_key, nullptr, 0, &handle));
}

}  // namespace
}  // namespace azekura::module_test

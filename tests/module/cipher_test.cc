// Encryption, decryption and digests: the rules of operations, and the results.

#include <numeric>

#include "tests/module/token.h"

namespace azekura::module_test {
namespace {

Octets counted(std::size_t size) {
  Octets data(size);
  std::iota(data.begin(), data.end(), std::uint8_t{1});
  return data;
}

class Cipher : public WithUser {
 protected:
  Octets iv = counted(16);
  CK_GCM_PARAMS gcm{iv.data(), 12, 96, nullptr, 0, 128};
  CK_AES_CTR_PARAMS ctr{128, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  CK_MECHANISM cbc_mechanism{CKM_AES_CBC, iv.data(), 16};
  CK_MECHANISM pad_mechanism{CKM_AES_CBC_PAD, iv.data(), 16};
  CK_MECHANISM ctr_mechanism{CKM_AES_CTR, &ctr, sizeof ctr};
  CK_MECHANISM gcm_mechanism{CKM_AES_GCM, &gcm, sizeof gcm};

  Octets encrypt(CK_MECHANISM& mechanism, CK_OBJECT_HANDLE key, Octets data) {
    EXPECT_RV(CKR_OK, f.C_EncryptInit(session, &mechanism, key));
    CK_ULONG size = 0;
    EXPECT_RV(CKR_OK, f.C_Encrypt(session, data.data(), data.size(), nullptr, &size));
    Octets out(size + 1);
    EXPECT_RV(CKR_OK, f.C_Encrypt(session, data.data(), data.size(), out.data(), &size));
    out.resize(size);
    return out;
  }
  Octets decrypt(CK_MECHANISM& mechanism, CK_OBJECT_HANDLE key, Octets data) {
    EXPECT_RV(CKR_OK, f.C_DecryptInit(session, &mechanism, key));
    Octets out(data.size() + 16);
    CK_ULONG size = out.size();
    EXPECT_RV(CKR_OK, f.C_Decrypt(session, data.data(), data.size(), out.data(), &size));
    out.resize(size);
    return out;
  }
  using Update = CK_RV (*)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR, CK_ULONG_PTR);
  using Final = CK_RV (*)(CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG_PTR);
  // In parts of these sizes over and over, every result asked for by length first.
  Octets parts(Update update, Final final, Octets data, std::initializer_list<std::size_t> sizes) {
    Octets out;
    std::size_t done = 0;
    for (auto next = sizes.begin(); done < data.size();) {
      const std::size_t part = std::min(*next, data.size() - done);
      CK_ULONG size = 0;
      EXPECT_RV(CKR_OK, update(session, data.data() + done, part, nullptr, &size));
      Octets piece(size + 1);
      const CK_ULONG promised = size;
      if (promised > 0) {
        size = promised - 1;
        EXPECT_RV(CKR_BUFFER_TOO_SMALL,
                  update(session, data.data() + done, part, piece.data(), &size));
        EXPECT_EQ(size, promised);
      }
      const CK_RV rv = update(session, data.data() + done, part, piece.data(), &size);
      EXPECT_RV(CKR_OK, rv);
      if (rv != CKR_OK) return out;
      EXPECT_EQ(size, promised);
      out.insert(out.end(), piece.begin(), piece.begin() + static_cast<long>(size));
      done += part;
      if (++next == sizes.end()) next = sizes.begin();
    }
    CK_ULONG size = 0;
    EXPECT_RV(CKR_OK, final(session, nullptr, &size));
    Octets piece(size + 1);
    EXPECT_RV(CKR_OK, final(session, piece.data(), &size));
    out.insert(out.end(), piece.begin(), piece.begin() + static_cast<long>(size));
    return out;
  }
};

TEST_F(Cipher, InitRefusesWithTheRightWord) {
  const CK_OBJECT_HANDLE key = aes_key();
  const CK_OBJECT_HANDLE mac_key = hmac_key();
  EXPECT_RV(CKR_SESSION_HANDLE_INVALID, f.C_EncryptInit(0, &gcm_mechanism, key));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_EncryptInit(session, nullptr, key));
  EXPECT_RV(CKR_KEY_HANDLE_INVALID, f.C_EncryptInit(session, &gcm_mechanism, 0));
  EXPECT_RV(CKR_KEY_HANDLE_INVALID, f.C_EncryptInit(session, &gcm_mechanism, 999999));
  EXPECT_RV(CKR_KEY_TYPE_INCONSISTENT, f.C_EncryptInit(session, &gcm_mechanism, mac_key));
  CK_MECHANISM none{CKM_RC4, nullptr, 0};
  EXPECT_RV(CKR_MECHANISM_INVALID, f.C_EncryptInit(session, &none, key));
  none.mechanism = CKM_ECDSA;
  EXPECT_RV(CKR_MECHANISM_INVALID, f.C_EncryptInit(session, &none, key));
  CK_MECHANISM empty{CKM_AES_CBC, nullptr, 16};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &empty, key));
  empty = {CKM_AES_CBC, iv.data(), 15};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &empty, key));
  empty = {CKM_AES_GCM, nullptr, sizeof gcm};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &empty, key));
  empty = {CKM_AES_GCM, &gcm, sizeof gcm - 1};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &empty, key));
  CK_GCM_PARAMS bad = gcm;
  bad.pIv = nullptr;
  CK_MECHANISM bad_mechanism{CKM_AES_GCM, &bad, sizeof bad};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &bad_mechanism, key));
  bad = gcm;
  bad.ulAADLen = 5;
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &bad_mechanism, key));
  bad = gcm;
  bad.ulIvLen = ~CK_ULONG{0};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &bad_mechanism, key));
  bad = gcm;
  bad.ulTagBits = 129;
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_EncryptInit(session, &bad_mechanism, key));
  Template decrypt_only;
  decrypt_only.flag(CKA_ENCRYPT, false).flag(CKA_DECRYPT, true);
  const CK_OBJECT_HANDLE reader = import(CKK_AES, counted(32), std::move(decrypt_only));
  EXPECT_RV(CKR_KEY_FUNCTION_NOT_PERMITTED, f.C_EncryptInit(session, &gcm_mechanism, reader));
  // None of it has begun anything.
  CK_ULONG size = 0;
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_Encrypt(session, iv.data(), 16, nullptr, &size));
}

TEST_F(Cipher, OneOperationOfAKindAtATime) {
  const CK_OBJECT_HANDLE key = aes_key();
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_OPERATION_ACTIVE, f.C_EncryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_OK, f.C_DecryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_OK, f.C_EncryptInit(session, nullptr, 0));  // ends it
  EXPECT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_OK, f.C_SessionCancel(session, CKF_ENCRYPT | CKF_DECRYPT));
  EXPECT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_OK, f.C_DecryptInit(session, &gcm_mechanism, key));
}

TEST_F(Cipher, ErrorsEndAnOperationAndQuestionsDoNot) {
  const CK_OBJECT_HANDLE key = aes_key();
  Octets data = counted(16);
  Octets out(64);
  CK_ULONG size = 0;
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_OK, f.C_Encrypt(session, data.data(), 16, nullptr, &size));
  EXPECT_EQ(size, 32u);
  size = 31;
  EXPECT_RV(CKR_BUFFER_TOO_SMALL, f.C_Encrypt(session, data.data(), 16, out.data(), &size));
  EXPECT_EQ(size, 32u);
  EXPECT_RV(CKR_OK, f.C_Encrypt(session, data.data(), 16, out.data(), &size));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED,
            f.C_Encrypt(session, data.data(), 16, out.data(), &size));

  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_Encrypt(session, data.data(), 16, out.data(), nullptr));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED,
            f.C_Encrypt(session, data.data(), 16, out.data(), &size));
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_Encrypt(session, nullptr, 16, out.data(), &size));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_EncryptFinal(session, out.data(), &size));
}

TEST_F(Cipher, AOneShotDoesNotFinishAnUpdate) {
  const CK_OBJECT_HANDLE key = aes_key();
  Octets data = counted(16);
  Octets out(64);
  CK_ULONG size = out.size();
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  ASSERT_RV(CKR_OK, f.C_EncryptUpdate(session, data.data(), 16, out.data(), &size));
  size = out.size();
  EXPECT_RV(CKR_OPERATION_ACTIVE, f.C_Encrypt(session, data.data(), 16, out.data(), &size));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_EncryptFinal(session, out.data(), &size));
  // The daemon's stream went with it.
  EXPECT_EQ(encrypt(gcm_mechanism, key, data).size(), 32u);
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &gcm_mechanism, key));
  size = out.size();
  EXPECT_RV(CKR_OK, f.C_EncryptUpdate(session, data.data(), 16, out.data(), &size));
}

TEST_F(Cipher, EveryModeRoundTripsWholeAndInParts) {
  const CK_OBJECT_HANDLE key = aes_key();
  CK_MECHANISM* modes[] = {&cbc_mechanism, &pad_mechanism, &ctr_mechanism, &gcm_mechanism};
  for (CK_MECHANISM* mode : modes) {
    SCOPED_TRACE(cryptoki::name_of_mechanism(mode->mechanism));
    for (const std::size_t size : {0ul, 1ul, 15ul, 16ul, 17ul, 48ul, 1000ul, 4096ul, 70'000ul}) {
      SCOPED_TRACE(size);
      if (mode == &cbc_mechanism && size % 16 != 0) continue;
      const Octets data = counted(size);
      const Octets sealed = encrypt(*mode, key, data);
      EXPECT_EQ(decrypt(*mode, key, sealed), data);
      ASSERT_RV(CKR_OK, f.C_EncryptInit(session, mode, key));
      EXPECT_EQ(parts(f.C_EncryptUpdate, f.C_EncryptFinal, data, {1, 16, 31, 500}), sealed);
      ASSERT_RV(CKR_OK, f.C_DecryptInit(session, mode, key));
      EXPECT_EQ(parts(f.C_DecryptUpdate, f.C_DecryptFinal, sealed, {7, 16, 160, 33}), data);
    }
  }
}

TEST_F(Cipher, DataBeyondOneFrameGoesAsAStream) {
  const CK_OBJECT_HANDLE key = aes_key();
  CK_MECHANISM* modes[] = {&cbc_mechanism, &pad_mechanism, &ctr_mechanism, &gcm_mechanism};
  constexpr std::size_t kFrame = 1 << 20;
  for (CK_MECHANISM* mode : modes) {
    SCOPED_TRACE(cryptoki::name_of_mechanism(mode->mechanism));
    for (const std::size_t size : {kFrame - 16, kFrame, kFrame + 16, 3 * kFrame + 4112}) {
      const Octets data = counted(size);
      Octets sealed = encrypt(*mode, key, data);
      EXPECT_TRUE(decrypt(*mode, key, sealed) == data);
      // In place.
      sealed = data;
      sealed.resize(size + 32);
      ASSERT_RV(CKR_OK, f.C_EncryptInit(session, mode, key));
      CK_ULONG out_size = sealed.size();
      ASSERT_RV(CKR_OK, f.C_Encrypt(session, sealed.data(), size, sealed.data(), &out_size));
      ASSERT_RV(CKR_OK, f.C_DecryptInit(session, mode, key));
      CK_ULONG plain_size = sealed.size();
      ASSERT_RV(CKR_OK, f.C_Decrypt(session, sealed.data(), out_size, sealed.data(), &plain_size));
      sealed.resize(plain_size);
      EXPECT_TRUE(sealed == data);
      // Output ahead of the input.
      Octets shifted(size + 64);
      std::copy(data.begin(), data.end(), shifted.begin());
      ASSERT_RV(CKR_OK, f.C_EncryptInit(session, mode, key));
      out_size = size + 32;
      ASSERT_RV(CKR_OK, f.C_Encrypt(session, shifted.data(), size, shifted.data() + 24, &out_size));
      EXPECT_TRUE(decrypt(*mode, key,
                          Octets(shifted.begin() + 24,
                                 shifted.begin() + 24 + static_cast<long>(out_size))) == data);
    }
  }
}

TEST_F(Cipher, AForgedCiphertextGivesNothing) {
  const CK_OBJECT_HANDLE key = aes_key();
  Octets sealed = encrypt(gcm_mechanism, key, counted(100));
  sealed[40] ^= 1;
  Octets out(200, 0xEE);
  CK_ULONG size = out.size();
  ASSERT_RV(CKR_OK, f.C_DecryptInit(session, &gcm_mechanism, key));
  EXPECT_RV(CKR_ENCRYPTED_DATA_INVALID,
            f.C_Decrypt(session, sealed.data(), sealed.size(), out.data(), &size));
  EXPECT_EQ(out, Octets(200, 0xEE));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_DecryptFinal(session, out.data(), &size));
  ASSERT_RV(CKR_OK, f.C_DecryptInit(session, &cbc_mechanism, key));
  size = out.size();
  EXPECT_RV(CKR_ENCRYPTED_DATA_LEN_RANGE,
            f.C_Decrypt(session, sealed.data(), 15, out.data(), &size));
}

TEST_F(Cipher, APaddedDecryptionFitsABufferOfItsExactLength) {
  const CK_OBJECT_HANDLE key = aes_key();
  const Octets data = counted(21);
  Octets sealed = encrypt(pad_mechanism, key, data);
  Octets out(21);
  CK_ULONG size = 20;
  ASSERT_RV(CKR_OK, f.C_DecryptInit(session, &pad_mechanism, key));
  EXPECT_RV(CKR_BUFFER_TOO_SMALL,
            f.C_Decrypt(session, sealed.data(), sealed.size(), out.data(), &size));
  EXPECT_EQ(size, 21u);
  EXPECT_RV(CKR_OK, f.C_Decrypt(session, sealed.data(), sealed.size(), out.data(), &size));
  EXPECT_EQ(out, data);

  ASSERT_RV(CKR_OK, f.C_DecryptInit(session, &pad_mechanism, key));
  Octets first(16);
  size = 16;
  ASSERT_RV(CKR_OK, f.C_DecryptUpdate(session, sealed.data(), 32, first.data(), &size));
  ASSERT_EQ(size, 16u);
  Octets last(5);
  size = 4;
  EXPECT_RV(CKR_BUFFER_TOO_SMALL, f.C_DecryptFinal(session, last.data(), &size));
  ASSERT_EQ(size, 5u);
  EXPECT_RV(CKR_OK, f.C_DecryptFinal(session, last.data(), &size));
  EXPECT_EQ(last, Octets(data.begin() + 16, data.end()));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_DecryptFinal(session, last.data(), &size));
}

TEST_F(Cipher, RsaEncryptsWithThePublicHalf) {
  const KeyPair pair = rsa_pair();
  Octets label = octets("label");
  CK_RSA_PKCS_OAEP_PARAMS oaep{CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, label.data(),
                               label.size()};
  CK_MECHANISM mechanisms[] = {{CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep}, {CKM_RSA_PKCS, nullptr, 0}};
  for (CK_MECHANISM& mechanism : mechanisms) {
    const Octets data = counted(32);
    const Octets sealed = encrypt(mechanism, pair.public_key, data);
    EXPECT_EQ(sealed.size(), 256u);
    EXPECT_EQ(decrypt(mechanism, pair.private_key, sealed), data);
    EXPECT_RV(CKR_KEY_TYPE_INCONSISTENT, f.C_EncryptInit(session, &mechanism, pair.private_key));
    ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &mechanism, pair.public_key));
    Octets out(300);
    CK_ULONG size = out.size();
    EXPECT_RV(CKR_FUNCTION_NOT_SUPPORTED,
              f.C_EncryptUpdate(session, out.data(), 16, out.data(), &size));
  }
}

TEST_F(WithUser, DigestsAgreeWholeAndInParts) {
  struct Known {
    CK_MECHANISM_TYPE type;
    std::size_t size;
    std::uint8_t first;  // of the digest of "abc"
  };
  for (const Known& known : {Known{CKM_SHA_1, 20, 0xa9},
                             {CKM_SHA224, 28, 0x23},
                             {CKM_SHA256, 32, 0xba},
                             {CKM_SHA384, 48, 0xcb},
                             {CKM_SHA512, 64, 0xdd}}) {
    CK_MECHANISM mechanism{known.type, nullptr, 0};
    Octets data = octets("abc");
    Octets whole(64);
    CK_ULONG size = 0;
    ASSERT_RV(CKR_OK, f.C_DigestInit(session, &mechanism));
    EXPECT_RV(CKR_OPERATION_ACTIVE, f.C_DigestInit(session, &mechanism));
    EXPECT_RV(CKR_OK, f.C_Digest(session, data.data(), 3, nullptr, &size));
    EXPECT_EQ(size, known.size);
    --size;
    EXPECT_RV(CKR_BUFFER_TOO_SMALL, f.C_Digest(session, data.data(), 3, whole.data(), &size));
    EXPECT_RV(CKR_OK, f.C_Digest(session, data.data(), 3, whole.data(), &size));
    EXPECT_EQ(whole[0], known.first);
    EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_DigestUpdate(session, data.data(), 3));

    ASSERT_RV(CKR_OK, f.C_DigestInit(session, &mechanism));
    EXPECT_RV(CKR_OK, f.C_DigestUpdate(session, data.data(), 1));
    EXPECT_RV(CKR_OK, f.C_DigestUpdate(session, nullptr, 0));
    EXPECT_RV(CKR_OK, f.C_DigestUpdate(session, data.data() + 1, 2));
    Octets parted(64);
    size = 64;
    EXPECT_RV(CKR_OK, f.C_DigestFinal(session, parted.data(), &size));
    EXPECT_EQ(parted, whole);
    ASSERT_RV(CKR_OK, f.C_DigestInit(session, &mechanism));
    EXPECT_RV(CKR_OK, f.C_DigestUpdate(session, data.data(), 1));
    EXPECT_RV(CKR_OPERATION_ACTIVE, f.C_Digest(session, data.data(), 3, whole.data(), &size));
    EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_DigestFinal(session, whole.data(), &size));
  }
}

TEST_F(WithUser, OnlyAReadableKeyIsDigested) {
  CK_MECHANISM mechanism{CKM_SHA256, nullptr, 0};
  ASSERT_RV(CKR_OK, f.C_DigestInit(session, &mechanism));
  EXPECT_RV(CKR_KEY_INDIGESTIBLE, f.C_DigestKey(session, aes_key()));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_DigestKey(session, aes_key()));
  Template readable;
  readable.flag(CKA_SENSITIVE, false).flag(CKA_EXTRACTABLE, true);
  const Octets value = counted(16);
  const CK_OBJECT_HANDLE key = import(CKK_AES, value, std::move(readable));
  Octets of_key(32);
  Octets of_value(32);
  CK_ULONG size = 32;
  ASSERT_RV(CKR_OK, f.C_DigestInit(session, &mechanism));
  EXPECT_RV(CKR_OK, f.C_DigestKey(session, key));
  EXPECT_RV(CKR_OK, f.C_DigestFinal(session, of_key.data(), &size));
  ASSERT_RV(CKR_OK, f.C_DigestInit(session, &mechanism));
  EXPECT_RV(CKR_OK,
            f.C_Digest(session, const_cast<CK_BYTE_PTR>(value.data()), 16, of_value.data(), &size));
  EXPECT_EQ(of_key, of_value);
}

}  // namespace
}  // namespace azekura::module_test

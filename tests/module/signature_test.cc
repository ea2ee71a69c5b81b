// Signing and verifying: results, rules, and bad signatures.

#include <numeric>
#include <thread>

#include "tests/module/token.h"

namespace azekura::module_test {
namespace {

class Signature : public WithUser {
 protected:
  Octets sign(CK_MECHANISM& mechanism, CK_OBJECT_HANDLE key, Octets data) {
    EXPECT_RV(CKR_OK, f.C_SignInit(session, &mechanism, key));
    CK_ULONG size = 0;
    EXPECT_RV(CKR_OK, f.C_Sign(session, data.data(), data.size(), nullptr, &size));
    Octets out(size);
    size = out.size() - 1;
    EXPECT_RV(CKR_BUFFER_TOO_SMALL, f.C_Sign(session, data.data(), data.size(), out.data(), &size));
    EXPECT_RV(CKR_OK, f.C_Sign(session, data.data(), data.size(), out.data(), &size));
    EXPECT_EQ(size, out.size());
    return out;
  }
  Octets sign_parts(CK_MECHANISM& mechanism, CK_OBJECT_HANDLE key, Octets data) {
    EXPECT_RV(CKR_OK, f.C_SignInit(session, &mechanism, key));
    for (std::size_t done = 0; done < data.size();) {
      const std::size_t part = std::min<std::size_t>(333, data.size() - done);
      EXPECT_RV(CKR_OK, f.C_SignUpdate(session, data.data() + done, part));
      done += part;
    }
    CK_ULONG size = 0;
    EXPECT_RV(CKR_OK, f.C_SignFinal(session, nullptr, &size));
    Octets out(size);
    EXPECT_RV(CKR_OK, f.C_SignFinal(session, out.data(), &size));
    return out;
  }
  CK_RV verify(CK_MECHANISM& mechanism, CK_OBJECT_HANDLE key, Octets data, Octets signature) {
    EXPECT_RV(CKR_OK, f.C_VerifyInit(session, &mechanism, key));
    return f.C_Verify(session, data.data(), data.size(), signature.data(), signature.size());
  }
  CK_RV verify_parts(CK_MECHANISM& mechanism, CK_OBJECT_HANDLE key, Octets data, Octets signature) {
    EXPECT_RV(CKR_OK, f.C_VerifyInit(session, &mechanism, key));
    EXPECT_RV(CKR_OK, f.C_VerifyUpdate(session, data.data(), data.size()));
    return f.C_VerifyFinal(session, signature.data(), signature.size());
  }
  // Whole and in parts, with a signature that is right, wrong, and of a wrong length.
  void exercise(CK_MECHANISM& mechanism, CK_OBJECT_HANDLE signer, CK_OBJECT_HANDLE verifier,
                const Octets& data, bool in_parts) {
    SCOPED_TRACE(cryptoki::name_of_mechanism(mechanism.mechanism));
    Octets signature = sign(mechanism, signer, data);
    EXPECT_RV(CKR_OK, verify(mechanism, verifier, data, signature));
    if (in_parts) {
      EXPECT_RV(CKR_OK, verify_parts(mechanism, verifier, data, signature));
      EXPECT_RV(CKR_OK, verify(mechanism, verifier, data, sign_parts(mechanism, signer, data)));
    } else {
      ASSERT_RV(CKR_OK, f.C_SignInit(session, &mechanism, signer));
      EXPECT_RV(CKR_FUNCTION_NOT_SUPPORTED,
                f.C_SignUpdate(session, const_cast<CK_BYTE_PTR>(data.data()), data.size()));
    }
    signature[signature.size() / 2] ^= 1;
    EXPECT_RV(CKR_SIGNATURE_INVALID, verify(mechanism, verifier, data, signature));
    EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED,
              f.C_Verify(session, nullptr, 0, signature.data(), signature.size()));
    signature.push_back(0);
    EXPECT_RV(CKR_SIGNATURE_LEN_RANGE, verify(mechanism, verifier, data, signature));
    EXPECT_RV(CKR_SIGNATURE_LEN_RANGE, verify(mechanism, verifier, data, {}));
  }
};

TEST_F(Signature, EcdsaSignsDigestsAndMessages) {
  const KeyPair pair = ec_pair();
  CK_MECHANISM raw{CKM_ECDSA, nullptr, 0};
  exercise(raw, pair.private_key, pair.public_key, Octets(32, 7), false);
  for (CK_MECHANISM_TYPE type :
       {CKM_ECDSA_SHA224, CKM_ECDSA_SHA256, CKM_ECDSA_SHA384, CKM_ECDSA_SHA512}) {
    CK_MECHANISM mechanism{type, nullptr, 0};
    exercise(mechanism, pair.private_key, pair.public_key, Octets(1000, 8), true);
    exercise(mechanism, pair.private_key, pair.public_key, Octets((1 << 20) + 99, 9), true);
  }
  EXPECT_RV(CKR_KEY_TYPE_INCONSISTENT, f.C_SignInit(session, &raw, pair.public_key));
  EXPECT_RV(CKR_KEY_TYPE_INCONSISTENT, f.C_VerifyInit(session, &raw, pair.private_key));
  Octets parameter(4);
  CK_MECHANISM with_parameter{CKM_ECDSA, parameter.data(), parameter.size()};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_SignInit(session, &with_parameter, pair.private_key));
}

TEST_F(Signature, Ed25519SignsMessages) {
  const KeyPair pair = ed_pair();
  CK_MECHANISM mechanism{CKM_EDDSA, nullptr, 0};
  exercise(mechanism, pair.private_key, pair.public_key, Octets(100, 3), false);
  Octets data((1 << 20) + 1);
  Octets out(64);
  CK_ULONG size = 64;
  ASSERT_RV(CKR_OK, f.C_SignInit(session, &mechanism, pair.private_key));
  EXPECT_RV(CKR_DATA_LEN_RANGE, f.C_Sign(session, data.data(), data.size(), out.data(), &size));
}

TEST_F(Signature, RsaSignsInBothPaddings) {
  const KeyPair pair = rsa_pair();
  CK_MECHANISM raw{CKM_RSA_PKCS, nullptr, 0};
  exercise(raw, pair.private_key, pair.public_key, Octets(51, 3), false);
  ASSERT_RV(CKR_OK, f.C_SignInit(session, &raw, pair.private_key));
  Octets out(256);
  CK_ULONG size = out.size();
  EXPECT_RV(CKR_DATA_LEN_RANGE, f.C_Sign(session, out.data(), 246, out.data(), &size));
  CK_MECHANISM hashed{CKM_SHA256_RSA_PKCS, nullptr, 0};
  exercise(hashed, pair.private_key, pair.public_key, Octets(5000, 3), true);
  CK_RSA_PKCS_PSS_PARAMS pss{CKM_SHA384, CKG_MGF1_SHA384, 48};
  CK_MECHANISM pss_hashed{CKM_SHA384_RSA_PKCS_PSS, &pss, sizeof pss};
  exercise(pss_hashed, pair.private_key, pair.public_key, Octets(5000, 4), true);
  CK_MECHANISM pss_raw{CKM_RSA_PKCS_PSS, &pss, sizeof pss};
  exercise(pss_raw, pair.private_key, pair.public_key, Octets(48, 5), false);
  CK_MECHANISM mismatch{CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_SignInit(session, &mismatch, pair.private_key));
  CK_MECHANISM none{CKM_RSA_PKCS_PSS, nullptr, 0};
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_SignInit(session, &none, pair.private_key));
}

TEST_F(Signature, HmacIsMadeAndCheckedInTheDaemon) {
  const CK_OBJECT_HANDLE key = hmac_key();
  for (CK_MECHANISM_TYPE type : {CKM_SHA_1_HMAC, CKM_SHA256_HMAC, CKM_SHA512_HMAC}) {
    CK_MECHANISM mechanism{type, nullptr, 0};
    exercise(mechanism, key, key, Octets(1000, 8), true);
    exercise(mechanism, key, key, Octets((3 << 20) + 5, 8), true);
  }
  CK_MAC_GENERAL_PARAMS length = 12;
  CK_MECHANISM general{CKM_SHA256_HMAC_GENERAL, &length, sizeof length};
  exercise(general, key, key, Octets(64, 9), true);
  EXPECT_EQ(sign(general, key, Octets(64, 9)).size(), 12u);
  length = 33;
  EXPECT_RV(CKR_MECHANISM_PARAM_INVALID, f.C_SignInit(session, &general, key));
}

TEST_F(Signature, AnEmptyMessageIsAMessage) {
  const KeyPair pair = ec_pair();
  CK_MECHANISM mechanism{CKM_ECDSA_SHA256, nullptr, 0};
  Octets out(64);
  CK_ULONG size = out.size();
  ASSERT_RV(CKR_OK, f.C_SignInit(session, &mechanism, pair.private_key));
  ASSERT_RV(CKR_OK, f.C_SignFinal(session, out.data(), &size));
  EXPECT_RV(CKR_OK, verify(mechanism, pair.public_key, {}, out));
  const CK_OBJECT_HANDLE key = hmac_key();
  CK_MECHANISM hmac{CKM_SHA256_HMAC, nullptr, 0};
  Octets mac(32);
  size = 32;
  ASSERT_RV(CKR_OK, f.C_SignInit(session, &hmac, key));
  ASSERT_RV(CKR_OK, f.C_SignFinal(session, mac.data(), &size));
  EXPECT_RV(CKR_OK, verify(hmac, key, {}, mac));
}

TEST_F(Signature, AKeyThatIsGoneCannotBeUsedThoughItWasRemembered) {
  const KeyPair pair = ec_pair();
  CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
  sign(mechanism, pair.private_key, Octets(32, 1));
  ASSERT_RV(CKR_OK, f.C_DestroyObject(session, pair.private_key));
  EXPECT_RV(CKR_KEY_HANDLE_INVALID, f.C_SignInit(session, &mechanism, pair.private_key));
}

TEST_F(Signature, AMechanismOutsideTheKeysListIsRefused) {
  CK_MECHANISM generate{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  Template public_key;
  public_key.raw(CKA_EC_PARAMS, {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07});
  Template private_key;
  private_key.flag(CKA_SIGN, true).number(CKA_ALLOWED_MECHANISMS, CKM_ECDSA_SHA256);
  CK_OBJECT_HANDLE public_handle = 0;
  CK_OBJECT_HANDLE private_handle = 0;
  ASSERT_RV(CKR_OK, f.C_GenerateKeyPair(session, &generate, public_key.data(), public_key.size(),
                                        private_key.data(), private_key.size(), &public_handle,
                                        &private_handle));
  CK_MECHANISM raw{CKM_ECDSA, nullptr, 0};
  EXPECT_RV(CKR_MECHANISM_INVALID, f.C_SignInit(session, &raw, private_handle));
  CK_MECHANISM hashed{CKM_ECDSA_SHA256, nullptr, 0};
  EXPECT_RV(CKR_OK, f.C_SignInit(session, &hashed, private_handle));
}

TEST_F(Signature, ThreadsSignSideBySide) {
  const KeyPair pair = ec_pair();
  const CK_OBJECT_HANDLE mac_key = hmac_key();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const CK_SESSION_HANDLE own = open();
      Octets data(32, static_cast<std::uint8_t>(i));
      for (int round = 0; round < 200; ++round) {
        CK_MECHANISM mechanism{round % 2 == 0 ? CKM_ECDSA : CKM_SHA256_HMAC, nullptr, 0};
        const CK_OBJECT_HANDLE signer = round % 2 == 0 ? pair.private_key : mac_key;
        const CK_OBJECT_HANDLE checker = round % 2 == 0 ? pair.public_key : mac_key;
        Octets out(64);
        CK_ULONG size = out.size();
        ASSERT_RV(CKR_OK, f.C_SignInit(own, &mechanism, signer));
        ASSERT_RV(CKR_OK, f.C_Sign(own, data.data(), data.size(), out.data(), &size));
        ASSERT_RV(CKR_OK, f.C_VerifyInit(own, &mechanism, checker));
        ASSERT_RV(CKR_OK, f.C_Verify(own, data.data(), data.size(), out.data(), size));
      }
      EXPECT_RV(CKR_OK, f.C_CloseSession(own));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(Signature, OneSessionInManyHandsHarmsNobody) {
  const CK_OBJECT_HANDLE key = hmac_key();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      CK_MECHANISM mechanism{CKM_SHA256_HMAC, nullptr, 0};
      Octets data(64);
      Octets out(64);
      for (int round = 0; round < 300; ++round) {
        CK_ULONG size = out.size();
        f.C_SignInit(session, &mechanism, key);
        f.C_SignUpdate(session, data.data(), data.size());
        f.C_SignFinal(session, out.data(), &size);
        f.C_SessionCancel(session, CKF_SIGN);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CK_MECHANISM mechanism{CKM_SHA256_HMAC, nullptr, 0};
  exercise(mechanism, key, key, Octets(10, 1), true);
}

}  // namespace
}  // namespace azekura::module_test

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "crypto/der.h"
#include "crypto/hash.h"
#include "hsm/token/context_cache.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

using wire::Kind;

const Bytes kIv16 = hex("000102030405060708090a0b0c0d0e0f");
const Bytes kIv12 = hex("cafebabefacedbaddecaf888");
constexpr std::string_view kKey128 = "2b7e151628aed2a6abf7158809cf4f3c";

class Operate : public testing::Test {
 protected:
  Outcome<Bytes> run(const ObjectPtr& key, const wire::Operate& request, ByteView in) {
    return operated(*contexts_, key, request, in);
  }
  CK_RV rv(const ObjectPtr& key, const wire::Operate& request, ByteView in) {
    return rv_of(run(key, request, in));
  }

  std::unique_ptr<ContextCache, ContextCacheDeleter> contexts_ = make_context_cache();
};

wire::Operate cbc(Kind kind, CK_MECHANISM_TYPE type = CKM_AES_CBC) {
  return {.kind = kind, .mechanism = {.type = type, .first = kIv16}};
}
wire::Operate gcm(Kind kind, std::uint64_t tag_bits = 128) {
  return {.kind = kind, .mechanism = {.type = CKM_AES_GCM, .number_a = tag_bits, .first = kIv12}};
}

TEST_F(Operate, AnUnknownMechanismOrKindIsMechanismInvalid) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT});
  EXPECT_EQ(rv(key, {.kind = Kind::kEncrypt, .mechanism = {.type = CKM_DES3_CBC}}, kIv16),
            CKR_MECHANISM_INVALID);
  EXPECT_EQ(rv(key, cbc(static_cast<Kind>(9)), kIv16), CKR_MECHANISM_INVALID);
  EXPECT_EQ(rv(key, {.kind = Kind::kEncrypt, .mechanism = {.type = CKM_AES_KEY_GEN}}, kIv16),
            CKR_MECHANISM_INVALID);
}

TEST_F(Operate, AnotherKeysTypeIsInconsistentEvenForAKeyOfTheSameOctets) {
  const ObjectPtr secret = secret_key(kKey128, {CKA_SIGN, CKA_VERIFY});
  const ObjectPtr aes = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  EXPECT_EQ(rv(secret, cbc(Kind::kEncrypt), kIv16), CKR_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(rv(aes, {.kind = Kind::kSign, .mechanism = {.type = CKM_SHA256_HMAC}}, kIv16),
            CKR_KEY_TYPE_INCONSISTENT);
  EXPECT_EQ(
      rv(rsa_pair().public_key, {.kind = Kind::kSign, .mechanism = {.type = CKM_RSA_PKCS}}, kIv16),
      CKR_KEY_TYPE_INCONSISTENT);
}

TEST_F(Operate, AContextOfOneKindIsNoPermissionForAnother) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT});
  EXPECT_EQ(rv(key, gcm(Kind::kEncrypt), kIv16), CKR_OK);
  EXPECT_EQ(rv(key, gcm(Kind::kDecrypt), Bytes(32)), CKR_KEY_FUNCTION_NOT_PERMITTED);
  const ObjectPtr signer = secret_key(kKey128, {CKA_SIGN});
  const wire::Mechanism hmac{.type = CKM_SHA256_HMAC};
  EXPECT_EQ(rv(signer, {.kind = Kind::kSign, .mechanism = hmac}, kIv16), CKR_OK);
  EXPECT_EQ(rv(signer, {.kind = Kind::kVerify, .mechanism = hmac, .signature = kIv16}, kIv16),
            CKR_KEY_FUNCTION_NOT_PERMITTED);
}

TEST_F(Operate, CbcTakesWholeBlocksOnly) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  for (const std::size_t size : {15u, 17u, 31u}) {
    EXPECT_EQ(rv(key, cbc(Kind::kEncrypt), Bytes(size)), CKR_DATA_LEN_RANGE) << size;
    EXPECT_EQ(rv(key, cbc(Kind::kDecrypt), Bytes(size)), CKR_ENCRYPTED_DATA_LEN_RANGE) << size;
  }
  EXPECT_EQ(rv(key, cbc(Kind::kEncrypt), Bytes(16)), CKR_OK);
  EXPECT_EQ(rv(key, cbc(Kind::kEncrypt), {}), CKR_OK);
}

// SP 800-38A F.2.1.
TEST_F(Operate, CbcGivesTheStandardsCiphertext) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  const Bytes plain = hex("6bc1bee22e409f96e93d7e117393172a");
  const Bytes sealed = hex("7649abac8119b246cee98e9b12e9197d");
  EXPECT_EQ(run(key, cbc(Kind::kEncrypt), plain).value(), sealed);
  EXPECT_EQ(run(key, cbc(Kind::kDecrypt), sealed).value(), plain);
}

// SP 800-38A F.5.1.
TEST_F(Operate, CtrGivesTheStandardsCiphertextAndRefusesToWrap) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  const Bytes counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  wire::Operate request{.kind = Kind::kEncrypt,
                        .mechanism = {.type = CKM_AES_CTR, .number_a = 128, .first = counter}};
  EXPECT_EQ(run(key, request, hex("6bc1bee22e409f96e93d7e117393172a")).value(),
            hex("874d6191b620e3261bef6864990db6ce"));
  request.mechanism.number_a = 8;
  EXPECT_EQ(rv(key, request, Bytes(16)), CKR_OK);
  EXPECT_EQ(rv(key, request, Bytes(17)), CKR_DATA_LEN_RANGE);
  request.kind = Kind::kDecrypt;
  EXPECT_EQ(rv(key, request, Bytes(17)), CKR_ENCRYPTED_DATA_LEN_RANGE);
}

TEST_F(Operate, BadPaddingIsOneErrorAndTellsNothing) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  const auto sealed = run(key, cbc(Kind::kEncrypt), Bytes(48));
  for (std::size_t at = 0; at < 16; ++at) {
    Bytes forged = *sealed;
    forged[at] ^= 0x80;
    forged[32 + at] ^= 0x80;
    Bytes out(64, 0xaa);
    const auto opened =
        operate(*contexts_, key, cbc(Kind::kDecrypt, CKM_AES_CBC_PAD), forged, true, out);
    if (opened) continue;  // padding that is right by chance
    EXPECT_EQ(opened.error().rv, CKR_ENCRYPTED_DATA_INVALID);
    EXPECT_EQ(out, Bytes(64, 0xaa));
  }
  EXPECT_EQ(rv(key, cbc(Kind::kDecrypt, CKM_AES_CBC_PAD), {}), CKR_ENCRYPTED_DATA_LEN_RANGE);
}

TEST_F(Operate, AForgedGcmTextWritesNothing) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  const Bytes sealed = run(key, gcm(Kind::kEncrypt), Bytes(40, 1)).value();
  ASSERT_EQ(sealed.size(), 56u);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    Bytes forged = sealed;
    forged[at] ^= 1;
    Bytes out(64, 0xaa);
    EXPECT_EQ(rv_of(operate(*contexts_, key, gcm(Kind::kDecrypt), forged, true, out)),
              CKR_ENCRYPTED_DATA_INVALID);
    EXPECT_EQ(out, Bytes(64, 0xaa));
  }
  EXPECT_EQ(rv(key, gcm(Kind::kDecrypt), Bytes(15)), CKR_ENCRYPTED_DATA_LEN_RANGE);
  // A context that refused is as good as before.
  EXPECT_EQ(run(key, gcm(Kind::kDecrypt), sealed).value(), Bytes(40, 1));
}

TEST_F(Operate, GcmTagSizesShareOneContext) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  for (const std::uint64_t bits : {32u, 64u, 96u, 104u, 112u, 120u, 128u}) {
    const Bytes sealed = run(key, gcm(Kind::kEncrypt, bits), kIv16).value();
    EXPECT_EQ(sealed.size(), 16 + bits / 8);
    EXPECT_EQ(run(key, gcm(Kind::kDecrypt, bits), sealed).value(), kIv16);
  }
  EXPECT_EQ(contexts_->size(), 2u);
}

TEST_F(Operate, WorksInPlace) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  const ObjectPtr mac = secret_key(kKey128, {CKA_SIGN});
  const std::vector<std::pair<ObjectPtr, wire::Operate>> cases = {
      {key, gcm(Kind::kEncrypt)},
      {key, cbc(Kind::kEncrypt)},
      {key, cbc(Kind::kDecrypt)},
      {key, cbc(Kind::kEncrypt, CKM_AES_CBC_PAD)},
      {mac, {.kind = Kind::kSign, .mechanism = {.type = CKM_SHA512_HMAC}}},
      {rsa_pair().private_key, {.kind = Kind::kSign, .mechanism = {.type = CKM_RSA_PKCS}}},
  };
  for (const auto& [object, request] : cases) {
    const Bytes data(32, 5);
    const Bytes apart = run(object, request, data).value();
    Bytes buffer(1024);
    std::copy(data.begin(), data.end(), buffer.begin());
    const auto size =
        operate(*contexts_, object, request, ByteView(buffer).first(32), true, buffer);
    ASSERT_TRUE(size);
    buffer.resize(*size);
    EXPECT_EQ(buffer, apart);
  }
}

TEST_F(Operate, AShortBufferIsBufferTooSmall) {
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  const ObjectPtr mac = secret_key(kKey128, {CKA_SIGN});
  const auto rv_into = [&](const ObjectPtr& object, const wire::Operate& request, ByteView in,
                           std::size_t size) {
    Bytes out(size);
    return rv_of(operate(*contexts_, object, request, in, false, out));
  };
  EXPECT_EQ(rv_into(key, gcm(Kind::kEncrypt), kIv16, 31), CKR_BUFFER_TOO_SMALL);
  EXPECT_EQ(rv_into(key, gcm(Kind::kEncrypt), kIv16, 32), CKR_OK);
  EXPECT_EQ(rv_into(key, cbc(Kind::kEncrypt, CKM_AES_CBC_PAD), kIv16, 31), CKR_BUFFER_TOO_SMALL);
  const wire::Operate hmac{.kind = Kind::kSign, .mechanism = {.type = CKM_SHA256_HMAC}};
  EXPECT_EQ(rv_into(mac, hmac, kIv16, 31), CKR_BUFFER_TOO_SMALL);
  EXPECT_EQ(rv_into(mac, hmac, kIv16, 32), CKR_OK);
  const wire::Operate rsa{.kind = Kind::kSign, .mechanism = {.type = CKM_RSA_PKCS}};
  EXPECT_EQ(rv_into(rsa_pair().private_key, rsa, kIv16, 255), CKR_BUFFER_TOO_SMALL);
  EXPECT_EQ(rv_into(rsa_pair().private_key, rsa, kIv16, 256), CKR_OK);
}

// RFC 4231, test case 2.
TEST_F(Operate, HmacGivesTheRfcsMacAndCutsItForGeneral) {
  const ObjectPtr key = secret_key("4a656665", {CKA_SIGN, CKA_VERIFY});
  const ByteView data = as_bytes("what do ya want for nothing?");
  const Bytes mac = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(run(key, {.kind = Kind::kSign, .mechanism = {.type = CKM_SHA256_HMAC}}, data).value(),
            mac);
  const wire::Mechanism general{.type = CKM_SHA256_HMAC_GENERAL, .number_a = 5};
  const Bytes cut = run(key, {.kind = Kind::kSign, .mechanism = general}, data).value();
  EXPECT_EQ(cut, Bytes(mac.begin(), mac.begin() + 5));
  EXPECT_EQ(rv(key, {.kind = Kind::kVerify, .mechanism = general, .signature = cut}, data), CKR_OK);
  EXPECT_EQ(rv(key, {.kind = Kind::kVerify, .mechanism = general, .signature = mac}, data),
            CKR_SIGNATURE_LEN_RANGE);
}

TEST_F(Operate, RsaPkcs1SignsUpToElevenOctetsLessThanTheModulus) {
  const wire::Operate sign{.kind = Kind::kSign, .mechanism = {.type = CKM_RSA_PKCS}};
  EXPECT_EQ(rv(rsa_pair().private_key, sign, Bytes(245)), CKR_OK);
  EXPECT_EQ(rv(rsa_pair().private_key, sign, Bytes(246)), CKR_DATA_LEN_RANGE);
  const wire::Operate encrypt{.kind = Kind::kEncrypt, .mechanism = {.type = CKM_RSA_PKCS}};
  EXPECT_EQ(rv(rsa_pair().public_key, encrypt, Bytes(245)), CKR_OK);
  EXPECT_EQ(rv(rsa_pair().public_key, encrypt, Bytes(246)), CKR_DATA_LEN_RANGE);
}

TEST_F(Operate, HashAndSignMeansTheSameWhereverTheHashIsMade) {
  const ObjectPtr key = rsa_pair().private_key;
  const Bytes message(1000, 3);
  Bytes digest(32);
  ASSERT_TRUE(crypto::digest(crypto::Hash::kSha256, message, digest));
  wire::Operate request{.kind = Kind::kSign, .mechanism = {.type = CKM_SHA256_RSA_PKCS}};
  const Bytes here = run(key, request, message).value();
  request.prehashed = true;
  EXPECT_EQ(run(key, request, digest).value(), here);
  EXPECT_EQ(rv(key, request, Bytes(31)), CKR_DATA_LEN_RANGE);
  EXPECT_EQ(rv(key, request, Bytes(33)), CKR_DATA_LEN_RANGE);
  request.mechanism.type = CKM_RSA_PKCS;
  EXPECT_EQ(rv(key, request, digest), CKR_ARGUMENTS_BAD);
}

TEST_F(Operate, PssTakesADigestOfItsParametersHash) {
  wire::Operate request{.kind = Kind::kSign,
                        .mechanism = {.type = CKM_RSA_PKCS_PSS,
                                      .number_a = CKM_SHA384,
                                      .number_b = CKG_MGF1_SHA384,
                                      .number_c = 48}};
  EXPECT_EQ(rv(rsa_pair().private_key, request, Bytes(32)), CKR_DATA_LEN_RANGE);
  EXPECT_EQ(rv(rsa_pair().private_key, request, Bytes(48)), CKR_OK);
  request.mechanism.number_c = 256 - 48 - 2;
  EXPECT_EQ(rv(rsa_pair().private_key, request, Bytes(48)), CKR_OK);
  request.mechanism.number_c += 1;
  EXPECT_EQ(rv(rsa_pair().private_key, request, Bytes(48)), CKR_KEY_SIZE_RANGE);
}

TEST_F(Operate, EveryOaepFailureIsTheSame) {
  const auto oaep = [](Kind kind, ByteView label) {
    return wire::Operate{.kind = kind,
                         .mechanism = {.type = CKM_RSA_PKCS_OAEP,
                                       .number_a = CKM_SHA256,
                                       .number_b = CKG_MGF1_SHA256,
                                       .first = label}};
  };
  const Bytes sealed = run(rsa_pair().public_key, oaep(Kind::kEncrypt, kIv12), kIv16).value();
  EXPECT_EQ(run(rsa_pair().private_key, oaep(Kind::kDecrypt, kIv12), sealed).value(), kIv16);
  EXPECT_EQ(rv(rsa_pair().private_key, oaep(Kind::kDecrypt, {}), sealed),
            CKR_ENCRYPTED_DATA_INVALID);
  Bytes forged = sealed;
  forged[200] ^= 1;
  EXPECT_EQ(rv(rsa_pair().private_key, oaep(Kind::kDecrypt, kIv12), forged),
            CKR_ENCRYPTED_DATA_INVALID);
  forged.pop_back();
  EXPECT_EQ(rv(rsa_pair().private_key, oaep(Kind::kDecrypt, kIv12), forged),
            CKR_ENCRYPTED_DATA_LEN_RANGE);
}

TEST_F(Operate, WrongPkcs1PaddingDecryptsToTheSameRandomOctetsEachTime) {
  const wire::Operate decrypt{.kind = Kind::kDecrypt, .mechanism = {.type = CKM_RSA_PKCS}};
  Bytes forged(256, 0x11);
  const auto first = run(rsa_pair().private_key, decrypt, forged);
  ASSERT_TRUE(first);
  EXPECT_EQ(run(rsa_pair().private_key, decrypt, forged).value(), *first);
}

TEST_F(Operate, EcdsaSignaturesHaveTheWidthOfTheOrder) {
  for (const crypto::Curve curve : crypto::kAllCurves) {
    const ObjectPair keys = ec_pair(crypto::ec_params(curve));
    const wire::Mechanism ecdsa{.type = CKM_ECDSA};
    for (const std::size_t size : {20u, 32u, 64u}) {
      const Bytes digest(size, 9);
      const auto signature =
          run(keys.private_key, {.kind = Kind::kSign, .mechanism = ecdsa}, digest);
      ASSERT_TRUE(signature) << signature.error().why;
      EXPECT_EQ(signature->size(), 2 * crypto::coordinate_size(curve));
      EXPECT_EQ(rv(keys.public_key,
                   {.kind = Kind::kVerify, .mechanism = ecdsa, .signature = *signature}, digest),
                CKR_OK);
    }
  }
}

TEST_F(Operate, AReplacedKeyIsNotUsedFromTheCache) {
  const auto old_key = std::const_pointer_cast<Object>(aes_key(kKey128, {CKA_ENCRYPT}));
  EXPECT_EQ(rv(old_key, gcm(Kind::kEncrypt), kIv16), CKR_OK);
  Draft tightened = old_key->draft().clone();
  tightened.attributes.set_flag(CKA_ENCRYPT, false);
  old_key->make_stale();
  EXPECT_EQ(rv(object_of(std::move(tightened)), gcm(Kind::kEncrypt), kIv16),
            CKR_KEY_FUNCTION_NOT_PERMITTED);
}

TEST_F(Operate, DataThatChangesMeanwhileNeverGetsUnverifiedPlaintextOut) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the race is what this test is about";
#endif
  const ObjectPtr key = aes_key(kKey128, {CKA_ENCRYPT, CKA_DECRYPT});
  const Bytes sealed = run(key, gcm(Kind::kEncrypt), Bytes(4096, 7)).value();
  Bytes shared = sealed;
  std::atomic<bool> stop{false};
  std::thread peer([&] {
    std::atomic_ref<std::uint8_t> octet(shared[100]);
    while (!stop) octet.fetch_xor(1);
  });
  for (int i = 0; i < 2000; ++i) {
    Bytes out(8192, 0xaa);
    const auto size = operate(*contexts_, key, gcm(Kind::kDecrypt), shared, true, out);
    if (size) {
      EXPECT_EQ(*size, 4096u);
      out.resize(*size);
      EXPECT_EQ(out, Bytes(4096, 7));
    } else {
      EXPECT_EQ(out, Bytes(8192, 0xaa));
    }
  }
  stop = true;
  peer.join();
}

}  // namespace
}  // namespace azekura::hsm::token

// Project Wycheproof through this room's faces: keys come in as C_CreateObject brings them, each
// vector goes through operate, unwrap_key or derive_key, and what is refused is refused with the
// CK_RV that the standard names. Skipped where the corpus is not there.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "crypto/der.h"
#include "crypto/vectors_testing.h"
#include "hsm/token/context_cache.h"
#include "hsm/token/key_material.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

using crypto::Json;
using wire::Kind;

CK_MECHANISM_TYPE digest_named(const std::string& name) {
  if (name == "SHA-1") return CKM_SHA_1;
  if (name == "SHA-224") return CKM_SHA224;
  if (name == "SHA-256") return CKM_SHA256;
  if (name == "SHA-384") return CKM_SHA384;
  if (name == "SHA-512") return CKM_SHA512;
  return CK_UNAVAILABLE_INFORMATION;
}

std::uint64_t mgf_named(const std::string& name) {
  switch (digest_named(name)) {
    case CKM_SHA_1:
      return CKG_MGF1_SHA1;
    case CKM_SHA224:
      return CKG_MGF1_SHA224;
    case CKM_SHA256:
      return CKG_MGF1_SHA256;
    case CKM_SHA384:
      return CKG_MGF1_SHA384;
    case CKM_SHA512:
      return CKG_MGF1_SHA512;
    default:
      return 0;
  }
}

// What a vector came to. Nothing: the mechanism cannot be asked at all (a hash that is not ours).
struct Verdict {
  CK_RV rv = CKR_OK;
  bool as_expected = true;  // the result is the vector's
};

class Vectors : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = crypto::missing_vectors(); !missing.empty()) {
      GTEST_SKIP() << "skipped: " << missing;
    }
  }

  // `refusals` are the CK_RVs that an invalid vector may have.
  template <typename Try>
  void run(const std::string& file, const std::set<CK_RV>& refusals, Try attempt) {
    const std::optional<Json> json = crypto::read_vectors(file);
    ASSERT_TRUE(json) << file << " cannot be read";
    group_ = nullptr;
    for (const Json& group : (*json)["testGroups"].items()) {
      for (const Json& test : group["tests"].items()) {
        const std::optional<Verdict> verdict = attempt(group, test);
        if (!verdict) continue;
        ++tried_;
        const std::string& result = test["result"].text();
        const std::string where = file + " tcId " + test["tcId"].text();
        if (result == "valid") {
          EXPECT_EQ(verdict->rv, CKR_OK) << where;
          EXPECT_TRUE(verdict->as_expected) << where;
        } else if (verdict->rv != CKR_OK) {
          EXPECT_EQ(refusals.count(verdict->rv), 1u) << where << " rv " << verdict->rv;
        } else if (result == "invalid") {
          EXPECT_FALSE(verdict->as_expected) << where;
        }
      }
    }
  }
  void TearDown() override { RecordProperty("vectors", static_cast<int>(tried_)); }

  Verdict operated_verdict(const ObjectPtr& key, const wire::Operate& request, ByteView in,
                           const Bytes& expected) {
    const auto out = operated(*contexts_, key, request, in);
    return {rv_of(out), out && *out == expected};
  }
  Verdict verified(const ObjectPtr& key, const wire::Mechanism& mechanism, ByteView message,
                   ByteView signature) {
    const auto good =
        operated(*contexts_, key,
                 {.kind = Kind::kVerify, .mechanism = mechanism, .signature = signature}, message);
    // A verification has no result but its rv: one that accepts means "valid".
    return {rv_of(good), true};
  }

  // The public key of the group, made once.
  ObjectPtr public_key(const Json& group, ByteView spki) {
    if (&group != group_) {
      group_ = &group;
      key_ = nullptr;
      const auto parsed = crypto::PublicKey::from_spki(spki);
      EXPECT_TRUE(parsed);
      if (parsed) key_ = created(as_asked(*parsed));
    }
    return key_;
  }
  // Without the primality test of C_CreateObject, which takes longer than all vectors of its key.
  ObjectPtr private_key(const Json& group) {
    if (&group != group_) {
      group_ = &group;
      key_ = nullptr;
      const auto parsed = crypto::PrivateKey::from_pkcs8(group["privateKeyPkcs8"].octets());
      Draft draft;
      draft.attributes.set_number(CKA_CLASS, CKO_PRIVATE_KEY);
      draft.attributes.set_number(CKA_KEY_TYPE, CKK_RSA);
      draft.attributes.set_flag(CKA_DECRYPT, true);
      if (parsed && set_private_key(draft, *parsed)) key_ = object_of(std::move(draft));
    }
    return key_;
  }

  static Asked as_asked(const crypto::PublicKey& key) {
    Asked asked;
    asked.number(CKA_CLASS, CKO_PUBLIC_KEY).flag(CKA_VERIFY, true);
    if (key.type() == crypto::KeyType::kRsa) {
      const auto parts = key.rsa_parts();
      return asked.number(CKA_KEY_TYPE, CKK_RSA)
          .octets(CKA_MODULUS, parts->modulus)
          .octets(CKA_PUBLIC_EXPONENT, parts->exponent);
    }
    const bool edwards = key.type() == crypto::KeyType::kEd25519;
    return asked.number(CKA_KEY_TYPE, edwards ? CKK_EC_EDWARDS : CKK_EC)
        .octets(CKA_EC_PARAMS,
                to_bytes(edwards ? crypto::ed25519_params() : crypto::ec_params(key.curve())))
        .octets(CKA_EC_POINT, crypto::wrap_octet_string(key.point().value()));
  }
  std::unique_ptr<ContextCache, ContextCacheDeleter> contexts_ = make_context_cache();
  std::size_t tried_ = 0;

 private:
  const Json* group_ = nullptr;
  ObjectPtr key_;
};

Bytes joined(Bytes head, const Bytes& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

TEST_F(Vectors, AesGcm) {
  run("aes_gcm", {CKR_ENCRYPTED_DATA_INVALID, CKR_MECHANISM_PARAM_INVALID},
      [&](const Json&, const Json& test) -> std::optional<Verdict> {
        const Bytes iv = test["iv"].octets();
        const Bytes aad = test["aad"].octets();
        const Bytes sealed = joined(test["ct"].octets(), test["tag"].octets());
        if (iv.size() > crypto::kGcmIvSizeMax) return std::nullopt;
        const ObjectPtr key = aes_key(test["key"].text(), {CKA_ENCRYPT, CKA_DECRYPT});
        const wire::Mechanism mechanism{.type = CKM_AES_GCM,
                                        .number_a = test["tag"].octets().size() * 8,
                                        .first = iv,
                                        .second = aad};
        if (test["result"].text() == "valid") {
          EXPECT_TRUE(operated_verdict(key, {.kind = Kind::kEncrypt, .mechanism = mechanism},
                                       test["msg"].octets(), sealed)
                          .as_expected);
        }
        return operated_verdict(key, {.kind = Kind::kDecrypt, .mechanism = mechanism}, sealed,
                                test["msg"].octets());
      });
}

TEST_F(Vectors, AesCbcPad) {
  run("aes_cbc_pkcs5", {CKR_ENCRYPTED_DATA_INVALID, CKR_ENCRYPTED_DATA_LEN_RANGE},
      [&](const Json&, const Json& test) -> std::optional<Verdict> {
        const Bytes iv = test["iv"].octets();
        return operated_verdict(
            aes_key(test["key"].text(), {CKA_DECRYPT}),
            {.kind = Kind::kDecrypt, .mechanism = {.type = CKM_AES_CBC_PAD, .first = iv}},
            test["ct"].octets(), test["msg"].octets());
      });
}

TEST_F(Vectors, Hmac) {
  const std::pair<const char*, CK_MECHANISM_TYPE> files[] = {
      {"hmac_sha1", CKM_SHA_1_HMAC_GENERAL},
      {"hmac_sha224", CKM_SHA224_HMAC_GENERAL},
      {"hmac_sha256", CKM_SHA256_HMAC_GENERAL},
      {"hmac_sha384", CKM_SHA384_HMAC_GENERAL},
      {"hmac_sha512", CKM_SHA512_HMAC_GENERAL}};
  for (const auto& [file, type] : files) {
    run(file, {CKR_SIGNATURE_INVALID},
        [&, type = type](const Json&, const Json& test) -> std::optional<Verdict> {
          const Bytes tag = test["tag"].octets();
          const wire::Mechanism mechanism{.type = type, .number_a = tag.size()};
          const ObjectPtr key = secret_key(test["key"].text(), {CKA_SIGN, CKA_VERIFY});
          if (test["result"].text() == "valid") {
            EXPECT_TRUE(operated_verdict(key, {.kind = Kind::kSign, .mechanism = mechanism},
                                         test["msg"].octets(), tag)
                            .as_expected);
          }
          return verified(key, mechanism, test["msg"].octets(), tag);
        });
  }
}

TEST_F(Vectors, KeyWrap) {
  const std::pair<const char*, CK_MECHANISM_TYPE> files[] = {{"aes_wrap", CKM_AES_KEY_WRAP},
                                                             {"aes_kwp", CKM_AES_KEY_WRAP_KWP}};
  for (const auto& [file, type] : files) {
    run(file, {CKR_WRAPPED_KEY_INVALID, CKR_WRAPPED_KEY_LEN_RANGE},
        [type = type](const Json&, const Json& test) -> std::optional<Verdict> {
          const auto key = unwrap(
              {.type = type}, aes_key(test["key"].text(), {CKA_UNWRAP}), test["ct"].octets(),
              Asked().number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, CKK_GENERIC_SECRET));
          return Verdict{rv_of(key), key && key->secrets.find(CKA_VALUE)->equals(
                                                Secret::copy_of(test["msg"].octets()))};
        });
  }
}

TEST_F(Vectors, Ecdsa) {
  for (const char* file : {"ecdsa_secp256r1_sha256_p1363", "ecdsa_secp256r1_sha512_p1363",
                           "ecdsa_secp384r1_sha384_p1363", "ecdsa_secp384r1_sha512_p1363",
                           "ecdsa_secp521r1_sha512_p1363"}) {
    run(file, {CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE},
        [&](const Json& group, const Json& test) -> std::optional<Verdict> {
          const ObjectPtr key = public_key(group, group["publicKeyDer"].octets());
          const CK_MECHANISM_TYPE digest = digest_named(group["sha"].text());
          const CK_MECHANISM_TYPE type = digest == CKM_SHA256   ? CKM_ECDSA_SHA256
                                         : digest == CKM_SHA384 ? CKM_ECDSA_SHA384
                                                                : CKM_ECDSA_SHA512;
          return verified(key, {.type = type}, test["msg"].octets(), test["sig"].octets());
        });
  }
}

TEST_F(Vectors, Ed25519) {
  run("ed25519", {CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE},
      [&](const Json& group, const Json& test) -> std::optional<Verdict> {
        return verified(public_key(group, group["publicKeyDer"].octets()), {.type = CKM_EDDSA},
                        test["msg"].octets(), test["sig"].octets());
      });
}

TEST_F(Vectors, RsaPkcs1) {
  for (const char* file : {"rsa_signature_2048_sha256", "rsa_signature_3072_sha384",
                           "rsa_signature_4096_sha512", "rsa_signature_8192_sha256"}) {
    run(file, {CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE},
        [&](const Json& group, const Json& test) -> std::optional<Verdict> {
          const CK_MECHANISM_TYPE digest = digest_named(group["sha"].text());
          const CK_MECHANISM_TYPE type = digest == CKM_SHA256   ? CKM_SHA256_RSA_PKCS
                                         : digest == CKM_SHA384 ? CKM_SHA384_RSA_PKCS
                                                                : CKM_SHA512_RSA_PKCS;
          return verified(public_key(group, group["publicKeyDer"].octets()), {.type = type},
                          test["msg"].octets(), test["sig"].octets());
        });
  }
}

TEST_F(Vectors, RsaPss) {
  for (const char* file : {"rsa_pss_2048_sha256_mgf1_32", "rsa_pss_2048_sha256_mgf1sha1_20",
                           "rsa_pss_3072_sha256_mgf1_32", "rsa_pss_4096_sha384_mgf1_48",
                           "rsa_pss_4096_sha512_mgf1_64"}) {
    run(file, {CKR_SIGNATURE_INVALID, CKR_SIGNATURE_LEN_RANGE},
        [&](const Json& group, const Json& test) -> std::optional<Verdict> {
          const CK_MECHANISM_TYPE digest = digest_named(group["sha"].text());
          const CK_MECHANISM_TYPE type = digest == CKM_SHA256   ? CKM_SHA256_RSA_PKCS_PSS
                                         : digest == CKM_SHA384 ? CKM_SHA384_RSA_PKCS_PSS
                                                                : CKM_SHA512_RSA_PKCS_PSS;
          const auto half = crypto::PublicKey::rsa(group["publicKey"]["modulus"].octets(),
                                                   group["publicKey"]["publicExponent"].octets());
          return verified(public_key(group, half->to_spki().value()),
                          {.type = type,
                           .number_a = digest,
                           .number_b = mgf_named(group["mgfSha"].text()),
                           .number_c = group["sLen"].number()},
                          test["msg"].octets(), test["sig"].octets());
        });
  }
}

TEST_F(Vectors, RsaOaep) {
  for (const char* file : {"rsa_oaep_2048_sha1_mgf1sha1", "rsa_oaep_2048_sha256_mgf1sha1",
                           "rsa_oaep_2048_sha384_mgf1sha384", "rsa_oaep_3072_sha256_mgf1sha256",
                           "rsa_oaep_4096_sha512_mgf1sha512", "rsa_oaep_misc"}) {
    run(file, {CKR_ENCRYPTED_DATA_INVALID, CKR_ENCRYPTED_DATA_LEN_RANGE},
        [&](const Json& group, const Json& test) -> std::optional<Verdict> {
          const Bytes label = test["label"].octets();
          const wire::Mechanism mechanism{.type = CKM_RSA_PKCS_OAEP,
                                          .number_a = digest_named(group["sha"].text()),
                                          .number_b = mgf_named(group["mgfSha"].text()),
                                          .first = label};
          const ObjectPtr key = private_key(group);
          if (key == nullptr || mechanism.number_a == CK_UNAVAILABLE_INFORMATION ||
              mechanism.number_b == 0) {
            return std::nullopt;
          }
          return operated_verdict(key, {.kind = Kind::kDecrypt, .mechanism = mechanism},
                                  test["ct"].octets(), test["msg"].octets());
        });
  }
}

// A ciphertext with wrong padding is answered with octets like any other: no refusal to learn from.
TEST_F(Vectors, RsaPkcs1DecryptHasNoOracle) {
  for (const char* file : {"rsa_pkcs1_2048", "rsa_pkcs1_3072", "rsa_pkcs1_4096"}) {
    run(file, {CKR_ENCRYPTED_DATA_LEN_RANGE, CKR_ENCRYPTED_DATA_INVALID},
        [&](const Json& group, const Json& test) -> std::optional<Verdict> {
          return operated_verdict(private_key(group),
                                  {.kind = Kind::kDecrypt, .mechanism = {.type = CKM_RSA_PKCS}},
                                  test["ct"].octets(), test["msg"].octets());
        });
  }
}

TEST_F(Vectors, Ecdh) {
  const std::pair<const char*, crypto::Curve> files[] = {
      {"ecdh_secp256r1_ecpoint", crypto::Curve::kP256},
      {"ecdh_secp384r1_ecpoint", crypto::Curve::kP384},
      {"ecdh_secp521r1_ecpoint", crypto::Curve::kP521}};
  for (const auto& [file, curve] : files) {
    run(file, {CKR_MECHANISM_PARAM_INVALID},
        [curve = curve](const Json&, const Json& test) -> std::optional<Verdict> {
          const ObjectPtr base =
              created(Asked()
                          .number(CKA_CLASS, CKO_PRIVATE_KEY)
                          .number(CKA_KEY_TYPE, CKK_EC)
                          .octets(CKA_EC_PARAMS, to_bytes(crypto::ec_params(curve)))
                          .octets(CKA_VALUE, test["private"].octets()));
          const Bytes point = test["public"].octets();
          const auto key =
              derive({.type = CKM_ECDH1_DERIVE, .number_a = CKD_NULL, .second = point}, base, {});
          return Verdict{rv_of(key), key && key->secrets.find(CKA_VALUE)->equals(
                                                Secret::copy_of(test["shared"].octets()))};
        });
  }
}

}  // namespace
}  // namespace azekura::hsm::token

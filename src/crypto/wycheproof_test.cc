// Every vector of Project Wycheproof for what this room does. Skipped where the corpus is not
// there.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "crypto/aead.h"
#include "crypto/aes_wrap.h"
#include "crypto/cipher.h"
#include "crypto/der.h"
#include "crypto/ecdh.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/key.h"
#include "crypto/mac.h"
#include "crypto/rsa_cipher.h"
#include "crypto/sign.h"
#include "crypto/vectors_testing.h"

namespace azekura::crypto {
namespace {

class Wycheproof : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = missing_vectors(); !missing.empty()) {
      GTEST_SKIP() << "skipped: " << missing;
    }
  }

  // Runs `accepts(group, test)` on every test: what is valid must be accepted and what is invalid
  // must not; what is acceptable may go either way.
  template <typename Accepts>
  void run(const std::string& file, Accepts accepts) {
    const std::optional<Json> json = read_vectors(file);
    ASSERT_TRUE(json) << file << " cannot be read";
    std::size_t count = 0;
    for (const Json& group : (*json)["testGroups"].items()) {
      for (const Json& test : group["tests"].items()) {
        const std::string& result = test["result"].text();
        const bool accepted = accepts(group, test);
        ++count;
        if (result == "acceptable") continue;
        EXPECT_EQ(accepted, result == "valid")
            << file << " tcId " << test["tcId"].text() << ": " << test["comment"].text();
      }
    }
    EXPECT_EQ(count, (*json)["numberOfTests"].number()) << file;
  }
};

std::optional<Hash> hash_named(const std::string& name) {
  for (const Hash hash : kAllHashes) {
    if (name == hash_name(hash)) return hash;
  }
  return std::nullopt;
}

Bytes digest_of(Hash hash, ByteView data) {
  Bytes out(hash_size(hash));
  EXPECT_TRUE(digest(hash, data, out));
  return out;
}

bool equals(const Secret& secret, const Bytes& expected) {
  return std::ranges::equal(secret.reveal(Purpose::kCipher), expected);
}

TEST_F(Wycheproof, AesGcm) {
  run("aes_gcm", [](const Json&, const Json& test) {
    const Bytes key = test["key"].octets();
    const Bytes iv = test["iv"].octets();
    const Bytes aad = test["aad"].octets();
    Bytes sealed = test["ct"].octets();
    const Bytes tag = test["tag"].octets();
    sealed.insert(sealed.end(), tag.begin(), tag.end());
    // What the library cannot do it must refuse; it is then no test of ours.
    const bool too_long = iv.size() > kGcmIvSizeMax;
    const bool valid = test["result"].text() == "valid";

    const AesMessage message{.iv = iv, .aad = aad, .tag_size = tag.size()};
    Result<AesCipher> decrypt = AesCipher::create(key, AesMode::kGcm, Direction::kDecrypt);
    Bytes opened(sealed.size());
    const Result<std::size_t> size = decrypt->run(message, sealed, opened);
    if (too_long) {
      EXPECT_FALSE(size);
      return valid;
    }
    if (!size) return false;
    opened.resize(*size);
    Result<AesCipher> encrypt = AesCipher::create(key, AesMode::kGcm, Direction::kEncrypt);
    Bytes again(sealed.size());
    EXPECT_TRUE(encrypt->run(message, opened, again));
    EXPECT_EQ(again, sealed);
    if (key.size() == AesGcm::kKeySize && iv.size() == AesGcm::kNonceSize) {
      EXPECT_TRUE(AesGcm::create(key)->open(iv, aad, sealed));
    }
    return opened == test["msg"].octets();
  });
}

TEST_F(Wycheproof, AesCbcPkcs5) {
  run("aes_cbc_pkcs5", [](const Json&, const Json& test) {
    const Bytes key = test["key"].octets();
    const Bytes iv = test["iv"].octets();
    const Bytes ciphertext = test["ct"].octets();
    Result<AesCipher> decrypt = AesCipher::create(key, AesMode::kCbcPad, Direction::kDecrypt);
    Bytes opened(ciphertext.size());
    const Result<std::size_t> size = decrypt->run({.iv = iv}, ciphertext, opened);
    if (!size) return false;
    opened.resize(*size);
    Result<AesCipher> encrypt = AesCipher::create(key, AesMode::kCbcPad, Direction::kEncrypt);
    Bytes again(ciphertext.size());
    EXPECT_TRUE(encrypt->run({.iv = iv}, opened, again));
    EXPECT_EQ(again, ciphertext);
    return opened == test["msg"].octets();
  });
}

class WycheproofKeyWrap : public Wycheproof {
 protected:
  void run_wrap(const std::string& file, KeyWrap kind) {
    run(file, [kind](const Json&, const Json& test) {
      const Bytes key = test["key"].octets();
      const Result<Secret> opened = aes_unwrap(kind, key, test["ct"].octets());
      if (!opened) return false;
      const Result<Bytes> again = aes_wrap(kind, key, opened->reveal(Purpose::kWrap));
      EXPECT_TRUE(again && *again == test["ct"].octets());
      return equals(*opened, test["msg"].octets());
    });
  }
};

TEST_F(WycheproofKeyWrap, Kw) { run_wrap("aes_wrap", KeyWrap::kKw); }
TEST_F(WycheproofKeyWrap, Kwp) { run_wrap("aes_kwp", KeyWrap::kKwp); }

TEST_F(Wycheproof, Hmac) {
  const std::pair<const char*, Hash> files[] = {{"hmac_sha1", Hash::kSha1},
                                                {"hmac_sha224", Hash::kSha224},
                                                {"hmac_sha256", Hash::kSha256},
                                                {"hmac_sha384", Hash::kSha384},
                                                {"hmac_sha512", Hash::kSha512}};
  for (const auto& [file, hash] : files) {
    run(file, [hash = hash](const Json&, const Json& test) {
      Result<Hmac> hmac = Hmac::create(hash, test["key"].octets());
      std::array<std::uint8_t, kHashSizeMax> out;
      EXPECT_TRUE(hmac->compute(test["msg"].octets(), out));
      const Bytes tag = test["tag"].octets();
      return equal_constant_time(ByteView(out).first(tag.size()), tag);
    });
  }
}

TEST_F(Wycheproof, HkdfSha256) {
  run("hkdf_sha256", [](const Json&, const Json& test) {
    const std::size_t size = test["size"].number();
    const Result<Secret> derived =
        hkdf_sha256(test["ikm"].octets(), test["salt"].octets(), test["info"].octets(), size);
    // Ours are at most kDerivedSizeMax octets.
    if (size > kDerivedSizeMax) {
      EXPECT_FALSE(derived);
      return test["result"].text() == "valid";
    }
    return derived && equals(*derived, test["okm"].octets());
  });
}

bool verifies(Result<PublicKey> key, const SignatureScheme& scheme, ByteView data,
              ByteView signature) {
  if (!key) return false;
  Result<Verifier> verifier = Verifier::create(*key, scheme);
  return verifier && verifier->verify(data, signature).has_value();
}

class WycheproofEcdsa : public Wycheproof {
 protected:
  void run_curve(const std::string& curve, Curve expected,
                 std::initializer_list<const char*> hashes, const std::string& encoding) {
    for (const std::string hash : hashes) {
      run("ecdsa_" + curve + "_" + hash + encoding, [&](const Json& group, const Json& test) {
        const Result<PublicKey> key = PublicKey::from_spki(group["publicKeyDer"].octets());
        EXPECT_TRUE(key && key->curve() == expected);
        Bytes signature = test["sig"].octets();
        if (encoding.empty()) {
          Bytes raw(2 * coordinate_size(expected));
          if (!ecdsa_der_to_raw(signature, raw)) return false;
          signature = raw;
        }
        const Bytes hashed = digest_of(*hash_named(group["sha"].text()), test["msg"].octets());
        return verifies(*key, {.kind = SignatureKind::kEcdsa}, hashed, signature);
      });
    }
  }
};

TEST_F(WycheproofEcdsa, P256) {
  run_curve("secp256r1", Curve::kP256, {"sha256", "sha512"}, "");
  run_curve("secp256r1", Curve::kP256, {"sha256", "sha512"}, "_p1363");
}
TEST_F(WycheproofEcdsa, P384) {
  run_curve("secp384r1", Curve::kP384, {"sha256", "sha384", "sha512"}, "");
  run_curve("secp384r1", Curve::kP384, {"sha384", "sha512"}, "_p1363");
}
TEST_F(WycheproofEcdsa, P521) {
  run_curve("secp521r1", Curve::kP521, {"sha512"}, "");
  run_curve("secp521r1", Curve::kP521, {"sha512"}, "_p1363");
}

TEST_F(Wycheproof, Ed25519) {
  run("ed25519", [](const Json& group, const Json& test) {
    Result<PublicKey> key = PublicKey::from_spki(group["publicKeyDer"].octets());
    EXPECT_TRUE(key);
    return verifies(std::move(key), {.kind = SignatureKind::kEd25519}, test["msg"].octets(),
                    test["sig"].octets());
  });
}

class WycheproofEcdh : public Wycheproof {
 protected:
  void run_curve(const std::string& name, Curve curve) {
    run("ecdh_" + name + "_ecpoint", [curve](const Json&, const Json& test) {
      const Result<PrivateKey> key = private_key(curve, test);
      const Result<Secret> shared = ecdh(*key, test["public"].octets());
      const Result<Secret> wrapped = ecdh(*key, wrap_octet_string(test["public"].octets()));
      EXPECT_EQ(shared.has_value(), wrapped.has_value());
      return shared && equals(*shared, test["shared"].octets());
    });
    run("ecdh_" + name, [curve](const Json&, const Json& test) {
      const Result<PrivateKey> key = private_key(curve, test);
      const Result<PublicKey> peer = PublicKey::from_spki(test["public"].octets());
      if (!peer || peer->type() != KeyType::kEc || peer->curve() != curve) return false;
      const Result<Secret> shared = ecdh(*key, *peer->point());
      return shared && equals(*shared, test["shared"].octets());
    });
  }

 private:
  static Result<PrivateKey> private_key(Curve curve, const Json& test) {
    Bytes scalar = test["private"].octets();
    while (scalar.size() > coordinate_size(curve) && scalar[0] == 0) scalar.erase(scalar.begin());
    Result<PrivateKey> key = PrivateKey::ec(curve, scalar);
    EXPECT_TRUE(key) << test["tcId"].text();
    return key;
  }
};

TEST_F(WycheproofEcdh, P256) { run_curve("secp256r1", Curve::kP256); }
TEST_F(WycheproofEcdh, P384) { run_curve("secp384r1", Curve::kP384); }
TEST_F(WycheproofEcdh, P521) { run_curve("secp521r1", Curve::kP521); }

TEST_F(Wycheproof, RsaPkcs1Verify) {
  for (const char* file :
       {"2048_sha224", "2048_sha256", "2048_sha384", "2048_sha512", "3072_sha256", "3072_sha384",
        "3072_sha512", "4096_sha256", "4096_sha384", "4096_sha512", "8192_sha256", "8192_sha384",
        "8192_sha512"}) {
    run(std::string("rsa_signature_") + file, [](const Json& group, const Json& test) {
      const Hash hash = *hash_named(group["sha"].text());
      return verifies(PublicKey::from_spki(group["publicKeyDer"].octets()),
                      {.kind = SignatureKind::kRsaPkcs1Hashed, .hash = hash},
                      digest_of(hash, test["msg"].octets()), test["sig"].octets());
    });
  }
}

TEST_F(Wycheproof, RsaPkcs1Sign) {
  for (const char* file : {"1024", "1536", "2048", "3072", "4096"}) {
    run(std::string("rsa_pkcs1_") + file + "_sig_gen", [](const Json& group, const Json& test) {
      const std::optional<Hash> hash = hash_named(group["sha"].text());
      // A hash that this room does not have.
      if (!hash) return true;
      const Result<PrivateKey> key = PrivateKey::from_pkcs8(group["privateKeyPkcs8"].octets());
      EXPECT_TRUE(key &&
                  key->to_pkcs8()->equals(Secret::copy_of(group["privateKeyPkcs8"].octets())));
      Result<Signer> signer =
          Signer::create(*key, {.kind = SignatureKind::kRsaPkcs1Hashed, .hash = *hash});
      Bytes signature(kSignatureSizeMax);
      const Result<std::size_t> size =
          signer->sign(digest_of(*hash, test["msg"].octets()), signature);
      signature.resize(size.value_or(0));
      return signature == test["sig"].octets();
    });
  }
}

TEST_F(Wycheproof, RsaPss) {
  for (const char* file :
       {"2048_sha1_mgf1_20", "2048_sha256_mgf1_0", "2048_sha256_mgf1_32", "2048_sha256_mgf1sha1_20",
        "2048_sha384_mgf1_48", "3072_sha256_mgf1_32", "4096_sha256_mgf1_32", "4096_sha384_mgf1_48",
        "4096_sha512_mgf1_32", "4096_sha512_mgf1_64", "misc"}) {
    run(std::string("rsa_pss_") + file, [](const Json& group, const Json& test) {
      const std::optional<Hash> hash = hash_named(group["sha"].text());
      const std::optional<Hash> mgf_hash = hash_named(group["mgfSha"].text());
      // A hash that this room does not have.
      if (!hash || !mgf_hash) return test["result"].text() == "valid";
      return verifies(PublicKey::rsa(group["publicKey"]["modulus"].octets(),
                                     group["publicKey"]["publicExponent"].octets()),
                      {.kind = SignatureKind::kRsaPss,
                       .hash = *hash,
                       .mgf_hash = *mgf_hash,
                       .salt_size = group["sLen"].number()},
                      digest_of(*hash, test["msg"].octets()), test["sig"].octets());
    });
  }
}

bool decrypts(const Json& group, const Json& test, const RsaScheme& scheme) {
  const Result<PrivateKey> key = PrivateKey::from_pkcs8(group["privateKeyPkcs8"].octets());
  if (!key) return false;
  Result<RsaDecrypter> decrypter = RsaDecrypter::create(*key, scheme);
  Bytes out(decrypter->ciphertext_size());
  const Result<std::size_t> size = decrypter->decrypt(test["ct"].octets(), out);
  if (!size) return false;
  out.resize(*size);
  return out == test["msg"].octets();
}

TEST_F(Wycheproof, RsaOaep) {
  for (const char* file :
       {"2048_sha1_mgf1sha1", "2048_sha224_mgf1sha1", "2048_sha224_mgf1sha224",
        "2048_sha256_mgf1sha1", "2048_sha256_mgf1sha256", "2048_sha384_mgf1sha1",
        "2048_sha384_mgf1sha384", "2048_sha512_mgf1sha1", "2048_sha512_mgf1sha512",
        "3072_sha256_mgf1sha1", "3072_sha256_mgf1sha256", "3072_sha512_mgf1sha1",
        "3072_sha512_mgf1sha512", "4096_sha256_mgf1sha1", "4096_sha256_mgf1sha256",
        "4096_sha512_mgf1sha1", "4096_sha512_mgf1sha512", "misc"}) {
    run(std::string("rsa_oaep_") + file, [](const Json& group, const Json& test) {
      const std::optional<Hash> hash = hash_named(group["sha"].text());
      const std::optional<Hash> mgf_hash = hash_named(group["mgfSha"].text());
      // A hash that this room does not have.
      if (!hash || !mgf_hash) return test["result"].text() == "valid";
      return decrypts(group, test,
                      {.padding = RsaPadding::kOaep,
                       .hash = *hash,
                       .mgf_hash = *mgf_hash,
                       .label = test["label"].octets()});
    });
  }
}

TEST_F(Wycheproof, RsaPkcs1Decrypt) {
  for (const char* file : {"rsa_pkcs1_2048", "rsa_pkcs1_3072", "rsa_pkcs1_4096"}) {
    run(file, [](const Json& group, const Json& test) {
      return decrypts(group, test, {.padding = RsaPadding::kPkcs1, .label = {}});
    });
  }
}

}  // namespace
}  // namespace azekura::crypto

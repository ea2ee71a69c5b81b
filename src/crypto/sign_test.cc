#include "crypto/sign.h"

#include <gtest/gtest.h>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

constexpr SignatureScheme kPkcs1{.kind = SignatureKind::kRsaPkcs1};
constexpr SignatureScheme kEcdsa{.kind = SignatureKind::kEcdsa};
constexpr SignatureScheme kEd25519{.kind = SignatureKind::kEd25519};
constexpr SignatureScheme hashed(Hash hash) {
  return {.kind = SignatureKind::kRsaPkcs1Hashed, .hash = hash};
}
constexpr SignatureScheme pss(Hash hash, Hash mgf_hash, std::size_t salt_size) {
  return {
      .kind = SignatureKind::kRsaPss, .hash = hash, .mgf_hash = mgf_hash, .salt_size = salt_size};
}

PrivateKey rsa_key() { return std::move(PrivateKey::from_pkcs8(hex(known::kRsaPkcs8)).value()); }
PrivateKey ec_key(Curve curve) { return std::move(PrivateKey::generate_ec(curve).value()); }
PrivateKey ed_key() { return std::move(PrivateKey::ed25519(hex(known::kEd25519Seed)).value()); }
Signer make_signer(const PrivateKey& key, const SignatureScheme& scheme) {
  return std::move(Signer::create(key, scheme).value());
}
Verifier make_verifier(const PrivateKey& key, const SignatureScheme& scheme) {
  return std::move(Verifier::create(key.public_key(), scheme).value());
}

Bytes sign(Signer& signer, ByteView data) {
  Bytes signature(signer.signature_size());
  EXPECT_EQ(signer.sign(data, signature).value(), signature.size());
  return signature;
}

TEST(Signer, AKeyOfAnotherTypeIsRefused) {
  const PrivateKey rsa = rsa_key();
  const PrivateKey ec = ec_key(Curve::kP256);
  const PrivateKey ed = ed_key();
  EXPECT_TRUE(failed_with(Signer::create(rsa, kEcdsa), Code::kInvalid));
  EXPECT_TRUE(failed_with(Signer::create(rsa, kEd25519), Code::kInvalid));
  EXPECT_TRUE(failed_with(Signer::create(ec, kPkcs1), Code::kInvalid));
  EXPECT_TRUE(failed_with(Signer::create(ed, kEcdsa), Code::kInvalid));
  EXPECT_TRUE(
      failed_with(Signer::create(ec, pss(Hash::kSha256, Hash::kSha256, 32)), Code::kInvalid));
  EXPECT_TRUE(failed_with(Verifier::create(ec.public_key(), kEd25519), Code::kInvalid));
}

TEST(Signer, ASaltThatDoesNotFitTheKeyIsRefused) {
  const PrivateKey key = rsa_key();
  // 256 - 32 - 2
  EXPECT_TRUE(Signer::create(key, pss(Hash::kSha256, Hash::kSha256, 222)));
  EXPECT_TRUE(
      failed_with(Signer::create(key, pss(Hash::kSha256, Hash::kSha256, 223)), Code::kInvalid));
  EXPECT_TRUE(failed_with(Signer::create(key, pss(Hash::kSha256, Hash::kSha256, SIZE_MAX)),
                          Code::kInvalid));
}

TEST(Signer, ABufferTooSmallIsRefused) {
  const std::pair<PrivateKey, SignatureScheme> signers[] = {
      {rsa_key(), hashed(Hash::kSha256)}, {ec_key(Curve::kP256), kEcdsa}, {ed_key(), kEd25519}};
  for (const auto& [key, scheme] : signers) {
    Signer signer = make_signer(key, scheme);
    Bytes out(signer.signature_size() - 1);
    EXPECT_TRUE(failed_with(signer.sign(Bytes(32), out), Code::kInvalid));
  }
}

TEST(Signer, ADigestOfTheWrongSizeIsRefused) {
  const PrivateKey key = rsa_key();
  for (const SignatureScheme& scheme :
       {hashed(Hash::kSha256), pss(Hash::kSha256, Hash::kSha256, 32)}) {
    Signer signer = make_signer(key, scheme);
    Bytes out(256);
    for (const std::size_t size : {0, 31, 33}) {
      EXPECT_TRUE(failed_with(signer.sign(Bytes(size), out), Code::kInvalid));
    }
  }
  Signer ecdsa = make_signer(ec_key(Curve::kP256), kEcdsa);
  Bytes out(64);
  EXPECT_TRUE(failed_with(ecdsa.sign({}, out), Code::kInvalid));
}

TEST(Signer, RawPkcs1TakesOneOctetUpToElevenLessThanTheModulus) {
  const PrivateKey key = rsa_key();
  Signer signer = make_signer(key, kPkcs1);
  Verifier verifier = make_verifier(key, kPkcs1);
  for (const std::size_t size : {1, 2, 244, 245}) {
    const Bytes data(size, 0x42);
    EXPECT_TRUE(verifier.verify(data, sign(signer, data))) << size;
  }
  Bytes out(256);
  for (const std::size_t size : {0, 246}) {
    EXPECT_TRUE(failed_with(signer.sign(Bytes(size), out), Code::kInvalid));
    EXPECT_TRUE(failed_with(verifier.verify(Bytes(size), out), Code::kInvalid));
  }
}

TEST(Signer, RawPkcs1OfADigestInfoIsTheHashedSignature) {
  const PrivateKey key = rsa_key();
  Signer raw = make_signer(key, kPkcs1);
  Signer hashing = make_signer(key, hashed(Hash::kSha256));
  const Bytes digest(32, 0x42);
  Bytes info = hex("3031300d060960864801650304020105000420");
  info.insert(info.end(), digest.begin(), digest.end());
  EXPECT_EQ(sign(raw, info), sign(hashing, digest));
}

TEST(Signer, EverySchemeSignsAgainAndAgain) {
  const PrivateKey rsa = rsa_key();
  std::vector<std::pair<PrivateKey, SignatureScheme>> cases = {{ed_key(), kEd25519}};
  for (const Hash hash : kAllHashes) {
    cases.emplace_back(rsa, hashed(hash));
    cases.emplace_back(rsa, pss(hash, hash, hash_size(hash)));
    cases.emplace_back(rsa, pss(hash, Hash::kSha1, 0));
  }
  for (const Curve curve : kAllCurves) cases.emplace_back(ec_key(curve), kEcdsa);
  for (const auto& [key, scheme] : cases) {
    Signer signer = make_signer(key, scheme);
    Verifier verifier = make_verifier(key, scheme);
    Bytes data(hash_size(scheme.hash), 0x42);
    for (int i = 0; i < 5; ++i) {
      data[0] = static_cast<std::uint8_t>(i);
      Bytes signature = sign(signer, data);
      EXPECT_TRUE(verifier.verify(data, signature));
      signature[signature.size() / 2] ^= 1;
      EXPECT_TRUE(failed_with(verifier.verify(data, signature), Code::kDenied));
    }
  }
}

TEST(Signer, EcdsaCutsLongDataToTheOrder) {
  const PrivateKey key = ec_key(Curve::kP256);
  Signer signer = make_signer(key, kEcdsa);
  Verifier verifier = make_verifier(key, kEcdsa);
  const Bytes data(64, 0x42);
  const Bytes signature = sign(signer, data);
  EXPECT_TRUE(verifier.verify(ByteView(data).first(32), signature));
  const Bytes one = {7};
  EXPECT_TRUE(verifier.verify(one, sign(signer, one)));
}

TEST(Signer, Ed25519TakesAnyMessage) {
  const PrivateKey key = ed_key();
  Signer signer = make_signer(key, kEd25519);
  Verifier verifier = make_verifier(key, kEd25519);
  for (const std::size_t size : {0, 1, 100000}) {
    const Bytes message(size, 0x42);
    EXPECT_TRUE(verifier.verify(message, sign(signer, message)));
  }
  EXPECT_EQ(hex_of(sign(signer, hex(known::kEd25519Message))), known::kEd25519Signature);
}

TEST(Verifier, ASignatureOfTheWrongSizeIsInvalidNotDenied) {
  const std::pair<PrivateKey, SignatureScheme> cases[] = {
      {rsa_key(), hashed(Hash::kSha256)}, {ec_key(Curve::kP521), kEcdsa}, {ed_key(), kEd25519}};
  for (const auto& [key, scheme] : cases) {
    Verifier verifier = make_verifier(key, scheme);
    const std::size_t right = verifier.signature_size();
    EXPECT_TRUE(failed_with(verifier.verify(Bytes(32), Bytes(right)), Code::kDenied));
    for (const std::size_t size : {std::size_t{0}, right - 1, right + 1}) {
      EXPECT_TRUE(failed_with(verifier.verify(Bytes(32), Bytes(size)), Code::kInvalid));
    }
  }
}

TEST(Verifier, AnotherKeysSignatureIsDenied) {
  const PrivateKey key = ec_key(Curve::kP384);
  const PrivateKey other = ec_key(Curve::kP384);
  Signer signer = make_signer(key, kEcdsa);
  Verifier verifier = make_verifier(other, kEcdsa);
  EXPECT_TRUE(
      failed_with(verifier.verify(Bytes(48, 1), sign(signer, Bytes(48, 1))), Code::kDenied));
}

TEST(Verifier, PssWithAnotherSaltOrMaskHashIsDenied) {
  const PrivateKey key = rsa_key();
  Signer signer = make_signer(key, pss(Hash::kSha256, Hash::kSha256, 32));
  const Bytes signature = sign(signer, Bytes(32));
  for (const SignatureScheme& scheme :
       {pss(Hash::kSha256, Hash::kSha256, 31), pss(Hash::kSha256, Hash::kSha1, 32),
        hashed(Hash::kSha256)}) {
    Verifier verifier = make_verifier(key, scheme);
    EXPECT_TRUE(failed_with(verifier.verify(Bytes(32), signature), Code::kDenied));
  }
}

TEST(Signer, OutlivesTheKeyItWasMadeOf) {
  std::optional<PrivateKey> key = ec_key(Curve::kP256);
  const PublicKey shown = key->public_key();
  Signer signer = make_signer(*key, kEcdsa);
  key.reset();
  Verifier verifier = std::move(Verifier::create(shown, kEcdsa).value());
  EXPECT_TRUE(verifier.verify(Bytes(32, 9), sign(signer, Bytes(32, 9))));
}

}  // namespace
}  // namespace azekura::crypto

#include <gtest/gtest.h>

#include "crypto/key.h"
#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

// RFC 8410 §10.1 and §10.3.
constexpr std::string_view kEd25519Spki =
    "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
constexpr std::string_view kEd25519Pkcs8 =
    "302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755"
    "842";
constexpr std::string_view kEd25519Pkcs8WithPublic =
    "3072020101300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755"
    "842a01f301d060a2a864886f70d01090914310f0c0d437572646c6520436861697273812100"
    "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
// Made by openssl 3.0: P-256 with the scalar 1, with and without the public key inside.
constexpr std::string_view kScalarOne =
    "0000000000000000000000000000000000000000000000000000000000000001";
constexpr std::string_view kGenerator =
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
constexpr std::string_view kP256Identifier = "301306072a8648ce3d020106082a8648ce3d030107";

std::string join(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

std::string ec_pkcs8_with_public() {
  return join({"308187020100", kP256Identifier, "046d306b0201010420", kScalarOne, "a144034200",
               kGenerator});
}
std::string ec_pkcs8_bare() {
  return join({"3041020100", kP256Identifier, "0427", "30250201010420", kScalarOne});
}

TEST(PublicKeyDer, WhatIsNotOneKeyInDerIsRefused) {
  for (const std::string& der :
       {std::string(), std::string("30"), std::string("3000"), join({kEd25519Spki, "00"}),
        std::string(kEd25519Spki.substr(0, 86)), join({"3059", kP256Identifier, "03420004"})}) {
    EXPECT_TRUE(failed_with(PublicKey::from_spki(hex(der)), Code::kInvalid)) << der;
  }
  EXPECT_TRUE(failed_with(PublicKey::from_spki(Bytes(kKeyDerSizeMax + 1)), Code::kInvalid));
}

TEST(PublicKeyDer, AnotherAlgorithmIsUnsupported) {
  // X25519, secp256k1, and an RSA key that is for PSS only.
  for (const char* der :
       {"300a300506032b656e030100", "3018301006072a8648ce3d020106052b8104000a03040004aabb",
        "3013300b06092a864886f70d01010a030400300100"}) {
    EXPECT_TRUE(failed_with(PublicKey::from_spki(hex(der)), Code::kUnsupported)) << der;
  }
}

TEST(PublicKeyDer, EveryTypeComesBack) {
  const Result<PublicKey> ed = PublicKey::from_spki(hex(kEd25519Spki));
  ASSERT_TRUE(ed);
  EXPECT_EQ(ed->type(), KeyType::kEd25519);
  EXPECT_EQ(hex_of(*ed->to_spki()), kEd25519Spki);
  const std::string ec_der = join({"3059", kP256Identifier, "034200", kGenerator});
  const Result<PublicKey> ec = PublicKey::from_spki(hex(ec_der));
  ASSERT_TRUE(ec);
  EXPECT_EQ(hex_of(*ec->to_spki()), ec_der);
  const Result<PrivateKey> rsa = PrivateKey::from_pkcs8(hex(known::kRsaPkcs8));
  const Bytes rsa_der = *rsa->public_key().to_spki();
  EXPECT_EQ(hex_of(rsa_der).substr(0, 64),
            "30820122300d06092a864886f70d01010105000382010f003082010a02820101");
  EXPECT_EQ(*PublicKey::from_spki(rsa_der)->to_spki(), rsa_der);
  for (const Curve curve : kAllCurves) {
    const Result<PrivateKey> key = PrivateKey::generate_ec(curve);
    const Bytes der = *key->public_key().to_spki();
    EXPECT_EQ(*PublicKey::from_spki(der)->point(), *key->public_key().point());
  }
  const Bytes largest(kRsaSizeMax, 0xff);
  EXPECT_TRUE(PublicKey::rsa(largest, hex("ffffffffffffffff"))->to_spki());
}

TEST(PrivateKeyDer, WhatIsNotOneKeyInDerIsRefused) {
  for (const std::string& der :
       {std::string(), std::string("3000"), join({kEd25519Pkcs8, "00"}),
        std::string(kEd25519Pkcs8.substr(0, 94)), std::string(known::kRsaPkcs8.substr(0, 1000))}) {
    EXPECT_TRUE(failed_with(PrivateKey::from_pkcs8(hex(der)), Code::kInvalid)) << der;
  }
  EXPECT_TRUE(failed_with(PrivateKey::from_pkcs8(Bytes(kKeyDerSizeMax + 1)), Code::kInvalid));
}

TEST(PrivateKeyDer, NoPrefixOrChangedLengthCrashes) {
  for (const std::string& text : {std::string(known::kRsaPkcs8),
                                  std::string(kEd25519Pkcs8WithPublic), ec_pkcs8_with_public()}) {
    const Bytes der = hex(text);
    for (std::size_t size = 0; size < der.size(); ++size) {
      EXPECT_FALSE(PrivateKey::from_pkcs8(ByteView(der).first(size)));
    }
    for (std::size_t i = 0; i < 60; ++i) {
      for (const int value : {0x00, 0x01, 0x7f, 0x80, 0x84, 0xff}) {
        Bytes changed = der;
        changed[i] = static_cast<std::uint8_t>(value);
        (void)PrivateKey::from_pkcs8(changed);
        (void)PublicKey::from_spki(changed);
      }
    }
  }
}

TEST(PrivateKeyDer, AnEcKeyWhoseHalvesDoNotBelongTogetherIsRefused) {
  std::string der = ec_pkcs8_with_public();
  const std::size_t scalar = der.find(kScalarOne);
  der.replace(scalar + 62, 2, "02");
  EXPECT_TRUE(failed_with(PrivateKey::from_pkcs8(hex(der)), Code::kInvalid));
}

TEST(PrivateKeyDer, AnEcKeyThatNamesTwoCurvesIsRefused) {
  const std::string der = join({"304a020100", kP256Identifier, "0430", "302e0201010420", kScalarOne,
                                "a007", "06052b81040022"});
  EXPECT_TRUE(failed_with(PrivateKey::from_pkcs8(hex(der)), Code::kInvalid));
  const std::string same = join({"304d020100", kP256Identifier, "0433", "30310201010420",
                                 kScalarOne, "a00a", "06082a8648ce3d030107"});
  EXPECT_TRUE(PrivateKey::from_pkcs8(hex(same)));
}

TEST(PrivateKeyDer, AnEcKeyWithoutItsPublicHalfGetsIt) {
  const Result<PrivateKey> key = PrivateKey::from_pkcs8(hex(ec_pkcs8_bare()));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(hex_of(*key->public_key().point()), kGenerator);
  EXPECT_EQ(hex_of(*key->to_pkcs8()), ec_pkcs8_with_public());
}

TEST(PrivateKeyDer, AttributesAndAPublicKeyOfVersion1AreReadOver) {
  const Result<PrivateKey> key = PrivateKey::from_pkcs8(hex(kEd25519Pkcs8WithPublic));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(hex_of(*key->to_pkcs8()), kEd25519Pkcs8);
  EXPECT_EQ(hex_of(*key->public_key().to_spki()), kEd25519Spki);
}

TEST(PrivateKeyDer, EveryTypeComesBack) {
  for (const std::string& der :
       {std::string(known::kRsaPkcs8), std::string(kEd25519Pkcs8), ec_pkcs8_with_public()}) {
    const Result<PrivateKey> key = PrivateKey::from_pkcs8(hex(der));
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(hex_of(*key->to_pkcs8()), der);
  }
  for (const Curve curve : kAllCurves) {
    const Result<PrivateKey> key = PrivateKey::generate_ec(curve);
    const Result<Secret> der = key->to_pkcs8();
    const Result<PrivateKey> again = PrivateKey::from_pkcs8(der->reveal(Purpose::kWrap));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->scalar()->equals(*key->scalar()));
  }
}

}  // namespace
}  // namespace azekura::crypto

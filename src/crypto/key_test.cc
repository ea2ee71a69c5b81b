#include "crypto/key.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"
#include "crypto/sign.h"

namespace azekura::crypto {
namespace {

PrivateKey known_rsa() { return std::move(PrivateKey::from_pkcs8(hex(known::kRsaPkcs8)).value()); }

// The numbers of a key, as views and with the octets they view.
struct RsaNumbers {
  explicit RsaNumbers(const PrivateKey& key)
      : shown(key.public_key().rsa_parts().value()), hidden(std::move(key.rsa_parts().value())) {}

  RsaPrivateView view() const {
    return {.modulus = shown.modulus,
            .public_exponent = shown.exponent,
            .private_exponent = hidden.private_exponent.reveal(Purpose::kCipher),
            .prime1 = hidden.prime1.reveal(Purpose::kCipher),
            .prime2 = hidden.prime2.reveal(Purpose::kCipher),
            .exponent1 = hidden.exponent1.reveal(Purpose::kCipher),
            .exponent2 = hidden.exponent2.reveal(Purpose::kCipher),
            .coefficient = hidden.coefficient.reveal(Purpose::kCipher)};
  }

  RsaPublicParts shown;
  RsaPrivateParts hidden;
};

TEST(PublicKey, AnRsaModulusOutOfRangeIsRefused) {
  const Bytes e = hex("010001");
  Bytes modulus(128, 0xff);
  EXPECT_TRUE(PublicKey::rsa(modulus, e));
  modulus[0] = 0x7f;
  EXPECT_TRUE(failed_with(PublicKey::rsa(modulus, e), Code::kInvalid));
  Bytes large(kRsaSizeMax, 0xff);
  EXPECT_TRUE(PublicKey::rsa(large, e));
  large.insert(large.begin(), 0);
  EXPECT_TRUE(PublicKey::rsa(large, e));
  large[0] = 1;
  EXPECT_TRUE(failed_with(PublicKey::rsa(large, e), Code::kInvalid));
  EXPECT_TRUE(failed_with(PublicKey::rsa({}, e), Code::kInvalid));
}

TEST(PublicKey, AnRsaExponentThatIsEvenTooSmallOrTooLargeIsRefused) {
  const Bytes modulus(256, 0xff);
  for (const char* exponent : {"", "00", "01", "02", "010000", "010000000000000001"}) {
    EXPECT_TRUE(failed_with(PublicKey::rsa(modulus, hex(exponent)), Code::kInvalid)) << exponent;
  }
  for (const char* exponent : {"03", "0003", "010001", "ffffffffffffffff"}) {
    EXPECT_TRUE(PublicKey::rsa(modulus, hex(exponent))) << exponent;
  }
  Bytes even = modulus;
  even.back() = 0xfe;
  EXPECT_TRUE(failed_with(PublicKey::rsa(even, hex("03")), Code::kInvalid));
}

TEST(PublicKey, APointThatIsNotOnTheCurveIsRefused) {
  const Bytes point = hex(known::kP256Point);
  Bytes changed = point;
  changed.back() ^= 1;
  EXPECT_TRUE(failed_with(PublicKey::ec(Curve::kP256, changed), Code::kInvalid));
  EXPECT_TRUE(failed_with(PublicKey::ec(Curve::kP384, point), Code::kInvalid));
  EXPECT_TRUE(failed_with(PublicKey::ec(Curve::kP256, Bytes(1)), Code::kInvalid));
  EXPECT_TRUE(failed_with(PublicKey::ec(Curve::kP256, Bytes(65)), Code::kInvalid));
  EXPECT_TRUE(failed_with(PublicKey::ec(Curve::kP256, {}), Code::kInvalid));
  // The hybrid form of a good point.
  changed = point;
  changed[0] = static_cast<std::uint8_t>(6 + (point.back() & 1));
  EXPECT_TRUE(failed_with(PublicKey::ec(Curve::kP256, changed), Code::kInvalid));
}

TEST(PublicKey, ACompressedPointBecomesUncompressed) {
  const std::pair<Curve, std::string_view> points[] = {{Curve::kP256, known::kP256Point},
                                                       {Curve::kP384, known::kP384Point},
                                                       {Curve::kP521, known::kP521Point}};
  for (const auto& [curve, text] : points) {
    const Bytes point = hex(text);
    Bytes compressed(point.begin(),
                     point.begin() + static_cast<std::ptrdiff_t>(1 + coordinate_size(curve)));
    compressed[0] = static_cast<std::uint8_t>(2 + (point.back() & 1));
    const Result<PublicKey> key = PublicKey::ec(curve, compressed);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(*key->point(), point);
  }
}

TEST(PublicKey, AnEd25519KeyOfTheWrongSizeIsRefused) {
  for (const std::size_t size : {0, 31, 33}) {
    EXPECT_TRUE(failed_with(PublicKey::ed25519(Bytes(size)), Code::kInvalid));
    EXPECT_TRUE(failed_with(PrivateKey::ed25519(Bytes(size)), Code::kInvalid));
  }
}

TEST(PublicKey, PartsOfAnotherTypeAreRefused) {
  const PrivateKey rsa = known_rsa();
  EXPECT_TRUE(failed_with(rsa.public_key().point(), Code::kInvalid));
  EXPECT_TRUE(failed_with(rsa.scalar(), Code::kInvalid));
  const PrivateKey ed = std::move(PrivateKey::ed25519(hex(known::kEd25519Seed)).value());
  EXPECT_TRUE(failed_with(ed.rsa_parts(), Code::kInvalid));
  EXPECT_TRUE(failed_with(ed.public_key().rsa_parts(), Code::kInvalid));
}

TEST(PrivateKey, RsaGenerationRefusesWhatIsOutOfRange) {
  for (const std::size_t bits : {0, 1024, 2040, 2049, 4095, 4104}) {
    EXPECT_TRUE(failed_with(PrivateKey::generate_rsa(bits, 65537), Code::kInvalid)) << bits;
  }
  for (const std::uint64_t exponent : {0, 1, 3, 65535, 65536, 65538}) {
    EXPECT_TRUE(failed_with(PrivateKey::generate_rsa(2048, exponent), Code::kInvalid)) << exponent;
  }
}

TEST(PrivateKey, AGeneratedRsaKeyIsSoundAndHasTheExponentAskedFor) {
  const Result<PrivateKey> key = PrivateKey::generate_rsa(2048, 65539);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->type(), KeyType::kRsa);
  EXPECT_EQ(key->bits(), 2048u);
  EXPECT_EQ(hex_of(key->public_key().rsa_parts()->exponent), "010003");
  EXPECT_EQ(key->public_key().rsa_parts()->modulus.size(), 256u);
  EXPECT_TRUE(key->check());
}

TEST(PrivateKey, AGeneratedRsaKeyNeedNotFillItsOctets) {
  const Result<PrivateKey> key = PrivateKey::generate_rsa(2050, 65537);
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->bits(), 2050u);
  EXPECT_EQ(key->public_key().rsa_parts()->modulus.size(), 257u);
  EXPECT_TRUE(key->check());
}

TEST(PrivateKey, AnRsaKeyIsMadeOfItsNumbersInEveryCompleteness) {
  const PrivateKey key = known_rsa();
  const std::string expected = hex_of(*key.to_pkcs8());
  const RsaNumbers numbers(key);
  RsaPrivateView parts = numbers.view();
  EXPECT_EQ(hex_of(*PrivateKey::rsa(parts)->to_pkcs8()), expected);
  parts.exponent1 = parts.exponent2 = parts.coefficient = {};
  EXPECT_EQ(hex_of(*PrivateKey::rsa(parts)->to_pkcs8()), expected);
  parts.prime1 = parts.prime2 = {};
  const Result<PrivateKey> recovered = PrivateKey::rsa(parts);
  ASSERT_TRUE(recovered) << recovered.error().message;
  EXPECT_TRUE(recovered->check());
  // Which prime is the first is not known any more.
  const RsaNumbers again(*recovered);
  EXPECT_TRUE(again.hidden.prime1.equals(numbers.hidden.prime1) ||
              again.hidden.prime1.equals(numbers.hidden.prime2));
}

TEST(PrivateKey, RsaNumbersWithLeadingZerosAreTheSameNumbers) {
  const RsaNumbers numbers(known_rsa());
  RsaPrivateView parts = numbers.view();
  Bytes modulus = numbers.shown.modulus;
  modulus.insert(modulus.begin(), 0);
  parts.modulus = modulus;
  EXPECT_EQ(hex_of(*PrivateKey::rsa(parts)->to_pkcs8()), known::kRsaPkcs8);
}

TEST(PrivateKey, RsaNumbersThatDoNotBelongTogetherAreRefused) {
  const RsaNumbers numbers(known_rsa());
  for (ByteView RsaPrivateView::*member :
       {&RsaPrivateView::modulus, &RsaPrivateView::private_exponent, &RsaPrivateView::prime1,
        &RsaPrivateView::prime2, &RsaPrivateView::exponent1, &RsaPrivateView::exponent2,
        &RsaPrivateView::coefficient}) {
    RsaPrivateView parts = numbers.view();
    Bytes changed = to_bytes(parts.*member);
    changed[changed.size() / 2] ^= 0x10;
    parts.*member = changed;
    EXPECT_TRUE(failed_with(PrivateKey::rsa(parts), Code::kInvalid));
  }
  RsaPrivateView one_prime = numbers.view();
  one_prime.prime2 = {};
  EXPECT_TRUE(failed_with(PrivateKey::rsa(one_prime), Code::kInvalid));
  RsaPrivateView trivial = numbers.view();
  const Bytes one = {1};
  trivial.prime1 = numbers.shown.modulus;
  trivial.prime2 = one;
  EXPECT_TRUE(failed_with(PrivateKey::rsa(trivial), Code::kInvalid));
  RsaPrivateView no_exponent = numbers.view();
  no_exponent.private_exponent = {};
  EXPECT_TRUE(failed_with(PrivateKey::rsa(no_exponent), Code::kInvalid));
}

TEST(PrivateKey, AWrongPrivateExponentWithoutPrimesIsRefused) {
  const RsaNumbers numbers(known_rsa());
  RsaPrivateView parts = numbers.view();
  parts = {.modulus = parts.modulus,
           .public_exponent = parts.public_exponent,
           .private_exponent = parts.private_exponent};
  for (const int change : {0x02, 0x01}) {
    Bytes changed = to_bytes(parts.private_exponent);
    changed.back() = static_cast<std::uint8_t>(changed.back() ^ change);
    RsaPrivateView wrong = parts;
    wrong.private_exponent = changed;
    EXPECT_TRUE(failed_with(PrivateKey::rsa(wrong), Code::kInvalid));
  }
}

TEST(PrivateKey, AnEcScalarOutOfRangeIsRefused) {
  const std::pair<Curve, const char*> orders[] = {
      {Curve::kP256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"},
      {Curve::kP384,
       "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196a"
       "ccc52973"},
      {Curve::kP521,
       "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f"
       "966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"}};
  for (const auto& [curve, text] : orders) {
    Bytes order = hex(text);
    EXPECT_TRUE(failed_with(PrivateKey::ec(curve, order), Code::kInvalid)) << curve_name(curve);
    order.back() = static_cast<std::uint8_t>(order.back() - 1);
    EXPECT_TRUE(PrivateKey::ec(curve, order)) << curve_name(curve);
    EXPECT_TRUE(PrivateKey::ec(curve, hex("01")));
    EXPECT_TRUE(failed_with(PrivateKey::ec(curve, hex("00")), Code::kInvalid));
    EXPECT_TRUE(failed_with(PrivateKey::ec(curve, {}), Code::kInvalid));
    EXPECT_TRUE(
        failed_with(PrivateKey::ec(curve, Bytes(coordinate_size(curve) + 1, 1)), Code::kInvalid));
  }
}

TEST(PrivateKey, TheScalarOneHasTheGeneratorAsItsPoint) {
  const Result<PrivateKey> key = PrivateKey::ec(Curve::kP256, hex("01"));
  EXPECT_EQ(hex_of(*key->public_key().point()),
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
  EXPECT_EQ(hex_of(*key->scalar()), std::string(62, '0') + "01");
}

TEST(PrivateKey, GeneratedEcKeysAreSoundAndOfFixedWidth) {
  for (const Curve curve : kAllCurves) {
    const Result<PrivateKey> key = PrivateKey::generate_ec(curve);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->curve(), curve);
    EXPECT_EQ(key->bits(), curve == Curve::kP521 ? 521 : 8 * coordinate_size(curve));
    EXPECT_TRUE(key->check());
    EXPECT_EQ(key->scalar()->size(), coordinate_size(curve));
    EXPECT_EQ(key->public_key().point()->size(), point_size(curve));
    const Result<PrivateKey> again = PrivateKey::ec(curve, key->scalar()->reveal(Purpose::kCipher));
    EXPECT_EQ(*again->public_key().point(), *key->public_key().point());
  }
}

TEST(PrivateKey, AnEd25519KeyIsItsSeed) {
  const Result<PrivateKey> key = PrivateKey::ed25519(hex(known::kEd25519Seed));
  EXPECT_EQ(hex_of(*key->public_key().point()), known::kEd25519Public);
  EXPECT_EQ(hex_of(*key->scalar()), known::kEd25519Seed);
  const Result<PrivateKey> fresh = PrivateKey::generate_ed25519();
  ASSERT_TRUE(fresh);
  EXPECT_TRUE(fresh->check());
  EXPECT_FALSE(fresh->scalar()->equals(*key->scalar()));
}

TEST(PrivateKey, CheckFindsAFactorThatIsNotPrime) {
  // The second factor is composite; its exponents are made for it as if it were not, so that all
  // numbers fit together.
  const Bytes modulus =
      hex("c44581ca64c0fa56527aa08823c81090396bdf45c869432bfe8e0ecd5b04062c0830b82bd03d7891"
          "548bf6068120464e09831924b0f103d5355a462c97b1b2d7e0768f3a4a83c9ed87e1136110c3a06d"
          "deedeaa9fd814a598b64e8086ee68c18dfa52caa78072c73d09e1e8a945531b4fd6e062ff49459d5"
          "a5a7c0cc4dbcf037");
  const Bytes exponent =
      hex("5a2e77b6e7b975acf123d01c0d98d0e77bc2d1698e6eb3430528ffab22ad442aba2eac88d11b5589"
          "2d384bf86c1f48be75876ba79cb77923df6a55c10a88471c346e26aa0cb996dbcb554f1126904524"
          "b2fe5ef6fa62544c478d500d25493da57c00a71cef2a301a827b126ea3fb0643c0f4a10a99415a0c"
          "8f7115d70e8c1805");
  const Bytes prime =
      hex("d29872838cb9cfe6578e11f0a323438aee5ae7f61d41412d62db72b25dac52019de2d6a355eb2d03"
          "3336fb70e73f0ec0afeca3ef36dd8a90d83f998fee23b81b");
  const Bytes composite =
      hex("ee96772232487fb3a058d58f2c310023e07e4017c94d56cc5fae4b54b44605f42a75b0b1f358991f"
          "8c6cbe9b68b64e5b2a09d0ad23fcac07ee9a9198a745e215");
  const Bytes e = hex("010001");
  const Result<PrivateKey> key = PrivateKey::rsa({.modulus = modulus,
                                                  .public_exponent = e,
                                                  .private_exponent = exponent,
                                                  .prime1 = prime,
                                                  .prime2 = composite});
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_TRUE(failed_with(key->check(), Code::kInvalid));
}

TEST(PrivateKey, OneKeyServesManyThreadsAtOnce) {
  const PrivateKey key = known_rsa();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const SignatureScheme scheme{.kind = SignatureKind::kRsaPkcs1Hashed};
      Result<Signer> signer = Signer::create(key, scheme);
      Result<Verifier> verifier = Verifier::create(key.public_key(), scheme);
      Bytes signature(256);
      for (int j = 0; j < 20; ++j) {
        if (signer->sign(Bytes(32), signature) && verifier->verify(Bytes(32), signature)) {
          right.fetch_add(1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 80);
}

}  // namespace
}  // namespace azekura::crypto

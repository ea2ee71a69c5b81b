#include "crypto/ecdh.h"

#include <gtest/gtest.h>

#include "crypto/der.h"
#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

TEST(Ecdh, AKeyThatIsNotEcIsRefused) {
  const PrivateKey key = std::move(PrivateKey::generate_ed25519().value());
  EXPECT_TRUE(failed_with(ecdh(key, hex(known::kEcdhPoint)), Code::kInvalid));
}

TEST(Ecdh, APointThatIsNotOnTheCurveIsRefused) {
  const PrivateKey key = std::move(PrivateKey::ec(Curve::kP256, hex(known::kEcdhScalar)).value());
  Bytes point = hex(known::kEcdhPoint);
  point.back() ^= 1;
  EXPECT_TRUE(failed_with(ecdh(key, point), Code::kInvalid));
  EXPECT_TRUE(failed_with(ecdh(key, wrap_octet_string(point)), Code::kInvalid));
  EXPECT_TRUE(failed_with(ecdh(key, {}), Code::kInvalid));
  EXPECT_TRUE(failed_with(ecdh(key, Bytes(1)), Code::kInvalid));
  EXPECT_TRUE(failed_with(ecdh(key, hex(known::kP384Point)), Code::kInvalid));
}

TEST(Ecdh, TakesAPointRawOrInAnOctetString) {
  const PrivateKey key = std::move(PrivateKey::ec(Curve::kP256, hex(known::kEcdhScalar)).value());
  EXPECT_EQ(hex_of(*ecdh(key, hex(known::kEcdhPoint))), known::kEcdhShared);
  EXPECT_EQ(hex_of(*ecdh(key, wrap_octet_string(hex(known::kEcdhPoint)))), known::kEcdhShared);
}

TEST(Ecdh, BothSidesComeToTheSameSecretOfFixedWidth) {
  for (const Curve curve : kAllCurves) {
    const PrivateKey a = std::move(PrivateKey::generate_ec(curve).value());
    const PrivateKey b = std::move(PrivateKey::generate_ec(curve).value());
    const Result<Secret> of_a = ecdh(a, *b.public_key().point());
    const Result<Secret> of_b = ecdh(b, *a.public_key().point());
    ASSERT_TRUE(of_a && of_b);
    EXPECT_EQ(of_a->size(), coordinate_size(curve));
    EXPECT_TRUE(of_a->equals(*of_b));
  }
}

}  // namespace
}  // namespace azekura::crypto

#include "crypto/mac.h"

#include <gtest/gtest.h>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

const ByteView kKey = as_bytes("Jefe");
const ByteView kData = as_bytes("what do ya want for nothing?");

TEST(EqualConstantTime, DifferentSizesOrOctetsAreNotEqual) {
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abcd")));
  EXPECT_FALSE(equal_constant_time(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(equal_constant_time({}, as_bytes("a")));
  EXPECT_TRUE(equal_constant_time(as_bytes("abc"), as_bytes("abc")));
  EXPECT_TRUE(equal_constant_time({}, {}));
}

TEST(Hmac, ABufferTooSmallIsRefusedAndTheMessageIsKept) {
  Hmac hmac = std::move(Hmac::create(Hash::kSha256, kKey).value());
  ASSERT_TRUE(hmac.update(kData));
  Bytes small(31);
  EXPECT_TRUE(failed_with(hmac.finish(small), Code::kInvalid));
  Bytes out(32);
  ASSERT_TRUE(hmac.finish(out));
  EXPECT_EQ(hex_of(out), known::kHmacSha256);
}

TEST(Hmac, OneContextMakesManyMacsUnderOneKey) {
  Hmac hmac = std::move(Hmac::create(Hash::kSha512, kKey).value());
  Bytes out(64);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(hmac.compute(kData, out).value(), 64u);
    EXPECT_EQ(hex_of(out), known::kHmacSha512);
    ASSERT_TRUE(hmac.update(kData.first(10)));
    ASSERT_TRUE(hmac.update(kData.subspan(10)));
    ASSERT_TRUE(hmac.finish(out));
    EXPECT_EQ(hex_of(out), known::kHmacSha512);
  }
}

TEST(Hmac, ResetForgetsTheMessageAndKeepsTheKey) {
  Hmac hmac = std::move(Hmac::create(Hash::kSha1, kKey).value());
  ASSERT_TRUE(hmac.update(as_bytes("something else")));
  ASSERT_TRUE(hmac.reset());
  ASSERT_TRUE(hmac.update(kData));
  Bytes out(20);
  ASSERT_TRUE(hmac.finish(out));
  EXPECT_EQ(hex_of(out), known::kHmacSha1);
}

TEST(Hmac, TakesTheEmptyKeyAndTheEmptyMessage) {
  Hmac hmac = std::move(Hmac::create(Hash::kSha256, {}).value());
  Bytes out(32);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(hmac.compute({}, out));
    EXPECT_EQ(hex_of(out), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  }
}

TEST(Hmac, TakesAKeyLongerThanTheBlock) {
  // RFC 4231, case 6.
  Hmac hmac = std::move(Hmac::create(Hash::kSha256, Bytes(131, 0xaa)).value());
  Bytes out(32);
  ASSERT_TRUE(
      hmac.compute(as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"), out));
  EXPECT_EQ(hex_of(out), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace azekura::crypto

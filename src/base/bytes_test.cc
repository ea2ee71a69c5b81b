#include "base/bytes.h"

#include <gtest/gtest.h>

namespace azekura {
namespace {

TEST(FromHex, RefusesOddLengthsAndOtherLetters) {
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex("0x12"));
  EXPECT_FALSE(from_hex(" 12"));
}

TEST(FromHex, ReadsWhatToHexWrites) {
  const Bytes all = {0x00, 0x7f, 0x80, 0xff, 0xa5};
  EXPECT_EQ(to_hex(all), "007f80ffa5");
  EXPECT_EQ(from_hex("007f80ffa5"), all);
  EXPECT_EQ(from_hex("007F80FFA5"), all);
  EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(ByteReader, FailsForGoodAfterTheFirstFailure) {
  const Bytes input = {1, 2, 3};
  ByteReader reader(input);
  std::uint32_t wide = 0;
  EXPECT_FALSE(reader.number(wide));
  std::uint8_t narrow = 0;
  EXPECT_FALSE(reader.number(narrow));
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(reader.done());
}

TEST(ByteReader, RefusesAStringThatIsLongerThanTheInput) {
  const Bytes input = ByteBuilder().number(std::uint32_t{4}).raw(Bytes{1, 2, 3}).take();
  ByteReader reader(input);
  ByteView text;
  EXPECT_FALSE(reader.string(text));
}

TEST(ByteReader, ObeysTheLimitOfAString) {
  const Bytes input = ByteBuilder().string(Bytes{1, 2, 3}).take();
  for (const std::size_t limit : {2u, 3u, 4u}) {
    ByteReader reader(input);
    ByteView text;
    EXPECT_EQ(reader.string(text, limit), limit >= 3) << limit;
  }
}

TEST(ByteReader, IsDoneOnlyWhenEverythingWasRead) {
  const Bytes input = ByteBuilder().number(std::uint16_t{0x1234}).string(Bytes{9}).take();
  ByteReader reader(input);
  std::uint16_t number = 0;
  ByteView text;
  ASSERT_TRUE(reader.number(number));
  EXPECT_EQ(number, 0x1234);
  EXPECT_FALSE(reader.done());
  ASSERT_TRUE(reader.string(text));
  EXPECT_EQ(to_bytes(text), Bytes{9});
  EXPECT_TRUE(reader.done());
}

TEST(ByteBuilder, WritesLittleEndian) {
  EXPECT_EQ(ByteBuilder().number(std::uint32_t{0x01020304}).take(), (Bytes{4, 3, 2, 1}));
}

}  // namespace
}  // namespace azekura

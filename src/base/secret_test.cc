#include "base/secret.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace azekura {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);

TEST(Secret, IsEmptyAfterItWasMovedFrom) {
  Secret first = Secret::copy_of(as_bytes("pin"));
  const Secret second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the question
  EXPECT_EQ(as_text(second.reveal(Purpose::kDerive)), "pin");
}

TEST(Secret, WipesTheTailThatIsCutOff) {
  Secret secret = Secret::copy_of(as_bytes("abcdef"));
  const std::uint8_t* data = secret.reveal(Purpose::kDerive).data();
  secret.truncate(2);
  EXPECT_EQ(secret.size(), 2u);
  for (int i = 2; i < 6; ++i) EXPECT_EQ(data[i], 0);
}

TEST(Secret, EqualsOnlyTheSameOctetsOfTheSameSize) {
  const Secret secret = Secret::copy_of(as_bytes("1234"));
  EXPECT_TRUE(secret.equals(Secret::copy_of(as_bytes("1234"))));
  EXPECT_FALSE(secret.equals(Secret::copy_of(as_bytes("1235"))));
  EXPECT_FALSE(secret.equals(Secret::copy_of(as_bytes("12345"))));
  EXPECT_FALSE(secret.equals(Secret()));
  EXPECT_TRUE(Secret().equals(Secret()));
}

TEST(Secret, CloneIsACopyOfItsOwn) {
  Secret first = Secret::copy_of(as_bytes("key"));
  const Secret second = first.clone();
  first.clear();
  EXPECT_EQ(as_text(second.reveal(Purpose::kCipher)), "key");
}

}  // namespace
}  // namespace azekura

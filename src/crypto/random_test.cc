#include "crypto/random.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

TEST(Random, FillsAllOfTheBufferAndNeverTheSameTwice) {
  std::array<std::uint8_t, 64> first{};
  std::array<std::uint8_t, 64> second{};
  ASSERT_TRUE(random_bytes(first));
  ASSERT_TRUE(random_bytes(second));
  EXPECT_NE(first, second);
  EXPECT_LT(std::ranges::count(first, 0), 8);
}

TEST(Random, NothingIsGivenWhenNothingIsAsked) {
  EXPECT_TRUE(random_bytes({}));
  EXPECT_EQ(random_secret(0)->size(), 0u);
}

TEST(Random, SecretsHaveTheSizeAskedForAndDiffer) {
  const Secret first = std::move(random_secret(32).value());
  const Secret second = std::move(random_secret(32).value());
  EXPECT_EQ(first.size(), 32u);
  EXPECT_FALSE(first.equals(second));
}

TEST(Random, AForkedProcessDrawsOtherOctetsThanItsParent) {
  std::array<std::uint8_t, 32> warm{};
  ASSERT_TRUE(random_bytes(warm));
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::array<std::uint8_t, 32> drawn{};
    const bool ok = random_bytes(drawn) && write(ends[1], drawn.data(), drawn.size()) == 32;
    _exit(ok ? 0 : 1);
  }
  std::array<std::uint8_t, 32> own{};
  ASSERT_TRUE(random_bytes(own));
  std::array<std::uint8_t, 32> of_child{};
  ASSERT_EQ(read(ends[0], of_child.data(), of_child.size()), 32);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(own, of_child);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace azekura::crypto

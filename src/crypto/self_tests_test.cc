#include "crypto/self_tests.h"

#include <gtest/gtest.h>

namespace azekura::crypto {
namespace {

TEST(SelfTest, EveryPrimitiveGivesItsKnownAnswer) {
  const Status status = run_self_tests();
  EXPECT_TRUE(status) << status.error().message;
}

TEST(SelfTest, CanBeRunAgainOnDemand) {
  EXPECT_TRUE(run_self_tests());
  EXPECT_TRUE(run_self_tests());
}

}  // namespace
}  // namespace azekura::crypto

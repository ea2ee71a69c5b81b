#include "hsm/transport/places.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace azekura::hsm::transport {
namespace {

TEST(Places, OneMoreThanThereAreIsNotGiven) {
  const auto owned = std::make_unique<Places>();
  Places& places = *owned;
  for (unsigned i = 0; i < kCallsMax; ++i) EXPECT_TRUE(places.try_claim().has_value());
  EXPECT_EQ(places.in_use(), kCallsMax);
  EXPECT_FALSE(places.try_claim().has_value());
  places.release(17);
  EXPECT_EQ(places.try_claim(), 17u);
}

TEST(Places, AThreadGetsBackThePlaceItHadLast) {
  const auto owned = std::make_unique<Places>();
  Places& places = *owned;
  ASSERT_EQ(places.try_claim(), 0u);
  const auto mine = places.try_claim();
  ASSERT_EQ(mine, 1u);
  places.release(0);
  places.release(1);
  EXPECT_EQ(places.try_claim(), mine);
}

TEST(Places, WaitingEndsByItsTimeoutOrByARelease) {
  const auto owned = std::make_unique<Places>();
  Places& places = *owned;
  for (unsigned i = 0; i < kCallsMax; ++i) places.try_claim();
  places.wait(std::chrono::milliseconds(1));
  std::thread releaser([&] { places.release(9); });
  while (!places.try_claim()) places.wait(std::chrono::seconds(60));
  releaser.join();
}

TEST(Places, NoPlaceIsGivenTwice) {
  const auto owned = std::make_unique<Places>();
  Places& places = *owned;
  std::array<std::atomic<bool>, kCallsMax> taken{};
  std::atomic<bool> twice{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        const auto place = places.try_claim();
        if (!place) continue;
        if (taken[*place].exchange(true)) twice = true;
        taken[*place] = false;
        places.release(*place);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(twice);
  EXPECT_EQ(places.in_use(), 0u);
}

}  // namespace
}  // namespace azekura::hsm::transport

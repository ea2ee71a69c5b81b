#include "scanner/database/release_life.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace azekura::scanner {
namespace {

constexpr Time kDay = 86400;
constexpr Time k20240630 = 1719705600;

const ReleaseLife* life_of(Ecosystem ecosystem, const std::string& release) {
  for (const ReleaseLife& life : known_release_lives()) {
    if (life.release.ecosystem == ecosystem && life.release.release == release) return &life;
  }
  return nullptr;
}

TEST(ReleaseLife, WhatIsNotKnownIsNotThere) {
  EXPECT_EQ(life_of(Ecosystem::kDebian, "sid"), nullptr);
  EXPECT_EQ(life_of(Ecosystem::kNpm, ""), nullptr);
}

TEST(ReleaseLife, EachReleaseIsThereOnce) {
  std::set<std::pair<Ecosystem, std::string>> seen;
  for (const ReleaseLife& life : known_release_lives()) {
    EXPECT_TRUE(is_distribution(life.release.ecosystem)) << life.release.release;
    EXPECT_TRUE(seen.emplace(life.release.ecosystem, life.release.release).second)
        << life.release.release;
  }
}

TEST(ReleaseLife, ThePaidSupportEndsAfterTheFreeOne) {
  for (const ReleaseLife& life : known_release_lives()) {
    EXPECT_GT(life.end_of_support, 0) << life.release.release;
    EXPECT_EQ(life.end_of_support % kDay, 0);
    if (life.end_of_extended_support != 0) {
      EXPECT_GT(life.end_of_extended_support, life.end_of_support) << life.release.release;
    }
  }
}

TEST(ReleaseLife, DebiansFreeSupportIncludesItsLts) {
  const ReleaseLife* buster = life_of(Ecosystem::kDebian, "10");
  ASSERT_NE(buster, nullptr);
  EXPECT_EQ(buster->codename, "buster");
  EXPECT_EQ(buster->end_of_support, k20240630);
  const ReleaseLife* rhel = life_of(Ecosystem::kRedHat, "7");
  ASSERT_NE(rhel, nullptr);
  EXPECT_EQ(rhel->end_of_support, k20240630);
}

}  // namespace
}  // namespace azekura::scanner

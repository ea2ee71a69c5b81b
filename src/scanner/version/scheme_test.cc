#include "scanner/version/scheme.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace azekura::scanner::version {
namespace {

std::vector<Scheme> keyed_schemes() {
  std::vector<Scheme> schemes;
  for (std::size_t i = 0; i < kSchemeCount; ++i) {
    if (has_keys(static_cast<Scheme>(i))) schemes.push_back(static_cast<Scheme>(i));
  }
  return schemes;
}

// Strictly ascending.
void expect_ascending(Scheme scheme, const std::vector<std::string_view>& versions) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < versions.size(); ++j) {
      const auto order = compare(scheme, versions[i], versions[j]);
      ASSERT_TRUE(order) << versions[i] << ", " << versions[j];
      EXPECT_EQ(*order, i <=> j) << versions[i] << ", " << versions[j];
    }
  }
}

void expect_equal(Scheme scheme, std::string_view a, std::string_view b) {
  const auto order = compare(scheme, a, b);
  ASSERT_TRUE(order) << a << ", " << b;
  EXPECT_EQ(*order, std::strong_ordering::equal) << a << ", " << b;
  EXPECT_EQ(*key(scheme, a), *key(scheme, b)) << a << ", " << b;
}

TEST(Scheme, RefusesWhatIsNoTextOfAVersion) {
  for (std::size_t i = 0; i < kSchemeCount; ++i) {
    const auto scheme = static_cast<Scheme>(i);
    for (const std::string_view text : {std::string_view(""), std::string_view("1\0", 2)}) {
      EXPECT_EQ(check(scheme, text).error().code, Code::kInvalid) << name_of(scheme);
      EXPECT_EQ(compare(scheme, text, "1").error().code, Code::kInvalid) << name_of(scheme);
      EXPECT_EQ(compare(scheme, "1", text).error().code, Code::kInvalid) << name_of(scheme);
      EXPECT_EQ(key(scheme, text).error().code, Code::kInvalid) << name_of(scheme);
    }
  }
}

TEST(Scheme, RefusesVersionsLongerThanTheLimit) {
  for (std::size_t i = 0; i < kSchemeCount; ++i) {
    const auto scheme = static_cast<Scheme>(i);
    for (const std::size_t size : {kVersionSizeMax - 1, kVersionSizeMax, kVersionSizeMax + 1}) {
      const std::string text(size, '1');
      EXPECT_EQ(compare(scheme, text, text).has_value(), size <= kVersionSizeMax)
          << name_of(scheme);
    }
  }
}

TEST(Scheme, HasRoomForTheKeysOfTheLongestVersions) {
  for (const std::string_view pattern :
       {"1a", "1.", "0.", "0a", "a", "~1", "1-", "0z1", "1_p", "é"}) {
    std::string text = "1.2.3";
    while (text.size() + pattern.size() <= kVersionSizeMax) text += pattern;
    for (const Scheme scheme : keyed_schemes()) {
      if (!compare(scheme, text, text)) continue;  // refused for its form, not its key
      EXPECT_FALSE(key(scheme, text)->empty()) << name_of(scheme) << " " << pattern;
    }
    EXPECT_TRUE(key(Scheme::kPep440, text)) << pattern;
    EXPECT_TRUE(key(Scheme::kRpm, text)) << pattern;
    EXPECT_TRUE(key(Scheme::kDpkg, text) || pattern == "1-") << pattern;
    EXPECT_TRUE(compare(Scheme::kMaven, text, text)) << pattern;
  }
}

TEST(Scheme, ExactVersionsAreEqualOrHaveNoOrder) {
  EXPECT_FALSE(has_keys(Scheme::kExact));
  EXPECT_EQ(*compare(Scheme::kExact, "deadbeef", "deadbeef"), std::strong_ordering::equal);
  EXPECT_EQ(compare(Scheme::kExact, "deadbeef", "cafe").error().code, Code::kUnsupported);
}

TEST(Scheme, MavenHasNoKeysBecauseItsOrderHasCycles) {
  EXPECT_FALSE(has_keys(Scheme::kMaven));
  EXPECT_EQ(*key(Scheme::kMaven, "1.0"), "");
  EXPECT_EQ(*compare(Scheme::kMaven, "1-alpha", "1"), std::strong_ordering::less);
  EXPECT_EQ(*compare(Scheme::kMaven, "1", "1.sp.1"), std::strong_ordering::less);
  EXPECT_EQ(*compare(Scheme::kMaven, "1.sp.1", "1-alpha"), std::strong_ordering::less);
}

TEST(Scheme, NumbersOfAnySizeKeepTheirOrder) {
  const std::vector<std::string> numbers = {"0",
                                            "1",
                                            "63",
                                            "64",
                                            "65",
                                            "319",
                                            "320",
                                            "6207",
                                            "6208",
                                            "6209",
                                            "65535",
                                            "65536",
                                            "16777215",
                                            "16777216",
                                            "4294967295",
                                            "4294967296",
                                            "9999999999999999999",
                                            "10000000000000000000",
                                            "18446744073709551615",
                                            "18446744073709551616",
                                            "99999999999999999999",
                                            "100000000000000000000",
                                            "100000000000000000001"};
  const std::vector<std::string_view> views(numbers.begin(), numbers.end());
  for (const Scheme scheme : keyed_schemes()) expect_ascending(scheme, views);
  expect_ascending(Scheme::kMaven, views);
}

TEST(Scheme, KeysAreAsShortAsTheirVersions) {
  struct Size {
    Scheme scheme;
    std::string_view version;
    std::size_t size_max;
  };
  for (const Size& size :
       {Size{Scheme::kDpkg, "1.2.3-4+deb12u1", 18}, Size{Scheme::kDpkg, "2:8.39-13", 10},
        Size{Scheme::kRpm, "3.10.0-1160.el7", 15}, Size{Scheme::kApk, "3.0.12-r4", 7},
        Size{Scheme::kSemver, "4.17.21", 4}, Size{Scheme::kPep440, "2.31.0", 4},
        Size{Scheme::kGem, "7.0.8.1", 6}, Size{Scheme::kComposer, "v5.4.31", 5},
        Size{Scheme::kNuget, "13.0.3", 5}, Size{Scheme::kGeneric, "1.0.2k", 8}}) {
    EXPECT_LE(key(size.scheme, size.version)->size(), size.size_max) << size.version;
  }
}

// Policy §5.6.12 as it is written, over one part of a version.
int compare_by_policy(std::string_view a, std::string_view b) {
  const auto weight = [](std::string_view text) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return 0;
    if (text[0] == '~') return -1;
    const bool letter = (text[0] | 32) >= 'a' && (text[0] | 32) <= 'z';
    return letter ? text[0] : text[0] + 256;
  };
  const auto digits = [](std::string_view& text) {
    const std::string_view all =
        text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
    text.remove_prefix(all.size());
    const std::size_t first = std::min(all.find_first_not_of('0'), all.size());
    return all.substr(first);
  };
  while (!a.empty() || !b.empty()) {
    while (weight(a) != 0 || weight(b) != 0) {
      if (weight(a) != weight(b)) return weight(a) < weight(b) ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    const std::string_view number_a = digits(a);
    const std::string_view number_b = digits(b);
    if (number_a.size() != number_b.size()) return number_a.size() < number_b.size() ? -1 : 1;
    if (const int order = number_a.compare(number_b); order != 0) return order < 0 ? -1 : 1;
  }
  return 0;
}

TEST(Dpkg, ComparesAsThePolicySays) {
  constexpr std::string_view kAlphabet = "0019.+~aZz";
  std::mt19937 random(20241125);
  const auto part = [&] {
    std::string text = "1";
    for (auto left = random() % 7; left > 0; --left) text += kAlphabet[random() % kAlphabet.size()];
    return text;
  };
  std::size_t equal = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string a = part();
    const std::string b = part();
    const int expected = compare_by_policy(a, b);
    ASSERT_EQ(*compare(Scheme::kDpkg, a, b), expected <=> 0) << a << ", " << b;
    equal += expected == 0;
  }
  EXPECT_GT(equal, 0U);
}

TEST(Dpkg, RefusesBrokenEpochsAndEmptyParts) {
  for (const std::string_view text :
       {":1", "a:1", "1:", "1:-1", "1-", "-1", "1 2", "2147483648:1"}) {
    EXPECT_EQ(compare(Scheme::kDpkg, text, "1").error().code, Code::kInvalid) << text;
  }
  EXPECT_TRUE(check(Scheme::kDpkg, "2147483647:1"));
  EXPECT_FALSE(check(Scheme::kDpkg, "a1"));
  EXPECT_TRUE(compare(Scheme::kDpkg, "a1", "1"));
}

TEST(Rpm, NoReleaseIsBelowAnyRelease) {
  expect_ascending(Scheme::kRpm, {"1.0~rc1", "1.0~rc1-1", "1.0", "1.0-~", "1.0-0", "1.0^git-1",
                                  "1.0.a", "1.0.1", "1:0"});
  expect_equal(Scheme::kRpm, "0:1.0", "1.0");
}

TEST(Go, ReleasesOfTheToolchainAreVersions) {
  expect_ascending(Scheme::kGo, {"go1.21beta1", "go1.21rc1", "go1.21rc2", "go1.21.0", "1.21.1"});
  expect_ascending(Scheme::kGo, {"v0.0.0-20200101000000-abcdefabcdef",
                                 "v0.0.0-20210101000000-abcdefabcdef", "v0.0.1"});
  expect_equal(Scheme::kGo, "v2.0.0+incompatible", "2.0.0");
}

TEST(Bitnami, RevisionsAreLaterThanTheRelease) {
  expect_ascending(Scheme::kBitnami,
                   {"1.2.3-rc.1", "1.2.3", "1.2.3-1", "1.2.3-1.1", "1.2.3-1.2", "1.2.3-2",
                    "1.2.3-2.2", "1.2.3-2.11", "1.2.3-3.1", "1.2.3-10", "1.2.3-8-g2102", "1.2.4"});
  expect_equal(Scheme::kBitnami, "1.2.3-0", "1.2.3");
  expect_equal(Scheme::kBitnami, "1.2.3-1+metadata", "1.2.3-1");
}

TEST(Generic, ReadsWhatVendorsWrite) {
  expect_ascending(Scheme::kGeneric, {"1.0.2-beta1", "1.0.2-rc1", "1.0.2", "1.0.2k", "1.0.2z",
                                      "1.0.2za", "1.0.2zb", "1.0.3"});
  expect_ascending(Scheme::kGeneric, {"9.8", "9.8p1", "9.8p2", "9.9"});
  expect_ascending(Scheme::kGeneric, {"8", "8u341", "8u342-b01", "8u342-b07", "8u352"});
  expect_ascending(Scheme::kGeneric, {"10.1.0-M7", "10.1.0-RC1", "10.1.0", "10.1.1"});
  expect_ascending(Scheme::kGeneric, {"1.0b2", "1.0", "1.0.1"});
  expect_equal(Scheme::kGeneric, "1.0", "1.0.0");
  expect_equal(Scheme::kGeneric, "5.3.0.RELEASE", "5.3");
  expect_equal(Scheme::kGeneric, "OpenSSL_1_1_1w", "1.1.1w");
  expect_equal(Scheme::kGeneric, "1.0-rc1", "1rc1");
  EXPECT_EQ(check(Scheme::kGeneric, "unknown").error().code, Code::kInvalid);
}

TEST(Pep440, WhatIsNoVersionIsBelowAllThatAre) {
  expect_ascending(Scheme::kPep440, {"not a version", "0.1-bulbasaur", "0.0.dev0", "0", "1!0"});
  EXPECT_FALSE(check(Scheme::kPep440, "0.1-bulbasaur"));
}

}  // namespace
}  // namespace azekura::scanner::version

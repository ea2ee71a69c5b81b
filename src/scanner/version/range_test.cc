#include "scanner/version/range.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace azekura::scanner::version {
namespace {

// "[1,2)(3,)", as intervals are written in mathematics.
std::string written(const std::vector<Interval>& intervals) {
  std::string text;
  for (const Interval& interval : intervals) {
    text += interval.low.empty() || !interval.low_inclusive ? "(" : "[";
    text += interval.low + "," + interval.high;
    text += interval.high_inclusive ? "]" : ")";
  }
  return text;
}

std::string intervals_of(RangeLanguage language, std::string_view range) {
  const auto found = intervals(language, range);
  return found ? written(*found) : "refused";
}

struct Case {
  std::string_view range;
  std::string_view intervals;
};

void expect_cases(RangeLanguage language, const std::vector<Case>& cases) {
  for (const Case& one : cases)
    EXPECT_EQ(intervals_of(language, one.range), one.intervals) << one.range;
}

TEST(Range, OfNpm) {
  expect_cases(RangeLanguage::kNpm, {{"1.2.3 1.x.5", "refused"},
                                     {"foo", "refused"},
                                     {"", "(,)"},
                                     {"^1.2.3", "[1.2.3,2.0.0-0)"},
                                     {"~1.2", "[1.2.0,1.3.0-0)"},
                                     {">=1.0.0 <2.0.0 || 3.x", "[1.0.0,2.0.0)[3.0.0,4.0.0-0)"},
                                     {"1.0.0 - 2.0", "[1.0.0,2.1.0-0)"},
                                     {"<1.0.0 || >=1.0.0", "(,)"},
                                     {">2.0.0 <1.0.0", ""}});
  EXPECT_FALSE(*satisfies(RangeLanguage::kNpm, "^1.2.3", "1.3.0-beta"));
  EXPECT_TRUE(*satisfies(RangeLanguage::kNpm, "^1.2.3-alpha", "1.2.3-beta"));
}

TEST(Range, OfCargo) {
  expect_cases(RangeLanguage::kCargo, {{"", "refused"},
                                       {"1.2.3,", "refused"},
                                       {"1.2.3", "[1.2.3,2.0.0-0)"},
                                       {"0.2.3", "[0.2.3,0.3.0-0)"},
                                       {"0.0.3", "[0.0.3,0.0.4-0)"},
                                       {">=1.0, <1.5", "[1.0.0,1.5.0-0)"},
                                       {"=1.2", "[1.2.0,1.3.0-0)"},
                                       {"1.*", "[1.0.0,2.0.0-0)"}});
}

TEST(Range, OfPep440) {
  expect_cases(RangeLanguage::kPep440, {{"1.0", "refused"},
                                        {">=1.0.*", "refused"},
                                        {"~=1", "refused"},
                                        {"", "(,)"},
                                        {"~=1.4.2", "[1.4.2,1.5.dev0)"},
                                        {"==1.2.*", "[1.2.dev0,1.3.dev0)"},
                                        {"==1.2", "[1.2,1.2.post0.dev0)"},
                                        {"!=1.2.*,>=1", "[1,1.2.dev0)[1.3.dev0,)"},
                                        {"<2", "(,2.dev0)"},
                                        {"<2rc1", "(,2rc1)"},
                                        {"<=2", "(,2.post0.dev0)"},
                                        {">1!2.post3", "[1!2.post4.dev0,)"}});
}

TEST(Range, OfMavenAndNuget) {
  expect_cases(RangeLanguage::kMaven, {{"[1,2", "refused"},
                                       {"[2,1]", "refused"},
                                       {"(1)", "refused"},
                                       {"1.0", "(,)"},
                                       {"[1.0]", "[1.0,1.0]"},
                                       {"[1,2),(3,]", "[1,2)(3,)"},
                                       {"(,1.0],[1.2,)", "(,1.0][1.2,)"}});
  expect_cases(RangeLanguage::kNuget, {{"[1.0,2.0", "refused"},
                                       {"(1.0)", "refused"},
                                       {"1.0", "[1.0,)"},
                                       {"(,1.0]", "(,1.0]"},
                                       {"[1.0, 2.0)", "[1.0,2.0)"},
                                       {"1.2.*", "[1.2.0,1.3.0-0)"},
                                       {"*", "(,)"}});
}

TEST(Range, OfGem) {
  expect_cases(RangeLanguage::kGem, {{">> 1", "refused"},
                                     {"", "refused"},
                                     {"~> 1.2.3", "[1.2.3,1.3.A)"},
                                     {"~> 1", "[1,2.A)"},
                                     {"~> 2.0.0.rc1", "[2.0.0.rc1,2.1.A)"},
                                     {">= 1, != 2", "[1,2)(2,)"},
                                     {"= 1.0", "[1.0,1.0]"}});
  EXPECT_FALSE(*satisfies(RangeLanguage::kGem, "~> 1.2", "2.0.rc1"));
  EXPECT_TRUE(*satisfies(RangeLanguage::kGem, "~> 1.2", "1.99"));
}

TEST(Range, OfComposer) {
  expect_cases(RangeLanguage::kComposer,
               {{"^", "refused"},
                {"^1.2 ||", "refused"},
                {"^1.2", "[1.2.0.0-dev,2.0.0.0-dev)"},
                {"~1.2.3", "[1.2.3.0-dev,1.3.0.0-dev)"},
                {">=1.0,<1.1|>=1.2@beta", "[1.0.0.0-dev,1.1.0.0-dev)[1.2.0.0-beta,)"},
                {"dev-master", "[dev-master,dev-master]"}});
  EXPECT_FALSE(*satisfies(RangeLanguage::kComposer, ">=1.0", "dev-master"));
  EXPECT_TRUE(*satisfies(RangeLanguage::kComposer, "dev-master", "master"));
}

TEST(Range, OfPubAndHex) {
  expect_cases(RangeLanguage::kPub, {{"^1.2", "refused"},
                                     {"any", "(,)"},
                                     {"^1.2.3", "[1.2.3,2.0.0-0)"},
                                     {"^0.1.2+4", "[0.1.2+4,0.2.0-0)"},
                                     {">=1.0.0 <2.0.0", "[1.0.0,2.0.0-0)"},
                                     {">=2.0.0-dev <2.0.0", "[2.0.0-dev,2.0.0)"}});
  expect_cases(RangeLanguage::kHex,
               {{"~> 1", "refused"},
                {"~> 1.2", "[1.2.0,2.0.0-0)"},
                {"~> 1.2.3 or >= 2.0.0 and < 2.5.0", "[1.2.3,1.3.0-0)[2.0.0,2.5.0)"}});
}

TEST(Range, OfAdvisories) {
  expect_cases(RangeLanguage::kComma, {{"", "refused"},
                                       {">= 1.0,", "refused"},
                                       {">= 1.0, < 2.0", "[1.0,2.0)"},
                                       {"<= 1.2.3", "(,1.2.3]"},
                                       {"= 1.0", "[1.0,1.0]"},
                                       {"< 1.0 || > 2.0", "(,1.0)(2.0,)"}});
  EXPECT_EQ(written(*intervals(RangeLanguage::kComma, Scheme::kDpkg, ">= 1.0~rc1, < 1.0")),
            "[1.0~rc1,1.0)");
}

TEST(Range, RefusesRangesLongerThanTheLimit) {
  constexpr std::size_t kSizeMax = 8192;
  const std::string end = "1.0.0";
  for (const std::size_t size : {kSizeMax - 1, kSizeMax, kSizeMax + 1}) {
    const std::string range = std::string(size - end.size(), ' ') + end;
    EXPECT_EQ(intervals(RangeLanguage::kNpm, range).has_value(), size <= kSizeMax) << size;
  }
}

TEST(Intervals, MergeWhereNothingIsBetween) {
  const auto twice = [](std::vector<Interval> intervals) {
    return written(*complement(Scheme::kSemver, *complement(Scheme::kSemver, intervals)));
  };
  EXPECT_EQ(twice({{"2", true, "3", false}, {"1", true, "2", false}}), "[1,3)");
  EXPECT_EQ(twice({{"1", true, "2", false}, {"2", false, "3", false}}), "[1,2)(2,3)");
  EXPECT_EQ(twice({{"1", true, "5", false}, {"2", false, "3", false}}), "[1,5)");
  EXPECT_EQ(twice({{"2", true, "1", true}, {"1", true, "1", false}}), "");
  EXPECT_EQ(twice({{"1", true, "1", true}}), "[1,1]");
}

TEST(Intervals, OfVersionsThatAreNoneAreRefused) {
  EXPECT_EQ(complement(Scheme::kSemver, {{"x", true, "", false}}).error().code, Code::kInvalid);
  EXPECT_EQ(contains(Scheme::kSemver, {}, "x").error().code, Code::kInvalid);
  EXPECT_EQ(complement(Scheme::kExact, {}).error().code, Code::kUnsupported);
  EXPECT_TRUE(*contains(Scheme::kExact, {"abc", true, "abc", true}, "abc"));
  EXPECT_FALSE(*contains(Scheme::kExact, {"abc", true, "abc", true}, "abd"));
}

TEST(Intervals, AVersionIsInsideOrInTheComplement) {
  std::mt19937 random(20241125);
  const auto version = [&] {
    return std::to_string(random() % 9) + "." + std::to_string(random() % 3);
  };
  for (int i = 0; i < 2000; ++i) {
    std::vector<Interval> inside;
    for (auto left = random() % 4; left > 0; --left) {
      inside.push_back({random() % 5 == 0 ? "" : version(), random() % 2 == 0,
                        random() % 5 == 0 ? "" : version(), random() % 2 == 0});
    }
    const auto outside = complement(Scheme::kGem, inside);
    ASSERT_TRUE(outside);
    const std::string one = version();
    int found = 0;
    int missed = 0;
    for (const Interval& interval : inside) found += *contains(Scheme::kGem, interval, one);
    for (const Interval& interval : *outside) missed += *contains(Scheme::kGem, interval, one);
    EXPECT_EQ(missed, found == 0 ? 1 : 0) << written(inside) << " " << one;
  }
}

}  // namespace
}  // namespace azekura::scanner::version

#include "scanner/inventory/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace azekura::scanner::inventory {
namespace {

TEST(Collector, AComponentTwiceIsOneAndItsFlagsAreMerged) {
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  found.add("a", "1", {.development = true});
  found.add("a", "1", {.direct = true});
  found.add("b", "1", {.development = true});
  found.add("b", "1", {.development = true});
  const ReadOutcome outcome = found.take();
  ASSERT_EQ(outcome.components.size(), 2u);
  EXPECT_FALSE(outcome.components[0].development);
  EXPECT_TRUE(outcome.components[0].direct);
  EXPECT_TRUE(outcome.components[1].development);
}

TEST(Collector, NamesAndVersionsThatCanBeNoneAreProblems) {
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  found.add("", "1");
  found.add("a\nb", "1");
  found.add(std::string(kNameSizeMax + 1, 'a'), "1");
  found.add(std::string(kNameSizeMax, 'a'), "1");
  found.add("c", "1\x01");
  const ReadOutcome outcome = found.take();
  ASSERT_EQ(outcome.components.size(), 2u);
  EXPECT_EQ(outcome.components[1].name, "c");
  EXPECT_EQ(outcome.components[1].version, "");
  EXPECT_EQ(outcome.problems.size(), 4u);
}

TEST(Collector, StopsAtItsLimitAndSaysSoOnce) {
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  for (std::size_t i = 0; i < kComponentsMax; ++i) found.add("a", std::to_string(i));
  EXPECT_FALSE(found.full());
  EXPECT_TRUE(found.outcome().problems.empty());
  found.add("a", "0");  // known already
  EXPECT_FALSE(found.full());
  found.add("b", "1");
  found.add("b", "2");
  EXPECT_TRUE(found.full());
  const ReadOutcome outcome = found.take();
  EXPECT_EQ(outcome.components.size(), kComponentsMax);
  ASSERT_EQ(outcome.problems.size(), 1u);
  EXPECT_EQ(outcome.problems[0].kind, Problem::Kind::kLimit);
}

TEST(Collector, TheLastOfTooManyProblemsSaysThatThereAreMore) {
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  for (std::size_t i = 0; i + 1 < kProblemsMax; ++i) found.malformed("x");
  EXPECT_EQ(found.outcome().problems.back().kind, Problem::Kind::kMalformed);
  found.malformed("x");
  found.malformed("x");
  EXPECT_EQ(found.outcome().problems.size(), kProblemsMax);
  EXPECT_EQ(found.outcome().problems.back().kind, Problem::Kind::kLimit);
}

TEST(ReadingText, LinesEndWithLfOrCrlf) {
  std::string_view rest = "a\r\n\nb";
  std::vector<std::string> lines;
  for (std::string_view line; next_line(rest, line);) lines.emplace_back(line);
  EXPECT_THAT(lines, testing::ElementsAre("a", "", "b"));
}

TEST(ReadingText, SplitLeavesOutWhatIsEmpty) {
  EXPECT_THAT(split(" a ,, b,", ','), testing::ElementsAre("a", "b"));
}

TEST(ReadingText, ShownIsOneShortLine) {
  EXPECT_EQ(shown("a\nb"), "a?b");
  EXPECT_EQ(shown(std::string(500, 'x')).size(), 203u);
}

}  // namespace
}  // namespace azekura::scanner::inventory

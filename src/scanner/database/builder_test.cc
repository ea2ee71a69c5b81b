#include "scanner/database/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/database/database_testing.h"

namespace azekura::scanner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kVector31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

Affected affected(Ecosystem ecosystem, std::string release, std::string name) {
  Affected claim;
  claim.where = {ecosystem, std::move(release)};
  claim.name = std::move(name);
  return claim;
}

Affected fixed_in(Ecosystem ecosystem, std::string release, std::string name, std::string version) {
  Affected claim = affected(ecosystem, std::move(release), std::move(name));
  claim.state = State::kFixed;
  claim.ranges = {{.end = std::move(version), .end_kind = AffectedRange::End::kFixed}};
  return claim;
}

TEST(Builder, AnEmptyBuilderGivesAnEmptyDatabase) {
  const Database database = built_database({});
  EXPECT_EQ(database.problem_count(), 0U);
  EXPECT_THAT(database.claims(Ecosystem::kDebian, "12", "openssl"), IsEmpty());
  EXPECT_EQ(database.find("CVE-2024-0001"), std::nullopt);
  EXPECT_THAT(database.covered(), IsEmpty());
  EXPECT_THAT(database.sources(), IsEmpty());
  EXPECT_TRUE(database.verify());
}

TEST(Builder, AClaimComesBackWithEverythingItSays) {
  Affected claim = fixed_in(Ecosystem::kDebian, "12", "openssl", "3.0.15-1");
  claim.ranges.front().introduced = "3.0.0-1";
  claim.qualifier = "a-module:1";
  claim.advisory = "DSA-1-1";
  claim.note = "only on Mondays";
  claim.severity = Severity::kHigh;
  const Database database =
      built_database({{"debian", {{.id = "CVE-2024-0001", .affected = {claim}}}}});

  const auto claims = database.claims(Ecosystem::kDebian, "12", "openssl");
  ASSERT_THAT(claims, SizeIs(1));
  EXPECT_EQ(claims[0].state, State::kFixed);
  EXPECT_EQ(claims[0].flags, Claim::kIsFirst);
  EXPECT_EQ(claims[0].severity, Severity::kHigh);
  EXPECT_EQ(database.version_text(claims[0].introduced), "3.0.0-1");
  EXPECT_EQ(database.version_text(claims[0].end), "3.0.15-1");
  EXPECT_LT(database.version_key(claims[0].introduced), database.version_key(claims[0].end));
  EXPECT_EQ(database.text(claims[0].qualifier), "a-module:1");
  EXPECT_EQ(database.advisory_of(claims[0]), "DSA-1-1");
  EXPECT_EQ(database.note_of(claims[0]), "only on Mondays");
  EXPECT_EQ(database.record(claims[0].record).id, "CVE-2024-0001");
  EXPECT_THAT(database.claims(Ecosystem::kDebian, "11", "openssl"), IsEmpty());
  EXPECT_THAT(database.claims(Ecosystem::kUbuntu, "12", "openssl"), IsEmpty());
  EXPECT_TRUE(database.covers(Ecosystem::kDebian, "12"));
  EXPECT_FALSE(database.covers(Ecosystem::kDebian, "11"));
}

TEST(Builder, TheRecordItselfFixesWhereNoAdvisoryIsNamed) {
  const Database database =
      built_database({{"debian",
                       {{.id = "DSA-2-1",
                         .about = {"CVE-2024-0002"},
                         .affected = {affected(Ecosystem::kDebian, "12", "a")}}}}});
  EXPECT_EQ(database.advisory_of(database.claims(Ecosystem::kDebian, "12", "a")[0]), "DSA-2-1");
}

TEST(Builder, NamesOfPackagesAreNormalised) {
  const Database database = built_database(
      {{"pypa",
        {{.id = "PYSEC-1", .affected = {affected(Ecosystem::kPyPI, "", "Zope.Interface")}}}}});
  EXPECT_THAT(database.claims(Ecosystem::kPyPI, "", "zope-interface"), SizeIs(1));
}

TEST(Builder, AliasesOverAllSourcesAreOneProblem) {
  const Database database = built_database(
      {{"ghsa",
        {{.id = "GHSA-aaaa-bbbb-cccc", .aliases = {"CVE-2024-0003"}, .severity = Severity::kHigh}}},
       {"pypa",
        {{.id = "PYSEC-2024-1", .aliases = {"GHSA-aaaa-bbbb-cccc"}, .severity = Severity::kHigh}}},
       {"bitnami",
        {{.id = "BIT-x-2024-3", .aliases = {"CVE-2024-0003"}, .severity = Severity::kLow}}}});
  ASSERT_EQ(database.problem_count(), 1U);
  const ProblemView problem = database.problem(0);
  EXPECT_EQ(problem.id, "CVE-2024-0003");
  EXPECT_THAT(problem.aliases, ElementsAre("GHSA-aaaa-bbbb-cccc", "BIT-x-2024-3", "PYSEC-2024-1"));
  EXPECT_THAT(problem.records, SizeIs(3));
  EXPECT_EQ(database.find("ghsa-AAAA-bbbb-cccc"), 0U);
  EXPECT_EQ(database.find("pysec-2024-1"), 0U);
}

TEST(Builder, NoProblemEverHasTwoCves) {
  const Database database = built_database(
      {{"ghsa",
        {{.id = "GHSA-1", .aliases = {"CVE-2024-0004"}},
         {.id = "GHSA-2", .aliases = {"CVE-2024-0005"}}}},
       {"pypa", {{.id = "PYSEC-2", .aliases = {"GHSA-1", "GHSA-2"}, .severity = Severity::kLow}}},
       {"rhsa",
        {{.id = "RHSA-1",
          .aliases = {"CVE-2024-0004", "CVE-2024-0005"},
          .severity = Severity::kLow}}}});
  ASSERT_EQ(database.problem_count(), 2U);
  EXPECT_EQ(database.problem_id(0), "CVE-2024-0004");
  EXPECT_EQ(database.problem_id(1), "CVE-2024-0005");
  for (RecordId record = 0; record < 2; ++record) {
    EXPECT_THAT(database.problems_of(record), ElementsAre(0, 1)) << database.record(record).id;
  }
}

TEST(Builder, ScoresAreKeptPerSource) {
  const Database database =
      built_database({{"nvd",
                       {{.id = "CVE-2024-0006",
                         .scores = {{.source = "nvd", .vector = std::string(kVector31)}}}}}});
  const ProblemView problem = database.problem(0);
  ASSERT_THAT(problem.scores, SizeIs(1));
  EXPECT_EQ(problem.scores[0].source, "nvd");
  EXPECT_EQ(problem.scores[0].vector, kVector31);
  EXPECT_EQ(problem.scores[0].score, 9.8);
  EXPECT_EQ(database.facts(0).best_score_tenths, 98);
  EXPECT_EQ(database.facts(0).severity, Severity::kCritical);
}

}  // namespace
}  // namespace azekura::scanner

#include "scanner/database/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/database/database_testing.h"
#include "scanner/database/sink.h"

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

std::vector<std::string> intervals_of(const Database& database, std::span<const Claim> claims) {
  std::vector<std::string> lines;
  for (const Claim& claim : claims) {
    std::string line = (claim.flags & Claim::kIsFirst) != 0 ? "* " : "  ";
    if ((claim.flags & Claim::kSingleVersion) != 0) {
      line += "=";
    } else {
      line += (claim.flags & Claim::kIntroducedExclusive) != 0 ? "(" : "[";
      line += std::string(database.version_text(claim.introduced)) + ",";
    }
    line += database.version_text(claim.end);
    if ((claim.flags & Claim::kSingleVersion) == 0) {
      line += (claim.flags & Claim::kEndInclusive) != 0 ? "]" : ")";
    }
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> intervals_after_import(const Affected& claim) {
  const Database database = built_database({{"x", {{.id = "CVE-2024-0001", .affected = {claim}}}}});
  return intervals_of(database,
                      database.claims(claim.where.ecosystem, claim.where.release, claim.name));
}

using End = AffectedRange::End;

TEST(Builder, IntervalsAreInTheOrderOfVersions) {
  Affected claim = affected(Ecosystem::kDebian, "12", "a");
  claim.ranges = {
      {"1:2", "1:3", End::kFixed}, {"10", "11", End::kLastAffected}, {"", "9", End::kFixed}};
  EXPECT_THAT(intervals_after_import(claim), ElementsAre("* [,9)", "  [10,11]", "  [1:2,1:3)"));
}

TEST(Builder, AClaimWithoutRangesIsOfEveryVersion) {
  EXPECT_THAT(intervals_after_import(affected(Ecosystem::kDebian, "12", "a")),
              ElementsAre("* [,)"));
}

TEST(Builder, VersionsThatARangeCoversAreDropped) {
  Affected claim = affected(Ecosystem::kDebian, "12", "a");
  claim.ranges = {{"2", "4", End::kFixed}};
  claim.versions = {"1", "2", "3", "4", "5", "5"};
  EXPECT_THAT(intervals_after_import(claim), ElementsAre("* =1", "  [2,4)", "  =4", "  =5"));
  claim.ranges = {{"2", "4", End::kLastAffected, true}};
  EXPECT_THAT(intervals_after_import(claim), ElementsAre("* =1", "  =2", "  (2,4]", "  =5"));
}

TEST(Builder, AVersionThatIsNoneIsKeptAndCounted) {
  const TemporaryFolder folder;
  DatabaseBuilder builder;
  auto sink = builder.begin();
  Affected claim = fixed_in(Ecosystem::kDebian, "12", "a", "not a version!");
  claim.versions = {"neither is this"};
  sink->add(Advisory{.id = "CVE-2024-0001", .affected = {claim}});
  sink->add(
      Advisory{.id = "CVE-2024-0002", .affected = {fixed_in(Ecosystem::kDebian, "12", "b", "1")}});
  const SourceInfo info = builder.finish(std::move(sink), {.name = "debian"});
  EXPECT_EQ(info.records, 2U);
  EXPECT_EQ(info.bad_records, 1U);
  EXPECT_THAT(info.bad_examples, ElementsAre("CVE-2024-0001: not a version! is no version"));
  ASSERT_TRUE(builder.write(folder.path("db")));
  const auto database = Database::open(folder.path("db"));
  const auto claims = database->claims(Ecosystem::kDebian, "12", "a");
  ASSERT_THAT(claims, SizeIs(2));
  for (const Claim& row : claims) EXPECT_EQ(database->version_key(row.end), "");
  EXPECT_THAT(intervals_of(*database, claims),
              testing::UnorderedElementsAre(testing::EndsWith("[,not a version!)"),
                                            testing::EndsWith("=neither is this")));
}

TEST(Builder, TheSameClaimForEachArchitectureIsOne) {
  const Affected claim = fixed_in(Ecosystem::kAlmaLinux, "9", "a", "1-1");
  Affected other = claim;
  other.state = State::kAffected;
  const Database database = built_database(
      {{"almalinux",
        {{.id = "ALSA-1", .about = {"CVE-2024-0001"}, .affected = {claim, claim, other, claim}}}}});
  EXPECT_THAT(database.claims(Ecosystem::kAlmaLinux, "9", "a"), SizeIs(2));
}

TEST(Builder, RecordsOfOneSourceWithOneIdAreOneRecord) {
  const Affected npm = fixed_in(Ecosystem::kNpm, "", "a", "1.0.0");
  const Affected pip = fixed_in(Ecosystem::kPyPI, "", "b", "1.0");
  const Database database = built_database(
      {{"ghsa",
        {{.id = "GHSA-1", .aliases = {"CVE-2024-0001"}, .modified = 10, .affected = {npm, pip}},
         {.id = "GHSA-1", .aliases = {"CVE-2024-0001"}, .modified = 20, .affected = {npm, pip}}}},
       {"osv", {{.id = "GHSA-1", .affected = {npm}}}}});
  EXPECT_THAT(database.problem(0).records, SizeIs(2));
  EXPECT_EQ(database.record(0).modified, 20);
  EXPECT_THAT(database.claims(Ecosystem::kNpm, "", "a"), SizeIs(2)) << "one for each source";
  EXPECT_THAT(database.claims(Ecosystem::kPyPI, "", "b"), SizeIs(1));
}

TEST(Builder, TheClaimsOfAProblemAreFoundFromIt) {
  const Database database = built_database(
      {{"debian",
        {{.id = "CVE-2024-0001",
          .affected = {fixed_in(Ecosystem::kDebian, "11", "a", "1"),
                       fixed_in(Ecosystem::kDebian, "12", "a", "1")}},
         {.id = "CVE-2024-0002", .affected = {fixed_in(Ecosystem::kDebian, "12", "a", "1")}}}},
       {"ghsa",
        {{.id = "GHSA-1",
          .aliases = {"CVE-2024-0001"},
          .affected = {fixed_in(Ecosystem::kNpm, "", "b", "1.0.0")}}}}});
  const auto packages = database.packages_of(*database.find("CVE-2024-0001"));
  ASSERT_THAT(packages, SizeIs(3));
  EXPECT_EQ(packages[1].where.ecosystem, Ecosystem::kDebian);
  EXPECT_EQ(packages[1].where.release, "12");
  EXPECT_EQ(packages[1].name, "a");
  EXPECT_THAT(packages[1].claims, SizeIs(2)) << "all of that package's";
  EXPECT_EQ(packages[2].name, "b");
}

TEST(Builder, DistributionsIdsAreTheCveThatTheyName) {
  const Database database =
      built_database({{"osv",
                       {{.id = "UBUNTU-CVE-2024-0001", .severity = Severity::kLow},
                        {.id = "DEBIAN-CVE-2024-0001", .severity = Severity::kLow},
                        {.id = "ALPINE-CVE-2024-0001", .severity = Severity::kLow},
                        {.id = "cve-2024-0001", .severity = Severity::kLow}}}});
  ASSERT_EQ(database.problem_count(), 1U);
  EXPECT_EQ(database.problem_id(0), "CVE-2024-0001");
  EXPECT_EQ(database.find("ubuntu-cve-2024-0001"), 0U);
}

TEST(Builder, AnAdvisoryAboutSeveralProblemsIsNoNameOfThem) {
  const Database database = built_database({{"debian",
                                             {{.id = "DSA-1",
                                               .about = {"CVE-2024-0002", "CVE-2024-0001"},
                                               .severity = Severity::kHigh}}}});
  ASSERT_EQ(database.problem_count(), 2U);
  EXPECT_EQ(database.find("DSA-1"), std::nullopt);
  EXPECT_THAT(database.record(0).problems, ElementsAre(0, 1));
}

TEST(Builder, ARecordThatNamesNothingElseIsItsOwnProblem) {
  const Database database = built_database(
      {{"osv", {{.id = "MAL-2024-1", .malicious = true, .severity = Severity::kCritical}}}});
  EXPECT_EQ(database.problem_id(0), "MAL-2024-1");
  EXPECT_TRUE(database.problem(0).malicious);
  EXPECT_EQ(database.facts(0).flags, ProblemFacts::kMalicious);
}

TEST(Builder, AGhsaIsTheIdWhereThereIsNoCve) {
  const Database database = built_database(
      {{"osv", {{.id = "GO-2024-1", .aliases = {"GHSA-1"}, .severity = Severity::kLow}}}});
  EXPECT_EQ(database.problem_id(0), "GHSA-1");
}

TEST(Builder, AProblemIsVoidOnlyIfAllWhoSpeakOfItSaySo) {
  const auto flags_with = [](std::string second_reason) {
    const Database database =
        built_database({{"a", {{.id = "CVE-2024-0001", .void_reason = "rejected"}}},
                        {"b",
                         {{.id = "CVE-2024-0001",
                           .void_reason = std::move(second_reason),
                           .severity = Severity::kLow}}},
                        {"epss", {{.id = "CVE-2024-0001", .epss = Epss{0.5, 0, "v3", 1}}}}});
    EXPECT_EQ(database.record(0).void_reason, "rejected");
    return database.facts(0).flags;
  };
  EXPECT_EQ(flags_with("withdrawn"), ProblemFacts::kVoid);
  EXPECT_EQ(flags_with(""), 0);
}

TEST(Builder, NumbersAloneAreNoRecord) {
  const Database database =
      built_database({{"epss", {{.id = "CVE-2024-0001", .epss = Epss{0.5, 0.25, "v3", 7}}}}});
  EXPECT_THAT(database.problem(0).records, IsEmpty());
  EXPECT_EQ(database.facts(0).epss, 0.5F);
}

TEST(Builder, WhatIsKnownOfExploitsComesBack) {
  Advisory first{.id = "CVE-2024-0001", .disputed = true};
  first.known_exploited = KnownExploited{"cisa", 100, 200, true};
  first.epss = Epss{0.25, 0.5, "v2", 10};
  first.ssvc = Ssvc{"active", "yes", "total"};
  first.exploits = {{Exploit::Kind::kMetasploit, "exploit/a"}, {Exploit::Kind::kExploitDb, "1"}};
  Advisory second{.id = "CVE-2024-0001"};
  second.known_exploited = KnownExploited{"enisa", 300, 0, false};
  second.epss = Epss{0.75, 1, "v3", 20};
  second.exploits = {{Exploit::Kind::kExploitDb, "1"}};
  const Database database = built_database({{"a", {first, second}}, {"b", {first}}});
  const ProblemView problem = database.problem(0);
  ASSERT_THAT(problem.known_exploited, SizeIs(2));
  EXPECT_EQ(problem.known_exploited[0].catalogue, "cisa");
  EXPECT_EQ(problem.known_exploited[0].added, 100);
  EXPECT_EQ(problem.known_exploited[0].due, 200);
  EXPECT_TRUE(problem.known_exploited[0].ransomware);
  EXPECT_EQ(problem.known_exploited[1].catalogue, "enisa");
  ASSERT_TRUE(problem.epss);
  EXPECT_EQ(problem.epss->probability, 0.75) << "the latest";
  EXPECT_EQ(problem.epss->percentile, 1);
  EXPECT_EQ(problem.epss->model, "v3");
  EXPECT_EQ(problem.epss->date, 20);
  ASSERT_TRUE(problem.ssvc);
  EXPECT_EQ(problem.ssvc->exploitation, "active");
  EXPECT_EQ(problem.ssvc->automatable, "yes");
  EXPECT_EQ(problem.ssvc->technical_impact, "total");
  ASSERT_THAT(problem.exploits, SizeIs(2));
  EXPECT_EQ(problem.exploits[0].id, "exploit/a");
  EXPECT_EQ(problem.exploits[1].kind, Exploit::Kind::kExploitDb);
  EXPECT_TRUE(problem.disputed);
  EXPECT_EQ(database.facts(0).flags, ProblemFacts::kKnownExploited | ProblemFacts::kRansomware |
                                         ProblemFacts::kExploit | ProblemFacts::kMetasploit |
                                         ProblemFacts::kDisputed | ProblemFacts::kSsvcActive);
}

TEST(Builder, TheBestScoreIsTheHighestOfTheNewestCvss) {
  const auto score = [](std::string vector) {
    return Score{.source = "x", .vector = std::move(vector)};
  };
  const Database database = built_database(
      {{"a",
        {{.id = "CVE-2024-0001",
          .scores = {score("AV:N/AC:L/Au:N/C:C/I:C/A:C"),
                     score("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"),
                     score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N")}},
         {.id = "CVE-2024-0002",
          .scores = {{.source = "x", .vector = "nonsense"}, {.source = "y", .score = 4.5}}}}}});
  EXPECT_EQ(database.facts(0).best_score_tenths, 53);
  EXPECT_THAT(database.problem(0).scores, SizeIs(3));
  ASSERT_THAT(database.problem(1).scores, SizeIs(1))
      << "a vector that is none, without a number, says nothing";
  EXPECT_EQ(database.problem(1).scores[0].score, 4.5);
}

TEST(Builder, TimesWeaknessesAndReferencesAreGathered) {
  const Database database =
      built_database({{"a",
                       {{.id = "CVE-2024-0001",
                         .published = 50,
                         .modified = 60,
                         .link = "https://example.org/a",
                         .severity = Severity::kLow,
                         .cwes = {"CWE-787", "CWE-79"},
                         .references = {"https://example.org/2", "https://example.org/1"}}}},
                      {"b",
                       {{.id = "CVE-2024-0001",
                         .published = 40,
                         .modified = 55,
                         .link = "https://example.org/CVE-2024-0001.json",
                         .severity = Severity::kLow,
                         .cwes = {"CWE-79"},
                         .references = {"https://example.org/1"}}}}});
  const ProblemView problem = database.problem(0);
  EXPECT_EQ(problem.published, 40);
  EXPECT_EQ(problem.modified, 60);
  EXPECT_THAT(problem.cwes, ElementsAre("CWE-79", "CWE-787"));
  EXPECT_THAT(database.problem_references(0),
              ElementsAre("https://example.org/1", "https://example.org/2"));
  const RecordView record = database.record(0);
  EXPECT_EQ(record.published, 50);
  EXPECT_EQ(database.record_link(0), "https://example.org/a");
  EXPECT_EQ(database.record_link(1), "https://example.org/CVE-2024-0001.json");
  EXPECT_EQ(record.severity, Severity::kLow);
  EXPECT_EQ(database.sources()[record.source].name, "a");
}

TEST(Builder, TimesOutsideOfWhatIsStoredAreUnknownOrTheLast) {
  const Database database = built_database(
      {{"a", {{.id = "CVE-2024-0001", .published = -1, .modified = Time{1} << 40}}}});
  EXPECT_EQ(database.problem(0).published, 0);
  EXPECT_EQ(database.problem(0).modified, Time{UINT32_MAX});
}

TEST(Builder, TheTextIsOfWhomIsTrustedMost) {
  const auto text = [](std::string source, std::string body) {
    return Text{"title of " + source, std::move(body), source, "https://example.org/" + source};
  };
  const auto record = [&](std::string source, std::string body) {
    return Advisory{.id = "CVE-2024-0001", .english = text(std::move(source), std::move(body))};
  };
  const auto winner = [](std::vector<TestSource> sources) {
    return built_database(std::move(sources)).problem_text(0, Language::kEnglish)->source;
  };
  EXPECT_EQ(winner({{"1", {record("NVD", "b")}}, {"2", {record("GHSA", "b")}}}), "GHSA");
  EXPECT_EQ(winner({{"1", {record("CVE", "b")}}, {"2", {record("NVD", "b")}}}), "CVE");
  EXPECT_EQ(winner({{"1", {record("Bitnami", "b")}}, {"2", {record("Red Hat", "b")}}}), "Red Hat");
  EXPECT_EQ(winner({{"1", {record("GHSA", "")}}, {"2", {record("Debian", "b")}}}), "Debian");
  Advisory withdrawn = record("GHSA", "b");
  withdrawn.void_reason = "withdrawn";
  EXPECT_EQ(winner({{"1", {withdrawn}}, {"2", {record("Debian", "b")}}}), "Debian");
  Advisory about_two{
      .id = "RHSA-1", .about = {"CVE-2024-0001", "CVE-2024-0002"}, .english = text("GHSA", "b")};
  EXPECT_EQ(winner({{"1", {about_two}}, {"2", {record("Debian", "b")}}}), "Debian");
  EXPECT_EQ(winner({{"1", {about_two}}}), "GHSA");
}

TEST(Builder, TextsComeBackInBothLanguages) {
  Advisory advisory{.id = "CVE-2024-0001"};
  advisory.english = {"A title", "A body", "GHSA", "https://example.org/1"};
  advisory.japanese = {"題", "本文", "JVN iPedia", "https://example.org/2"};
  const Database database = built_database({{"a", {advisory, {.id = "CVE-2024-0002"}}}});
  const auto japanese = database.problem_text(0, Language::kJapanese);
  ASSERT_TRUE(japanese);
  EXPECT_EQ(japanese->title, "題");
  EXPECT_EQ(japanese->body, "本文");
  EXPECT_EQ(japanese->source, "JVN iPedia");
  EXPECT_EQ(japanese->link, "https://example.org/2");
  EXPECT_EQ(database.problem_text(0, Language::kEnglish)->body, "A body");
  EXPECT_FALSE(database.problem_text(1, Language::kEnglish));
}

TEST(Builder, TextsOfManyBlocksAllComeBack) {
  std::vector<Advisory> advisories;
  constexpr int kCount = 3000;
  for (int i = 0; i < kCount; ++i) {
    Advisory& advisory = advisories.emplace_back();
    advisory.id = "CVE-2024-" + std::to_string(10'000 + i);
    advisory.english.body = std::string(static_cast<std::size_t>(i % 600), 'x') + advisory.id;
    advisory.references = {"https://example.org/" + advisory.id};
  }
  const Database database = built_database({{"a", advisories}});
  ASSERT_EQ(database.problem_count(), std::size_t{kCount});
  for (ProblemId i = 0; i < kCount; ++i) {
    ASSERT_EQ(database.problem_text(i, Language::kEnglish)->body, advisories[i].english.body);
    ASSERT_EQ(database.problem_references(i), advisories[i].references);
  }
}

TEST(Builder, ABodyThatIsTooLongIsCutBetweenCharacters) {
  const auto kept = [](std::string body) {
    Advisory advisory{.id = "CVE-2024-0001"};
    advisory.english.body = std::move(body);
    return built_database({{"a", {advisory}}}).problem_text(0, Language::kEnglish)->body.size();
  };
  EXPECT_EQ(kept(std::string(kTextBodyMax - 1, 'x')), kTextBodyMax - 1);
  EXPECT_EQ(kept(std::string(kTextBodyMax, 'x')), kTextBodyMax);
  EXPECT_EQ(kept(std::string(kTextBodyMax + 1, 'x')), kTextBodyMax);
  EXPECT_EQ(kept(std::string(kTextBodyMax - 1, 'x') + "é"), kTextBodyMax - 1);
}

TEST(Builder, WordsThatAreNotAboutProblemsComeBack) {
  const TemporaryFolder folder;
  DatabaseBuilder builder;
  auto sink = builder.begin();
  sink->add(CweName{"CWE-79", "XSS", ""});
  sink->add(CweName{"CWE-79", "", "クロスサイトスクリプティング"});
  sink->add(ProductName{"a:f5:nginx", "F5", "NGINX"});
  sink->add(ComponentCpe{"nginx", "f5", "nginx"});
  sink->add(ReleaseLife{{Ecosystem::kDebian, "12"}, "bookworm", 100, 200});
  sink->add(JavaScriptSignature{"jquery", JavaScriptSignature::Kind::kHash, "abc", "1.0"});
  builder.finish(std::move(sink), {.name = "words"});
  ASSERT_TRUE(builder.write(folder.path("db")));
  const auto database = Database::open(folder.path("db"));
  EXPECT_EQ(database->cwe_name("CWE-79", Language::kEnglish), "XSS");
  EXPECT_EQ(database->cwe_name("CWE-79", Language::kJapanese), "クロスサイトスクリプティング");
  EXPECT_EQ(database->cwe_name("CWE-80", Language::kEnglish), std::nullopt);
  EXPECT_EQ(database->product_name("a:f5:nginx")->vendor, "F5");
  EXPECT_EQ(database->product_name("a:f5:nginx")->product, "NGINX");
  EXPECT_FALSE(database->product_name("a:f5:nginy"));
  EXPECT_EQ(database->component_cpe("nginx")->vendor, "f5");
  EXPECT_EQ(database->release_life({Ecosystem::kDebian, "12"})->codename, "bookworm");
  EXPECT_EQ(database->release_life({Ecosystem::kDebian, "12"})->end_of_extended_support, 200);
  EXPECT_FALSE(database->release_life({Ecosystem::kUbuntu, "12"}));
  const auto signatures = database->javascript_signatures();
  ASSERT_THAT(signatures, SizeIs(1));
  EXPECT_EQ(signatures[0].kind, JavaScriptSignature::Kind::kHash);
  EXPECT_EQ(signatures[0].version, "1.0");
}

TEST(Builder, ASourceComesBackWithEverythingThatIsKnownOfIt) {
  const TemporaryFolder folder;
  DatabaseBuilder builder;
  auto sink = builder.begin();
  for (int i = 0; i < 7; ++i)
    sink->bad_record("file" + std::to_string(i), Error{Code::kInvalid, "why", ""});
  sink->add(Advisory{.id = "", .modified = 1});
  sink->add(Advisory{.id = "CVE-2024-0001", .modified = 100});
  sink->add(Advisory{.id = "CVE-2024-0002", .modified = Time{1} << 40});
  builder.finish(std::move(sink), {.name = "n",
                                   .format = "f",
                                   .origin = "o",
                                   .fetched = 5,
                                   .digest = "d",
                                   .files = 3,
                                   .unrecognised_files = 2,
                                   .unrecognised_examples = {"x"},
                                   .failure = "offline"});
  builder.finish(builder.begin(), {.name = "empty"});
  ASSERT_TRUE(builder.write(folder.path("db")));
  const auto database = Database::open(folder.path("db"));
  ASSERT_THAT(database->sources(), SizeIs(2));
  EXPECT_EQ(database->sources()[0].failure, "no advisory could be read");
  const SourceInfo& info = database->sources()[1];
  EXPECT_EQ(info.name, "n");
  EXPECT_EQ(info.format, "f");
  EXPECT_EQ(info.origin, "o");
  EXPECT_EQ(info.date, 100) << "not a day that is yet to come";
  EXPECT_EQ(info.fetched, 5);
  EXPECT_EQ(info.digest, "d");
  EXPECT_EQ(info.files, 3U);
  EXPECT_EQ(info.records, 2U);
  EXPECT_EQ(info.bad_records, 8U);
  EXPECT_THAT(info.bad_examples,
              ElementsAre("file0: why", "file1: why", "file2: why", "file3: why", "file4: why"));
  EXPECT_EQ(info.unrecognised_files, 2U);
  EXPECT_THAT(info.unrecognised_examples, ElementsAre("x"));
  EXPECT_EQ(info.failure, "offline");
}

TEST(Builder, TheOrderInWhichSourcesEndChangesNothing) {
  const TestSource a{"a",
                     {{.id = "GHSA-1",
                       .aliases = {"CVE-2024-0001"},
                       .affected = {fixed_in(Ecosystem::kNpm, "", "x", "1.0.0")}}}};
  const TestSource b{"b",
                     {{.id = "CVE-2024-0001",
                       .english = {"t", "b", "NVD", ""},
                       .affected = {fixed_in(Ecosystem::kDebian, "12", "x", "2")}}}};
  EXPECT_EQ(built_database({a, b}).digest(), built_database({b, a}).digest());
}

}  // namespace
}  // namespace azekura::scanner

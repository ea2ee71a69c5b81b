#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "scanner/advisories/fields.h"
#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

// A record with one `affected`, whose package is `ecosystem` and "p".
Imported record(std::string_view id, std::string_view ecosystem, std::string_view affected,
                std::string_view more = "") {
  return imported(
      "a.json",
      fmt::format(R"({{"id":"{}","modified":"2024-01-02T03:04:05Z","schema_version":"1.6.0",)"
                  R"("affected":[{{"package":{{"ecosystem":"{}","name":"p"}}{}{}}}]{}{}}})",
                  id, ecosystem, affected.empty() ? "" : ",", affected, more.empty() ? "" : ",",
                  more));
}

Lines claims(std::string_view ecosystem, std::string_view affected) {
  return lines_of(record("GHSA-xxxx-yyyy-zzzz", ecosystem, affected).only());
}

std::string range(std::string_view events, std::string_view type = "ECOSYSTEM") {
  return fmt::format(R"("ranges":[{{"type":"{}","events":[{}]}}])", type, events);
}

TEST(Osv, ARecordWithoutAnIdIsBad) {
  const Imported sink =
      imported("dir/a.json", R"([{"id":"X-1","modified":"2024-01-01T00:00:00Z","affected":[]},
                              {"id":"","modified":"2024-01-01T00:00:00Z","affected":[]},
                              {"affected":[]}])");
  EXPECT_EQ(sink.advisories.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 2U);
  EXPECT_EQ(sink.bad[0].first, "dir/a.json");
}

TEST(Osv, ARecordWithoutAnyDateIsBadByItsName) {
  const Imported sink = imported("a.json", R"({"id":"X-1","affected":[]})");
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].first, "X-1");
  EXPECT_EQ(sink.bad[0].second.message, "an OSV record without a date");
}

TEST(Osv, FieldsOfOtherKindsAreAsIfTheyWereNotThere) {
  const Imported sink = imported("a.json", R"({"id":"X-1","modified":"2024-01-01T00:00:00Z",
    "affected":[7,{"package":"p"},{"package":{"name":1,"ecosystem":[]}},null],"aliases":{"a":1},
    "severity":"high","references":[{"url":5}],"database_specific":[],"details":{}})");
  EXPECT_TRUE(sink.only().affected.empty());
}

TEST(Osv, AnIndexOfRecordsHoldsNone) {
  const Imported sink = imported("all.json", R"([{"id":"X-1","modified":"2024-01-01T00:00:00Z"}])");
  EXPECT_TRUE(sink.taken);
  EXPECT_TRUE(sink.advisories.empty());
  EXPECT_TRUE(sink.bad.empty());
}

TEST(Osv, TextsTimesAndScoresAreTaken) {
  const Advisory a = record("GHSA-xxxx-yyyy-zzzz", "npm", range(R"({"introduced":"0"})"),
                            R"("published":"2024-01-01T00:00:00Z","summary":"S","details":"\nD\n",
    "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "references":[{"type":"WEB","url":"https://e.example/1"},{"url":"https://e.example/1"}],
    "database_specific":{"severity":"MODERATE","cwe_ids":["CWE-79","CWE-79"]})")
                         .only();
  EXPECT_EQ(a.modified, 1704164645);
  EXPECT_EQ(a.published, 1704067200);
  EXPECT_EQ(a.english.title, "S");
  EXPECT_EQ(a.english.body, "D");
  EXPECT_EQ(a.english.source, "GHSA");
  EXPECT_EQ(a.link, "https://github.com/advisories/GHSA-xxxx-yyyy-zzzz");
  EXPECT_EQ(a.severity, Severity::kMedium);
  ASSERT_EQ(a.scores.size(), 1U);
  EXPECT_EQ(a.scores[0].source, "ghsa");
  EXPECT_EQ(a.cwes, Lines{"CWE-79"});
  EXPECT_EQ(a.references, Lines{"https://e.example/1"});
}

TEST(Osv, AtMostTwentyReferencesAreKept) {
  for (const std::size_t count : {kReferencesMax - 1, kReferencesMax, kReferencesMax + 1}) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) {
      list += fmt::format(R"({}{{"url":"https://e.example/{}"}})", i == 0 ? "" : ",", i);
    }
    const Imported sink = record("X-1", "npm", "", R"("references":[)" + list + "]");
    EXPECT_EQ(sink.only().references.size(), std::min(count, kReferencesMax));
  }
}

TEST(Osv, OneCveIsAnAliasAndSeveralAreWhatTheRecordIsAbout) {
  const Advisory one =
      record("GO-2024-1", "Go", "", R"("aliases":["CVE-2024-1111","GHSA-aaaa-bbbb-cccc"])").only();
  EXPECT_EQ(one.aliases, (Lines{"CVE-2024-1111", "GHSA-aaaa-bbbb-cccc"}));
  EXPECT_TRUE(one.about.empty());
  const Advisory two =
      record("GO-2024-1", "Go", "", R"("aliases":["CVE-2024-1111","CVE-2024-2222","GHSA-a"])")
          .only();
  EXPECT_EQ(two.aliases, Lines{"GHSA-a"});
  EXPECT_EQ(two.about, (Lines{"CVE-2024-1111", "CVE-2024-2222"}));
}

TEST(Osv, ADistributionsAdvisoryIsAboutTheCvesItNames) {
  for (const std::string_view id : {"DSA-1-1", "DLA-1-1", "USN-1-1", "ALSA-2024:1", "RLSA-2024:1",
                                    "RHSA-2024:1", "SUSE-SU-2024:1-1", "openSUSE-SU-2024:1-1"}) {
    for (const std::string_view key : {"aliases", "upstream", "related"}) {
      const Advisory a =
          record(id, "Debian:12", "", fmt::format(R"("{}":["CVE-2024-1111","DSA-2-1"])", key))
              .only();
      EXPECT_TRUE(a.aliases.empty()) << id << key;
      EXPECT_EQ(a.about, Lines{"CVE-2024-1111"}) << id << key;
      EXPECT_EQ(a.related, Lines{"DSA-2-1"}) << id << key;
    }
  }
}

TEST(Osv, UbuntusNameOfACveIsAnotherNameOfIt) {
  const Advisory a = record("UBUNTU-CVE-2024-1111", "Ubuntu:22.04:LTS", "",
                            R"("upstream":["CVE-2024-1111"],"related":["USN-1-1"])")
                         .only();
  EXPECT_EQ(a.aliases, Lines{"CVE-2024-1111"});
  EXPECT_EQ(a.related, Lines{"USN-1-1"});
  EXPECT_EQ(a.link, "https://ubuntu.com/security/CVE-2024-1111");
}

TEST(Osv, MaliciousWithdrawnRejectedAndDisputedAreSaid) {
  EXPECT_TRUE(record("MAL-2024-1", "npm", "").only().malicious);
  EXPECT_EQ(record("X-1", "npm", "", R"("withdrawn":"2024-01-01T00:00:00Z")").only().void_reason,
            "withdrawn");
  EXPECT_EQ(record("X-1", "npm", "", R"("details":"Rejected reason: none")").only().void_reason,
            "rejected");
  EXPECT_EQ(record("X-1", "npm", "", R"("details":"## Withdrawn Advisory\nNo")").only().void_reason,
            "withdrawn");
  EXPECT_EQ(record("X-1", "npm", "", R"("summary":"Withdrawn: x")").only().void_reason,
            "withdrawn");
  EXPECT_TRUE(record("X-1", "npm", "", R"("details":"** DISPUTED ** x")").only().disputed);
}

TEST(Osv, TheSchemasExamplesOfRanges) {
  EXPECT_EQ(claims("npm", range(R"({"introduced":"0"},{"fixed":"1.2.3"})")),
            Lines{"npm p fixed [,1.2.3)"});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"1.0.0"},{"last_affected":"1.2.3"})")),
            Lines{"npm p affected [1.0.0,1.2.3]"});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"0"})")), Lines{"npm p affected [,)"});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"1.0.0"},{"fixed":"1.0.2"},{"introduced":"3.0.0"},
                                   {"fixed":"3.2.5"})",
                                "SEMVER")),
            Lines{"npm p fixed [1.0.0,1.0.2) [3.0.0,3.2.5)"});
}

TEST(Osv, EventsAreSortedByTheEcosystemsOrder) {
  EXPECT_EQ(claims("npm", range(R"({"fixed":"10.0.0"},{"introduced":"9.0.0"},{"fixed":"2.0.0"},
                                   {"introduced":"0"})")),
            Lines{"npm p fixed [,2.0.0) [9.0.0,10.0.0)"});
  // The first fix ends it, whatever follows.
  EXPECT_EQ(
      claims("Debian:12", range(R"({"introduced":"0"},{"fixed":"1.10-1"},{"fixed":"1.9-1"})")),
      Lines{"Debian:12 p fixed [,1.9-1)"});
}

TEST(Osv, ARangeThatBeginsWhereItEndsIsEmpty) {
  EXPECT_EQ(claims("npm", range(R"({"introduced":"1.0.0"},{"fixed":"1.0.0"})")),
            Lines{"npm p not-affected"});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"1.0.0"},{"last_affected":"1.0.0"})")),
            Lines{"npm p affected [1.0.0,1.0.0]"});
  EXPECT_EQ(claims("Debian:12", range(R"({"introduced":"0"},{"fixed":"0"})")),
            Lines{"Debian:12 p not-affected"});
}

TEST(Osv, OpenAndClosedRangesAreTwoClaims) {
  EXPECT_EQ(claims("npm", range(R"({"introduced":"0"},{"fixed":"1.5.0"},{"introduced":"2.0.0"})")),
            (Lines{"npm p fixed [,1.5.0)", "npm p affected [2.0.0,)"}));
}

TEST(Osv, LimitsCutRangesOff) {
  EXPECT_EQ(claims("npm", range(R"({"introduced":"1.0.0"},{"limit":"2.0.0"})")),
            Lines{"npm p fixed [1.0.0,2.0.0)"});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"1.0.0"},{"fixed":"1.5.0"},{"limit":"2.0.0"})")),
            Lines{"npm p fixed [1.0.0,1.5.0)"});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"3.0.0"},{"limit":"2.0.0"})")),
            Lines{"npm p not-affected"});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"1.0.0"},{"limit":"*"})")),
            Lines{"npm p affected [1.0.0,)"});
}

TEST(Osv, GitHubsLastKnownVersionClosesAnOpenRange) {
  const auto with = [](std::string_view known, std::string_view events) {
    return claims(
        "Maven",
        range(events) +
            fmt::format(R"(,"database_specific":{{"last_known_affected_version_range":"{}"}})",
                        known));
  };
  EXPECT_EQ(with("<= 1.2.3", R"({"introduced":"0"})"), Lines{"Maven p affected [,1.2.3]"});
  EXPECT_EQ(with("< 1.2.3", R"({"introduced":"0"})"), Lines{"Maven p fixed [,1.2.3)"});
  EXPECT_EQ(with("<= 1.2.3", R"({"introduced":"0"},{"fixed":"2"})"), Lines{"Maven p fixed [,2)"});
  EXPECT_EQ(with("", R"({"introduced":"0"})"), Lines{"Maven p affected [,)"});
  EXPECT_EQ(with("<=", R"({"introduced":"0"})"), Lines{"Maven p affected [,)"});
}

TEST(Osv, ListedVersionsAreKeptWhereNoRangeHoldsThem) {
  EXPECT_EQ(claims("PyPI", R"("versions":["1.0","2.0"])"), Lines{"PyPI p affected =1.0 =2.0"});
  EXPECT_EQ(claims("PyPI", range(R"({"introduced":"0"},{"fixed":"1.5"})") +
                               R"(,"versions":["1.0","1.4.9","1.5","not a version"])"),
            (Lines{"PyPI p fixed [,1.5)", "PyPI p affected =1.5 =not a version"}));
  // A distribution lists all that it ever published within the range.
  EXPECT_EQ(claims("Debian:12",
                   range(R"({"introduced":"0"},{"fixed":"1-2"})") + R"(,"versions":["1-1","9-9"])"),
            Lines{"Debian:12 p fixed [,1-2)"});
}

TEST(Osv, RangesOfCommitsAreLeftOutAndTheRecordStays) {
  EXPECT_EQ(claims("npm", range(R"({"introduced":"0"},{"fixed":"abc"})", "GIT")), Lines{});
  EXPECT_EQ(claims("npm", range(R"({"introduced":"0"})", "GIT") + R"(,"versions":["1.0.0"])"),
            Lines{"npm p affected =1.0.0"});
}

TEST(Osv, NeitherRangesNorVersionsMeanEveryVersion) {
  EXPECT_EQ(claims("npm", ""), Lines{"npm p affected"});
}

TEST(Osv, EcosystemsOfOthersAreLeftOut) {
  EXPECT_EQ(claims("OSS-Fuzz", range(R"({"introduced":"0"})")), Lines{});
}

TEST(Osv, DebiansUrgencyIsNoteSeverityAndState) {
  const auto with = [](std::string_view urgency, std::string_view events) {
    return claims(
        "Debian:12",
        range(events) + fmt::format(R"(,"ecosystem_specific":{{"urgency":"{}"}})", urgency));
  };
  EXPECT_EQ(with("unimportant", R"({"introduced":"0"})"),
            Lines{"Debian:12 p affected [,) !low {unimportant}"});
  EXPECT_EQ(with("not yet assigned", R"({"introduced":"0"},{"fixed":"1-1"})"),
            Lines{"Debian:12 p fixed [,1-1) {not yet assigned}"});
  EXPECT_EQ(with("end-of-life", R"({"introduced":"0"})"),
            Lines{"Debian:12 p end-of-life [,) {end-of-life}"});
  EXPECT_EQ(with("end-of-life", R"({"introduced":"0"},{"fixed":"1-1"})"),
            Lines{"Debian:12 p fixed [,1-1) {end-of-life}"});
}

TEST(Osv, GosSymbolsAreTheNote) {
  EXPECT_EQ(
      claims("Go", range(R"({"introduced":"0"},{"fixed":"1.2.3"})", "SEMVER") +
                       R"(,"ecosystem_specific":{"imports":[{"path":"a/b","symbols":["F","T.M"]},
                                {"path":"a/c"}]})"),
      Lines{"Go p fixed [,1.2.3) {a/b: F, T.M; a/c}"});
}

TEST(Osv, ANoteIsCutAtItsLimitBetweenCharacters) {
  for (const std::size_t size : {kNoteSizeMax - 1, kNoteSizeMax, kNoteSizeMax + 1}) {
    EXPECT_EQ(cut_note(std::string(size, 'x')).size(), std::min(size, kNoteSizeMax));
  }
  const std::string split = std::string(kNoteSizeMax - 1, 'x') + "é";
  EXPECT_EQ(cut_note(split), std::string(kNoteSizeMax - 1, 'x'));
}

TEST(Osv, ABuildOfAModuleSaysSo) {
  EXPECT_EQ(claims("AlmaLinux:8",
                   range(R"({"introduced":"0"},{"fixed":"1.0-1.module_el8.5.0+2632+14ced695"})")),
            Lines{"AlmaLinux:8 p <module> fixed [,1.0-1.module_el8.5.0+2632+14ced695)"});
}

TEST(Osv, UbuntuProAndRedHatsStreamsAreReleasesOfTheirOwn) {
  const std::string events = range(R"({"introduced":"0"},{"fixed":"1-2"})");
  EXPECT_EQ(claims("Ubuntu:Pro:22.04:LTS", events), Lines{"Ubuntu:22.04:Pro p fixed [,1-2)"});
  EXPECT_EQ(claims("Red Hat:rhel_eus:8.8::baseos", events),
            Lines{"Red Hat:8.8-eus p fixed [,1-2)"});
  EXPECT_EQ(claims("Red Hat:ocp_tools:4.15::el9", events), Lines{});
}

TEST(Osv, SuseNamesBinariesBesideTheirSource) {
  EXPECT_EQ(
      claims(
          "SUSE:Linux Enterprise Server 12",
          range(R"({"introduced":"0"},{"fixed":"1-1"})") +
              R"(,"ecosystem_specific":{"binaries":[{"liba":"1-1","libb":"2-1","libc":"","":"1","libd":7}]})"),
      (Lines{"SUSE:Linux Enterprise Server 12 liba fixed [,1-1)",
             "SUSE:Linux Enterprise Server 12 libb fixed [,2-1)"}));
}

TEST(Osv, ABugFixWithoutACveClaimsNothing) {
  const std::string events = range(R"({"introduced":"0"},{"fixed":"1-2"})");
  EXPECT_TRUE(record("ALBA-2024:1", "AlmaLinux:9", events).only().affected.empty());
  EXPECT_EQ(record("ALBA-2024:1", "AlmaLinux:9", events, R"("related":["CVE-2024-1111"])")
                .only()
                .affected.size(),
            1U);
}

TEST(Osv, ScoresOfPackagesCountToo) {
  const Advisory a = record("BIT-nginx-2024-1", "Bitnami",
                            range(R"({"introduced":"0"})", "SEMVER") +
                                R"(,"severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N"}])")
                         .only();
  ASSERT_EQ(a.scores.size(), 1U);
  EXPECT_EQ(a.scores[0].source, "bitnami");
}

TEST(Osv, UbuntusPriorityIsASeverity) {
  const Advisory a =
      record("UBUNTU-CVE-2024-1111", "Ubuntu:24.04:LTS",
             range(R"({"introduced":"0"})") + R"(,"severity":[{"type":"Ubuntu","score":"high"}])",
             R"("severity":[{"type":"Ubuntu","score":"medium"}])")
          .only();
  EXPECT_EQ(lines_of(a), Lines{"Ubuntu:24.04 p affected [,) !high"});
  EXPECT_TRUE(a.scores.empty());
}

TEST(Osv, YamlIsReadTheSame) {
  const Imported sink = imported("vulns/zstd/PYSEC-2024-1.yaml", R"(id: PYSEC-2024-1
modified: 2024-01-02T03:04:05Z
aliases:
- CVE-2024-1111
details: D
affected:
- package:
    ecosystem: PyPI
    name: p
  ranges:
  - type: ECOSYSTEM
    events:
    - introduced: "0"
    - fixed: 1.10
  versions:
  - 1.0
)");
  EXPECT_EQ(lines_of(sink.only()), Lines{"PyPI p fixed [,1.10)"});
  EXPECT_EQ(sink.only().aliases, Lines{"CVE-2024-1111"});
}

}  // namespace
}  // namespace azekura::scanner::advisories

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kText = R"(Candidate: CVE-2024-1111
PublicDate: 2022-07-27 04:15:00 UTC
References:
 https://e.example/1
Description:
 First line.
 Second line.
Ubuntu-Description:
 Another.
Notes:
 someone> a note
Priority: medium
 because
Priority_linux-aws: high
Bugs:
CVSS:
 nvd: CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H [5.5 MEDIUM]

Patches_linux:
 break-fix: 1 2
upstream_linux: released (6.0)
trusty_linux: ignored (out of standard support)
trusty/esm_linux: needs-triage
esm-infra/xenial_linux: deferred (2024-01-01)
bionic_linux: pending (4.15.0-1.1)
focal_linux: ignored (end of kernel support)
jammy_linux: released (5.15.0-50.56)
jammy_linux-aws: needed
jammy_linux-old: DNE
noble_linux: not-affected (6.5.0-9.9)
lunar_linux: ignored (superseded by linux-next)
#devel_linux:
devel_linux: needed
)";

TEST(UbuntuTracker, AnEntryWithoutACandidateIsBad) {
  const Imported sink = imported("active/x", "Candidate:\nPublicDate: 2024-01-01\n");
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].first, "active/x");
}

TEST(UbuntuTracker, TheTextFormIsRead) {
  const Imported sink = imported("active/CVE-2024-1111", kText);
  const Advisory& a = sink.only();
  EXPECT_EQ(a.id, "CVE-2024-1111");
  EXPECT_EQ(a.published, 1658895300);
  EXPECT_EQ(a.severity, Severity::kMedium);
  EXPECT_EQ(a.english.body, "First line.\nSecond line.");
  EXPECT_EQ(a.references, Lines{"https://e.example/1"});
  EXPECT_EQ(a.link, "https://ubuntu.com/security/CVE-2024-1111");
  ASSERT_EQ(a.scores.size(), 1U);
  EXPECT_EQ(a.scores[0].source, "nvd");
  EXPECT_EQ(a.scores[0].vector, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H");
  EXPECT_EQ(lines_of(a), (Lines{
                             "Ubuntu:14.04 linux end-of-life {out of standard support}",
                             "Ubuntu:14.04:Pro linux under-investigation",
                             "Ubuntu:16.04:Pro linux postponed {2024-01-01}",
                             "Ubuntu:18.04 linux affected {pending: 4.15.0-1.1}",
                             "Ubuntu:20.04 linux end-of-life {end of kernel support}",
                             "Ubuntu:22.04 linux fixed [,5.15.0-50.56)",
                             "Ubuntu:22.04 linux-aws affected !high",
                             "Ubuntu:24.04 linux not-affected {6.5.0-9.9}",
                             "Ubuntu:23.04 linux will-not-fix {superseded by linux-next}",
                         }));
}

TEST(UbuntuTracker, TheJsonRenderingSaysTheSame) {
  const Imported sink = imported("2024/CVE-2024-1111.json", R"({"candidate":"CVE-2024-1111",
    "priority":"low","public_date":"2022-07-27 04:15:00 UTC","description":"D",
    "cvss":{"nvd":" CVSS:3.1/AV:N [7.5 HIGH]"},"references":["https://e.example/1"],
    "packages":{"jammy":{"p":{"name":"p","status":"released","note":"1-2ubuntu1"},
                         "q":{"name":"q","status":"released"},"r":{"name":"r","status":"DNE"}},
                "esm-apps/noble":{"p":{"name":"p","status":"needed"}},
                "upstream":{"p":{"name":"p","status":"released","note":"2"}}}})");
  EXPECT_EQ(sink.only().severity, Severity::kLow);
  EXPECT_EQ(lines_of(sink.only()),
            (Lines{"Ubuntu:22.04 p fixed [,1-2ubuntu1)", "Ubuntu:24.04:Pro p affected"}));
}

TEST(UbuntuApi, CvesWithTheirPackages) {
  const Imported sink = imported("cves.json", R"({"cves":[{"id":"CVE-2024-1111","priority":"high",
    "published":"2024-01-01T00:00:00","cvss3":7.5,"description":"\nD\n","notices_ids":["USN-1-1"],
    "packages":[{"name":"p","statuses":[
      {"release_codename":"jammy","pocket":"security","status":"released","description":"1-2"},
      {"release_codename":"jammy","pocket":"esm-apps","status":"needed","description":""},
      {"release_codename":"upstream","pocket":"","status":"released","description":"3"}]}]},
    {"packages":[]}],"total_results":2})");
  ASSERT_EQ(sink.advisories.size(), 1U);
  EXPECT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(lines_of(sink.advisories[0]),
            (Lines{"Ubuntu:22.04 p fixed [,1-2)", "Ubuntu:22.04:Pro p affected"}));
  ASSERT_EQ(sink.advisories[0].scores.size(), 1U);
  EXPECT_EQ(sink.advisories[0].scores[0].score, 7.5);
  EXPECT_EQ(sink.advisories[0].related, Lines{"USN-1-1"});
}

TEST(UbuntuApi, NoticesFixSources) {
  const Imported sink = imported("notices.json", R"({"notices":[{"id":"USN-1-1","title":"T",
    "cves_ids":["CVE-2024-1111"],"related_notices":["USN-2-1"],"release_packages":{"jammy":[
      {"is_source":true,"name":"p","version":"1-2"},
      {"is_source":true,"name":"q","version":"1-2+esm1"},
      {"is_source":false,"name":"libp","version":"1-2"}]}},{"id":""}],"total_results":2})");
  ASSERT_EQ(sink.advisories.size(), 1U);
  EXPECT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.advisories[0].about, Lines{"CVE-2024-1111"});
  EXPECT_EQ(sink.advisories[0].related, Lines{"USN-2-1"});
  EXPECT_EQ(lines_of(sink.advisories[0]),
            (Lines{"Ubuntu:22.04 p fixed [,1-2)", "Ubuntu:22.04:Pro q fixed [,1-2+esm1)"}));
}

TEST(UbuntuApi, TheDatabaseOfNoticesGoesOnBehindABadOne) {
  const Imported sink =
      imported("database-all.json", R"({"1-1":{"title":"T","timestamp":1704067200.5,
    "cves":["CVE-2024-1111","https://launchpad.net/bugs/1"],"description":"D",
    "releases":{"jammy":{"sources":{"p":{"version":"1-2"}}}}},"2-1":{"title":"broken"}})");
  ASSERT_EQ(sink.advisories.size(), 1U);
  EXPECT_EQ(sink.advisories[0].id, "USN-1-1");
  EXPECT_EQ(sink.advisories[0].published, 1704067200);
  EXPECT_EQ(sink.advisories[0].link, "https://ubuntu.com/security/notices/USN-1-1");
  EXPECT_EQ(sink.advisories[0].references, Lines{"https://launchpad.net/bugs/1"});
  EXPECT_EQ(lines_of(sink.advisories[0]), Lines{"Ubuntu:22.04 p fixed [,1-2)"});
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].first, "USN-2-1");
}

TEST(UbuntuVex, SourcesWithTheirRelease) {
  const auto with = [](std::string_view status) {
    return lines_of(imported("vex.json", fmt::format(R"({{"metadata":{{
      "@context":"https://openvex.dev/ns/v0.2.0","@id":"https://g.example/vex/cve/CVE-2024-1111",
      "author":"Canonical Ltd.","timestamp":"2025-01-10T16:31:43"}},"statements":[{{
      "vulnerability":{{"name":"CVE-2024-1111"}},"status":"{}","products":[
      {{"@id":"pkg:deb/ubuntu/p@1-2%2Besm1?arch=source&distro=esm-apps/bionic"}},
      {{"@id":"pkg:deb/ubuntu/libp@1-2?arch=amd64&distro=jammy"}},
      {{"@id":"pkg:deb/ubuntu/q@1?arch=source&distro=fips/jammy"}}]}}]}})",
                                                     status))
                        .only());
  };
  EXPECT_EQ(with("fixed"), Lines{"Ubuntu:18.04:Pro p fixed [,1-2+esm1)"});
  EXPECT_EQ(with("not_affected"), Lines{"Ubuntu:18.04:Pro p not-affected"});
  EXPECT_EQ(with("affected"), Lines{"Ubuntu:18.04:Pro p affected"});
  EXPECT_EQ(with("under_investigation"), Lines{"Ubuntu:18.04:Pro p under-investigation"});
  EXPECT_EQ(with("else"), Lines{});
}

}  // namespace
}  // namespace azekura::scanner::advisories

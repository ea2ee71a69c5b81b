// RustSec, rubysec, FriendsOfPHP, retire.js, Bitnami's components, ends of life.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

std::string rust(std::string_view head, std::string_view versions) {
  return "```toml\n[advisory]\nid = \"RUSTSEC-2020-0001\"\npackage = \"thing\"\ndate = "
         "\"2020-01-02\"\n" +
         std::string(head) + "\n[versions]\n" + std::string(versions) +
         "\n```\n\n# A title\n\nThe body.\r\n";
}
Imported rust_file(std::string_view head, std::string_view versions) {
  return imported("crates/thing/RUSTSEC-2020-0001.md", rust(head, versions));
}

TEST(RustSec, AFileWithoutItsBlockIsBad) {
  const Imported sink = imported("crates/thing/RUSTSEC-2020-0001.md", "# A title\n");
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].first, "crates/thing/RUSTSEC-2020-0001.md");
  EXPECT_EQ(imported("crates/x/RUSTSEC-2020-0001.md", "```toml\n[advisory]\n").bad.size(), 1U);
  EXPECT_EQ(imported("crates/x/RUSTSEC-2020-0001.md", "```toml\n[advisory\n```\n").bad.size(), 1U);
  EXPECT_EQ(
      imported("crates/x/RUSTSEC-2020-0001.md", "```toml\n[advisory]\nid=\"x\"\n```\n").bad.size(),
      1U);
}

TEST(RustSec, ARangeThatCargoRefusesIsBad) {
  EXPECT_EQ(rust_file("", "patched = [\">= one\"]").bad.size(), 1U);
}

TEST(RustSec, OtherMarkdownIsNoAdvisory) {
  const Imported sink = imported("docs/format.md", "# Format\n");
  EXPECT_FALSE(sink.taken);
  EXPECT_TRUE(sink.bad.empty());
}

TEST(RustSec, WhatIsNeitherPatchedNorUnaffectedIsAffected) {
  const Imported sink =
      rust_file("aliases = [\"CVE-2020-0001\"]\ncvss = \"CVSS:3.1/AV:N\"",
                "patched = [\">= 1.2.3\", \">= 1.1.7, < 1.2.0\"]\nunaffected = [\"< 1.0.0\"]");
  const Advisory& advisory = sink.only();
  EXPECT_EQ(advisory.id, "RUSTSEC-2020-0001");
  EXPECT_EQ(advisory.aliases, Lines{"CVE-2020-0001"});
  EXPECT_EQ(advisory.published, 1577923200);
  EXPECT_EQ(advisory.english.title, "A title");
  EXPECT_EQ(advisory.english.body, "The body.");
  ASSERT_EQ(advisory.scores.size(), 1U);
  EXPECT_EQ(advisory.scores[0].source, "rustsec");
  EXPECT_EQ(lines_of(advisory), Lines{"crates.io thing fixed [1.0.0,1.1.7) [1.2.0,1.2.3)"});
}

TEST(RustSec, UnaffectedUpToAVersionBeginsAfterIt) {
  EXPECT_EQ(lines_of(rust_file("", "patched = [\">= 2.0.0\"]\nunaffected = [\"<= 1.4.0\"]").only()),
            Lines{"crates.io thing fixed (1.4.0,2.0.0)"});
}

TEST(RustSec, WithoutAPatchEveryVersionIsAffected) {
  EXPECT_EQ(lines_of(rust_file("", "patched = []").only()), Lines{"crates.io thing affected [,)"});
}

TEST(RustSec, NewsAboutMaintenanceIsNoVulnerabilityButUnsoundnessIs) {
  const Imported unmaintained = rust_file("informational = \"unmaintained\"", "patched = []");
  EXPECT_EQ(unmaintained.only().severity, Severity::kNone);
  EXPECT_FALSE(unmaintained.only().malicious);
  EXPECT_EQ(lines_of(unmaintained.only()),
            Lines{"crates.io thing affected [,) !none {unmaintained}"});
  EXPECT_EQ(rust_file("informational = \"unsound\"", "patched = []").only().severity,
            Severity::kUnknown);
}

TEST(RustSec, AWithdrawnRecordIsKeptAndVoid) {
  EXPECT_EQ(rust_file("withdrawn = \"2021-01-01\"", "patched = []").only().void_reason,
            "withdrawn");
}

TEST(RustSec, FunctionsAndPlatformsAreANote) {
  const Imported sink =
      imported("crates/thing/RUSTSEC-2020-0001.md",
               rust("[affected]\nos = [\"windows\"]\nfunctions = { \"thing::f\" = [\"< 1.0.0\"] }",
                    "patched = [\">= 1.0.0\"]"));
  EXPECT_EQ(
      lines_of(sink.only()),
      Lines{"crates.io thing fixed [,1.0.0) {functions: thing::f (< 1.0.0); only on: windows}"});
}

TEST(RustSec, ThePartsOfTheToolchainAreNumberedLikeIt) {
  const Imported sink = imported("rust/std/CVE-2020-1.md", rust("", "patched = [\">= 1.50.0\"]"));
  EXPECT_EQ(lines_of(sink.only()), Lines{"Runtime rust fixed [,1.50.0)"});
}

constexpr std::string_view kGem =
    "gem: thing\ncve: 2020-0001\nghsa: aaaa-bbbb-cccc\nosvdb: 7\nurl: https://x.invalid/\n"
    "title: A title\ndate: 2020-01-02\ndescription: |\n  The body.\n"
    "cvss_v2: 9.0\ncvss_v3: 7.3\nunaffected_versions:\n  - \"< 1.0\"\n"
    "patched_versions:\n  - \"~> 1.4.2\"\n  - \">= 2.0\"\n"
    "related:\n  cve:\n    - 2019-1\n  url:\n    - https://y.invalid/\n";

TEST(RubySec, AGemIsAffectedOutsideItsSafeRanges) {
  const Imported sink = imported("gems/thing/CVE-2020-0001.yml", kGem);
  const Advisory& advisory = sink.only();
  EXPECT_EQ(advisory.id, "CVE-2020-0001");
  EXPECT_EQ(advisory.aliases, (Lines{"GHSA-aaaa-bbbb-cccc", "OSVDB-7"}));
  EXPECT_EQ(advisory.related, Lines{"CVE-2019-1"});
  EXPECT_EQ(advisory.references, (Lines{"https://y.invalid/", "https://x.invalid/"}));
  ASSERT_EQ(advisory.scores.size(), 1U);
  EXPECT_EQ(advisory.scores[0].score, 7.3);
  ASSERT_EQ(advisory.affected.size(), 1U);
  ASSERT_EQ(advisory.affected[0].ranges.size(), 2U);
  EXPECT_EQ(advisory.affected[0].ranges[0].end, "1.4.2");
  EXPECT_EQ(advisory.affected[0].ranges[1].end, "2.0");
  EXPECT_EQ(advisory.affected[0].state, State::kFixed);
}

TEST(RubySec, AnEngineIsARuntime) {
  const Imported sink = imported(
      "rubies/jruby/CVE-2010-1330.yml",
      "engine: jruby\ncve: 2010-1330\nurl: u\ntitle: t\npatched_versions:\n  - \">= 1.4.1\"\n");
  EXPECT_EQ(lines_of(sink.only()), Lines{"Runtime jruby fixed [,1.4.1)"});
}

TEST(RubySec, WithoutAnyNameTheFileIsTheName) {
  const Imported sink = imported("gems/thing/OSVDB-1.yml", "gem: thing\nurl: u\ntitle: t\n");
  EXPECT_EQ(sink.only().id, "OSVDB-1");
  EXPECT_EQ(lines_of(sink.only()), Lines{"RubyGems thing affected [,)"});
}

TEST(RubySec, ARangeThatRubyGemsRefusesIsBad) {
  const Imported sink = imported(
      "gems/thing/x.yml", "gem: thing\nurl: u\ntitle: t\npatched_versions:\n  - \"about 2\"\n");
  EXPECT_TRUE(sink.advisories.empty());
  EXPECT_EQ(sink.bad.size(), 1U);
}

std::string php(std::string_view versions) {
  return "title: A title\nlink: https://x.invalid/\ncve: CVE-2020-0001\nbranches:\n  master:\n"
         "    time: 2022-12-22 02:49:45\n    versions: " +
         std::string(versions) + "\nreference: composer://vendor/package\n";
}

TEST(FriendsOfPhp, TheBoundsOfABranchHoldTogether) {
  const Imported sink = imported("vendor/package/CVE-2020-0001.yaml", php("['>=4.0', '<4.2.11']"));
  EXPECT_EQ(sink.only().id, "CVE-2020-0001");
  EXPECT_EQ(sink.only().published, 1671677385);
  EXPECT_EQ(lines_of(sink.only()), Lines{"Packagist vendor/package fixed [4.0,4.2.11)"});
  EXPECT_EQ(lines_of(imported("v/p/x.yaml", php("['>4.0', '<=4.2']")).only()),
            Lines{"Packagist vendor/package affected (4.0,4.2]"});
}

TEST(FriendsOfPhp, WithoutACveTheFileIsTheName) {
  const Imported sink =
      imported("v/p/2012-08-28-1.yaml",
               "link: l\nbranches: {a: {versions: ['<2']}}\nreference: composer://v/p\n");
  EXPECT_EQ(sink.only().id, "FOP-v/p/2012-08-28-1");
}

TEST(FriendsOfPhp, WhatHasNoVersionsOrNoPackageIsBad) {
  EXPECT_EQ(imported("x.yaml", "branches: {a: {time: ~}}\nreference: composer://v/p\n").bad.size(),
            1U);
  EXPECT_EQ(imported("x.yaml", "branches: {}\nreference: composer://v/p\n").bad.size(), 1U);
  EXPECT_EQ(imported("x.yaml", "branches: {a: {versions: ['<2']}}\nreference: v/p\n").bad.size(),
            1U);
  EXPECT_EQ(imported("x.yaml", php("['<two']")).bad.size(), 1U);
}

TEST(FriendsOfPhp, AnotherRepositoryIsANote) {
  const Imported sink = imported("x.yaml", php("['<2']") + "composer-repository: false\n");
  EXPECT_EQ(lines_of(sink.only()),
            Lines{"Packagist vendor/package fixed [,2) {not on packagist.org}"});
}

constexpr std::string_view kRetire = R"({"thing":{"npmname":"@x/thing","vulnerabilities":[
  {"atOrAbove":"1.0","below":"1.5","severity":"medium","cwe":["CWE-79"],
   "identifiers":{"summary":"A summary","CVE":["CVE-2020-0001"],"githubID":"GHSA-aaaa-bbbb-cccc"},"info":["https://x.invalid/"]},
  {"below":"2.0","excludes":["1.9-own"],"severity":"low","identifiers":{"summary":"No name"}},
  {"below":"2.0","severity":"low","identifiers":{"summary":"No name either"}},
  {"below":"3.0","identifiers":{"CVE":["CVE-2020-0001","CVE-2020-0002"]}},
  {"severity":"low","identifiers":{}}],
 "extractors":{"func":["window.thing"],"uri":["/(§§version§§)/t.js"],"filename":["t-(§§version§§).js"],
  "filecontent":["/v(§§version§§)/"],"filecontentreplace":["/a/b/"],"ast":["//X"],"hashes":{"ABCD":"1.0"}}},
 "other":7})";

TEST(RetireJs, VulnerabilitiesAreClaimsAboutLibrariesInBrowsers) {
  const Imported sink = imported("jsrepository.json", kRetire);
  ASSERT_EQ(sink.advisories.size(), 4U);
  const Advisory& first = sink.advisories[0];
  EXPECT_EQ(first.id, "RETIREJS-thing-atorabove-1.0-below-1.5-CVE-2020-0001");
  EXPECT_EQ(first.aliases, (Lines{"CVE-2020-0001", "GHSA-aaaa-bbbb-cccc"}));
  EXPECT_EQ(first.severity, Severity::kMedium);
  EXPECT_EQ(first.cwes, Lines{"CWE-79"});
  EXPECT_EQ(lines_of(first), Lines{"JavaScript thing fixed [1.0,1.5) !medium {npm: @x/thing}"});
}

TEST(RetireJs, AnExclusionSplitsTheRange) {
  const Imported sink = imported("jsrepository.json", kRetire);
  EXPECT_EQ(lines_of(sink.advisories.at(1)),
            Lines{"JavaScript thing fixed [,1.9-own) (1.9-own,2.0) !low {npm: @x/thing}"});
}

TEST(RetireJs, ProblemsWithoutANameHaveStableAndDistinctOnes) {
  const Imported once = imported("jsrepository.json", kRetire);
  const Imported twice = imported("jsrepository.json", kRetire);
  EXPECT_EQ(once.advisories.at(1).id, twice.advisories.at(1).id);
  EXPECT_NE(once.advisories.at(1).id, once.advisories.at(2).id);
  EXPECT_TRUE(once.advisories.at(1).id.starts_with("RETIREJS-thing-below-2.0-"));
}

TEST(RetireJs, SeveralCvesAreWhatTheRecordIsAbout) {
  const Imported sink = imported("jsrepository.json", kRetire);
  EXPECT_TRUE(sink.advisories.at(3).aliases.empty());
  EXPECT_EQ(sink.advisories.at(3).about, (Lines{"CVE-2020-0001", "CVE-2020-0002"}));
}

TEST(RetireJs, WhatHasNoBoundsAndWhatIsNoLibraryIsBad) {
  const Imported sink = imported("jsrepository.json", kRetire);
  ASSERT_EQ(sink.bad.size(), 2U);
  EXPECT_EQ(sink.bad[0].first, "thing");
  EXPECT_EQ(sink.bad[1].first, "other");
}

TEST(RetireJs, ExtractorsButFunctionsAreSignatures) {
  const Imported sink = imported("jsrepository.json", kRetire);
  ASSERT_EQ(sink.signatures.size(), 6U);
  EXPECT_EQ(sink.signatures.back().kind, JavaScriptSignature::Kind::kHash);
  EXPECT_EQ(sink.signatures.back().pattern, "abcd");
  EXPECT_EQ(sink.signatures.back().version, "1.0");
}

TEST(RetireJs, OfACheckoutOneFormIsRead) {
  EXPECT_EQ(imported("repository/jsrepository-v5.json", kRetire).advisories.size(), 4U);
  for (const std::string_view other :
       {"repository/jsrepository.json", "x/repository/jsrepository-v6.json",
        "repository/npmrepository.json"}) {
    const Imported sink = imported(other, kRetire);
    EXPECT_TRUE(sink.taken && sink.advisories.empty() && sink.signatures.empty() &&
                sink.bad.empty())
        << other;
  }
}

TEST(RetireJs, TheMasterFormHasRangesInAList) {
  const Imported sink = imported(
      "m.json",
      R"({"a":{"vulnerabilities":[{"ranges":[{"below":"1"},{"above":"2","atOrBelow":"3"}],"summary":"s","identifiers":{}}]}})");
  EXPECT_EQ(lines_of(sink.only()), Lines{"JavaScript a affected [,1) (2,3]"});
}

TEST(BitnamiComponent, WhatIsLeftOutIsTheComponentsName) {
  const auto only = [](const Imported& sink) {
    EXPECT_EQ(sink.components.size(), 1U);
    return sink.components.empty() ? ComponentCpe{} : sink.components.front();
  };
  const ComponentCpe nginx =
      only(imported("config/components/nginx.json", R"({"name":"nginx","cpeVendor":"f5"})"));
  EXPECT_EQ(nginx.vendor, "f5");
  EXPECT_EQ(nginx.product, "nginx");
  EXPECT_EQ(only(imported("config/components/x.json", R"({"name":"a-b","cpeName":"a_b"})")).product,
            "a_b");
  EXPECT_EQ(only(imported("config/components/x.json", R"({"name":"a"})")).vendor, "a");
  EXPECT_EQ(imported("config/components/x.json", R"({"name":""})").bad.size(), 1U);
}

TEST(EndOfLife, ReleasesOfDistributionsHaveTheEcosystemsNames) {
  const Imported sink = imported("full", R"({"schema_version":"1.2.0","result":[
    {"name":"debian","releases":[{"name":"12","codename":"Bookworm","eolFrom":"2028-06-30","eoesFrom":"2033-06-30"}]},
    {"name":"alpine-linux","releases":[{"name":"3.19","codename":null,"eolFrom":"2025-11-01"}]},
    {"name":"sles","releases":[{"name":"15.5","eolFrom":"2024-12-31"},{"name":"12"},{"codename":"none"}]},
    {"name":"windows","releases":[{"name":"11"}]}]})");
  ASSERT_EQ(sink.lives.size(), 4U);
  EXPECT_EQ(sink.lives[0].release.ecosystem, Ecosystem::kDebian);
  EXPECT_EQ(sink.lives[0].release.release, "12");
  EXPECT_EQ(sink.lives[0].codename, "Bookworm");
  EXPECT_EQ(sink.lives[0].end_of_support, 1845936000);
  EXPECT_EQ(sink.lives[0].end_of_extended_support, 2003702400);
  EXPECT_EQ(sink.lives[1].release.release, "v3.19");
  EXPECT_EQ(sink.lives[1].end_of_extended_support, 0);
  EXPECT_EQ(sink.lives[2].release.release, "Linux Enterprise Server 15 SP5");
  EXPECT_EQ(sink.lives[3].release.release, "Linux Enterprise Server 12");
  EXPECT_EQ(sink.bad.size(), 1U);
}

TEST(EndOfLife, AProductsFileIsYamlBeforeItsText) {
  const std::string_view file =
      "---\ntitle: U\nreleases:\n-   releaseCycle: \"24.04\"\n    codename: Noble\n"
      "    eol: 2029-04-25\n    eoes: 2036-04-25\n-   releaseCycle: \"99\"\n    eol: false\n---\n> "
      "text\n";
  const Imported sink = imported("products/ubuntu.md", file);
  ASSERT_EQ(sink.lives.size(), 2U);
  EXPECT_EQ(sink.lives[0].end_of_support, 1871769600);
  EXPECT_EQ(sink.lives[1].end_of_support, 0);
  EXPECT_TRUE(imported("products/windows.md", file).lives.empty());
}

}  // namespace
}  // namespace azekura::scanner::advisories

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "scanner/rules/dates.h"
#include "scanner/rules/pattern.h"
#include "scanner/rules/rule.h"
#include "scanner/rules/vers.h"

namespace azekura::scanner::rules {
namespace {

Subject subject(std::string_view purl = "pkg:npm/lodash@4.17.20") {
  return {.ids = {"CVE-2021-23337", "GHSA-35jh-r3h4-6jhm"},
          .ecosystem = "npm",
          .name = "lodash",
          .version = "4.17.20",
          .purl = std::string(purl),
          .products = {},
          .cpe = "cpe:2.3:a:lodash:lodash:4.17.20:*:*:*:*:*:*:*",
          .location = "app/package-lock.json",
          .sha1 = "384FAA82E193D4E4B0546059CA09572654BC3970",
          .cwes = {"CWE-94", "CWE-77"},
          .cvss = 7.2,
          .state = State::kAffected,
          .has_fix = true};
}

RuleSet set_of(std::vector<Rule> rules) {
  auto set = RuleSet::create(std::move(rules));
  EXPECT_TRUE(set) << set.error().message;
  return std::move(*set);
}

// Whether a single rule holds.
bool holds(const Rule& rule, const Subject& of = subject(), Time now = 1000) {
  return set_of({rule}).find(of, now) != nullptr;
}

TEST(RuleSet, RefusesAPatternThatIsNoRegularExpression) {
  const auto set = RuleSet::create({Rule{.name_pattern = "(?=a)", .source = "f: 1"}});
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Code::kInvalid);
  EXPECT_TRUE(set.error().message.starts_with("f: 1: the pattern (?=a) cannot be taken over: "))
      << set.error().message;
  EXPECT_FALSE(RuleSet::create({Rule{.purl = "lodash"}}));
  EXPECT_FALSE(RuleSet::create({Rule{.purl = "pkg:npm/a", .version_range = "1.x"}}));
  EXPECT_TRUE(RuleSet::create({Rule{.name_pattern = std::string(kPatternSizeMax, 'a')}}));
  EXPECT_FALSE(RuleSet::create({Rule{.name_pattern = std::string(kPatternSizeMax + 1, 'a')}}));
}

TEST(RuleSet, HoldsIfEverythingAgreesThatItNames) {
  EXPECT_TRUE(holds({.ids = {"cve-2021-23337"}}));
  EXPECT_TRUE(holds({.ids = {"CVE-1", "GHSA-35jh-r3h4-6jhm"}}));
  EXPECT_FALSE(holds({.ids = {"CVE-2021-2333"}}));
  EXPECT_TRUE(holds({.id_pattern = "GHSA-.*"}));
  EXPECT_FALSE(holds({.id_pattern = "GHSA"}));
  EXPECT_TRUE(holds({.name = "lodash", .version = "4.17.20"}));
  EXPECT_FALSE(holds({.name = "lodash", .version = "4.17.21"}));
  EXPECT_FALSE(holds({.ids = {"CVE-2021-23337"}, .name = "underscore"}));
  EXPECT_TRUE(holds({.name_pattern = "lo.*sh"}));
  EXPECT_FALSE(holds({.name_pattern = "lo"}));
  EXPECT_TRUE(holds({.ecosystem = "npm"}));
  EXPECT_FALSE(holds({.ecosystem = "PyPI"}));
  EXPECT_TRUE(holds({.sha1 = "384faa82e193d4e4b0546059ca09572654bc3970"}));
  EXPECT_FALSE(holds({.sha1 = "00"}));
  EXPECT_TRUE(holds({.cwe = "CWE-77"}));
  EXPECT_FALSE(holds({.cwe = "CWE-7"}));
  EXPECT_TRUE(holds({.path_pattern = glob_pattern("**/package-lock.json")}));
  EXPECT_TRUE(holds({.path_pattern = glob_pattern("/app/*.json")}));
  EXPECT_FALSE(holds({.path_pattern = glob_pattern("*.json")}));
}

TEST(RuleSet, ScoresAndStatesAreCompared) {
  EXPECT_FALSE(holds({.cvss_below = 7.2}));
  EXPECT_TRUE(holds({.cvss_below = 7.3}));
  Subject unknown = subject();
  unknown.cvss = 0;  // no score is no low score
  EXPECT_FALSE(holds({.cvss_below = 7.3}, unknown));
  EXPECT_TRUE(holds({.only_state = "fixed"}));
  EXPECT_FALSE(holds({.only_state = "not-fixed"}));
  Subject unfixed = subject();
  unfixed.has_fix = false;
  EXPECT_TRUE(holds({.only_state = "not-fixed"}, unfixed));
  unfixed.state = State::kWontFix;
  EXPECT_TRUE(holds({.only_state = "wont-fix"}, unfixed));
  unfixed.state = State::kInvestigating;
  EXPECT_TRUE(holds({.only_state = "unknown"}, unfixed));
}

TEST(RuleSet, PurlsAgreeByWhatTheRuleSays) {
  EXPECT_TRUE(holds({.purl = "pkg:npm/lodash"}));
  EXPECT_TRUE(holds({.purl = "pkg:npm/lodash@4.17.20"}));
  EXPECT_FALSE(holds({.purl = "pkg:npm/lodash@4.17.21"}));
  EXPECT_FALSE(holds({.purl = "pkg:npm/%40types/lodash"}));
  EXPECT_FALSE(holds({.purl = "pkg:pypi/lodash"}));
  const Subject deb = subject("pkg:deb/debian/bash@5.2-1?distro=debian-12");
  EXPECT_TRUE(holds({.purl = "pkg:deb/debian/bash"}, deb));
  EXPECT_TRUE(holds({.purl = "pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12.5"}, deb));
  EXPECT_FALSE(holds({.purl = "pkg:deb/debian/bash?distro=debian-11"}, deb));
  EXPECT_FALSE(holds({.purl = "pkg:deb/ubuntu/bash"}, deb));
  const Subject rpm = subject("pkg:rpm/redhat/bash@5-1.el9?epoch=2");
  EXPECT_TRUE(holds({.purl = "pkg:rpm/redhat/bash@5-1.el9?epoch=2"}, rpm));
  EXPECT_FALSE(holds({.purl = "pkg:rpm/redhat/bash@5-1.el9"}, rpm));
  const Subject go = subject("pkg:golang/github.com/BurntSushi/toml@v1.0.0");
  EXPECT_TRUE(holds({.purl = "pkg:golang/github.com/burntsushi/toml@1.0.0"}, go));
  EXPECT_TRUE(holds({.purl_pattern = "^pkg:deb/debian/bash@.*$"}, deb));
  EXPECT_TRUE(holds({.purl_pattern = "^pkg:deb/debian/bash@5.2-1$"}, deb));
  EXPECT_TRUE(holds({.purl = "pkg:npm/lodash", .version_range = "vers:npm/<4.17.21"}));
  EXPECT_FALSE(holds({.purl = "pkg:npm/lodash", .version_range = "vers:npm/<4.17.20"}));
  Subject maven = subject("pkg:maven/a.b/c@1.0?type=jar");
  EXPECT_TRUE(holds({.gav_pattern = "a\\.b:c:.*"}, maven));
  EXPECT_FALSE(holds({.gav_pattern = "a\\.b:c:.*"}));
}

TEST(RuleSet, ARuleForASourcePackageHoldsForWhatIsBuiltFromIt) {
  Subject deb = subject("pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12");
  const Rule rule{.product = "pkg:deb/debian/openssl@3.0.11-1?arch=source"};
  EXPECT_FALSE(holds(rule, deb));
  deb.source_name = "openssl";
  deb.source_version = "3.0.11-1";
  EXPECT_TRUE(holds(rule, deb));
  EXPECT_FALSE(holds({.product = "pkg:deb/debian/openssl@3.0.12-1?arch=source"}, deb));
  EXPECT_FALSE(holds({.product = "pkg:deb/debian/openssl@3.0.11-1"}, deb));
  EXPECT_TRUE(holds({.purl = "pkg:deb/debian/libssl3"}, deb));
}

TEST(RuleSet, EcosystemsAgreeWithTheirReleases) {
  Subject deb = subject("pkg:deb/debian/bash@5.2-1?distro=debian-12");
  deb.ecosystem = "Debian";
  EXPECT_TRUE(holds({.ecosystem = "Debian"}, deb));
  EXPECT_TRUE(holds({.ecosystem = "Debian:12"}, deb));
  EXPECT_FALSE(holds({.ecosystem = "Debian:11"}, deb));
  EXPECT_FALSE(holds({.ecosystem = "Nonsense"}, deb));
  deb.purl = "pkg:deb/debian/bash@5.2-1";
  EXPECT_FALSE(holds({.ecosystem = "Debian:12"}, deb)) << "it is not known that it is";
  deb.ecosystem = "Debian:12";
  EXPECT_TRUE(holds({.ecosystem = "Debian:12"}, deb));
}

TEST(RuleSet, CpesAgreeByTheirBeginningOrAPattern) {
  EXPECT_TRUE(holds({.cpe = "cpe:/a:lodash:lodash"}));
  EXPECT_TRUE(holds({.cpe = "cpe:/a:Lodash:"}));
  EXPECT_TRUE(holds({.cpe = "cpe:/a:lodash:lodash:4.17.20"}));
  EXPECT_FALSE(holds({.cpe = "cpe:/a:lodash:lodash:4.17.200"}));
  EXPECT_FALSE(holds({.cpe = "cpe:/a:other:lodash"}));
  EXPECT_TRUE(holds({.cpe_pattern = "cpe:/a:[^:]*:lodash.*"}));
  Subject none = subject();
  none.cpe = "";
  EXPECT_FALSE(holds({.cpe = "cpe:/a:lodash:lodash"}, none));
  EXPECT_FALSE(holds({.cpe_pattern = ".*"}, none));
}

TEST(RuleSet, AStatementOfAProductHoldsInThatProductOnly) {
  const Rule image{.purl = "pkg:npm/lodash", .product = "pkg:oci/app"};
  EXPECT_FALSE(holds(image)) << "it is not known that it lies in it";
  Subject inside = subject();
  inside.products = {"pkg:oci/other", "pkg:oci/app@sha256%3Aabc?repository_url=example.org/app"};
  EXPECT_TRUE(holds(image, inside));
  EXPECT_TRUE(holds({.product = "pkg:oci/app"}, inside));
  EXPECT_FALSE(holds({.product = "pkg:oci/app?repository_url=example.org/else"}, inside));
  EXPECT_TRUE(holds({.product = "pkg:npm/lodash"})) << "it is it itself";
  inside.products = {"cpe:2.3:o:acme:os:2.0:*:*:*:*:*:*:*", "https://example.org/app"};
  EXPECT_TRUE(holds({.product = "cpe:/o:acme:os:2.0"}, inside));
  EXPECT_TRUE(holds({.product = "cpe:/o:acme:os"}, inside));
  EXPECT_FALSE(holds({.product = "cpe:/o:acme:os:2.1"}, inside));
  EXPECT_TRUE(holds({.product = "https://example.org/app"}, inside));
  EXPECT_FALSE(holds({.product = "https://example.org/"}, inside));
}

TEST(RuleSet, AFolderIsItsOwnAndNotThoseBelow) {
  EXPECT_TRUE(holds({.ids = {"CVE-2021-23337"}, .folder = "app"}));
  EXPECT_FALSE(holds({.ids = {"CVE-2021-23337"}, .folder = ""}));
  EXPECT_FALSE(holds({.ids = {"CVE-2021-23337"}, .folder = "ap"}));
  Subject root = subject();
  root.location = "app.war!WEB-INF/lib/x.jar";
  EXPECT_TRUE(holds({.ids = {"CVE-2021-23337"}, .folder = ""}, root));
}

TEST(RuleSet, HoldsBeforeItExpiresAndNotAfter) {
  const Rule rule{.ids = {"CVE-2021-23337"}, .expires = 1000};
  EXPECT_TRUE(holds(rule, subject(), 999));
  EXPECT_FALSE(holds(rule, subject(), 1000));
  EXPECT_FALSE(holds(rule, subject(), 1001));
}

TEST(RuleSet, WishesComeBeforeStatementsAndLateStatementsBeforeEarly) {
  const auto rule = [](const char* source, Format format, Time stated) {
    return Rule{.ids = {"CVE-2021-23337"}, .stated = stated, .format = format, .source = source};
  };
  const auto first = [](std::vector<Rule> rules) {
    return set_of(std::move(rules)).find(subject(), 0)->source;
  };
  EXPECT_EQ(first({rule("old", Format::kOpenVex, 10), rule("new", Format::kCsafVex, 20)}), "new");
  EXPECT_EQ(first({rule("new", Format::kOpenVex, 20), rule("old", Format::kCsafVex, 10)}), "new");
  EXPECT_EQ(first({rule("one", Format::kOpenVex, 20), rule("two", Format::kOpenVex, 20)}), "two");
  EXPECT_EQ(first({rule("vex", Format::kOpenVex, 20), rule("wish", Format::kGrype, 0),
                   rule("late", Format::kGrype, 0)}),
            "wish");
  // Also across the ways by which rules are found.
  Rule by_cpe{.cpe = "cpe:/a:lodash", .format = Format::kDependencyCheck, .source = "cpe"};
  Rule always{.name = "lodash", .format = Format::kGrype, .source = "always"};
  EXPECT_EQ(first({by_cpe, always, rule("id", Format::kGrype, 0)}), "cpe");
  EXPECT_EQ(first({always, by_cpe, rule("id", Format::kGrype, 0)}), "always");
  EXPECT_EQ(first({rule("id", Format::kGrype, 0), always, by_cpe}), "id");
}

TEST(RuleSet, KnowsWhichEntriesWereOfNoUse) {
  Rule first{.ids = {"CVE-2021-23337"}, .source = "f: 1"};
  Rule alternative{.ids = {"CVE-1"}, .source = "f: 1"};
  Rule second{.ids = {"CVE-2"}, .expires = 10, .source = "f: 2"};
  Rule stock{.ids = {"CVE-3"}, .expires = 10, .stock = true, .source = "f: 3"};
  RuleSet set = set_of({first, alternative, second, stock});
  EXPECT_EQ(set.unused().size(), 2U);
  EXPECT_EQ(set.find(subject(), 0)->source, "f: 1");
  ASSERT_EQ(set.unused().size(), 1U);
  EXPECT_EQ(set.unused()[0]->source, "f: 2");
  EXPECT_TRUE(set.expired(9).empty());
  ASSERT_EQ(set.expired(10).size(), 1U);
  EXPECT_EQ(set.expired(10)[0]->source, "f: 2");
  EXPECT_EQ(set.all().size(), 4U);
}

// A scan asks for 260,000 findings; sets hold thousands of rules that are for other ids.
TEST(RuleSet, AFindingWithoutARuleCostsALookUp) {
  std::vector<Rule> rules;
  for (int i = 0; i < 20'000; ++i) {
    rules.push_back({.ids = {"CVE-1999-" + std::to_string(i)},
                     .purl = "pkg:npm/a",
                     .source = std::to_string(i)});
  }
  for (int i = 0; i < 1'000; ++i) {
    rules.push_back({.cpe = "cpe:/a:v" + std::to_string(i),
                     .gav_pattern = "a:b:.*",
                     .source = "c" + std::to_string(i)});
  }
  RuleSet set = set_of(std::move(rules));
  const Subject of = subject();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 260'000; ++i) ASSERT_EQ(set.find(of, 0), nullptr);
  const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  std::cout << "260,000 findings without a rule: " << taken.count() << " ms\n";
}

TEST(Vers, KnowsWhatLiesInARange) {
  const auto contains = [](std::string_view range, std::string_view version) {
    const auto vers = Vers::parse(range);
    EXPECT_TRUE(vers) << range;
    return vers && vers->contains(version);
  };
  EXPECT_TRUE(contains("vers:npm/*", "1.0.0"));
  EXPECT_TRUE(contains("vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.3"));
  EXPECT_TRUE(contains("vers:npm/1.2.3|>=2.0.0|<5.0.0", "2.0.0"));
  EXPECT_FALSE(contains("vers:npm/1.2.3|>=2.0.0|<5.0.0", "5.0.0"));
  EXPECT_FALSE(contains("vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.4"));
  EXPECT_FALSE(contains("vers:npm/>=2.0.0|!=3.0.0|<5.0.0", "3.0.0"));
  EXPECT_TRUE(contains("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "0.9.0"));
  EXPECT_FALSE(contains("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "1.5.0"));
  EXPECT_TRUE(contains("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "2.5.0"));
  EXPECT_FALSE(contains("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "4.0.0"));
  EXPECT_TRUE(contains("vers:npm/<1.0.0|>=2.0.0|<3.0.0|>4.0.0", "4.0.1"));
  EXPECT_TRUE(contains("vers:npm/!=1.0.0", "1.0.1"));
  EXPECT_TRUE(contains("vers:deb/<1%3A2.0", "1:1.9"));
  for (const std::string_view none :
       {"", "npm/1", "vers:", "vers:npm/", "vers:npm/|", "vers:npm/>", "vers:what/1"}) {
    EXPECT_FALSE(Vers::parse(none)) << none;
  }
  std::string many = "vers:npm/1";
  for (std::size_t i = 1; i < kConstraintsMax; ++i) many += "|1";
  EXPECT_TRUE(Vers::parse(many));
  EXPECT_FALSE(Vers::parse(many + "|1"));
}

TEST(Pattern, OfAGlobMatchesWhatTheGlobDoes) {
  const auto fits = [](std::string_view glob, std::string_view path) {
    return matches(**compile(glob_pattern(glob)), path);
  };
  EXPECT_TRUE(fits("**/*-lock.json", "package-lock.json"));
  EXPECT_TRUE(fits("**/*-lock.json", "a/b/package-lock.json"));
  EXPECT_FALSE(fits("*-lock.json", "a/package-lock.json"));
  EXPECT_TRUE(fits("a/**", "a/b/c"));
  EXPECT_TRUE(fits("/a/?.[ch]", "a/x.c"));
  EXPECT_FALSE(fits("a/?.[!ch]", "a/x.c"));
  EXPECT_TRUE(fits("{a,b}/c,d", "b/c,d"));
  EXPECT_TRUE(fits("a\\*", "a*"));
  EXPECT_FALSE(fits("a\\*", "ab"));
  EXPECT_TRUE(fits("日本/?", "日本/語"));
  EXPECT_FALSE(compile(glob_pattern("{a")));
}

TEST(Date, IsReadWithItsZone) {
  EXPECT_EQ(parse_date("1970-01-02"), 86'400);
  EXPECT_EQ(parse_date("2014-01-01Z"), 1388534400);
  EXPECT_EQ(parse_date("2014-01-01+09:00"), 1388534400 - 9 * 3600);
  EXPECT_EQ(parse_date("2023-01-16T19:07:16.853479631-06:00"), 1673917636);
  EXPECT_EQ(parse_date("2024-01-31 12:00"), 1706702400);
  for (const std::string_view none :
       {"", "soon", "2024", "2024-13-01", "2024-02-30", "2024-01-31T25:00:00Z", "2024-01-31Zx",
        "2024-01-31T", "20240131"}) {
    EXPECT_FALSE(parse_date(none)) << none;
  }
  EXPECT_EQ(to_date_time(1673917636), "2023-01-17T01:07:16Z");
  EXPECT_EQ(to_date_time(0), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace azekura::scanner::rules

#include "scanner/match/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "scanner/match/database_testing.h"
#include "scanner/match/fleet.h"
#include "scanner/match/priority.h"

namespace azekura::scanner::match {
namespace {

using inventory::Component;
using inventory::Inventory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

Inventory host(Ecosystem ecosystem, std::string release, std::vector<Component> components) {
  Inventory inventory{.asset = "host"};
  inventory.distribution = inventory::Distribution{.release = {ecosystem, std::move(release)}};
  inventory.components = std::move(components);
  return inventory;
}

Inventory tree(std::vector<Component> components) {
  return {.asset = "tree", .components = std::move(components)};
}

Component debian(std::string name, std::string source, std::string version) {
  return {.ecosystem = Ecosystem::kDebian,
          .name = std::move(name),
          .version = version,
          .source_name = std::move(source),
          .source_version = version};
}

Component library(Ecosystem ecosystem, std::string name, std::string version) {
  return {.ecosystem = ecosystem, .name = std::move(name), .version = std::move(version)};
}

std::vector<std::string> found(const Report& report, const Inventory& inventory,
                               const Database& database) {
  std::vector<std::string> out;
  for (const Finding& finding : report.findings) {
    out.push_back(inventory.components[finding.component].name + " " +
                  std::string(database.problem_id(finding.problem)));
  }
  return out;
}

std::vector<std::string> found(const Inventory& inventory, const Database& database) {
  return found(judge(inventory, database, nullptr, {.now = kToday}), inventory, database);
}

std::vector<Gap::Kind> gaps(const Report& report) {
  std::vector<Gap::Kind> out;
  for (const Gap& gap : report.gaps) out.push_back(gap.kind);
  return out;
}

TEST(Judge, HoldsASourcePackagesVersionAgainstTheFix) {
  const Database database = database_of({about(
      "CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "openssl", "3.0.15-1~deb12u1")})});
  EXPECT_THAT(found(host(Ecosystem::kDebian, "12",
                         {debian("libssl3", "openssl", "3.0.14-1~deb12u2"),
                          debian("openssl", "openssl", "3.0.14-1~deb12u2")}),
                    database),
              ElementsAre("libssl3 CVE-2024-0001", "openssl CVE-2024-0001"));
  EXPECT_THAT(
      found(host(Ecosystem::kDebian, "12", {debian("libssl3", "openssl", "3.0.15-1~deb12u1")}),
            database),
      IsEmpty());
}

TEST(Judge, AnotherReleaseIsNotJudgedByThisOne) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")})});
  const Inventory inventory = host(Ecosystem::kDebian, "7", {debian("a", "a", "1")});
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(gaps(report), ElementsAre(Gap::Kind::kNoFeed));
  EXPECT_EQ(report.verdict, Verdict::kNotJudged);
}

TEST(Judge, CleanIsSaidOnlyWhereAllWasJudged) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")})});
  const auto verdict = [&](const Inventory& inventory) {
    return judge(inventory, database, nullptr, {.now = kToday}).verdict;
  };
  EXPECT_EQ(verdict(host(Ecosystem::kDebian, "12", {debian("a", "a", "2")})), Verdict::kClean);
  EXPECT_EQ(verdict(host(Ecosystem::kDebian, "12", {})), Verdict::kNotJudged);
  EXPECT_EQ(verdict(host(Ecosystem::kDebian, "12", {debian("a", "a", "1")})), Verdict::kFindings);
  Inventory unread = host(Ecosystem::kDebian, "12", {debian("a", "a", "2")});
  unread.problems.push_back({.location = "x.jar", .why = "damaged"});
  EXPECT_EQ(verdict(unread), Verdict::kNotJudged);
}

TEST(Judge, AThirdPartysPackageIsNotTheDistributions) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "nginx", "2")})});
  Component nginx = debian("nginx", "nginx", "1");
  nginx.origin = "nginx.org";
  const Report report =
      judge(host(Ecosystem::kDebian, "12", {nginx}), database, nullptr, {.now = kToday});
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(gaps(report), ElementsAre(Gap::Kind::kThirdParty));
}

TEST(Judge, NotAffectedBeatsAnUpstreamRange) {
  Advisory upstream = about("CVE-2024-0001", {affected(Ecosystem::kUbuntu, "22.04", "a", "")});
  Advisory vendor = about("UBUNTU-CVE-2024-0001",
                          {affected(Ecosystem::kUbuntu, "22.04", "a", "", State::kNotAffected)});
  vendor.aliases = {"CVE-2024-0001"};
  Component package = debian("a", "a", "1");
  package.ecosystem = Ecosystem::kUbuntu;
  EXPECT_THAT(found(host(Ecosystem::kUbuntu, "22.04", {package}), database_of({upstream, vendor})),
              IsEmpty());
  EXPECT_THAT(found(host(Ecosystem::kUbuntu, "22.04", {package}), database_of({upstream})),
              ElementsAre("a CVE-2024-0001"));
}

TEST(Judge, ARecordOfTheProblemItselfBeatsAnAdvisoryAboutMany) {
  // A regression update lists the CVE again with a later version.
  Advisory regression = about("DSA-1-2", {affected(Ecosystem::kDebian, "12", "a", "3")});
  regression.about = {"CVE-2024-0001", "CVE-2024-0002"};
  const Advisory own = about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")});
  EXPECT_THAT(found(host(Ecosystem::kDebian, "12", {debian("a", "a", "2")}),
                    database_of({regression, own})),
              ElementsAre("a CVE-2024-0002"));
}

TEST(Judge, AnAdvisoryAboutOneProblemDoesNotHideALaterOneAboutMany) {
  Advisory early =
      about("ALSA-2022:0001", {affected(Ecosystem::kAlmaLinux, "8", "ruby", "2.5.9-1")});
  early.about = {"CVE-2024-0001"};
  Advisory late =
      about("ALSA-2023:0002", {affected(Ecosystem::kAlmaLinux, "8", "ruby", "2.5.9-3")});
  late.about = {"CVE-2024-0001", "CVE-2024-0002"};
  const Database database = database_of({early, late});
  EXPECT_THAT(
      found(host(Ecosystem::kAlmaLinux, "8", {library(Ecosystem::kAlmaLinux, "ruby", "2.5.9-2")}),
            database),
      UnorderedElementsAre("ruby CVE-2024-0001", "ruby CVE-2024-0002"));
}

TEST(Judge, AWithdrawnRecordDoesNotHideAnotherOfTheSameProblem) {
  Advisory duplicate = about("GHSA-aaaa-bbbb-cccc", {affected(Ecosystem::kNpm, "", "x", "2.0.0")});
  duplicate.aliases = {"CVE-2024-0001"};
  duplicate.void_reason = "withdrawn";
  Advisory open = about("GHSA-dddd-eeee-ffff", {affected(Ecosystem::kNpm, "", "x", "")});
  open.aliases = {"CVE-2024-0001"};
  open.affected.front().state = State::kAffected;
  const Database database = database_of({duplicate, open});
  EXPECT_THAT(found(tree({library(Ecosystem::kNpm, "x", "1.0.0")}), database),
              ElementsAre("x CVE-2024-0001"));
}

TEST(Judge, AFixThatNeedsASubscriptionIsNamedOrCounts) {
  const Database database = database_of(
      {about("CVE-2024-0001", {affected(Ecosystem::kUbuntu, "22.04", "a", "", State::kAffected),
                               affected(Ecosystem::kUbuntu, "22.04:Pro", "a", "1.1+esm1")})});
  Component package = debian("a", "a", "1.0");
  package.ecosystem = Ecosystem::kUbuntu;
  const Inventory without = host(Ecosystem::kUbuntu, "22.04", {package});
  const Report report = judge(without, database, nullptr, {.now = kToday});
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(database.version_text(report.findings[0].fixed), "1.1+esm1");
  package.version = package.source_version = "1.1+esm1";
  EXPECT_THAT(found(host(Ecosystem::kUbuntu, "22.04", {package}), database), IsEmpty());
}

TEST(Judge, ModuleStreamsAreKeptApart) {
  Affected stream = affected(Ecosystem::kRedHat, "8", "nodejs", "1:18.20.4-1.module");
  stream.qualifier = "nodejs:18";
  const Database database = database_of({about("CVE-2024-0001", {stream})});
  Component nodejs = library(Ecosystem::kRedHat, "nodejs", "1:16.20.0-1.module");
  nodejs.module_stream = "nodejs:16";
  EXPECT_THAT(found(host(Ecosystem::kRedHat, "8", {nodejs}), database), IsEmpty());
  nodejs.module_stream.clear();
  EXPECT_THAT(found(host(Ecosystem::kRedHat, "8", {nodejs}), database), IsEmpty());
  nodejs.module_stream = "nodejs:18";
  EXPECT_THAT(found(host(Ecosystem::kRedHat, "8", {nodejs}), database),
              ElementsAre("nodejs CVE-2024-0001"));
}

TEST(Judge, AModulesBuildIsHeldAgainstTheFixedBuild) {
  Affected module = affected(Ecosystem::kRedHat, "8", "nodejs:18", "8090020240301110609.a75119d5");
  module.qualifier = "nodejs:18";
  const Database database = database_of({about("CVE-2024-0001", {module})});
  Component nodejs = library(Ecosystem::kRedHat, "nodejs", "1:18.19.0-1.module");
  nodejs.module_stream = "nodejs:18";
  nodejs.module_build = "8080020231012034601.a75119d5";
  EXPECT_THAT(found(host(Ecosystem::kRedHat, "8", {nodejs}), database),
              ElementsAre("nodejs CVE-2024-0001"));
  nodejs.module_build = "8090020240301110609.a75119d5";
  EXPECT_THAT(found(host(Ecosystem::kRedHat, "8", {nodejs}), database), IsEmpty());
}

TEST(Judge, AnExtraIsHeldAgainstItsOwnLine) {
  Affected extra = affected(Ecosystem::kAmazonLinux, "2", "dnsmasq", "2.88-1.amzn2");
  extra.qualifier = "extras:dnsmasq";
  const Affected core = affected(Ecosystem::kAmazonLinux, "2", "dnsmasq", "2.76-17.amzn2");
  const auto judged = [](const Database& database, std::string version) {
    return found(host(Ecosystem::kAmazonLinux, "2",
                      {library(Ecosystem::kAmazonLinux, "dnsmasq", std::move(version))}),
                 database);
  };
  const Database both = database_of({about("ALAS2-1", {core}), about("ALAS2DNSMASQ-1", {extra})});
  EXPECT_THAT(judged(both, "2.76-17.amzn2"), IsEmpty());
  EXPECT_THAT(judged(both, "2.76-16.amzn2"), ElementsAre("dnsmasq ALAS2-1"));
  EXPECT_THAT(judged(both, "2.88-0.amzn2"), ElementsAre("dnsmasq ALAS2DNSMASQ-1"));
  const Database only = database_of({about("ALAS2DNSMASQ-1", {extra})});
  EXPECT_THAT(judged(only, "2.76-17.amzn2"), ElementsAre("dnsmasq ALAS2DNSMASQ-1"));
}

TEST(Judge, RedHatsPagesSpeakOfSourcePackages) {
  const Database database = database_of(
      {about("CVE-2024-0001", {affected(Ecosystem::kRedHat, "9", "openssl", "1:3.0.7-27.el9")})});
  Component libs = library(Ecosystem::kRedHat, "openssl-libs", "1:3.0.7-25.el9");
  libs.source_name = "openssl";
  libs.source_version = "3.0.7-25.el9";
  EXPECT_THAT(found(host(Ecosystem::kRedHat, "9", {libs}), database),
              ElementsAre("openssl-libs CVE-2024-0001"));
  libs.version = "1:3.0.7-27.el9";
  libs.source_version = "3.0.7-27.el9";
  EXPECT_THAT(found(host(Ecosystem::kRedHat, "9", {libs}), database), IsEmpty());
}

TEST(Judge, WhatADistributionOwnsIsNotJudgedTwice) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kPyPI, "", "requests", "2.32.0"),
                                           affected(Ecosystem::kDebian, "12", "x", "1")})});
  Component owned = library(Ecosystem::kPyPI, "requests", "2.28.1");
  owned.owner = "python3-requests";
  EXPECT_THAT(found(host(Ecosystem::kDebian, "12", {owned}), database), IsEmpty());
  owned.owner.clear();
  EXPECT_THAT(found(host(Ecosystem::kDebian, "12", {owned}), database),
              ElementsAre("requests CVE-2024-0001"));
}

TEST(Judge, NamesAreComparedAsTheRegistryDoes) {
  const Database database = database_of(
      {about("CVE-2024-0001", {affected(Ecosystem::kPyPI, "", "Flask_Security", "3.0")})});
  EXPECT_THAT(found(tree({library(Ecosystem::kPyPI, "flask-security", "2.9")}), database),
              ElementsAre("flask-security CVE-2024-0001"));
}

TEST(Judge, OneProblemOfTwoSourcesIsOneFinding) {
  Advisory ghsa = about("GHSA-aaaa-bbbb-cccc", {affected(Ecosystem::kPyPI, "", "a", "2")});
  ghsa.aliases = {"CVE-2024-0001", "PYSEC-2024-1"};
  Advisory pysec = about("PYSEC-2024-1", {affected(Ecosystem::kPyPI, "", "a", "2.0.1")});
  pysec.aliases = {"CVE-2024-0001"};
  const Database database = database_of({ghsa, pysec});
  EXPECT_THAT(found(tree({library(Ecosystem::kPyPI, "a", "1")}), database),
              ElementsAre("a CVE-2024-0001"));
}

TEST(Judge, WithdrawnRecordsCountForNothing) {
  Advisory withdrawn = about("GHSA-aaaa-bbbb-cccc", {affected(Ecosystem::kNpm, "", "a", "2")});
  withdrawn.void_reason = "withdrawn";
  EXPECT_THAT(found(tree({library(Ecosystem::kNpm, "a", "1.0.0")}), database_of({withdrawn})),
              IsEmpty());
}

TEST(Judge, ADeclaredCpeIsJudgedByItsRangeAndEdition) {
  Affected claim = affected(Ecosystem::kCpe, "", "a:gitlab:gitlab", "16.5.4");
  claim.qualifier = "cpe:2.3:a:gitlab:gitlab:*:*:*:*:enterprise:*:*:*";
  const Database database = database_of({about("CVE-2024-0001", {claim})});
  Component gitlab{.ecosystem = Ecosystem::kCpe,
                   .name = "a:gitlab:gitlab",
                   .version = "16.5.0",
                   .cpe = "cpe:2.3:a:gitlab:gitlab:16.5.0:*:*:*:enterprise:*:*:*",
                   .evidence = inventory::Evidence::kDeclared};
  EXPECT_THAT(found(tree({gitlab}), database), ElementsAre("a:gitlab:gitlab CVE-2024-0001"));
  gitlab.cpe = "cpe:2.3:a:gitlab:gitlab:16.5.0:*:*:*:community:*:*:*";
  EXPECT_THAT(found(tree({gitlab}), database), IsEmpty());
}

TEST(Judge, ADeclaredProductThatNoSourceKnowsIsNotClean) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kBitnami, "", "nginx", "1.2.3")})});
  Component declared = library(Ecosystem::kBitnami, "ngnix", "1.2.3");
  declared.evidence = inventory::Evidence::kDeclared;
  const Report report = judge(tree({declared}), database, nullptr, {.now = kToday});
  EXPECT_THAT(gaps(report), ElementsAre(Gap::Kind::kUnknownComponent));
  EXPECT_EQ(report.verdict, Verdict::kNotJudged);
  declared.name = "nginx";
  EXPECT_EQ(judge(tree({declared}), database, nullptr, {.now = kToday}).verdict, Verdict::kClean);
}

TEST(Judge, APlaceForAVersionIsNone) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kMaven, "", "a:b", "2.0")})});
  const Report report = judge(tree({library(Ecosystem::kMaven, "a:b", "${b.version}")}), database,
                              nullptr, {.now = kToday});
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(gaps(report), ElementsAre(Gap::Kind::kUnknownVersion));
}

TEST(Judge, AProductWithoutAVersionIsToBeChecked) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kCpe, "", "a:v:p", "")})});
  const Inventory inventory = tree({{.ecosystem = Ecosystem::kCpe,
                                     .name = "a:v:p",
                                     .version = "1",
                                     .cpe = "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"}});
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_LT(report.findings[0].confidence, kConfidenceShown);
  EXPECT_EQ(report.verdict, Verdict::kClean);
}

TEST(Judge, AGuessNeedsTwoSignsAndIsNeverShownAsSure) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kCpe, "", "a:jetty:jetty", "10")})});
  Component jar{.ecosystem = Ecosystem::kMaven, .name = "jetty", .version = "9.0"};
  jar.signs = {"file name"};
  EXPECT_THAT(found(tree({jar}), database), IsEmpty());
  jar.signs = {"file name", "manifest"};
  const Report report = judge(tree({jar}), database, nullptr, {.now = kToday});
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].route, Route::kGuessedCpe);
  EXPECT_LE(report.findings[0].confidence, 60);
}

TEST(Judge, KernelsThatDoNotRunAreSetApart) {
  const Database database = database_of(
      {about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "linux", "6.1.100-1")})});
  Inventory inventory = host(Ecosystem::kDebian, "12",
                             {debian("linux-image-6.1.0-20-amd64", "linux", "6.1.85-1"),
                              debian("linux-image-6.1.0-30-amd64", "linux", "6.1.124-1")});
  inventory.kernel = inventory::Kernel{.release = "6.1.0-30-amd64",
                                       .package = "linux-image-6.1.0-30-amd64",
                                       .idle = {"linux-image-6.1.0-20-amd64"}};
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(gaps(report), ElementsAre(Gap::Kind::kIdleKernel));
  EXPECT_EQ(report.verdict, Verdict::kClean);
}

TEST(Judge, KernelsOfRpmAreToldApartByTheirVersion) {
  const Database database = database_of({about(
      "CVE-2024-0001", {affected(Ecosystem::kAlmaLinux, "9", "kernel-core", "5.14.0-500.el9")})});
  Inventory inventory = host(Ecosystem::kAlmaLinux, "9",
                             {library(Ecosystem::kAlmaLinux, "kernel-core", "5.14.0-400.el9"),
                              library(Ecosystem::kAlmaLinux, "kernel-core", "5.14.0-450.el9")});
  inventory.kernel = inventory::Kernel{.release = "5.14.0-450.el9.x86_64",
                                       .package = "kernel-core-5.14.0-450.el9",
                                       .idle = {"kernel-core-5.14.0-400.el9"}};
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].component, 1U);
  EXPECT_TRUE(report.findings[0].running);
}

TEST(Judge, TheKernelsHeadersAreToBeChecked) {
  const Database database = database_of(
      {about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "linux", "6.1.100-1")})});
  const Inventory inventory =
      host(Ecosystem::kDebian, "12", {debian("linux-libc-dev", "linux", "6.1.85-1")});
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_LT(report.findings[0].confidence, kConfidenceShown);
}

TEST(Judge, StaleAndFailedSourcesAreSaid) {
  const auto with = [](SourceInfo source) {
    const Database database =
        database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")})},
                    std::move(source));
    return judge(host(Ecosystem::kDebian, "12", {debian("a", "a", "2")}), database, nullptr,
                 {.now = kToday, .stale_after_s = 100});
  };
  EXPECT_THAT(gaps(with({.date = kToday - 100})), IsEmpty());
  EXPECT_THAT(gaps(with({.date = kToday - 101})), ElementsAre(Gap::Kind::kStaleSource));
  EXPECT_THAT(gaps(with({.date = kToday, .failure = "no route"})),
              ElementsAre(Gap::Kind::kStaleSource));
}

TEST(Judge, AReleaseOutOfSupportIsSaid) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")})}, {},
                  {{.release = {Ecosystem::kDebian, "12"}, .end_of_support = kToday - 1}});
  const Report report = judge(host(Ecosystem::kDebian, "12", {debian("a", "a", "2")}), database,
                              nullptr, {.now = kToday});
  EXPECT_THAT(gaps(report), ElementsAre(Gap::Kind::kEndOfLife));
}

TEST(Judge, RulesTakeFindingsAwayAndAreCounted) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kNpm, "", "a", "2.0.0")})});
  const Inventory inventory = tree({library(Ecosystem::kNpm, "a", "1.0.0")});
  auto rules = rules::RuleSet::create(
      {{.ids = {"CVE-2024-0001"}, .reason = "not reachable", .source = "one"},
       {.ids = {"CVE-2024-0009"}, .source = "two"}});
  ASSERT_TRUE(rules);
  const Report report = judge(inventory, database, &*rules, {.now = kToday});
  EXPECT_THAT(report.findings, IsEmpty());
  ASSERT_EQ(report.ignored.size(), 1U);
  EXPECT_EQ(report.ignored[0].rule->reason, "not reachable");
  ASSERT_EQ(rules->unused().size(), 1U);
  EXPECT_EQ(rules->unused()[0]->source, "two");
  const Proof proof = explain_not(inventory, database, report, *database.find("CVE-2024-0001"));
  EXPECT_EQ(proof.conclusion, Proof::Conclusion::kRuleRemoves);
  EXPECT_THAT(proof.rule, HasSubstr("not reachable"));
}

TEST(Judge, RulesMeetTheCpeOfAGuessAndTheSourceOfAPackage) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kCpe, "", "a:jetty:jetty", "10"),
                                           affected(Ecosystem::kDebian, "12", "openssl", "2")})});
  Component jar{.ecosystem = Ecosystem::kMaven, .name = "jetty", .version = "9.0"};
  jar.signs = {"file name", "manifest"};
  const Inventory inventory =
      host(Ecosystem::kDebian, "12", {jar, debian("libssl3", "openssl", "1")});
  auto rules = rules::RuleSet::create(
      {{.cpe = "cpe:/a:jetty:jetty", .source = "by the guess"},
       {.purl = "pkg:deb/debian/openssl?arch=source", .source = "by the source"}});
  ASSERT_TRUE(rules);
  const Report report = judge(inventory, database, &*rules, {.now = kToday});
  std::vector<std::string> sources;
  for (const Ignored& ignored : report.ignored) sources.push_back(ignored.rule->source);
  EXPECT_THAT(sources, UnorderedElementsAre("by the guess", "by the source"));
}

TEST(Judge, TheMostUrgentComesFirst) {
  Advisory quiet = about("CVE-2024-0001", {affected(Ecosystem::kNpm, "", "a", "2.0.0")});
  quiet.severity = Severity::kCritical;
  Advisory exploited = about("CVE-2024-0002", {affected(Ecosystem::kNpm, "", "a", "2.0.0")});
  exploited.severity = Severity::kMedium;
  exploited.known_exploited = KnownExploited{.catalogue = "cisa", .added = kToday};
  const Database database = database_of({quiet, exploited});
  const Inventory inventory = tree({library(Ecosystem::kNpm, "a", "1.0.0")});
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  EXPECT_THAT(found(report, inventory, database),
              ElementsAre("a CVE-2024-0002", "a CVE-2024-0001"));
  int sum = 0;
  for (const PriorityPart& part : priority_parts(report.findings[0], database)) sum += part.points;
  EXPECT_EQ(sum, report.findings[0].priority);
}

TEST(Explain, SaysWhichRowAndWhichComparison) {
  const Database database = database_of(
      {about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "openssl", "3.0.15-1~deb12u1")})},
      {.name = "debian"});
  const Inventory inventory =
      host(Ecosystem::kDebian, "12", {debian("libssl3", "openssl", "3.0.14-1")});
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  ASSERT_EQ(report.findings.size(), 1U);
  const Proof proof = explain(inventory, database, report.findings[0]);
  ASSERT_EQ(proof.steps.size(), 1U);
  EXPECT_EQ(proof.steps[0].source, "debian");
  EXPECT_EQ(proof.steps[0].record, "CVE-2024-0001");
  EXPECT_EQ(proof.steps[0].package, "openssl");
  ASSERT_EQ(proof.steps[0].intervals.size(), 1U);
  EXPECT_EQ(proof.steps[0].intervals[0].to, "3.0.15-1~deb12u1");
  ASSERT_EQ(proof.steps[0].comparisons.size(), 1U);
  EXPECT_EQ(proof.steps[0].comparisons[0].installed, "3.0.14-1");
  EXPECT_EQ(proof.steps[0].comparisons[0].sign, '<');
  EXPECT_EQ(proof.steps[0].comparisons[0].scheme, "dpkg");
  EXPECT_TRUE(proof.steps[0].holds);
}

TEST(Explain, SaysWhyNot) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")}),
                   about("CVE-2024-0002", {affected(Ecosystem::kDebian, "12", "b", "2")})});
  const Inventory inventory = host(Ecosystem::kDebian, "12", {debian("a", "a", "2")});
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  const Proof fixed = explain_not(inventory, database, report, *database.find("CVE-2024-0001"));
  ASSERT_EQ(fixed.steps.size(), 1U);
  EXPECT_FALSE(fixed.steps[0].holds);
  EXPECT_EQ(fixed.conclusion, Proof::Conclusion::kNoRowHolds);
  EXPECT_EQ(fixed.steps[0].comparisons[0].sign, '=');
  const Proof absent = explain_not(inventory, database, report, *database.find("CVE-2024-0002"));
  EXPECT_THAT(absent.steps, IsEmpty());
  EXPECT_EQ(absent.conclusion, Proof::Conclusion::kNothingSays);
}

TEST(Fleet, FindsTheHostsOfAProblemWithoutANewScan) {
  const Database old =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")})});
  Fleet fleet;
  fleet.add("web1", host(Ecosystem::kDebian, "12", {debian("a", "a", "1"), debian("a2", "a", "1")}),
            old);
  fleet.add("web2", host(Ecosystem::kDebian, "12", {debian("a", "a", "2")}), old);
  fleet.add("db1", host(Ecosystem::kDebian, "12", {debian("a", "a", "1")}), old);
  EXPECT_EQ(fleet.host_count(), 3U);
  EXPECT_EQ(fleet.question_count(), 2U);
  const Database fresh =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")}),
                   about("CVE-2024-0002", {affected(Ecosystem::kDebian, "12", "a", "3")})});
  std::vector<std::string> told;
  for (const Fleet::Affected& affected : fleet.judge(fresh)) {
    for (const std::uint32_t index : fleet.hosts_of(affected.question)) {
      told.push_back(std::string(fresh.problem_id(affected.problem)) + " " +
                     std::string(fleet.host(index)));
    }
  }
  EXPECT_THAT(told,
              UnorderedElementsAre("CVE-2024-0001 web1", "CVE-2024-0001 db1", "CVE-2024-0002 web1",
                                   "CVE-2024-0002 db1", "CVE-2024-0002 web2"));
}

}  // namespace
}  // namespace azekura::scanner::match

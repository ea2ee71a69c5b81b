#include <gtest/gtest.h>

#include <fmt/format.h>

#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

Imported cve(std::string_view rows) {
  return imported("CVE-2024-1111.json", fmt::format(R"({{"name":"CVE-2024-1111",
    "threat_severity":"Moderate","public_date":"2024-01-01T00:00:00Z","cwe":"CWE-416->CWE-787",
    "bugzilla":{{"description":"p: x","url":"https://b.example/1"}},
    "cvss3":{{"cvss3_base_score":"5.5","cvss3_scoring_vector":"CVSS:3.1/AV:L"}},
    "details":["Public.","Red Hat's."],"references":["https://r.example/1\nhttps://r.example/2"],
    {}}})",
                                                    rows));
}

Lines release(std::string_view cpe, std::string_view package) {
  return lines_of(cve(fmt::format(R"("affected_release":[{{"advisory":"RHSA-2024:1","cpe":"{}",
    "package":"{}"}}])",
                                  cpe, package))
                      .only());
}

Lines state(std::string_view word, std::string_view package = "p") {
  return lines_of(cve(fmt::format(R"("package_state":[{{"cpe":"cpe:/o:redhat:enterprise_linux:8",
    "fix_state":"{}","package_name":"{}"}}])",
                                  word, package))
                      .only());
}

TEST(RedHatCve, TextsScoresAndAddresses) {
  const Imported sink = cve(R"("package_state":[])");
  const Advisory& a = sink.only();
  EXPECT_EQ(a.english.title, "p: x");
  EXPECT_EQ(a.english.body, "Public.\n\nRed Hat's.");
  EXPECT_EQ(a.references,
            (Lines{"https://b.example/1", "https://r.example/1", "https://r.example/2"}));
  EXPECT_EQ(a.cwes, (Lines{"CWE-416", "CWE-787"}));
  EXPECT_EQ(a.severity, Severity::kMedium);
  EXPECT_EQ(a.link, "https://access.redhat.com/security/cve/CVE-2024-1111");
  ASSERT_EQ(a.scores.size(), 1U);
  EXPECT_EQ(a.scores[0].source, "redhat");
}

TEST(RedHatCve, ReleasesComeFromTheCpeAndOtherProductsAreLeftOut) {
  EXPECT_EQ(release("cpe:/o:redhat:enterprise_linux:8", "p-0:1.2-3.el8"),
            Lines{"Red Hat:8 p fixed [,1.2-3.el8) by RHSA-2024:1"});
  EXPECT_EQ(release("cpe:/a:redhat:enterprise_linux:9::appstream", "p-q-2:1.2-3.el9"),
            Lines{"Red Hat:9 p-q fixed [,2:1.2-3.el9) by RHSA-2024:1"});
  EXPECT_EQ(release("cpe:/o:redhat:rhel_eus:8.4", "p-0:1-2"),
            Lines{"Red Hat:8.4-eus p fixed [,1-2) by RHSA-2024:1"});
  EXPECT_EQ(release("cpe:/a:redhat:openshift:4.12::el8", "p-0:1-2"), Lines{});
  EXPECT_EQ(release("cpe:/o:redhat:enterprise_linux:8", ""), Lines{});
  EXPECT_EQ(release("cpe:/o:redhat:enterprise_linux:8", "p"), Lines{});
}

TEST(RedHatCve, ABuildOfAModuleIsAClaimAboutTheModule) {
  EXPECT_EQ(release("cpe:/a:redhat:enterprise_linux:8", "php:7.3-8020020200715124551.ceb1cf90"),
            Lines{"Red Hat:8 php:7.3 <php:7.3> fixed [,8020020200715124551.ceb1cf90) by "
                  "RHSA-2024:1"});
  EXPECT_EQ(release("cpe:/a:redhat:enterprise_linux:8", "php:7.3-"), Lines{});
  EXPECT_EQ(release("cpe:/a:redhat:enterprise_linux:8", "container-tools:rhel8-802002.0d58ad57"),
            Lines{"Red Hat:8 container-tools:rhel8 <container-tools:rhel8> fixed "
                  "[,802002.0d58ad57) by RHSA-2024:1"});
}

TEST(RedHatCve, EachFixStateIsAState) {
  EXPECT_EQ(state("Affected"), Lines{"Red Hat:8 p affected {Affected}"});
  EXPECT_EQ(state("Not affected"), Lines{"Red Hat:8 p not-affected"});
  EXPECT_EQ(state("Will not fix"), Lines{"Red Hat:8 p will-not-fix {Will not fix}"});
  EXPECT_EQ(state("Fix deferred"), Lines{"Red Hat:8 p postponed {Fix deferred}"});
  EXPECT_EQ(state("Out of support scope"), Lines{"Red Hat:8 p end-of-life {Out of support scope}"});
  EXPECT_EQ(state("Under investigation"),
            Lines{"Red Hat:8 p under-investigation {Under investigation}"});
  EXPECT_EQ(state("Something new"), Lines{"Red Hat:8 p under-investigation {Something new}"});
  EXPECT_EQ(state("Affected", "mariadb:10.3/mariadb"),
            Lines{"Red Hat:8 mariadb <mariadb:10.3> affected {Affected}"});
}

TEST(RedHatCve, TheListOfCvesHoldsNoClaims) {
  const Imported sink = imported("cve.json", R"([{"CVE":"CVE-2024-1111","resource_url":"u",
    "severity":"low","cvss3_score":"5.5","affected_packages":["p-0:1-2"]},{"severity":"low"}])");
  ASSERT_EQ(sink.advisories.size(), 1U);
  EXPECT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.advisories[0].scores[0].score, 5.5);
}

constexpr std::string_view kTree = R"("product_tree":{"branches":[{"branches":[
  {"product":{"name":"RHEL 8","product_id":"AppStream-8","product_identification_helper":
    {"cpe":"cpe:/a:redhat:enterprise_linux:8::appstream"}}},
  {"product":{"name":"OpenShift","product_id":"ocp","product_identification_helper":
    {"cpe":"cpe:/a:redhat:openshift:4::el8"}}},
  {"product":{"name":"n","product_id":"p-1:1.2-3.x86_64","product_identification_helper":
    {"purl":"pkg:rpm/redhat/p@1.2-3?arch=x86_64&epoch=1"}}},
  {"product":{"name":"m","product_id":"nodejs:18:1:c","product_identification_helper":
    {"purl":"pkg:rpmmod/redhat/nodejs@18:1:c"}}}]}],
 "relationships":[
  {"full_product_name":{"product_id":"AppStream-8:p-1:1.2-3.x86_64"},
   "product_reference":"p-1:1.2-3.x86_64","relates_to_product_reference":"AppStream-8"},
  {"full_product_name":{"product_id":"ocp:p-1:1.2-3.x86_64"},
   "product_reference":"p-1:1.2-3.x86_64","relates_to_product_reference":"ocp"},
  {"full_product_name":{"product_id":"AppStream-8:nodejs:18:1:c"},
   "product_reference":"nodejs:18:1:c","relates_to_product_reference":"AppStream-8"},
  {"full_product_name":{"product_id":"AppStream-8:nodejs:18:1:c:p"},
   "product_reference":"p-1:1.2-3.x86_64","relates_to_product_reference":"AppStream-8:nodejs:18:1:c"},
  {"full_product_name":{"product_id":"AppStream-8:kernel"},
   "product_reference":"kernel","relates_to_product_reference":"AppStream-8"},
  {"full_product_name":{"product_id":"loop"},
   "product_reference":"kernel","relates_to_product_reference":"loop"}]})";

Imported csaf(std::string_view id, std::string_view vulnerability,
              std::string_view space = "https://www.redhat.com") {
  return imported("csaf.json", fmt::format(R"({{"document":{{"csaf_version":"2.0","title":"T",
    "publisher":{{"namespace":"{}"}},"aggregate_severity":{{"text":"Important"}},
    "tracking":{{"id":"{}","initial_release_date":"2024-01-01T00:00:00+00:00"}}}},{},
    "vulnerabilities":[{{"cve":"CVE-2024-1111",{}}}]}})",
                                           space, id, kTree, vulnerability));
}

TEST(Csaf, ADocumentWithoutAnIdIsBadAndOfOthersIsNotRecognised) {
  EXPECT_EQ(csaf("", R"("x":1)").bad.size(), 1U);
  const Imported other = csaf("CVE-2024-1111", R"("x":1)", "https://www.example.com");
  ASSERT_EQ(other.bad.size(), 1U);
  EXPECT_EQ(other.bad[0].second.code, Code::kUnsupported);
}

TEST(Csaf, AVexTellsEveryState) {
  const auto with = [](std::string_view vulnerability) {
    return lines_of(csaf("CVE-2024-1111", vulnerability).only());
  };
  EXPECT_EQ(
      with(R"("product_status":{"fixed":["AppStream-8:p-1:1.2-3.x86_64","ocp:p-1:1.2-3.x86_64"]},
    "remediations":[{"category":"vendor_fix","url":"https://access.redhat.com/errata/RHSA-2024:1",
    "product_ids":["AppStream-8:p-1:1.2-3.x86_64"]}],
    "threats":[{"category":"impact","details":"Low","product_ids":["AppStream-8:p-1:1.2-3.x86_64"]}])"),
      Lines{"Red Hat:8 p fixed [,1:1.2-3) by RHSA-2024:1 !low"});
  EXPECT_EQ(with(R"("product_status":{"fixed":["AppStream-8:nodejs:18:1:c:p"]})"),
            Lines{"Red Hat:8 p <nodejs:18> fixed [,1:1.2-3)"});
  EXPECT_EQ(with(R"("product_status":{"known_affected":["AppStream-8:kernel"]})"),
            Lines{"Red Hat:8 kernel affected"});
  EXPECT_EQ(with(R"("product_status":{"known_affected":["AppStream-8:kernel"]},"remediations":[
    {"category":"no_fix_planned","details":"Will not fix","product_ids":["AppStream-8:kernel"]}])"),
            Lines{"Red Hat:8 kernel will-not-fix {Will not fix}"});
  EXPECT_EQ(with(R"("product_status":{"known_affected":["AppStream-8:kernel"]},"remediations":[
    {"category":"none_available","details":"Fix deferred","product_ids":["AppStream-8:kernel"]}])"),
            Lines{"Red Hat:8 kernel postponed {Fix deferred}"});
  EXPECT_EQ(with(R"("product_status":{"known_not_affected":["AppStream-8:kernel"]})"),
            Lines{"Red Hat:8 kernel not-affected"});
  EXPECT_EQ(with(R"("product_status":{"under_investigation":["AppStream-8:kernel"]})"),
            Lines{"Red Hat:8 kernel under-investigation"});
}

TEST(Csaf, ProductsThatAreMissingOrTurnInCirclesAreLeftOut) {
  EXPECT_EQ(lines_of(csaf("CVE-2024-1111",
                          R"("product_status":{"known_affected":["loop","nowhere","AppStream-8"]})")
                         .only()),
            Lines{});
}

TEST(Csaf, AnAdvisoryIsAboutItsProblemsAndClaimsWhatItFixes) {
  const Imported sink = csaf("RHSA-2024:1", R"("product_status":{
    "fixed":["AppStream-8:p-1:1.2-3.x86_64"],"known_affected":["AppStream-8:kernel"]},
    "scores":[{"cvss_v3":{"vectorString":"CVSS:3.1/AV:N"}}])");
  const Advisory& a = sink.only();
  EXPECT_EQ(a.about, Lines{"CVE-2024-1111"});
  EXPECT_EQ(lines_of(a), Lines{"Red Hat:8 p fixed [,1:1.2-3)"});
  EXPECT_EQ(a.link, "https://access.redhat.com/errata/RHSA-2024:1");
  EXPECT_TRUE(a.scores.empty());
}

TEST(Csaf, SuseNamesPackagesByNameVersionAndRelease) {
  const Imported sink = imported("csaf.json", R"({"document":{"csaf_version":"2.0",
    "publisher":{"namespace":"https://www.suse.com/"},"tracking":{"id":"CVE-2024-1111"}},
    "product_tree":{"branches":[
      {"product":{"name":"openSUSE Tumbleweed","product_id":"tw"}},
      {"product":{"name":"SUSE Linux Enterprise Server 15 SP5","product_id":"sles"}}],
     "relationships":[
      {"full_product_name":{"product_id":"tw:a"},"product_reference":"lib-a-1.2-3.1",
       "relates_to_product_reference":"tw"},
      {"full_product_name":{"product_id":"sles:a"},"product_reference":"lib-a",
       "relates_to_product_reference":"sles"}]},
    "vulnerabilities":[{"cve":"CVE-2024-1111","product_status":{"recommended":["tw:a","sles:a"],
      "known_not_affected":["sles:a"]}}]})");
  EXPECT_EQ(lines_of(sink.only()),
            (Lines{"openSUSE:Tumbleweed lib-a fixed [,1.2-3.1)",
                   "SUSE:Linux Enterprise Server 15 SP5 lib-a not-affected"}));
}

}  // namespace
}  // namespace azekura::scanner::advisories

// NVD, its overrides, CVE records, known exploitation, EPSS, exploits, names of weaknesses.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

std::string nvd(std::string_view members) {
  return R"({"format":"NVD_CVE","vulnerabilities":[{"cve":{"id":"CVE-2024-0001",)"
         R"("published":"2024-05-14T15:45:11.543","lastModified":"2024-06-04T19:20:51.613",)"
         R"("descriptions":[{"lang":"es","value":"hola"},{"lang":"en","value":"A text. "}],)" +
         std::string(members) + "}}]}";
}
std::string nodes(std::string_view text) {
  return nvd(R"("configurations":[{"nodes":[)" + std::string(text) + "]}]");
}
std::string node(std::string_view match) {
  return R"({"operator":"OR","negate":false,"cpeMatch":[)" + std::string(match) + "]}";
}
constexpr std::string_view kMatch =
    R"({"vulnerable":true,"criteria":"cpe:2.3:a:V:p:*:*:*:*:*:*:*:*")";
std::string match(std::string_view bounds) {
  return std::string(kMatch) + std::string(bounds) + "}";
}

TEST(Nvd, ARecordWithoutAnIdIsBadAndTheRestGoesOn) {
  const Imported sink = imported(
      "n.json",
      R"({"format":"NVD_CVE","vulnerabilities":[{"cve":{"id":"CVE-x"}},{"cve":{"id":"CVE-2024-0002"}}]})");
  EXPECT_EQ(sink.advisories.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].first, "CVE-x");
}

TEST(Nvd, ARecordHasTextScoresWeaknessesAndDecisions) {
  const Imported sink =
      imported("n.json", nvd(R"("vulnStatus":"Analyzed","cveTags":[{"tags":["disputed"]}],
    "metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov","cvssData":{"vectorString":"CVSS:3.1/AV:N/E:X","baseScore":10}},
      {"source":"134c704f-9b21-4f2e-91b3-4a467353bcc0","cvssData":{"vectorString":"CVSS:3.1/AV:L","baseScore":9}}],
     "cvssMetricV40":[{"source":"cna@x","cvssData":{"vectorString":"CVSS:4.0/AV:N","baseScore":99}}],
     "ssvcV203":[{"ssvcData":{"options":[{"exploitation":"active"},{"automatable":"yes"},{"technicalImpact":"total"}]}}]},
    "weaknesses":[{"description":[{"value":"CWE-79"},{"value":"NVD-CWE-Other"}]}],
    "references":[{"url":"https://x.invalid/"}],"cisaExploitAdd":"2024-01-02","cisaActionDue":"2024-01-23")"));
  const Advisory& advisory = sink.only();
  EXPECT_EQ(advisory.english.body, "A text.");
  EXPECT_EQ(advisory.english.source, "NVD");
  EXPECT_EQ(advisory.published, 1715701511);
  EXPECT_TRUE(advisory.disputed);
  EXPECT_TRUE(advisory.void_reason.empty());
  ASSERT_EQ(advisory.scores.size(), 3U);
  EXPECT_EQ(advisory.scores[0].source, "cna:cna@x");
  EXPECT_EQ(advisory.scores[0].score, 0);
  EXPECT_EQ(advisory.scores[1].source, "nvd");
  EXPECT_EQ(advisory.scores[1].vector, "CVSS:3.1/AV:N");
  EXPECT_EQ(advisory.scores[2].source, "cisa-adp");
  ASSERT_TRUE(advisory.ssvc.has_value());
  EXPECT_EQ(advisory.ssvc->exploitation, "active");
  EXPECT_EQ(advisory.ssvc->technical_impact, "total");
  EXPECT_EQ(advisory.cwes, Lines{"CWE-79"});
  ASSERT_TRUE(advisory.known_exploited.has_value());
  EXPECT_EQ(advisory.known_exploited->added, 1704153600);
  EXPECT_EQ(advisory.known_exploited->due, 1705968000);
}

TEST(Nvd, ARejectedRecordIsVoid) {
  EXPECT_EQ(imported("n.json", nvd(R"("vulnStatus":"Rejected")")).only().void_reason, "rejected");
}

TEST(Nvd, BoundsAreRanges) {
  const auto claims = [](std::string_view bounds) {
    return lines_of(imported("n.json", nodes(node(match(bounds)))).only());
  };
  EXPECT_EQ(claims(""), Lines{"CPE a:v:p affected"});
  EXPECT_EQ(claims(R"(,"versionEndExcluding":"2")"), Lines{"CPE a:v:p fixed [,2)"});
  EXPECT_EQ(claims(R"(,"versionStartIncluding":"1","versionEndIncluding":"2")"),
            Lines{"CPE a:v:p affected [1,2]"});
  EXPECT_EQ(claims(R"(,"versionStartExcluding":"1","versionEndExcluding":"2")"),
            Lines{"CPE a:v:p fixed (1,2)"});
  EXPECT_EQ(claims(R"(,"versionStartIncluding":"1")"), Lines{"CPE a:v:p affected [1,)"});
}

TEST(Nvd, AVersionInTheNameIsThatVersionWithItsUpdate) {
  const auto claims = [](std::string_view cpe) {
    return lines_of(imported("n.json", nodes(node(R"({"vulnerable":true,"criteria":")" +
                                                  std::string(cpe) + "\"}")))
                        .only());
  };
  EXPECT_EQ(claims("cpe:2.3:a:v:p:9.8:p1:*:*:*:*:*:*"), Lines{"CPE a:v:p affected =9.8p1"});
  EXPECT_EQ(claims("cpe:2.3:a:v:p:8.0:update_342:*:*:*:*:*:*"),
            Lines{"CPE a:v:p affected =8.0-update_342"});
  EXPECT_EQ(claims("cpe:2.3:a:v:p:1.0:-:*:*:*:*:*:*"), Lines{"CPE a:v:p affected =1.0"});
  EXPECT_EQ(claims("cpe:2.3:o:v:p:-:*:*:*:*:*:*:*"), Lines{"CPE o:v:p affected =-"});
  EXPECT_EQ(claims("cpe:2.3:a:v:p:1.0:*:*:*:*:wordpress:*:*"),
            Lines{"CPE a:v:p <cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*> affected =1.0"});
}

TEST(Nvd, ClaimsAboutTheSameThingAreJoinedUnlessOneIsOfEveryVersion) {
  const std::string two = R"({"vulnerable":true,"criteria":"cpe:2.3:a:v:p:2:*:*:*:*:*:*:*"})";
  const std::string one = R"({"vulnerable":true,"criteria":"cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"})";
  EXPECT_EQ(lines_of(imported("n.json", nodes(node(two + "," + one + "," + two))).only()),
            Lines{"CPE a:v:p affected =1 =2"});
  EXPECT_EQ(lines_of(imported("n.json", nodes(node(two + "," + match("")))).only()),
            Lines{"CPE a:v:p affected"});
}

TEST(Nvd, WhatIsNotVulnerableIsAPlatformOnly) {
  const std::string hardware =
      R"({"vulnerable":false,"criteria":"cpe:2.3:h:v:box:-:*:*:*:*:*:*:*"})";
  const std::string text = nvd(R"("configurations":[{"operator":"AND","nodes":[)" +
                               node(match("")) + "," + node(hardware) + "]}]");
  EXPECT_EQ(lines_of(imported("n.json", text).only()),
            Lines{"CPE a:v:p affected {with cpe:2.3:h:v:box:-:*:*:*:*:*:*:*}"});
  EXPECT_TRUE(imported("n.json", nodes(node(hardware))).only().affected.empty());
}

TEST(Nvd, PlatformsBeyondTheEighthAreCounted) {
  for (const int count : {8, 9}) {
    std::string platforms;
    for (int i = 0; i < count; ++i) {
      platforms += std::string(i == 0 ? "" : ",") +
                   R"({"vulnerable":false,"criteria":"cpe:2.3:h:v:b)" + std::to_string(i) +
                   R"(:-:*:*:*:*:*:*:*"})";
    }
    const Imported sink =
        imported("n.json", nvd(R"("configurations":[{"operator":"AND","nodes":[)" +
                               node(match("")) + "," + node(platforms) + "]}]"));
    EXPECT_EQ(sink.only().affected.at(0).note.ends_with("; and 1 more"), count == 9);
  }
}

TEST(Nvd, WhatIsNegatedIsLeftOutAndTold) {
  const Imported sink = imported(
      "n.json", nodes(R"({"negate":true,"cpeMatch":[)" + match("") + "]}," + node(match(""))));
  EXPECT_EQ(sink.advisories.size(), 1U);
  EXPECT_EQ(sink.advisories.at(0).affected.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].first, "CVE-2024-0001");
}

TEST(Nvd, ABadNameIsToldOnceAndTheRecordStays) {
  const std::string bad = R"({"vulnerable":true,"criteria":"cpe:2.3:a"})";
  const std::string any = R"({"vulnerable":true,"criteria":"cpe:2.3:a:v:*:*:*:*:*:*:*:*:*"})";
  const Imported sink =
      imported("n.json", nodes(node(bad + "," + bad + "," + any + "," + match(""))));
  EXPECT_EQ(sink.bad.size(), 2U);
  EXPECT_EQ(sink.advisories.at(0).affected.size(), 1U);
}

TEST(Nvd, FeedsOfVersionOneSayTheSame) {
  const Imported sink =
      imported("nvdcve-1.1.json", R"({"CVE_Items":[{"cve":{"CVE_data_meta":{"ID":"CVE-2021-0001"},
    "problemtype":{"problemtype_data":[{"description":[{"value":"CWE-416"}]}]},
    "references":{"reference_data":[{"url":"https://x.invalid/"}]},
    "description":{"description_data":[{"lang":"en","value":"** DISPUTED ** text"}]}},
    "configurations":{"nodes":[{"operator":"AND","children":[
      {"operator":"OR","cpe_match":[{"vulnerable":true,"cpe23Uri":"cpe:2.3:o:v:fw:*:*:*:*:*:*:*:*","versionEndExcluding":"2"}]},
      {"operator":"OR","cpe_match":[{"vulnerable":false,"cpe23Uri":"cpe:2.3:h:v:box:-:*:*:*:*:*:*:*"}]}]}]},
    "impact":{"baseMetricV3":{"cvssV3":{"vectorString":"CVSS:3.1/AV:N","baseScore":8.8}}},
    "publishedDate":"2021-08-03T19:15Z","lastModifiedDate":"2022-09-09T16:15Z"},{"cve":{}}]})");
  ASSERT_EQ(sink.advisories.size(), 1U);
  EXPECT_EQ(sink.bad.size(), 1U);
  const Advisory& advisory = sink.advisories[0];
  EXPECT_TRUE(advisory.disputed);
  EXPECT_EQ(advisory.published, 1628018100);
  EXPECT_EQ(advisory.scores.at(0).source, "nvd");
  EXPECT_EQ(lines_of(advisory),
            Lines{"CPE o:v:fw fixed [,2) {with cpe:2.3:h:v:box:-:*:*:*:*:*:*:*}"});
}

TEST(Nvd, OverridesAreClaimsWithTheCnasText) {
  const Imported sink =
      imported("data/2023/CVE-2023-0001.json", R"({"_annotation":{"cve_id":"CVE-2023-0001",
    "description":"A text.","references":["https://x.invalid/"],"published":"2025-03-18T17:03:59.441000+00:00"},
    "cve":{"configurations":[{"nodes":[{"cpeMatch":[{"criteria":"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*",
    "versionEndExcluding":"1.1.7","vulnerable":true}],"negate":false,"operator":"OR"}]}]}})");
  EXPECT_EQ(sink.only().english.source, "CVE");
  EXPECT_EQ(sink.only().published, 1742317439);
  EXPECT_EQ(lines_of(sink.only()), Lines{"CPE a:v:p fixed [,1.1.7)"});
}

TEST(Nvd, DictionariesHoldNoRecords) {
  for (const std::string_view octets :
       {R"({"format":"NVD_CPE","products":[]})", R"({"format":"NVD_CPEMatchString"})",
        R"({"matches":[{"cpe23Uri":"cpe:2.3:a:v:p:*"}]})"}) {
    const Imported sink = imported("n.json", octets);
    EXPECT_TRUE(sink.taken && sink.bad.empty() && sink.advisories.empty()) << octets;
  }
}

std::string cve(std::string_view cna, std::string_view adp = "") {
  return R"({"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2024-0001","state":"PUBLISHED",)"
         R"("datePublished":"2024-01-02T00:00:00Z"},"containers":{"cna":{"providerMetadata":{"shortName":"acme"},)"
         R"("title":"A title","descriptions":[{"lang":"en","value":"A text"}])" +
         std::string(cna) + "}" + std::string(adp) + "}}";
}
Lines claims_of(std::string_view entry) {
  const Imported sink = imported("c.json", cve(",\"affected\":[{" + std::string(entry) + "}]"));
  EXPECT_TRUE(sink.bad.empty());
  return lines_of(sink.only());
}
constexpr std::string_view kCpes = R"("cpes":["cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"])";
Lines versions(std::string_view text, std::string_view status = "unknown") {
  return claims_of(std::string(kCpes) + R"(,"defaultStatus":")" + std::string(status) +
                   R"(","versions":[)" + std::string(text) + "]");
}

TEST(CveRecord, WithoutAnIdOrACnaItIsBad) {
  EXPECT_EQ(imported("c.json", R"({"cveMetadata":{},"containers":{"cna":{}}})").bad.size(), 1U);
  EXPECT_EQ(
      imported("c.json", R"({"cveMetadata":{"cveId":"CVE-2024-0001"},"containers":{}})").bad.size(),
      1U);
}

TEST(CveRecord, TheContainersAddUp) {
  const Imported sink = imported(
      "c.json",
      cve(
          R"(,"tags":["disputed"],"metrics":[{"cvssV4_0":{"vectorString":"CVSS:4.0/AV:N","baseScore":8.2}}],
         "problemTypes":[{"descriptions":[{"cweId":"CWE-79"},{"description":"CWE-80 words"},{"description":"n/a"}]}],
         "references":[{"url":"https://x.invalid/"}])",
          R"(,"adp":[{"title":"CISA ADP Vulnrichment","metrics":[
         {"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N","baseScore":9.8}},
         {"other":{"type":"ssvc","content":{"options":[{"Exploitation":"poc"},{"Automatable":"no"},{"Technical Impact":"total"}]}}},
         {"other":{"type":"kev","content":{"dateAdded":"2024-03-26"}}}],
         "affected":[{"cpes":["cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"],"versions":[{"status":"affected","version":"0","lessThan":"2"}]}]}])"));
  const Advisory& advisory = sink.only();
  EXPECT_EQ(advisory.english.title, "A title");
  EXPECT_TRUE(advisory.disputed);
  ASSERT_EQ(advisory.scores.size(), 2U);
  EXPECT_EQ(advisory.scores[0].source, "cna:acme");
  EXPECT_EQ(advisory.scores[1].source, "cisa-adp");
  EXPECT_EQ(advisory.cwes, (Lines{"CWE-79", "CWE-80"}));
  EXPECT_EQ(advisory.ssvc.value().exploitation, "poc");
  EXPECT_EQ(advisory.known_exploited.value().added, 1711411200);
  EXPECT_EQ(lines_of(advisory), Lines{"CPE a:v:p fixed [,2)"});
}

TEST(CveRecord, ARejectedOneIsVoidAndSaysWhy) {
  const Imported sink =
      imported("c.json", R"({"cveMetadata":{"cveId":"CVE-2024-0001","state":"REJECTED"},
    "containers":{"cna":{"rejectedReasons":[{"lang":"en","value":"Not a problem"}]}}})");
  EXPECT_EQ(sink.only().void_reason, "rejected");
  EXPECT_EQ(sink.only().english.body, "Not a problem");
}

TEST(CveRecord, VersionsAreRangesOfTheCpesProduct) {
  EXPECT_EQ(versions(R"({"status":"affected","version":"1.0"})"), Lines{"CPE a:v:p affected =1.0"});
  EXPECT_EQ(versions(R"({"status":"affected","version":"1.0","lessThanOrEqual":"2.0"})"),
            Lines{"CPE a:v:p affected [1.0,2.0]"});
  EXPECT_EQ(versions(R"({"status":"affected","version":"n/a","lessThan":"2.0"})"),
            Lines{"CPE a:v:p fixed [,2.0)"});
  EXPECT_EQ(versions(R"({"status":"affected","version":"1.0","lessThan":"*"})"),
            Lines{"CPE a:v:p affected [1.0,)"});
  EXPECT_EQ(versions(R"({"status":"affected","version":"*"})"), Lines{"CPE a:v:p affected"});
  EXPECT_EQ(versions(R"({"status":"affected","version":"5.4","lessThanOrEqual":"5.4.*"})"),
            Lines{"CPE a:v:p fixed [5.4,5.5)"});
}

TEST(CveRecord, WordsAreNoVersions) {
  EXPECT_EQ(versions(R"({"status":"affected","version":"n/a"})"), Lines{});
  EXPECT_EQ(versions(R"({"status":"affected","version":"before 2.0"})"), Lines{});
  EXPECT_EQ(versions(R"({"status":"affected","version":"unspecified","lessThan":"unspecified"})"),
            Lines{});
  EXPECT_EQ(versions(R"({"status":"unaffected","version":"1.0"})"), Lines{});
  EXPECT_EQ(
      versions(
          R"({"status":"affected","version":"abc123","versionType":"git","lessThan":"def456"})"),
      Lines{});
}

TEST(CveRecord, ChangesSplitARange) {
  EXPECT_EQ(versions(R"({"status":"affected","version":"2.0","lessThan":"3.0","changes":[
      {"at":"2.3","status":"unaffected"},{"at":"2.5","status":"affected"},{"at":"2.9","status":"unaffected"}]})"),
            Lines{"CPE a:v:p fixed [2.0,2.3) [2.5,2.9)"});
  EXPECT_EQ(
      versions(
          R"({"status":"unaffected","version":"1.0","lessThan":"*","changes":[{"at":"1.5","status":"affected"}]})"),
      Lines{"CPE a:v:p affected [1.5,)"});
}

TEST(CveRecord, WhereTheRestIsAffectedTheUnaffectedIsTakenOut) {
  EXPECT_EQ(versions("", "affected"), Lines{"CPE a:v:p affected"});
  EXPECT_EQ(
      versions(
          R"({"status":"affected","version":"4.15"},{"status":"unaffected","version":"0","lessThan":"4.15"},
                        {"status":"unaffected","version":"5.4.2","lessThanOrEqual":"5.4.*"},
                        {"status":"unaffected","version":"6.1","lessThanOrEqual":"*"})",
          "affected"),
      Lines{"CPE a:v:p fixed [4.15,5.4.2) [5.5,6.1)"});
}

TEST(CveRecord, TheCpesOwnVersionCountsWhereVersionsSayNothing) {
  EXPECT_EQ(claims_of(R"("cpes":["cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*"])"),
            Lines{"CPE a:v:p affected =1.0"});
  EXPECT_EQ(
      claims_of(R"("cpes":["cpe:2.3:a:v:p:*:*:*:*:*:*:*:*","cpe:2.3:h:v:p:-:*:*:*:*:*:*:*"])"),
      Lines{});
}

TEST(CveRecord, ACpeOfThePlatformIsNoClaimAboutThePackage) {
  EXPECT_EQ(
      claims_of(
          R"("vendor":"Red Hat","packageName":"kernel","cpes":["cpe:/o:redhat:enterprise_linux:9"],
      "defaultStatus":"affected","versions":[{"version":"0:5.14","lessThan":"*","status":"unaffected"}])"),
      Lines{});
  EXPECT_EQ(
      claims_of(
          R"("packageName":"my-plugin","cpes":["cpe:2.3:a:v:my_plugin:*:*:*:*:*:wordpress:*:*"],
      "versions":[{"version":"0","lessThan":"2","status":"affected"}])"),
      Lines{"CPE a:v:my_plugin <cpe:2.3:a:v:my_plugin:*:*:*:*:*:wordpress:*:*> fixed [,2)"});
}

TEST(CveRecord, APackageOfARegistryIsAClaimAboutIt) {
  EXPECT_EQ(claims_of(R"("collectionURL":"https://pypi.python.org","packageName":"apache-airflow",
      "versions":[{"version":"0","lessThan":"2.7.3","status":"affected","versionType":"semver"}])"),
            Lines{"PyPI apache-airflow fixed [,2.7.3)"});
  EXPECT_EQ(
      claims_of(R"("collectionURL":"https://repo.maven.apache.org/maven2","packageName":"org.a/b",
      "versions":[{"version":"1","lessThan":"2","status":"affected"}])"),
      Lines{"Maven org.a:b fixed [1,2)"});
  EXPECT_EQ(claims_of(R"("collectionURL":"https://wordpress.org/plugins","packageName":"b",
      "versions":[{"version":"1","lessThan":"2","status":"affected"}])"),
            Lines{});
  EXPECT_EQ(
      claims_of(R"("vendor":"v","product":"p","versions":[{"version":"1","status":"affected"}])"),
      Lines{});
}

TEST(CveRecord, TheListsLogHoldsNoRecords) {
  EXPECT_TRUE(imported("cves/delta.json", R"({"new":[]})").bad.empty());
  EXPECT_TRUE(imported("cves/deltaLog.json", "[{}]").bad.empty());
}

TEST(KnownExploited, CisasCatalogueIsTheSameInBothForms) {
  const Imported json = imported("k.json", R"({"catalogVersion":"2024","vulnerabilities":[
    {"cveID":"CVE-2024-0001","dateAdded":"2024-03-26","dueDate":"2024-04-16","knownRansomwareCampaignUse":"Known"},
    {"cveID":"CVE-2024-0002","dateAdded":"soon"},{"cveID":"x","dateAdded":"2024-03-26"}]})");
  const Imported csv = imported("k.csv",
                                "cveID,vendorProject,dateAdded,dueDate,knownRansomwareCampaignUse\n"
                                "CVE-2024-0001,\"a, b\",2024-03-26,2024-04-16,Known\n"
                                "CVE-2024-0002,a,soon,,\nx,a,2024-03-26,,\nCVE-2024-0003,a\n");
  for (const Imported* sink : {&json, &csv}) {
    ASSERT_EQ(sink->advisories.size(), 1U);
    const KnownExploited& known = sink->advisories[0].known_exploited.value();
    EXPECT_EQ(known.catalogue, "cisa");
    EXPECT_EQ(known.added, 1711411200);
    EXPECT_EQ(known.due, 1713225600);
    EXPECT_TRUE(known.ransomware);
    EXPECT_TRUE(sink->advisories[0].english.title.empty());
  }
  EXPECT_EQ(json.bad.size(), 2U);
  ASSERT_EQ(csv.bad.size(), 3U);
  EXPECT_EQ(csv.bad[2].first, "k.csv row 5");
}

TEST(KnownExploited, EnisaPutsTheDayFirst) {
  const Imported sink = imported(
      "e.json",
      R"([{"cveID":"CVE-2024-9380","euvdID":"EUVD-2024-49898","dateReported":"17/01/25"},{"cveID":"-"}])");
  ASSERT_EQ(sink.advisories.size(), 1U);
  EXPECT_EQ(sink.advisories[0].known_exploited.value().catalogue, "enisa");
  EXPECT_EQ(sink.advisories[0].known_exploited.value().added, 1737072000);
  EXPECT_EQ(sink.advisories[0].aliases, Lines{"EUVD-2024-49898"});
  EXPECT_EQ(sink.bad.size(), 1U);
}

TEST(Epss, ARowIsAProbabilityOfItsDayAndModel) {
  const Imported sink = imported(
      "epss.csv",
      "#model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000\r\ncve,epss,percentile\r\n"
      "CVE-2020-5902,0.97567,0.99995\r\nCVE-2020-0001,1.1,0\nCVE-2020-0002,x,0\nx,0.5,0\n");
  ASSERT_EQ(sink.advisories.size(), 1U);
  const Epss& epss = sink.advisories[0].epss.value();
  EXPECT_EQ(epss.probability, 0.97567);
  EXPECT_EQ(epss.percentile, 0.99995);
  EXPECT_EQ(epss.model, "v2023.03.01");
  EXPECT_EQ(epss.date, 1678147200);
  EXPECT_EQ(sink.bad.size(), 3U);
}

TEST(Epss, TheFirstModelHadNoPercentileAndNoDate) {
  const Imported sink =
      imported("epss_scores-2021-04-14.csv", "cve,epss\nCVE-2020-5902,0\nCVE-2020-5903,1\n");
  ASSERT_EQ(sink.advisories.size(), 2U);
  EXPECT_EQ(sink.advisories[0].epss.value().percentile, 0);
  EXPECT_EQ(sink.advisories[1].epss.value().probability, 1);
  EXPECT_EQ(sink.advisories[1].epss.value().date, 1618358400);
}

TEST(Epss, RenderingsAndTheApiSayTheSame) {
  EXPECT_EQ(
      imported(
          "2021-08-31.json",
          R"({"score_date":"2021-08-31T00:00:00+0000","data":[{"id":"CVE-2019-19609","epss":0.05885}]})")
          .only()
          .epss.value()
          .date,
      1630368000);
  EXPECT_EQ(
      imported(
          "a.json",
          R"({"data":[{"cve":"CVE-2019-19609","epss":"0.5","percentile":"0.9","date":"2024-01-02"}]})")
          .only()
          .epss.value()
          .percentile,
      0.9);
}

TEST(Exploits, ExploitDbNamesCvesAmongItsCodes) {
  const std::string head =
      "id,file,description,date_published,author,type,platform,port,date_added,date_updated,"
      "verified,codes\n";
  const Imported sink =
      imported("files_exploits.csv",
               head +
                   "16929,exploits/a.rb,\"A, "
                   "b\",2010-11-11,m,dos,aix,,2010-11-11,,1,CVE-2009-3699;OSVDB-1;CVE-2009-3700\n"
                   "2,exploits/b.txt,t,2010-11-11,m,dos,aix,,2010-11-11,,1,\n");
  ASSERT_EQ(sink.advisories.size(), 2U);
  EXPECT_EQ(sink.advisories[1].id, "CVE-2009-3700");
  EXPECT_EQ(sink.advisories[1].exploits.at(0).id, "16929");
  EXPECT_EQ(sink.advisories[1].exploits.at(0).kind, Exploit::Kind::kExploitDb);
  EXPECT_TRUE(imported("files_papers.csv",
                       "id,file,description,date_published,author,type,platform,language\n1,p,d,"
                       "2010-01-01,a,,m,e\n")
                  .bad.empty());
  const Imported row = imported(
      "1.json",
      R"({"id":"1","file":"exploits/x.txt","date_published":"2010-01-01","platform":"php","codes":"CVE-2010-0001"})");
  EXPECT_EQ(row.only().exploits.at(0).id, "1");
  EXPECT_TRUE(
      imported(
          "1.json",
          R"({"id":"1","file":"docs/x.pdf","date_published":"2010-01-01","platform":"php","codes":"CVE-2010-0001"})")
          .advisories.empty());
}

TEST(Exploits, MetasploitsModulesNameCvesAmongTheirReferences) {
  const std::string module =
      R"({"fullname":"exploit/a","mod_time":"x","references":["CVE-2014-8636","URL-https://x/CVE-2015-0001","CVE-2015-0802"]})";
  EXPECT_EQ(imported("a.json", module).advisories.size(), 2U);
  const Imported all =
      imported("modules_metadata_base.json", R"({"exploit_a":)" + module + R"(,"b":{}})");
  ASSERT_EQ(all.advisories.size(), 2U);
  EXPECT_EQ(all.advisories[0].exploits.at(0).kind, Exploit::Kind::kMetasploit);
  EXPECT_EQ(all.advisories[0].exploits.at(0).id, "exploit/a");
  EXPECT_EQ(all.bad.size(), 1U);
  EXPECT_TRUE(imported("a.json", R"({"fullname":"exploit/a","mod_time":"x"})").bad.empty());
}

TEST(Exploits, RepositoriesAreProofsOfConcept) {
  const Imported sink =
      imported("2022/CVE-2022-0185.json",
               R"([{"full_name":"a/b","html_url":"https://g.invalid/a/b"},{"x":1}])");
  EXPECT_EQ(sink.only().id, "CVE-2022-0185");
  ASSERT_EQ(sink.only().exploits.size(), 1U);
  EXPECT_EQ(sink.only().exploits[0].kind, Exploit::Kind::kProofOfConcept);
}

TEST(Cwe, NamesComeFromXmlJsonAndTables) {
  const Imported xml = imported(
      "cwec.xml",
      R"(<Weakness_Catalog><Weaknesses><Weakness ID="79" Name="XSS"/><Weakness ID="80"/></Weaknesses>
    <Categories><Category ID="355" Name="UI"/></Categories><Views><View ID="699" Name="Dev"/></Views></Weakness_Catalog>)");
  ASSERT_EQ(xml.weaknesses.size(), 3U);
  EXPECT_EQ(xml.weaknesses[0].id, "CWE-79");
  EXPECT_EQ(xml.weaknesses[0].english, "XSS");
  EXPECT_EQ(xml.bad.size(), 1U);
  EXPECT_EQ(
      imported("845.json", R"({"id":"845","name":"N","content_history":{}})").weaknesses.at(0).id,
      "CWE-845");
  const Imported table =
      imported("cwe-ja.tsv", "# id\tname\tseen in\nCWE-1\t名前\tx\nCWE-2\t\nCWE-x\ty\n");
  ASSERT_EQ(table.weaknesses.size(), 1U);
  EXPECT_EQ(table.weaknesses[0].japanese, "名前");
  EXPECT_EQ(table.bad.size(), 2U);
}

}  // namespace
}  // namespace azekura::scanner::advisories

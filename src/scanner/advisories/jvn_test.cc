// JVN iPedia in all its forms. The texts here are made up.
#include "scanner/advisories/jvn.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kRdf =
    R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:sec="s" xmlns:dcterms="d" xmlns:status="t">)";
std::string item(std::string_view members, std::string_view description = "本文") {
  return R"(<item><title> 題名 </title><link>https://jvndb.jvn.jp/ja/contents/2021/JVNDB-2021-000001.html</link><description>)" +
         std::string(description) +
         "</description><sec:identifier>JVNDB-2021-000001</sec:identifier>" + std::string(members) +
         "<dcterms:issued>2021-12-14T16:37+09:00</"
         "dcterms:issued><dcterms:modified>2022-12-15T10:24+09:00</dcterms:modified></item>";
}
Imported rss(std::string_view items, std::string_view status = "") {
  return imported("jvndb_2021.rdf",
                  std::string(kRdf) + std::string(items) + std::string(status) + "</rdf:RDF>");
}
std::string reference(std::string_view source, std::string_view id) {
  return R"(<sec:references source=")" + std::string(source) + R"(" id=")" + std::string(id) +
         R"(">https://x.invalid/)" + std::string(id) + "</sec:references>";
}

TEST(Jvn, IdsHaveAYearAndSixDigits) {
  EXPECT_TRUE(is_jvndb_id("JVNDB-2021-000001"));
  EXPECT_FALSE(is_jvndb_id("JVNDB-2021-00001"));
  EXPECT_FALSE(is_jvndb_id("JVNDB-2021-0000011"));
  EXPECT_FALSE(is_jvndb_id("JVNDB-2021x000001"));
  EXPECT_FALSE(is_jvndb_id("JVNDB-202a-000001"));
  EXPECT_FALSE(is_jvndb_id(""));
  EXPECT_EQ(page_of_jvndb("JVNDB-2021-000001"),
            "https://jvndb.jvn.jp/ja/contents/2021/JVNDB-2021-000001.html");
  EXPECT_EQ(page_of_jvndb("x"), "");
}

TEST(Jvn, OneReferenceMayNameSeveralCves) {
  EXPECT_EQ(cves_of_reference(" CVE-2011-0001、CVE-2011-0002 "),
            (Lines{"CVE-2011-0001", "CVE-2011-0002"}));
  EXPECT_EQ(cves_of_reference("CVE-2014-54１2"), Lines{"CVE-2014-5412"});
  EXPECT_EQ(cves_of_reference("cve-2022-22965"), Lines{"CVE-2022-22965"});
  EXPECT_EQ(cves_of_reference("CVE-2014-123"), Lines{});
  EXPECT_EQ(cves_of_reference("TA14-098A(CVE-2014-0160)"), Lines{});
}

TEST(Jvn, ARecordIsAboutTheCvesOfItsReferences) {
  const Imported sink =
      rss(item(reference("CVE", "CVE-2021-44228") + reference("NVD", "CVE-2021-44228") +
               reference("NVD", "CVE-2021-45046") + reference("JVN", "CVE-2020-0001") +
               R"(<sec:references title='弱点(CWE-20)' id="CWE-20">u</sec:references>
       <sec:cpe version="2.2" vendor="ベンダ" product="製品">cpe:/a:v:p</sec:cpe>
       <sec:cvss version="2.0" score="9.3" vector="AV:N/AC:M/Au:N/C:C/I:C/A:C"/>
       <sec:cvss version="4.0" score="11" vector="CVSS:4.0/AV:N"/>)"));
  const Advisory& advisory = sink.only();
  EXPECT_EQ(advisory.id, "JVNDB-2021-000001");
  EXPECT_TRUE(advisory.aliases.empty());
  EXPECT_EQ(advisory.about, (Lines{"CVE-2021-44228", "CVE-2021-45046"}));
  EXPECT_EQ(advisory.japanese.title, "題名");
  EXPECT_EQ(advisory.japanese.source, "JVN iPedia");
  EXPECT_TRUE(advisory.english.title.empty());
  EXPECT_EQ(advisory.published, 1639467420);
  EXPECT_EQ(advisory.modified, 1671067440);
  ASSERT_EQ(advisory.scores.size(), 2U);
  EXPECT_EQ(advisory.scores[0].source, "jvn");
  EXPECT_EQ(advisory.scores[0].score, 9.3);
  EXPECT_EQ(advisory.scores[1].score, 0);
  EXPECT_EQ(advisory.cwes, Lines{"CWE-20"});
  EXPECT_TRUE(advisory.affected.empty());
  ASSERT_EQ(sink.weaknesses.size(), 1U);
  EXPECT_EQ(sink.weaknesses[0].japanese, "弱点");
  ASSERT_EQ(sink.products.size(), 1U);
  EXPECT_EQ(sink.products[0].product_key, "a:v:p");
  EXPECT_EQ(sink.products[0].vendor, "ベンダ");
}

TEST(Jvn, WhatIsMarkedIsDropped) {
  for (const std::string_view mark : {"** 未確定 ** x", "x ** サポート外 **", "** 削除 **"}) {
    const Imported sink = rss(item("", mark));
    EXPECT_TRUE(sink.advisories.empty() && sink.bad.empty()) << mark;
  }
  EXPECT_EQ(rss(item("", "削除")).advisories.size(), 1U);
}

TEST(Jvn, ARecordWithoutAnIdOrATitleIsBad) {
  const Imported sink =
      rss("<item><title>t</title></item><item><sec:identifier>JVNDB-2021-000002</sec:identifier></"
          "item>" +
          item(""));
  EXPECT_EQ(sink.advisories.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 2U);
  EXPECT_EQ(sink.bad[0].first, "jvndb_2021.rdf");
  EXPECT_EQ(sink.bad[1].first, "JVNDB-2021-000002");
}

TEST(Jvn, CarriageReturnsGoAndNamesComeOnceAFile) {
  const std::string cpe = R"(<sec:cpe vendor="v" product="p">cpe:/a:v:p</sec:cpe>)";
  const Imported sink = rss(item(cpe, "一行&#13;\n二行") + item(cpe));
  ASSERT_EQ(sink.advisories.size(), 2U);
  EXPECT_EQ(sink.advisories[0].japanese.body, "一行\n二行");
  EXPECT_EQ(sink.products.size(), 1U);
}

TEST(Jvn, AFailedAnswerIsAFailureAndNoEmptyFeed) {
  const Imported sink = rss(item(""), R"(<status:Status retCd="1" errCd="e" errMsg="だめ"/>)");
  EXPECT_TRUE(sink.advisories.empty());
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(sink.bad[0].second.code, Code::kUnavailable);
  EXPECT_EQ(rss(item(""), R"(<status:Status retCd="0"/>)").advisories.size(), 1U);
  for (const std::string_view xml :
       {R"(<VULDEF-Document xmlns:s="s"><s:Status retCd="2"/></VULDEF-Document>)",
        R"(<Result xmlns:s="s"><s:Status retCd="2"/></Result>)",
        R"(<feed xmlns:s="s"><s:Status retCd="2"/></feed>)"}) {
    EXPECT_EQ(imported("a.xml", xml).bad.size(), 1U) << xml;
  }
  for (const std::string_view json :
       {R"({"feed":{"entry":[],"author":{}},"status":{"retCd":1}})",
        R"({"document":{"category":"myjvn_security_advisory"},"status":{"retCd":1}})",
        R"({"type":"bundle","objects":[{"type":"jvn-jp-sdo"}],"status":{"retCd":"1"}})",
        R"({"jvn_product_dictionary":{},"status":{"retCd":1}})"}) {
    EXPECT_EQ(imported("a.json", json).bad.size(), 1U) << json;
  }
}

constexpr std::string_view kVuldef =
    R"(<VULDEF-Document><Vulinfo><VulinfoID>JVNDB-2021-000001</VulinfoID><VulinfoData>
  <Title>題名</Title><VulinfoDescription><Overview>本文</Overview></VulinfoDescription>
  <Affected><AffectedItem><Name>ベンダ</Name><ProductName>製品</ProductName><Cpe version="2.2">cpe:/a:v:p</Cpe></AffectedItem>
   <AffectedItem><Name>他</Name><ProductName>(複数の製品)</ProductName></AffectedItem></Affected>
  <Impact><Cvss version="3.0"><Base>10</Base><Vector>CVSS:3.0/AV:N</Vector></Cvss></Impact>
  <Related><RelatedItem type="vendor"><VulinfoID>CVE-2020-0001</VulinfoID><URL>https://v.invalid/</URL></RelatedItem>
   <RelatedItem type="advisory"><Name>Common Vulnerabilities and Exposures (CVE)</Name><VulinfoID>CVE-2021-0001</VulinfoID><URL>https://a.invalid/</URL></RelatedItem>
   <RelatedItem type="cwe"><VulinfoID>CWE-79</VulinfoID><Title>弱点</Title></RelatedItem></Related>
  <DateFirstPublished>2021-12-14T16:37:27+09:00</DateFirstPublished></VulinfoData></Vulinfo></VULDEF-Document>)";

TEST(Jvn, VuldefNamesCvesAmongTheAdvisories) {
  const Imported sink = imported("jvndb_detail_2021.rdf", kVuldef);
  const Advisory& advisory = sink.only();
  EXPECT_EQ(advisory.about, Lines{"CVE-2021-0001"});
  EXPECT_EQ(advisory.references, (Lines{"https://v.invalid/", "https://a.invalid/"}));
  EXPECT_EQ(advisory.scores.at(0).score, 10);
  EXPECT_EQ(advisory.link, "https://jvndb.jvn.jp/ja/contents/2021/JVNDB-2021-000001.html");
  EXPECT_EQ(advisory.published, 1639467447);
  EXPECT_EQ(sink.products.size(), 1U);
  EXPECT_EQ(sink.weaknesses.at(0).japanese, "弱点");
}

TEST(Jvn, RenderingsSayTheSame) {
  const Imported rss_json =
      imported("rss/2021/JVNDB-2021-000001.json", R"({"about":"u","title":"題名","link":"l",
    "description":"本文","identifier":"JVNDB-2021-000001","references":[{"text":"u","source":"CVE","id":"CVE-2021-0001"},
    {"text":"u","id":"CWE-20","title":"弱点(CWE-20\u0029"}],"cpe":[{"text":"cpe:/a:v:p","vendor":"v","product":"p"}],
    "cvss":[{"score":"9.3","vector":"AV:N"}],"issued":"2021-12-14T16:37+09:00"
})");
  const Imported detail = imported("detail/2021/JVNDB-2021-000001.json",
                                   R"({"vulinfoid":"JVNDB-2021-000001","vulinfodata":{
    "title":"題名","vulinfodescription":{"overview":"本文"},"affected":{"affecteditem":[{"name":"v","productname":"p","cpe":{"text":"cpe:/a:v:p"}}]},
    "impact":{"cvss":[{"base":"9.3","vector":"AV:N"}]},"related":{"relateditem":[{"type":"advisory","vulinfoid":"CVE-2021-0001","url":"u"},
    {"type":"cwe","vulinfoid":"CWE-20","title":"弱点"}]},"datefirstpublished":"2021-12-14T16:37:00+09:00"}})");
  for (const Imported* sink : {&rss_json, &detail}) {
    const Advisory& advisory = sink->only();
    EXPECT_EQ(advisory.about, Lines{"CVE-2021-0001"});
    EXPECT_EQ(advisory.scores.at(0).score, 9.3);
    EXPECT_EQ(advisory.published, 1639467420);
    EXPECT_EQ(advisory.cwes, Lines{"CWE-20"});
    EXPECT_EQ(sink->weaknesses.at(0).japanese, "弱点");
    EXPECT_EQ(sink->products.size(), 1U);
  }
}

TEST(Jvn, TheOverviewOfTheNewerApiSaysTheSame) {
  const Imported sink = imported(
      "feed.json",
      R"({"feed":{"author":{},"entry":[{"title":"題名","id":"JVNDB-2025-000001","summary":"本文",
    "link":"l","created":"2025-04-04T14:45:58+09:00","references":[{"summary":"CVE-2025-31084","url":"u","source":"CVE"},{"summary":"CVE-2020-0001","source":"advisory"}],
    "products":[{"vname":"v","pname":"p","product_ids":{"cpe":"cpe:2.3:a:v:p:4.0.0:*:*:*:*:*:*:*"}}],
    "metrics":[{"content":{"cvss_v2":{"vectorString":"AV:N","baseScore":10.0},"cvss_v4":{"vectorString":"CVSS:4.0/AV:N","baseScore":9.5}}}],
    "cwes":[{"id":"CWE-502","name":"弱点(CWE-502\u0029"}]
},{"id":"MYJVN-ALT-2025-0011","title":"x"}]
}
, "status" : { "retCd" : 0 }
})");
  EXPECT_EQ(sink.only().about, Lines{"CVE-2025-31084"});
  EXPECT_EQ(sink.only().scores.size(), 2U);
  EXPECT_EQ(sink.products.at(0).product_key, "a:v:p");
  EXPECT_EQ(sink.weaknesses.at(0).japanese, "弱点");
}

std::string csaf(std::string_view vulnerabilities) {
  return R"({"document":{"category":"myjvn_security_advisory","title":"題名","notes":[{"category":"description","text":"本文"}],
    "tracking":{"id":"JVNDB-2022-000097","initial_release_date":"2022-12-15T12:04:51+09:00"},
    "references":[{"summary":"CVE-2022-0001","url":"u","source":"Common Vulnerabilities and Exposures (CVE\u0029"}]
},
    "product_tree":{"branches":[{"category":"vendor","name":"ベンダ","branches":[{"category":"product_name","name":"製品",
    "product":{"product_identification_helper":{"cpe":"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"}}}]}]},"vulnerabilities":[)" +
         std::string(vulnerabilities) + "]}";
}
constexpr std::string_view kFirst =
    R"({"cve":"CVE-2022-0001","cwes":[{"id":"CWE-79","name":"弱点"}],"metrics":[{"content":{"cvss_v3":{"vectorString":"CVSS:3.0/AV:N","baseScore":6.1}}}]})";

TEST(Jvn, DetailsOfOneCveAreTheRecords) {
  const Imported sink = imported("d.json", csaf(kFirst));
  EXPECT_EQ(sink.only().about, Lines{"CVE-2022-0001"});
  EXPECT_EQ(sink.only().scores.at(0).score, 6.1);
  EXPECT_EQ(sink.only().japanese.body, "本文");
  EXPECT_EQ(sink.products.at(0).vendor, "ベンダ");
}

TEST(Jvn, DetailsOfSeveralCvesAreEachItsOwn) {
  const Imported sink =
      imported("d.json", csaf(std::string(kFirst) +
                              R"(,{"cve":"CVE-2022-0002"},{"cve":"","cwes":[{"id":"CWE-20"}]})"));
  ASSERT_EQ(sink.advisories.size(), 2U);
  EXPECT_EQ(sink.advisories[0].id, "CVE-2022-0001");
  EXPECT_EQ(sink.advisories[0].scores.size(), 1U);
  EXPECT_EQ(sink.advisories[1].about, (Lines{"CVE-2022-0001", "CVE-2022-0002"}));
  EXPECT_TRUE(sink.advisories[1].scores.empty());
  EXPECT_EQ(sink.advisories[1].cwes, (Lines{"CWE-79", "CWE-20"}));
}

TEST(Jvn, ABundleHoldsDocuments) {
  const Imported sink = imported(
      "s.json",
      R"({"type":"bundle","objects":[{"type":"identity"},{"type":"jvn-jp-sdo","VULDEF-Document":[)" +
          csaf(kFirst) + "]}]}");
  EXPECT_EQ(sink.only().id, "JVNDB-2022-000097");
}

TEST(Jvn, DictionariesGiveTheJapaneseNames) {
  const Imported xml = imported(
      "myjvn_product_202311.rdf",
      R"(<Result><VendorInfo><Vendor vname="ベンダ" cpe="cpe:/:v"><Product pname="製品" cpe="cpe:/a:v:p"/>
                                   <Product pname="x" cpe="cpe:/a"/></Vendor></VendorInfo></Result>)");
  const Imported pid = imported(
      "jvnpid_1.0.json",
      R"({"jvn-product-dictionary":{"vendors":[{"vname":"v","vname_i18n":{"ja":"ベンダ","en":"V"},
    "products":[{"pname":"製品","product_ids":[{"cpe":"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*"}]}]}]}})");
  const Imported one = imported(
      "1/16.json", R"({"vname":"ベンダ","vcpe":"cpe:/:v","pname":"製品","pcpe":"cpe:/a:v:p"})");
  for (const Imported* sink : {&xml, &pid, &one}) {
    ASSERT_EQ(sink->products.size(), 1U);
    EXPECT_EQ(sink->products[0].product_key, "a:v:p");
    EXPECT_EQ(sink->products[0].vendor, "ベンダ");
    EXPECT_EQ(sink->products[0].product, "製品");
  }
  EXPECT_EQ(xml.bad.size(), 1U);
}

}  // namespace
}  // namespace azekura::scanner::advisories

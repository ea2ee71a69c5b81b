#include <gtest/gtest.h>

#include <fmt/format.h>

#include "scanner/advisories/rpm_claims.h"
#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

// One update with one package, whose release is `release`.
Imported update(std::string_view id, std::string_view collection, std::string_view release,
                std::string_view module = "", std::string_view type = "security") {
  return imported("updateinfo.xml",
                  fmt::format(R"(<updates><update type="{}">
    <id>{}</id><title>T</title><issued date="2024-01-01 00:00:00"/><severity>Important</severity>
    <release>Fedora 43</release><description>D</description><references>
    <reference href="https://e.example/1" id="CVE-2024-1111" type="cve" title="CVE-2024-1111"/>
    </references><pkglist><collection short="{}"><name>n</name>{}
    <package name="p" version="1.2" release="{}" epoch="1" arch="x86_64"/>
    <package name="p" version="1.2" release="{}" epoch="1" arch="aarch64"/>
    <package name="p" version="1.2" release="{}" epoch="1" arch="src"/>
    </collection></pkglist></update></updates>)",
                              type, id, collection, module, release, release, release));
}

TEST(RpmClaims, NamesAndVersionsAreSplitFromTheRight) {
  const auto split = split_nevr("java-1.8.0-openjdk-1:1.8.0.1-2.el8");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->name, "java-1.8.0-openjdk");
  EXPECT_EQ(split->evr, "1:1.8.0.1-2.el8");
  EXPECT_EQ(split_nevr("a-0:1-2")->evr, "1-2");
  for (const std::string_view bad : {"", "-", "--", "a", "a-1", "-1-2", "a--2", "a-1-"}) {
    EXPECT_FALSE(split_nevr(bad)) << bad;
  }
  std::string_view arch;
  EXPECT_EQ(split_nevra("delve-0:1.25.2-1.el10_1.aarch64.rpm", arch)->evr, "1.25.2-1.el10_1");
  EXPECT_EQ(arch, "aarch64");
  EXPECT_FALSE(split_nevra("delve", arch));
}

TEST(RpmClaims, TheDistTagNamesTheRelease) {
  EXPECT_EQ(enterprise_release_of("1.el9_2"), "9");
  EXPECT_EQ(enterprise_release_of("1.module_el8.5.0+2632"), "8");
  EXPECT_EQ(enterprise_release_of("2.module+el10.1.0+13358"), "10");
  for (const std::string_view none : {"", "1", "1.fc40", "el", "1.el", "1.model9"}) {
    EXPECT_EQ(enterprise_release_of(none), "") << none;
  }
}

TEST(Updateinfo, AnIdThatNamesNobodyIsBadAndTheRestGoesOn) {
  const Imported sink = imported("updateinfo.xml", R"(<updates><update><id>NOT-AN-ID</id></update>
    <update><id>ALSA-x</id></update><update/><update><id>ALSA-2024:1</id></update></updates>)");
  EXPECT_EQ(sink.advisories.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 3U);
  EXPECT_EQ(sink.bad[0].first, "NOT-AN-ID");
  EXPECT_EQ(sink.bad[2].first, "updateinfo.xml");
}

TEST(Updateinfo, EachDistributionTellsItsReleaseInItsOwnWay) {
  const auto lines = [](std::string_view id, std::string_view collection,
                        std::string_view release) {
    return lines_of(update(id, collection, release).only());
  };
  EXPECT_EQ(lines("ALSA-2024:1", "almalinux-9-for-x86_64-appstream-rpms", "1.el9"),
            Lines{"AlmaLinux:9 p fixed [,1:1.2-1.el9)"});
  EXPECT_EQ(lines("RLSA-2024:1", "x", "1.el8_6"), Lines{"Rocky Linux:8 p fixed [,1:1.2-1.el8_6)"});
  EXPECT_EQ(lines("RLSA-2024:1", "rocky-linux-9-x86-64-baseos-rpms", "1"),
            Lines{"Rocky Linux:9 p fixed [,1:1.2-1)"});
  EXPECT_EQ(lines("FEDORA-2024-abc", "F43", "1.fc43"), Lines{"Fedora:43 p fixed [,1:1.2-1.fc43)"});
  EXPECT_EQ(lines("ALAS-2024-1", "amazon-linux-ami", "1"),
            Lines{"Amazon Linux:1 p fixed [,1:1.2-1)"});
  EXPECT_EQ(lines("ALAS2-2024-1", "amazon-linux-2", "1"),
            Lines{"Amazon Linux:2 p fixed [,1:1.2-1)"});
  EXPECT_EQ(lines("ALAS2NGINX1-2024-1", "amazon-linux-2---nginx1", "1"),
            Lines{"Amazon Linux:2 p <extras:nginx1> fixed [,1:1.2-1)"});
  EXPECT_EQ(lines("ALAS2023LIVEPATCH-2024-1", "amazon-linux-2023---kernel-livepatch", "1"),
            Lines{"Amazon Linux:2023 p fixed [,1:1.2-1)"});
  EXPECT_EQ(lines("ALAS2022-2024-1", "", "1"), Lines{"Amazon Linux:2022 p fixed [,1:1.2-1)"});
  EXPECT_EQ(lines("RLSA-2024:1", "x", "1"), Lines{});
  EXPECT_EQ(lines("FEDORA-EPEL-2024-abc", "EL-9", "1.el9"), Lines{});
}

TEST(Updateinfo, ModulesAreQualifiersWhereTheBuildIsOfOne) {
  EXPECT_EQ(lines_of(update("RLSA-2024:1", "x", "1.module+el8.1.0+1+2",
                            R"(<module name="nodejs" stream="18" version="1" context="c"/>)")
                         .only()),
            Lines{"Rocky Linux:8 p <nodejs:18> fixed [,1:1.2-1.module+el8.1.0+1+2)"});
  EXPECT_EQ(lines_of(update("RLSA-2024:1", "x", "1.module+el8.1.0+1+2").only()),
            Lines{"Rocky Linux:8 p <module> fixed [,1:1.2-1.module+el8.1.0+1+2)"});
}

TEST(Updateinfo, TheRecordIsAboutItsCves) {
  const Advisory a = update("ALAS2-2024-12", "amazon-linux-2", "1").only();
  EXPECT_EQ(a.about, Lines{"CVE-2024-1111"});
  EXPECT_EQ(a.severity, Severity::kHigh);
  EXPECT_EQ(a.published, 1704067200);
  EXPECT_EQ(a.link, "https://alas.aws.amazon.com/AL2/ALAS-2024-12.html");
  EXPECT_EQ(update("ALAS-2024-12", "amazon-linux-ami", "1").only().link,
            "https://alas.aws.amazon.com/ALAS-2024-12.html");
}

TEST(Updateinfo, WhatIsNeitherSecurityNorAboutACveClaimsNothing) {
  const Imported sink = imported("updateinfo.xml", R"(<updates><update type="bugfix">
    <id>FEDORA-2024-abc</id><release>Fedora 43</release><pkglist><collection short="F43">
    <package name="p" version="1" release="1.fc43" epoch="0" arch="noarch"/>
    </collection></pkglist></update></updates>)");
  EXPECT_TRUE(sink.only().affected.empty());
  EXPECT_EQ(update("FEDORA-2024-abc", "F43", "1.fc43", "", "bugfix").only().affected.size(), 1U);
}

TEST(Updateinfo, TheJsonRenderingIsReadTheSame) {
  const Imported sink = imported("ALAS2-2024-1.json", R"({"ID":"ALAS2-2024-1","Type":"security",
    "Severity":"medium","Issued":{"Date":"2024-01-01 00:00"},"References":{"Reference":[
    {"Href":"https://e.example/1","ID":"CVE-2024-1111","Type":"cve"}]},"Pkglist":{"Collection":{
    "Short":"amazon-linux-2---tomcat9","Package":[{"Name":"t","Epoch":"0","Version":"9","Release":"1"}]}}})");
  EXPECT_EQ(lines_of(sink.only()), Lines{"Amazon Linux:2 t <extras:tomcat9> fixed [,9-1)"});
  EXPECT_EQ(sink.only().about, Lines{"CVE-2024-1111"});
}

TEST(Errata, AlmaLinuxNamesTheModule) {
  const Imported sink =
      imported("errata.full.json", R"({"data":[{"id":"ALSA-2024:1","type":"security",
    "issued_date":1704067200,"updated_date":1704067201,"severity":"Moderate","title":"T",
    "packages":[{"name":"m","epoch":"0","version":"1","release":"2.module_el8.5.0+1+2","arch":"x86_64",
                 "module":"mariadb:10.3:8050020220427075058:c5368500:x86_64"},
                {"name":"n","epoch":"1","version":"1","release":"2.el8","arch":"x86_64"},
                {"name":"n","epoch":"1","version":"1","release":"2.el8","arch":"src"}],
    "references":[{"id":"CVE-2024-1111","type":"cve","href":"https://e.example/1"},
                  {"id":"ALSA-2024:1","type":"self","href":"https://e.example/self"}]},
    {"id":"","issued_date":1,"packages":[]}]})");
  ASSERT_EQ(sink.advisories.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 1U);
  const Advisory& a = sink.advisories[0];
  EXPECT_EQ(a.about, Lines{"CVE-2024-1111"});
  EXPECT_EQ(a.link, "https://e.example/self");
  EXPECT_EQ(a.modified, 1704067201);
  EXPECT_EQ(lines_of(a), (Lines{"AlmaLinux:8 m <mariadb:10.3> fixed [,1-2.module_el8.5.0+1+2)",
                                "AlmaLinux:8 n fixed [,1:1-2.el8)"}));
}

TEST(Errata, RockysPagesNameProductAndModule) {
  const Imported sink =
      imported("page1.json", R"({"advisories":[{"name":"RLSA-2024:1","synopsis":"T",
    "kind":"Security","severity":"Important","published_at":"2024-01-01T00:00:00.5+00:00",
    "cves":[{"cve":"CVE-2024-1111","cwe":"CWE-770",
             "cvss3_scoring_vector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
    "packages":[{"nevra":"p-0:1-2.el10_1.aarch64.rpm","product_name":"Rocky Linux 10 aarch64"},
                {"nevra":"p-0:1-2.el10_1.src.rpm","product_name":"Rocky Linux 10 aarch64"},
                {"nevra":"q-1:1-2.module+el8.1.0+1+2.noarch.rpm","module_name":"php",
                 "module_stream":"8.2","product_name":"Rocky Linux 8 x86_64"},
                {"nevra":"broken","product_name":"Rocky Linux 8 x86_64"}]},
    {"name":null,"synopsis":"x"}],"links":{}})");
  ASSERT_EQ(sink.advisories.size(), 1U);
  ASSERT_EQ(sink.bad.size(), 1U);
  EXPECT_EQ(lines_of(sink.advisories[0]),
            (Lines{"Rocky Linux:10 p fixed [,1-2.el10_1)",
                   "Rocky Linux:8 q <php:8.2> fixed [,1:1-2.module+el8.1.0+1+2)"}));
  EXPECT_EQ(sink.advisories[0].cwes, Lines{"CWE-770"});
  EXPECT_EQ(sink.advisories[0].scores.size(), 1U);
}

TEST(Alpine, FixedVersionsNeverAffectedAndSeveralWords) {
  const Imported sink = imported("main.json", R"({"distroversion":"v3.19","reponame":"main",
    "packages":[{"pkg":{"name":"xen","secfixes":{
      "4.1-r0":["CVE-2024-1111 XSA-1","CVE-2024-2222 (regression fix) too","GHSA-a-b-c"],
      "0":["CVE-2024-3333"],"":["CVE-2024-4444"]}}},{"pkg":{"secfixes":{}}},{"pkg":{"name":"q","secfixes":null}}]})");
  ASSERT_EQ(sink.bad.size(), 1U);
  ASSERT_EQ(sink.advisories.size(), 4U);
  EXPECT_EQ(lines_of(sink.advisories[0]), Lines{"Alpine:v3.19 xen fixed [,4.1-r0)"});
  EXPECT_EQ(sink.advisories[0].related, Lines{"XSA-1"});
  EXPECT_EQ(sink.advisories[1].id, "CVE-2024-2222");
  EXPECT_EQ(sink.advisories[2].id, "GHSA-a-b-c");
  EXPECT_EQ(lines_of(sink.advisories[3]), Lines{"Alpine:v3.19 xen not-affected"});
}

}  // namespace
}  // namespace azekura::scanner::advisories

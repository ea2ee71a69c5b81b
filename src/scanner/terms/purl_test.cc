#include "scanner/terms/purl.h"

#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "scanner/document/bundle_testing.h"
#include "scanner/document/json.h"

namespace azekura::scanner {
namespace {

TEST(Purl, WhatIsNoneIsRefusedWithTheReason) {
  for (const std::string_view text :
       {"", "pkg", "pkg:", "pkg:/", "pkg:npm", "pkg:npm/", "pkg:npm//", "npm/foo", "pkg:1npm/foo",
        "pkg:npm/%", "pkg:npm/foo%2", "pkg:npm/foo@%zz", "pkg:npm/foo?1=2", "pkg:npm/foo?a b=2",
        "pkg:npm/foo?a=1&A=2", "pkg:pypi/space/name", "pkg:swift/name"}) {
    const auto purl = parse_purl(text);
    ASSERT_FALSE(purl) << text;
    EXPECT_EQ(purl.error().code, Code::kInvalid);
    EXPECT_TRUE(purl.error().message.starts_with("the package URL ")) << purl.error().message;
  }
}

TEST(Purl, HasALongestLength) {
  const std::string start = "pkg:npm/";
  EXPECT_TRUE(parse_purl(start + std::string(kPurlSizeMax - start.size(), 'a')));
  EXPECT_FALSE(parse_purl(start + std::string(kPurlSizeMax - start.size() + 1, 'a')));
}

TEST(Purl, KnowsItsEcosystemAndRelease) {
  struct Case {
    std::string_view purl;
    Ecosystem ecosystem;
    std::string_view release;
    std::string_view name;
  };
  for (const Case& each : {
           Case{"pkg:deb/debian/curl@1?distro=debian-12", Ecosystem::kDebian, "12", "curl"},
           Case{"pkg:deb/debian/curl@1?distro=debian-12.5", Ecosystem::kDebian, "12", "curl"},
           Case{"pkg:deb/debian/curl@1?distro=jessie", Ecosystem::kDebian, "8", "curl"},
           Case{"pkg:deb/debian/curl", Ecosystem::kDebian, "", "curl"},
           Case{"pkg:deb/ubuntu/curl?distro=ubuntu-22.04", Ecosystem::kUbuntu, "22.04", "curl"},
           Case{"pkg:deb/ubuntu/curl?distro=jammy", Ecosystem::kUbuntu, "22.04", "curl"},
           Case{"pkg:deb/raspbian/curl?distro=raspbian-11", Ecosystem::kUnknown, "", "curl"},
           Case{"pkg:deb/curl", Ecosystem::kUnknown, "", "curl"},
           Case{"pkg:apk/alpine/musl?distro=alpine-3.19.1", Ecosystem::kAlpine, "v3.19", "musl"},
           Case{"pkg:apk/alpine/musl?distro=3.19.1", Ecosystem::kAlpine, "v3.19", "musl"},
           Case{"pkg:apk/alpine/musl?distro=alpine-3.21_alpha20240606", Ecosystem::kAlpine, "edge",
                "musl"},
           Case{"pkg:rpm/redhat/bash?distro=rhel-9.3", Ecosystem::kRedHat, "9", "bash"},
           Case{"pkg:rpm/redhat/bash?distro=rhel-8.4-eus", Ecosystem::kRedHat, "8.4-eus", "bash"},
           Case{"pkg:rpm/centos/bash?distro=centos-7-core", Ecosystem::kRedHat, "7", "bash"},
           Case{"pkg:rpm/almalinux/bash?distro=almalinux-8.9", Ecosystem::kAlmaLinux, "8", "bash"},
           Case{"pkg:rpm/rocky/bash?distro=rocky-9.1", Ecosystem::kRockyLinux, "9", "bash"},
           Case{"pkg:rpm/amazon/bash?distro=amazon-2%20(Karoo)", Ecosystem::kAmazonLinux, "2",
                "bash"},
           Case{"pkg:rpm/suse/bash?distro=sles-15.5", Ecosystem::kSuse,
                "Linux Enterprise Server 15 SP5", "bash"},
           Case{"pkg:rpm/suse/bash?distro=sles-15", Ecosystem::kSuse, "Linux Enterprise Server 15",
                "bash"},
           Case{"pkg:rpm/opensuse/bash?distro=opensuse-leap-15.5", Ecosystem::kOpenSuse,
                "Leap 15.5", "bash"},
           Case{"pkg:rpm/opensuse/bash?distro=opensuse-tumbleweed-20240110", Ecosystem::kOpenSuse,
                "Tumbleweed", "bash"},
           Case{"pkg:rpm/fedora/bash?distro=fedora-40", Ecosystem::kFedora, "40", "bash"},
           Case{"pkg:rpm/oracle/bash?distro=ol-9.3", Ecosystem::kOracleLinux, "9", "bash"},
           Case{"pkg:npm/%40babel/core@7", Ecosystem::kNpm, "", "@babel/core"},
           Case{"pkg:npm/@babel/core@7", Ecosystem::kNpm, "", "@babel/core"},
           Case{"pkg:pypi/Foo_Bar.baz@7", Ecosystem::kPyPI, "", "foo-bar-baz"},
           Case{"pkg:maven/org.apache/commons@7", Ecosystem::kMaven, "", "org.apache:commons"},
           Case{"pkg:maven/commons@7", Ecosystem::kMaven, "", "commons"},
           Case{"pkg:golang/github.com/BurntSushi/toml@v1", Ecosystem::kGo, "",
                "github.com/burntsushi/toml"},
           Case{"pkg:golang/stdlib@1.20", Ecosystem::kGo, "", "stdlib"},
           Case{"pkg:cargo/serde", Ecosystem::kCratesIo, "", "serde"},
           Case{"pkg:gem/rails", Ecosystem::kRubyGems, "", "rails"},
           Case{"pkg:composer/Symfony/kernel", Ecosystem::kPackagist, "", "symfony/kernel"},
           Case{"pkg:nuget/Newtonsoft.Json", Ecosystem::kNuGet, "", "newtonsoft.json"},
           Case{"pkg:pub/http", Ecosystem::kPub, "", "http"},
           Case{"pkg:hex/phoenix", Ecosystem::kHex, "", "phoenix"},
           Case{"pkg:conan/zlib", Ecosystem::kConan, "", "zlib"},
           Case{"pkg:bitnami/nginx", Ecosystem::kBitnami, "", "nginx"},
           Case{"pkg:generic/foo", Ecosystem::kUnknown, "", "foo"},
       }) {
    const auto purl = parse_purl(each.purl);
    ASSERT_TRUE(purl) << each.purl << purl.error().message;
    EXPECT_EQ(ecosystem_of(*purl).ecosystem, each.ecosystem) << each.purl;
    EXPECT_EQ(ecosystem_of(*purl).release, each.release) << each.purl;
    EXPECT_EQ(package_name_of(*purl), each.name) << each.purl;
  }
}

TEST(Purl, OfAPackageIsReadAsThatPackage) {
  struct Case {
    EcosystemRelease where;
    std::string_view name;
    std::string_view version;
    std::string_view purl;
  };
  for (const Case& each : {
           Case{{Ecosystem::kDebian, "12"},
                "curl",
                "1:7.88-1+b1",
                "pkg:deb/debian/curl@1:7.88-1%2Bb1?distro=debian-12"},
           Case{{Ecosystem::kUbuntu, "22.04:Pro"},
                "curl",
                "7",
                "pkg:deb/ubuntu/curl@7?distro=ubuntu-22.04:pro"},
           Case{{Ecosystem::kAlpine, "v3.19"},
                "musl",
                "1-r0",
                "pkg:apk/alpine/musl@1-r0?distro=alpine-3.19"},
           Case{{Ecosystem::kAlpine, "edge"},
                "musl",
                "1-r0",
                "pkg:apk/alpine/musl@1-r0?distro=alpine-edge"},
           Case{{Ecosystem::kRedHat, "8.4-eus"},
                "bash",
                "0:5-1.el8",
                "pkg:rpm/redhat/bash@5-1.el8?distro=rhel-8.4-eus"},
           Case{{Ecosystem::kAlmaLinux, "9"},
                "bash",
                "2:5-1.el9",
                "pkg:rpm/almalinux/bash@5-1.el9?distro=almalinux-9&epoch=2"},
           Case{{Ecosystem::kSuse, "Linux Enterprise Server 15 SP5"},
                "bash",
                "5-1",
                "pkg:rpm/suse/bash@5-1?distro=sles-15.5"},
           Case{{Ecosystem::kOpenSuse, "Leap 15.5"},
                "bash",
                "5-1",
                "pkg:rpm/opensuse/bash@5-1?distro=opensuse-leap-15.5"},
           Case{{Ecosystem::kFedora, ""}, "bash", "5-1", "pkg:rpm/fedora/bash@5-1"},
           Case{{Ecosystem::kNpm, ""}, "@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0"},
           Case{{Ecosystem::kNpm, ""}, "lodash", "", "pkg:npm/lodash"},
           Case{{Ecosystem::kMaven, ""},
                "org.apache:commons",
                "1",
                "pkg:maven/org.apache/commons@1"},
           Case{{Ecosystem::kGo, ""},
                "github.com/a/b/v2",
                "v2.0.0",
                "pkg:golang/github.com/a/b/v2@v2.0.0"},
           Case{{Ecosystem::kGo, ""}, "stdlib", "1.20", "pkg:golang/stdlib@1.20"},
           Case{{Ecosystem::kPyPI, ""}, "Foo_bar", "1.0", "pkg:pypi/foo-bar@1.0"},
           Case{{Ecosystem::kPackagist, ""},
                "symfony/kernel",
                "v1",
                "pkg:composer/symfony/kernel@v1"},
           Case{{Ecosystem::kBitnami, ""}, "nginx", "1.2.3", "pkg:bitnami/nginx@1.2.3"},
           Case{{Ecosystem::kRuntime, ""}, "ruby", "3.0", "pkg:generic/ruby@3.0"},
           Case{{Ecosystem::kCpe, ""}, "a:f5:nginx", "3.0", "pkg:generic/f5/nginx@3.0"},
       }) {
    const Purl purl = make_purl(each.where, each.name, each.version);
    EXPECT_EQ(to_string(purl), each.purl);
    const auto back = parse_purl(each.purl);
    ASSERT_TRUE(back) << each.purl;
    EXPECT_EQ(*back, purl) << each.purl;
    if (purl.type == "generic") continue;
    EXPECT_EQ(ecosystem_of(*back), each.where) << each.purl;
    EXPECT_EQ(package_name_of(*back), normalized_name(each.where.ecosystem, each.name));
  }
}

TEST(Purl, OfAnRpmHasItsEpochApart) {
  EXPECT_EQ(package_version_of(*parse_purl("pkg:rpm/fedora/bash@5-1?epoch=2")), "2:5-1");
  EXPECT_EQ(package_version_of(*parse_purl("pkg:rpm/fedora/bash@5-1")), "5-1");
  EXPECT_EQ(package_version_of(*parse_purl("pkg:npm/a@5?epoch=2")), "5");
}

// A purl of a test: its parts in an object, or its text.
Purl purl_of(Json parts) {
  Purl purl{.type = parts["type"].string(),
            .space = parts["namespace"].string(),
            .name = parts["name"].string(),
            .version = parts["version"].string(),
            .qualifiers = {},
            .subpath = parts["subpath"].string()};
  for (const auto [key, value] : parts["qualifiers"].members())
    purl.qualifiers.emplace(key, value.string());
  return purl;
}

// What a test gives, as one text: the canonical purl, the parts, or "refused".
std::string outcome(const Result<Purl>& purl) { return purl ? to_string(*purl) : "refused"; }

std::string parts_of(const Purl& purl) {
  std::string text =
      purl.type + "|" + purl.space + "|" + purl.name + "|" + purl.version + "|" + purl.subpath;
  for (const auto& [key, value] : purl.qualifiers) text += "|" + key + "=" + value;
  return text;
}

// Vectors that contradict others: both files say that the parsing of a key with a capital is an
// error, while the recommended vectors beside them, and a required one of maven, say what it is
// read as.
const std::set<std::string> kContradicted{
    "gem-test.json parse pkg:gem/jruby-launcher@1.1.2?Platform=java",
    "rpm-test.json parse pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25",
};

TEST(PurlVectors, AllPassButThoseThatContradictOthers) {
  if (const auto why = missing_bundle("formats"); !why.empty()) GTEST_SKIP() << why;
  int count = 0;
  std::set<std::string> contradicted;
  for (const BundleFile& file : bundle_files("formats", "purl/tests/")) {
    const auto document = JsonDocument::parse(file.octets);
    ASSERT_TRUE(document) << file.name << document.error().message;
    const std::string name = file.name.substr(file.name.rfind('/') + 1);
    for (const Json test : document->root()["tests"].items()) {
      ++count;
      const std::string_view type = test["test_type"].text();
      const bool fails = test["expected_failure"].boolean().value_or(false);
      const Json input = test["input"];
      const auto purl = type == "build" ? normalized(purl_of(input)) : parse_purl(input.text());
      const std::string what = name + " " + std::string(type) + " " +
                               (type == "build" ? parts_of(purl_of(input)) : input.string());
      if (kContradicted.contains(what)) {
        contradicted.insert(what);
        continue;
      }
      const Json expected = test["expected_output"];
      if (fails) {
        EXPECT_EQ(outcome(purl), "refused") << what;
      } else if (type == "parse") {
        ASSERT_TRUE(purl) << what << purl.error().message;
        EXPECT_EQ(parts_of(*purl), parts_of(purl_of(expected))) << what;
      } else {
        EXPECT_EQ(outcome(purl), expected.text()) << what;
      }
    }
  }
  std::cout << count << " vectors, " << contradicted.size() << " of them against others:\n";
  for (const std::string& each : contradicted) std::cout << "  " << each << "\n";
  EXPECT_EQ(count, 586);
  EXPECT_EQ(contradicted, kContradicted);
}

// The examples of the definitions of types are canonical.
TEST(PurlVectors, TheExamplesOfEveryTypeAreReadAndWrittenAsTheyAre) {
  if (const auto why = missing_bundle("formats"); !why.empty()) GTEST_SKIP() << why;
  int types = 0, examples = 0, same = 0;
  for (const BundleFile& file : bundle_files("formats", "purl/types/")) {
    const auto document = JsonDocument::parse(file.octets);
    ASSERT_TRUE(document) << file.name;
    ++types;
    for (const Json example : document->root()["examples"].items()) {
      ++examples;
      const auto purl = parse_purl(example.text());
      ASSERT_TRUE(purl) << example.text() << purl.error().message;
      if (to_string(*purl) == example.text()) ++same;
      EXPECT_EQ(parse_purl(to_string(*purl)).value_or(Purl{}), *purl) << example.text();
    }
  }
  std::cout << types << " types, " << examples << " examples, " << same << " of them canonical\n";
  EXPECT_EQ(types, 42);
  EXPECT_GT(examples, 100);
}

}  // namespace
}  // namespace azekura::scanner

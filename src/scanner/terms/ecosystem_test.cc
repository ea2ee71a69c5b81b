#include "scanner/terms/ecosystem.h"

#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "scanner/document/bundle_testing.h"
#include "scanner/document/json.h"

namespace azekura::scanner {
namespace {

TEST(Ecosystem, WhatIsNotKnownIsUnknown) {
  for (const std::string_view osv :
       {"", ":", ":12", "debian:12", "Wolfi", "Chainguard", "GIT", "Red Hat:openshift:4.12::el8",
        "Red Hat:rhel_software_collections:3::el7", "Red Hat:enterprise_linux",
        "Red Hat:", "Ubuntu:Pro:FIPS:20.04:LTS", "Ubuntu:Nvidia-Tegra:22.04:LTS", "Ubuntu:Pro"}) {
    const auto found = parse_ecosystem(osv);
    if (osv == "Red Hat:") continue;  // an empty suffix is none
    EXPECT_EQ(found, EcosystemRelease{}) << osv;
  }
}

TEST(Ecosystem, TakesTheReleaseOutOfTheNameOfOsv) {
  struct Case {
    std::string_view osv;
    Ecosystem ecosystem;
    std::string_view release;
  };
  for (const Case& each : {
           Case{"Debian", Ecosystem::kDebian, ""},
           Case{"Debian:12", Ecosystem::kDebian, "12"},
           Case{"Alpine:v3.19", Ecosystem::kAlpine, "v3.19"},
           Case{"Alpine:3.19", Ecosystem::kAlpine, "v3.19"},
           Case{"Alpine:edge", Ecosystem::kAlpine, "edge"},
           Case{"AlmaLinux:9", Ecosystem::kAlmaLinux, "9"},
           Case{"Rocky Linux:9", Ecosystem::kRockyLinux, "9"},
           Case{"Red Hat:enterprise_linux:9::baseos", Ecosystem::kRedHat, "9"},
           Case{"Red Hat:enterprise_linux:10.0", Ecosystem::kRedHat, "10"},
           Case{"Red Hat:rhel_eus:8.4::baseos", Ecosystem::kRedHat, "8.4-eus"},
           Case{"Red Hat:rhel_aus:8.4::appstream", Ecosystem::kRedHat, "8.4-aus"},
           Case{"Red Hat:rhel_e4s:9.0::baseos", Ecosystem::kRedHat, "9.0-e4s"},
           Case{"Ubuntu:22.04:LTS", Ecosystem::kUbuntu, "22.04"},
           Case{"Ubuntu:24.10", Ecosystem::kUbuntu, "24.10"},
           Case{"Ubuntu:Pro:22.04:LTS", Ecosystem::kUbuntu, "22.04:Pro"},
           Case{"SUSE:Linux Enterprise Server 15 SP5", Ecosystem::kSuse,
                "Linux Enterprise Server 15 SP5"},
           Case{"openSUSE:Leap 15.5", Ecosystem::kOpenSuse, "Leap 15.5"},
           Case{"openSUSE:Tumbleweed", Ecosystem::kOpenSuse, "Tumbleweed"},
           Case{"Amazon Linux:2023", Ecosystem::kAmazonLinux, "2023"},
           Case{"Oracle Linux:9", Ecosystem::kOracleLinux, "9"},
           Case{"crates.io", Ecosystem::kCratesIo, ""},
           Case{"Packagist:https://packages.drupal.org/8", Ecosystem::kPackagist, ""},
           Case{"Maven:https://maven.google.com", Ecosystem::kMaven, ""},
           Case{"NuGet", Ecosystem::kNuGet, ""},
           Case{"Bitnami", Ecosystem::kBitnami, ""},
           Case{"Go", Ecosystem::kGo, ""},
       }) {
    const auto found = parse_ecosystem(each.osv);
    EXPECT_EQ(found.ecosystem, each.ecosystem) << each.osv;
    EXPECT_EQ(found.release, each.release) << each.osv;
  }
}

TEST(Ecosystem, IsNamedAsItIsRead) {
  for (const std::string_view osv :
       {"Debian:12", "Alpine:v3.19", "Red Hat:enterprise_linux:9", "Red Hat:rhel_eus:8.4",
        "Ubuntu:22.04:LTS", "Ubuntu:24.10", "Ubuntu:Pro:22.04:LTS", "Ubuntu:23.04",
        "SUSE:Linux Enterprise Server 15", "PyPI", "npm", "Debian"}) {
    EXPECT_EQ(osv_name(parse_ecosystem(osv)), osv);
  }
  EXPECT_EQ(osv_name({}), "");
  for (std::size_t i = 1; i < kEcosystemCount; ++i) {
    const auto ecosystem = static_cast<Ecosystem>(i);
    EXPECT_EQ(parse_ecosystem(name_of(ecosystem)).ecosystem, ecosystem);
  }
}

TEST(Ecosystem, EveryRegistryFoldsNamesInItsWay) {
  EXPECT_EQ(normalized_name(Ecosystem::kPyPI, "Foo__Bar.-baz"), "foo-bar-baz");
  EXPECT_EQ(normalized_name(Ecosystem::kPyPI, "-a."), "-a-");
  EXPECT_EQ(normalized_name(Ecosystem::kNuGet, "Newtonsoft.Json"), "newtonsoft.json");
  EXPECT_EQ(normalized_name(Ecosystem::kPackagist, "Symfony/HTTP-Kernel"), "symfony/http-kernel");
  EXPECT_EQ(normalized_name(Ecosystem::kNpm, "JSONStream"), "JSONStream");
  EXPECT_EQ(normalized_name(Ecosystem::kGo, "github.com/BurntSushi/toml"),
            "github.com/burntsushi/toml");
  EXPECT_EQ(normalized_name(Ecosystem::kGo, "std"), "stdlib");
  EXPECT_EQ(normalized_name(Ecosystem::kMaven, "org.Foo:bar"), "org.Foo:bar");
  EXPECT_EQ(normalized_name(Ecosystem::kCpe, "a:F5:nginx"), "a:f5:nginx");
}

TEST(Ecosystem, OnlyDistributionsAreDistributions) {
  EXPECT_TRUE(is_distribution(Ecosystem::kDebian));
  EXPECT_TRUE(is_distribution(Ecosystem::kFedora));
  EXPECT_FALSE(is_distribution(Ecosystem::kNpm));
  EXPECT_FALSE(is_distribution(Ecosystem::kBitnami));
  EXPECT_FALSE(is_distribution(Ecosystem::kUnknown));
  EXPECT_EQ(scheme_of(Ecosystem::kUbuntu), version::Scheme::kDpkg);
  EXPECT_EQ(scheme_of(Ecosystem::kUnknown), version::Scheme::kExact);
}

// The names that the schema of OSV lists, and whether they are ours.
TEST(EcosystemOfOsv, KnowsEveryNameThatWeHaveDataFor) {
  if (const auto why = missing_bundle("formats"); !why.empty()) GTEST_SKIP() << why;
  const auto files = bundle_files("formats", "osv-schema/ecosystems.json");
  ASSERT_EQ(files.size(), 1U);
  const auto document = JsonDocument::parse(files[0].octets);
  ASSERT_TRUE(document) << document.error().message;
  int known = 0, all = 0;
  for (const auto [name, description] : document->root().members()) {
    ++all;
    if (parse_ecosystem(name).ecosystem != Ecosystem::kUnknown) ++known;
  }
  std::cout << known << " of " << all << " ecosystems of OSV\n";
  EXPECT_EQ(known, 20);
}

}  // namespace
}  // namespace azekura::scanner

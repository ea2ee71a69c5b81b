#include "scanner/inventory/apk.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "scanner/document/bundle_testing.h"

namespace azekura::scanner::inventory {
namespace {

TEST(Apk, WhatHoldsNoPackageIsInvalid) {
  for (const char* octets : {"asdf\n\nyolo\n", "V:1\n", "P\n"}) {
    const auto outcome = read_apk_installed(octets);
    ASSERT_FALSE(outcome) << octets;
    EXPECT_EQ(outcome.error().code, Code::kInvalid);
  }
}

TEST(Apk, AnEmptyFileHoldsNoPackages) {
  const auto outcome = read_apk_installed("");
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->components.empty());
}

TEST(Apk, AnEntryWithoutNameOrVersionIsAProblemAndTheRestIsRead) {
  const auto outcome = read_apk_installed("P:a\nV:1\n\nV:2\n\nP:b\n\nP:c d\nV:1\n\nP:e\nV:" +
                                          std::string(2000, '1') + "\n\nP:f\nV:3-r1");
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->components.size(), 2U);
  EXPECT_EQ(outcome->components[1].name, "f");
  ASSERT_EQ(outcome->problems.size(), 4U);
  EXPECT_EQ(outcome->problems[0].why, "line 4: an entry without the name of a package");
  EXPECT_EQ(outcome->problems[1].why, "line 6: b has no version");
}

TEST(Apk, TheOriginIsTheSourceAndElseTheNameIs) {
  const auto outcome = read_apk_installed(
      "C:Q1\nP:libcrypto3\nV:3.1.4-r1\nA:x86_64\no:openssl\nF:lib\nR:x\n\nP:zlib\nV:1.3-r2\n\n");
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->components.size(), 2U);
  const Component& crypto = outcome->components[0];
  EXPECT_EQ(crypto.ecosystem, Ecosystem::kAlpine);
  EXPECT_EQ(crypto.architecture, "x86_64");
  EXPECT_EQ(crypto.source_name, "openssl");
  EXPECT_EQ(crypto.source_version, "3.1.4-r1");
  EXPECT_EQ(outcome->components[1].source_name, "zlib");
}

TEST(Apk, FilesAreThoseBelowTheirFolders) {
  std::vector<std::string> files;
  for_each_apk_file("R:lost\n\nP:a\nF:\nR:top\nF:etc\nF:usr/bin\nR:x\nR:y\n\nR:none\n\nP:b\nR:z\n",
                    [&](std::string_view package, std::string_view path) {
                      files.push_back(std::string(package) + " " + std::string(path));
                    });
  EXPECT_EQ(files, (std::vector<std::string>{"a top", "a usr/bin/x", "a usr/bin/y", "b z"}));
}

TEST(Apk, SamplesGiveTheirNumberOfPackages) {
  if (const auto why = missing_bundle("lockfiles"); !why.empty()) GTEST_SKIP() << why;
  const std::map<std::string, int> expected = {
      {"osv-scalibr/os/apk/invalid", -1},
      {"osv-scalibr/os/apk/installed", 15},
      {"osv-scalibr/os/apk/no-origin", 1},
      {"osv-scalibr/os/apk/different-arch", 1},
      {"osv-scalibr/os/apk/single", 1},
      {"syft/alpine/multiple-1/lib/apk/db/installed", 4},
      {"syft/alpine/multiple-2/lib/apk/db/installed", 14},
      {"syft/alpine/corrupt/lib/apk/db/installed", 1},
  };
  std::size_t files = 0;
  for (const char* prefix : {"osv-scalibr/os/apk/", "syft/alpine/"}) {
    for (const BundleFile& file : bundle_files("lockfiles", prefix)) {
      const auto outcome = read_apk_installed(file.octets);
      const int count = outcome ? static_cast<int>(outcome->components.size()) : -1;
      std::cout << file.name << ": " << count << "\n";
      ASSERT_TRUE(expected.contains(file.name)) << file.name;
      EXPECT_EQ(count, expected.at(file.name)) << file.name;
      ++files;
    }
  }
  EXPECT_EQ(files, expected.size());
}

}  // namespace
}  // namespace azekura::scanner::inventory

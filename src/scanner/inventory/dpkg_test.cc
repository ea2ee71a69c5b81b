#include "scanner/inventory/dpkg.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "scanner/document/bundle_testing.h"
#include "scanner/inventory/dpkg_origin.h"

namespace azekura::scanner::inventory {
namespace {

ReadOutcome read(std::string_view octets, DpkgStanzas stanzas = DpkgStanzas::kInstalled) {
  auto outcome = read_dpkg_packages(octets, stanzas, Ecosystem::kDebian);
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome ? std::move(*outcome) : ReadOutcome{};
}

std::string stanza(std::string_view name, std::string_view more) {
  return "Package: " + std::string(name) + "\nStatus: install ok installed\n" + std::string(more) +
         "\n";
}

TEST(Dpkg, WhatHoldsNoPackageIsInvalid) {
  for (const char* octets : {"asdf\n\nyolo\n",
                             "\x7f"
                             "ELF\n",
                             "Status: install ok installed\n"}) {
    const auto outcome = read_dpkg_packages(octets, DpkgStanzas::kInstalled, Ecosystem::kDebian);
    ASSERT_FALSE(outcome) << octets;
    EXPECT_EQ(outcome.error().code, Code::kInvalid);
  }
}

TEST(Dpkg, AnEmptyFileHoldsNoPackages) {
  EXPECT_TRUE(read("").components.empty());
  EXPECT_TRUE(read("\n \n").components.empty());
}

TEST(Dpkg, AnEntryWithoutNameOrVersionIsAProblemAndTheRestIsRead) {
  const auto outcome =
      read(stanza("a", "Version: 1\n") + "Status: install ok installed\nVersion: 1\n\n" +
           stanza("b", "Version:\n") + stanza("c", "Version: 1 2\n") + stanza("d", "Version: 2\n"));
  ASSERT_EQ(outcome.components.size(), 2U);
  EXPECT_EQ(outcome.components[0].name, "a");
  EXPECT_EQ(outcome.components[1].name, "d");
  ASSERT_EQ(outcome.problems.size(), 3U);
  EXPECT_EQ(outcome.problems[0].why, "line 5: an entry without the name of a package");
  EXPECT_EQ(outcome.problems[1].why, "line 8: b has no version");
  EXPECT_EQ(outcome.problems[2].why, "line 12: c has a name or a version that can be none");
}

TEST(Dpkg, AFileThatEndsWithinALineIsSaid) {
  const auto outcome = read(stanza("a", "Version: 1\n") + "Package: b\nStatus: install ok inst");
  EXPECT_EQ(outcome.components.size(), 1U);
  ASSERT_EQ(outcome.problems.size(), 1U);
  EXPECT_EQ(outcome.problems[0].kind, Problem::Kind::kMalformed);
}

TEST(Dpkg, ALineUpToTheLimitIsReadAndALongerOneIsAProblem) {
  for (const int more : {-1, 0, 1}) {
    const std::string key = "Depends: ";
    const std::string line(kDpkgLineSizeMax + more - key.size(), 'x');
    const auto outcome =
        read(stanza("a", key + line + "\nVersion: 1\n") + stanza("b", "Version: 1\n"));
    EXPECT_EQ(outcome.components.size(), more > 0 ? 1U : 2U) << more;
    EXPECT_EQ(outcome.problems.size(), more > 0 ? 1U : 0U) << more;
  }
}

TEST(Dpkg, AnEndlessLineEnds) {
  const auto outcome =
      read(stanza("a", "Version: 1\n") + "Package: b\nDescription: " + std::string(3 << 20, 'x'));
  EXPECT_EQ(outcome.components.size(), 1U);
  EXPECT_EQ(outcome.problems.size(), 1U);
}

TEST(Dpkg, OnlyWhatIsInstalledCounts) {
  const struct {
    const char* status;
    bool counts;
    bool said;
  } cases[] = {
      {"install ok installed", true, false},        {"hold ok installed", true, false},
      {"deinstall ok installed", true, false},      {"install reinstreq installed", true, false},
      {"install ok triggers-pending", true, false}, {"install ok triggers-awaited", true, false},
      {"deinstall ok config-files", false, false},  {"purge ok not-installed", false, false},
      {"install ok unpacked", false, true},         {"install ok half-configured", false, true},
      {"install ok half-installed", false, true},   {"", false, false},
  };
  for (const auto& [status, counts, said] : cases) {
    const auto outcome = read("Package: a\nStatus: " + std::string(status) + "\nVersion: 1\n\n");
    EXPECT_EQ(outcome.components.size(), counts ? 1U : 0U) << status;
    EXPECT_EQ(outcome.problems.size(), said ? 1U : 0U) << status;
  }
}

TEST(Dpkg, WithoutAStateEveryEntryOfAnIndexCounts) {
  EXPECT_EQ(read("Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n", DpkgStanzas::kAll)
                .components.size(),
            2U);
  EXPECT_TRUE(read("Package: a\nStatus: deinstall ok config-files\nVersion: 1\n", DpkgStanzas::kAll)
                  .components.empty());
}

TEST(Dpkg, TheSourceIsTheBinarysOwnUnlessSaid) {
  const struct {
    const char* fields;
    const char* name;
    const char* version;
  } cases[] = {
      {"Version: 1:2.3-4\n", "lib", "1:2.3-4"},
      {"Source: glibc\nVersion: 2.36-9\n", "glibc", "2.36-9"},
      {"Source: glibc (2.36-8)\nVersion: 2.36-8+b1\n", "glibc", "2.36-8"},
      {"Source: gcc-defaults (1.203)\nVersion: 4:12.2.0-3\n", "gcc-defaults", "1.203"},
      {"Source:  x  ( 1.0 ) \nVersion: 2\n", "x", "1.0"},
      {"Source: x (\nVersion: 2\n", "x", "2"},
      {"Source: (1)\nVersion: 2\n", "lib", "1"},
      {"Version: 1.0-1+b2\n", "lib", "1.0-1+b2"},
  };
  for (const auto& [fields, name, version] : cases) {
    const auto outcome = read(stanza("lib", fields));
    ASSERT_EQ(outcome.components.size(), 1U) << fields;
    EXPECT_EQ(outcome.components[0].source_name, name) << fields;
    EXPECT_EQ(outcome.components[0].source_version, version) << fields;
  }
}

TEST(Dpkg, FieldsAreFoundInAnyCaseAndNotInsideOthers) {
  const auto outcome = read(
      "PACKAGE: a\r\nstatus:install ok installed\r\nVersion:\t1\r\nDescription: x\r\n"
      " Version: 9\r\n\tPackage: z\r\nArchitecture-Variant: v2\r\nArchitecture: amd64\r\n\r\n");
  ASSERT_EQ(outcome.components.size(), 1U);
  EXPECT_EQ(outcome.components[0].name, "a");
  EXPECT_EQ(outcome.components[0].version, "1");
  EXPECT_EQ(outcome.components[0].architecture, "amd64");
  EXPECT_EQ(outcome.components[0].evidence, Evidence::kPackageDatabase);
}

TEST(DpkgOrigin, IsJudgedByFieldThenVersionThenMaintainer) {
  const struct {
    Ecosystem ecosystem;
    const char* origin;
    const char* version;
    const char* maintainer;
    const char* expected;
  } cases[] = {
      {Ecosystem::kUbuntu, "LP-PPA-ondrej-php", "8.1-1", "X <x@debian.org>", "LP-PPA-ondrej-php"},
      {Ecosystem::kDebian, "", "15.5-1.pgdg120+1", "Debian PostgreSQL <team@tracker.debian.org>",
       "PostgreSQL"},
      {Ecosystem::kDebian, "", "6.5.3-1~bpo12+1", "Kernel <k@lists.debian.org>",
       "Debian Backports"},
      {Ecosystem::kDebian, "", "8.2.12-1+0~20231026.36+debian12~1.gbp+deb.sury.org", "",
       "deb.sury.org"},
      {Ecosystem::kDebian, "", "18.19.0-1nodesource1", "Ivan <ivan@nodesource.com>", "NodeSource"},
      {Ecosystem::kDebian, "", "1:6.1.63-1+rpt1", "", "Raspberry Pi"},
      {Ecosystem::kDebian, "", "5:24.0.7-1~debian.12~bookworm", "Docker <support@docker.com>",
       "Docker"},
      {Ecosystem::kDebian, "", "1", "Team <t@lists.alioth.debian.org>", "Debian"},
      {Ecosystem::kDebian, "", "1", "GNU Libc Maintainers <debian-glibc@lists.debian.org>",
       "Debian"},
      {Ecosystem::kDebian, "", "1", "Somebody <somebody@example.org>", ""},
      {Ecosystem::kDebian, "", "1", "Somebody <somebody@ubuntu.com>", ""},
      {Ecosystem::kUbuntu, "", "1", "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>",
       "Ubuntu"},
      {Ecosystem::kUbuntu, "", "1", "Somebody <somebody@debian.org>", ""},
      {Ecosystem::kDebian, "", "1", "Evil <x@notdocker.com>", ""},
      {Ecosystem::kDebian, "", "1", "Evil <x@docker.com.example>", ""},
      {Ecosystem::kDebian, "", "1", "support@docker.com", "Docker"},
      {Ecosystem::kDebian, "", "1", "Alex <alex@nvidia.com>", ""},
      {Ecosystem::kDebian, "", "1", "cudatools <cudatools@nvidia.com>", "NVIDIA"},
      {Ecosystem::kDebian, "", "1", "", ""},
      {Ecosystem::kDebian, "", "", "<", ""},
  };
  for (const auto& [ecosystem, origin, version, maintainer, expected] : cases) {
    EXPECT_EQ(dpkg_origin({ecosystem, version, origin, maintainer}), expected)
        << version << " " << maintainer;
  }
}

TEST(Dpkg, SamplesGiveTheirNumberOfPackages) {
  if (const auto why = missing_bundle("lockfiles"); !why.empty()) GTEST_SKIP() << why;
  // The second: what is a problem.
  const std::map<std::string, std::pair<std::size_t, std::size_t>> installed = {
      {"single", {1, 0}},
      {"valid", {7, 0}},
      {"transitional", {1, 0}},
      {"nopackage", {2, 1}},
      {"noversion", {2, 1}},
      {"statusfield", {3, 2}},
      {"trailingnewlines", {1, 0}},
      {"transitional_dummy", {1, 0}},
      {"transitional_empty", {1, 0}},
      {"status.d/foo", {1, 0}},
  };
  std::size_t files = 0;
  for (const BundleFile& file : bundle_files("lockfiles", "osv-scalibr/os/dpkg/dpkg/")) {
    const std::string name = file.name.substr(std::string("osv-scalibr/os/dpkg/dpkg/").size());
    if (name.ends_with(".md5sums")) continue;
    ++files;
    const auto stanzas = name.starts_with("status.d") ? DpkgStanzas::kAll : DpkgStanzas::kInstalled;
    const auto outcome = read_dpkg_packages(file.octets, stanzas, Ecosystem::kDebian);
    if (name == "invalid") {
      EXPECT_FALSE(outcome);
      continue;
    }
    ASSERT_TRUE(outcome) << name << ": " << outcome.error().message;
    std::cout << name << ": " << outcome->components.size() << " packages, "
              << outcome->problems.size() << " problems\n";
    ASSERT_TRUE(installed.contains(name)) << name;
    EXPECT_EQ(outcome->components.size(), installed.at(name).first) << name;
    EXPECT_EQ(outcome->problems.size(), installed.at(name).second) << name;
  }
  EXPECT_EQ(files, 11U);

  std::size_t distroless = 0;
  for (const BundleFile& file : bundle_files("lockfiles", "syft/debian/var/lib/dpkg/status.d/")) {
    const auto outcome = read_dpkg_packages(file.octets, DpkgStanzas::kAll, Ecosystem::kDebian);
    const std::size_t count = outcome ? outcome->components.size() : 0;
    std::cout << file.name << ": " << (outcome ? std::to_string(count) : outcome.error().message)
              << "\n";
    distroless += count;
  }
  EXPECT_EQ(distroless, 20U);
}

// Of this machine, where it is a Debian: dpkg's own word.
TEST(Dpkg, ThisMachinesPackagesAreThoseThatDpkgQueryLists) {
  std::FILE* status = std::fopen("/var/lib/dpkg/status", "rb");
  if (status == nullptr) GTEST_SKIP() << "there is no dpkg on this machine";
  std::string octets;
  char piece[4096];
  for (std::size_t got = 0; (got = std::fread(piece, 1, sizeof piece, status)) > 0;) {
    octets.append(piece, got);
  }
  std::fclose(status);
  std::FILE* query = ::popen(
      "dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture} "
      "${source:Package} "
      "${source:Version}\\n' 2>/dev/null",
      "r");
  ASSERT_NE(query, nullptr);
  std::set<std::string> expected;
  char line[4096];
  while (std::fgets(line, sizeof line, query) != nullptr) {
    const std::string text = line;
    const std::string installed = "installed ";
    if (text.starts_with(installed)) {
      expected.insert(text.substr(installed.size(), text.size() - installed.size() - 1));
    }
  }
  if (::pclose(query) != 0 || expected.empty()) GTEST_SKIP() << "there is no dpkg-query";

  std::set<std::string> found;
  for (const Component& component : read(octets).components) {
    // A kernel's source is mapped to the one that advisories know.
    if (component.name.starts_with("linux-image-")) continue;
    found.insert(component.name + " " + component.version + " " + component.architecture + " " +
                 component.source_name + " " + component.source_version);
  }
  std::erase_if(expected, [](const std::string& text) { return text.starts_with("linux-image-"); });
  std::cout << found.size() << " packages\n";
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace azekura::scanner::inventory

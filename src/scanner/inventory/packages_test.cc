#include "scanner/inventory/packages.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scanner/inventory/rpm_testing.h"

namespace azekura::scanner::inventory {
namespace {

constexpr const char* kDebian = "ID=debian\nVERSION_ID=12\n";
constexpr const char* kStatus =
    "Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\n\n";

FilesRoot root_of(const std::vector<std::pair<std::string, std::string>>& files) {
  FilesRoot root;
  for (const auto& [path, octets] : files) root.add(path, octets);
  return root;
}

TEST(ReadRoot, OfNothingIsNothing) {
  const Inventory inventory = read_root(root_of({{"srv/index.html", "x"}}));
  EXPECT_FALSE(inventory.distribution);
  EXPECT_TRUE(inventory.files.empty());
  EXPECT_TRUE(inventory.problems.empty());
}

TEST(ReadRoot, WhatIsBrokenIsAProblemAndTheRestIsRead) {
  const Inventory inventory = read_root(root_of({{"etc/os-release", "NAME=x\n"},
                                                 {"usr/lib/os-release", kDebian},
                                                 {"var/lib/dpkg/status", "no status\n"},
                                                 {"var/lib/rpm/rpmdb.sqlite", "no database"},
                                                 {"lib/apk/db/installed", "P:musl\nV:1.2-r1\n"}}));
  ASSERT_TRUE(inventory.distribution);
  EXPECT_EQ(inventory.distribution->release.release, "12");
  ASSERT_EQ(inventory.components.size(), 1U);
  EXPECT_EQ(inventory.components[0].ecosystem, Ecosystem::kUnknown);  // Alpine's, but on Debian
  ASSERT_EQ(inventory.problems.size(), 3U);
  EXPECT_EQ(inventory.problems[0].location, "etc/os-release");
  EXPECT_EQ(inventory.problems[1].location, "var/lib/dpkg/status");
  EXPECT_EQ(inventory.problems[2].location, "var/lib/rpm/rpmdb.sqlite");
  EXPECT_EQ(inventory.problems[2].kind, Problem::Kind::kMalformed);
}

TEST(ReadRoot, FilesAreListedWithTheirPackages) {
  const Inventory inventory =
      read_root(root_of({{"etc/os-release", kDebian}, {"var/lib/dpkg/status", kStatus}}));
  ASSERT_EQ(inventory.components.size(), 1U);
  EXPECT_EQ(inventory.components[0].ecosystem, Ecosystem::kDebian);
  EXPECT_EQ(inventory.components[0].location, "var/lib/dpkg/status");
  ASSERT_EQ(inventory.files.size(), 2U);
  EXPECT_EQ(inventory.files[1].format, "dpkg status");
  EXPECT_EQ(inventory.files[1].components, 1U);
}

TEST(ReadRoot, DistrolessHasAFileForEachPackage) {
  const Inventory inventory = read_root(
      root_of({{"etc/os-release", kDebian},
               {"var/lib/dpkg/status.d/libc6", "Package: libc6\nVersion: 2.36-9\nSource: glibc\n"},
               {"var/lib/dpkg/status.d/libc6.md5sums", "0123  usr/lib/libc.so.6\n"},
               {"var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0\n"}}));
  ASSERT_EQ(inventory.components.size(), 2U);
  EXPECT_EQ(inventory.components[0].source_name, "glibc");
  EXPECT_TRUE(inventory.problems.empty());
}

TEST(ReadRoot, OfSeveralRpmDatabasesTheNewestFormCounts) {
  const auto database = [](const char* name) { return ndb_of({package_header(name, "1", "1")}); };
  const Inventory inventory =
      read_root(root_of({{"etc/os-release", "ID=rocky\nVERSION_ID=9.3\n"},
                         {"var/lib/rpm/Packages", database("stale")},
                         {"var/lib/rpm/Packages.db", database("kept")},
                         {"usr/share/rpm/Packages.db", database("other")}}));
  ASSERT_EQ(inventory.components.size(), 1U);
  EXPECT_EQ(inventory.components[0].name, "kept");
  EXPECT_EQ(inventory.components[0].ecosystem, Ecosystem::kRockyLinux);
}

TEST(PackageRecords, AreWhatMayBeAskedFor) {
  for (const char* path :
       {"etc/os-release", "usr/lib/os-release", "etc/debian_version", "var/lib/dpkg/status",
        "var/lib/dpkg/status.d/libc6", "var/lib/dpkg/info/libc6:amd64.list", "lib/apk/db/installed",
        "usr/lib/apk/db/installed", "var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite-wal",
        "usr/lib/sysimage/rpm/Packages.db", "usr/share/rpm/Packages"}) {
    EXPECT_TRUE(is_package_record(path)) << path;
  }
  for (const char* path : {"", "etc/passwd", "var/lib/dpkg/status-old", "x/var/lib/dpkg/status",
                           "var/lib/dpkg/info/libc6.postinst", "var/lib/rpm/Basenames",
                           "var/lib/rpm/rpmdb.sqlite-shm"}) {
    EXPECT_FALSE(is_package_record(path)) << path;
  }
}

TEST(FindOwners, OfNoPathsReadsNothing) { EXPECT_TRUE(find_owners(FilesRoot(), {}).empty()); }

TEST(FindOwners, EachDatabaseAnswersForItsFiles) {
  const std::string header = HeaderBuilder()
                                 .text(RpmTag::kName, "zsh")
                                 .texts(RpmTag::kBaseNames, {"zsh"})
                                 .texts(RpmTag::kFolderNames, {"/usr/bin/"})
                                 .numbers(RpmTag::kFolderIndexes, {0})
                                 .build();
  const FilesRoot root = root_of(
      {{"var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/x86_64-linux-gnu/libc.so.6\n"},
       {"var/lib/dpkg/info/bash.list", "/bin/bash\n"},
       {"var/lib/dpkg/info/bash.md5sums", "0  usr/bin/unowned\n"},
       {"var/lib/dpkg/status.d/tzdata.md5sums", "0123456789  usr/share/zoneinfo/UTC\nbroken\n"},
       {"lib/apk/db/installed", "P:musl\nV:1\nF:lib\nR:ld-musl.so.1\n"},
       {"var/lib/rpm/Packages.db", ndb_of({header})}});
  const std::vector<std::string> asked = {"usr/lib/x86_64-linux-gnu/libc.so.6",
                                          "lib/x86_64-linux-gnu/libc.so.6",
                                          "usr/bin/bash",
                                          "usr/share/zoneinfo/UTC",
                                          "lib/ld-musl.so.1",
                                          "bin/zsh",
                                          "usr/bin/unowned",
                                          "x",
                                          ""};
  EXPECT_EQ(find_owners(root, asked), (Owners{{"usr/lib/x86_64-linux-gnu/libc.so.6", "libc6"},
                                              {"lib/x86_64-linux-gnu/libc.so.6", "libc6"},
                                              {"usr/bin/bash", "bash"},
                                              {"usr/share/zoneinfo/UTC", "tzdata"},
                                              {"lib/ld-musl.so.1", "musl"},
                                              {"bin/zsh", "zsh"}}));
}

}  // namespace
}  // namespace azekura::scanner::inventory

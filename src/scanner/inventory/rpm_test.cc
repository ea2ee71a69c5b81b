#include "scanner/inventory/rpm.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "scanner/document/bundle_testing.h"
#include "scanner/inventory/rpm_testing.h"

namespace azekura::scanner::inventory {
namespace {

using Texts = std::vector<std::string>;

Result<ReadOutcome> read(std::string octets, std::string journal = "") {
  return read_rpm_database({.octets = std::move(octets), .journal = std::move(journal)},
                           Ecosystem::kRedHat);
}

Code code_of(const Result<ReadOutcome>& outcome) {
  return outcome ? Code::kInternal : outcome.error().code;
}

// "name version" of each package.
Texts packages_of(const Result<ReadOutcome>& outcome) {
  Texts packages;
  if (!outcome) return {"error: " + outcome.error().message};
  for (const Component& component : outcome->components) {
    packages.push_back(component.name + " " + component.version);
  }
  return packages;
}

std::string long_header(std::string_view name) {
  HeaderBuilder header;
  Texts names;
  for (int file = 0; file < 300; ++file) names.push_back("file-" + std::to_string(file));
  return header.text(RpmTag::kName, name)
      .text(RpmTag::kVersion, "1")
      .text(RpmTag::kRelease, "2")
      .texts(RpmTag::kBaseNames, names)
      .texts(RpmTag::kFolderNames, {"/usr/bin/", "/opt/"})
      .numbers(RpmTag::kFolderIndexes, std::vector<std::uint32_t>(300, 1))
      .build();
}

std::vector<std::string> all_forms(const Texts& headers) {
  return {sqlite_of(headers), ndb_of(headers), bdb_of(headers, Order::kLittle),
          bdb_of(headers, Order::kBig), bdb_of(headers, Order::kLittle, 4096)};
}

TEST(RpmHeader, CutOffAnywhereIsCorrupt) {
  const std::string whole = package_header("a", "1", "2");
  EXPECT_TRUE(RpmHeader::read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(RpmHeader::read(std::string_view(whole).substr(0, size))) << size;
  }
}

TEST(RpmHeader, MoreThanRpmsOwnLimitsIsExhausted) {
  const auto code = [](std::uint32_t entries, std::uint32_t size) {
    return RpmHeader::read(big(entries) + big(size)).error().code;
  };
  EXPECT_EQ(code(kRpmEntriesMax - 1, 0), Code::kCorrupt);
  EXPECT_EQ(code(kRpmEntriesMax, 0), Code::kCorrupt);
  EXPECT_EQ(code(kRpmEntriesMax + 1, 0), Code::kExhausted);
  EXPECT_EQ(code(0, kRpmStoreSizeMax - 1), Code::kCorrupt);
  EXPECT_EQ(code(0, kRpmStoreSizeMax), Code::kCorrupt);
  EXPECT_EQ(code(0, kRpmStoreSizeMax + 1), Code::kExhausted);
}

TEST(RpmHeader, EntriesOfAnotherTypeOrOutOfTheStoreAreNone) {
  const auto tag = static_cast<std::uint32_t>(RpmTag::kName);
  const auto name_of = [&](std::uint32_t type, std::uint32_t offset, std::string_view store) {
    const std::string octets = big(1) + big(static_cast<std::uint32_t>(store.size())) + big(tag) +
                               big(type) + big(offset) + big(1) + std::string(store);
    return std::string(RpmHeader::read(octets)->text(RpmTag::kName));
  };
  const std::string_view store("ab\0", 3);
  EXPECT_EQ(name_of(6, 0, store), "ab");
  EXPECT_EQ(name_of(6, 1, store), "b");
  EXPECT_EQ(name_of(6, 3, store), "");
  EXPECT_EQ(name_of(6, 4, store), "");
  EXPECT_EQ(name_of(6, 0xFFFFFFFF, store), "");
  EXPECT_EQ(name_of(4, 0, store), "");
  EXPECT_EQ(name_of(6, 0, "ab"), "");
}

TEST(RpmHeader, FilesStopWhereTheyAreNotWhole) {
  const auto files_of = [](const std::vector<std::uint32_t>& folders) {
    const std::string octets = HeaderBuilder()
                                   .texts(RpmTag::kBaseNames, {"a", "b", "c"})
                                   .texts(RpmTag::kFolderNames, {"/x/", "/y/"})
                                   .numbers(RpmTag::kFolderIndexes, folders)
                                   .build();
    Texts files;
    RpmHeader::read(octets)->for_each_file([&](std::string_view folder, std::string_view name) {
      files.push_back(std::string(folder) + std::string(name));
    });
    return files;
  };
  EXPECT_EQ(files_of({0, 1, 0}), (Texts{"/x/a", "/y/b", "/x/c"}));
  EXPECT_EQ(files_of({0}), Texts{"/x/a"});
  EXPECT_EQ(files_of({1, 2, 0}), Texts{"/y/a"});
  EXPECT_EQ(files_of({}), Texts{});
}

TEST(Rpm, WhatIsNoDatabaseIsInvalid) {
  for (const char* octets : {"", "asdf\n", "SQLite format 2", "RpmX"}) {
    EXPECT_EQ(code_of(read(octets)), Code::kInvalid) << octets;
  }
}

TEST(Rpm, CutOffAnywhereNeverInventsAPackage) {
  const Texts headers = {package_header("a", "1", "2"), long_header("b")};
  for (const std::string& whole : all_forms(headers)) {
    ASSERT_EQ(packages_of(read(whole)), (Texts{"a 1-2", "b 1-2"}));
    for (std::size_t size = 0; size < whole.size(); size += 97) {
      const auto outcome = read(whole.substr(0, size));
      if (!outcome) continue;
      EXPECT_LE(outcome->components.size(), 2U);
      for (const Component& component : outcome->components) EXPECT_EQ(component.version, "1-2");
    }
  }
}

TEST(Rpm, AHeaderThatCannotBeReadIsAProblemAndTheRestIsRead) {
  const Texts headers = {"short", package_header("", "1", "1"), package_header("a b", "1", "1"),
                         package_header("c", "", "1"), package_header("d", "1", "")};
  for (const std::string& octets : all_forms({headers[0], headers[1], headers[2], headers[3],
                                              headers[4], package_header("e", "1", "2")})) {
    const auto outcome = read(octets);
    EXPECT_EQ(packages_of(outcome), Texts{"e 1-2"});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->problems.size(), 5U);
  }
}

TEST(Rpm, FieldsAreThoseOfTheHeader) {
  const std::string header =
      HeaderBuilder()
          .text(RpmTag::kName, "nodejs")
          .numbers(RpmTag::kEpoch, {1})
          .text(RpmTag::kVersion, "18.18.2")
          .text(RpmTag::kRelease, "2.module+el8")
          .text(RpmTag::kArchitecture, "x86_64")
          .text(RpmTag::kVendor, "Red Hat, Inc.")
          .text(RpmTag::kSourceRpm, "nodejs-src-18.18.2-2.module+el8.src.rpm")
          .text(RpmTag::kModularityLabel, "nodejs:18:8090020231019152822:rhel8")
          .build();
  const Texts others = {package_header("gpg-pubkey", "1", "2"), header,
                        HeaderBuilder()
                            .text(RpmTag::kName, "bare")
                            .text(RpmTag::kVersion, "0")
                            .text(RpmTag::kRelease, "0")
                            .text(RpmTag::kSourceRpm, "none")
                            .text(RpmTag::kModularityLabel, "odd")
                            .numbers(RpmTag::kEpoch, {0})
                            .build()};
  for (const std::string& octets : all_forms(others)) {
    const auto outcome = read(octets);
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_TRUE(outcome->problems.empty());
    ASSERT_EQ(outcome->components.size(), 2U);
    const Component& node = outcome->components[0];
    EXPECT_EQ(node.ecosystem, Ecosystem::kRedHat);
    EXPECT_EQ(node.evidence, Evidence::kPackageDatabase);
    EXPECT_EQ(node.version, "1:18.18.2-2.module+el8");
    EXPECT_EQ(node.architecture, "x86_64");
    EXPECT_EQ(node.origin, "Red Hat, Inc.");
    EXPECT_EQ(node.source_name, "nodejs-src");
    EXPECT_EQ(node.source_version, "18.18.2-2.module+el8");
    EXPECT_EQ(node.module_stream, "nodejs:18");
    const Component& bare = outcome->components[1];
    EXPECT_EQ(bare.version, "0:0-0");
    EXPECT_EQ(bare.source_name + bare.source_version + bare.module_stream, "");
  }
}

TEST(Rpm, FilesAreThoseBelowTheirFolders) {
  for (const std::string& octets : all_forms({long_header("a"), "short"})) {
    std::size_t count = 0;
    const auto status = for_each_rpm_file({.octets = octets, .journal = {}},
                                          [&](std::string_view package, std::string_view path) {
                                            EXPECT_EQ(package, "a");
                                            EXPECT_EQ(path, "opt/file-" + std::to_string(count++));
                                          });
    EXPECT_TRUE(status);
    EXPECT_EQ(count, 300U);
  }
}

TEST(RpmNdb, SlotsThatShareOneBlobAreStopped) {
  std::string octets = ndb_of({long_header("a"), long_header("b")});
  // The second slot leads to the first blob: another package's.
  octets.replace(32 + 16 + 8, 8, octets.substr(32 + 8, 8));
  auto outcome = read(octets);
  EXPECT_EQ(packages_of(outcome), Texts{"a 1-2"});
  EXPECT_EQ(outcome->problems.size(), 1U);
  // All of them are the same slot: more than the file can hold.
  for (std::size_t at = 48; at < 4096; at += 16) octets.replace(at, 16, octets.substr(32, 16));
  outcome = read(octets);
  ASSERT_TRUE(outcome);
  EXPECT_LT(outcome->components.size(), 5U);
  EXPECT_EQ(outcome->problems.size(), 1U);
}

TEST(RpmNdb, DamageIsNamed) {
  const std::string whole = ndb_of({package_header("a", "1", "2")});
  std::string octets = whole;
  octets[4] = 1;
  EXPECT_EQ(code_of(read(octets)), Code::kUnsupported);
  octets = whole;
  octets.replace(12, 4, little(9999));
  EXPECT_EQ(code_of(read(octets)), Code::kCorrupt);
  octets = whole;
  octets[48] = 'X';
  EXPECT_EQ(packages_of(read(octets)), Texts{"a 1-2"});  // broken behind the first
  octets = whole;
  octets.replace(4096 + 12, 4, little(0xFFFFFFFF));
  EXPECT_EQ(read(octets)->problems.size(), 1U);
}

TEST(RpmBdb, ACircleOfPagesEnds) {
  std::string octets = bdb_of({long_header("a")}, Order::kLittle);
  // The first overflow page is its own next.
  octets.replace(2 * 512 + 16, 4, little(2));
  const auto outcome = read(octets);
  ASSERT_TRUE(outcome);
  EXPECT_LE(outcome->components.size(), 1U);
}

TEST(RpmBdb, DamageIsNamed) {
  const std::string whole = bdb_of({package_header("a", "1", "2")}, Order::kBig);
  std::string octets = whole;
  octets.replace(20, 4, big(513));
  EXPECT_EQ(code_of(read(octets)), Code::kCorrupt);
  for (const std::uint32_t size : {256U, 131'072U, 0U}) {
    octets.replace(20, 4, big(size));
    EXPECT_EQ(code_of(read(octets)), Code::kCorrupt) << size;
  }
  octets = whole;
  octets[24] = 1;
  EXPECT_EQ(code_of(read(octets)), Code::kUnsupported);
  octets = whole;
  octets.replace(512 + 20, 2, "\xFF\xFF");
  EXPECT_EQ(read(octets)->problems.size(), 1U);
  octets = whole;
  octets.replace(512 + 26, 2, "\xFF\xFF");
  EXPECT_EQ(read(octets)->problems.size(), 1U);
  octets = whole;
  octets.replace(2 * 512 + 22, 2, std::string(2, '\0'));
  EXPECT_EQ(read(octets)->problems.size(), 1U);
}

std::string sqlite_with(const char* sql) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  sqlite3_int64 size = 0;
  unsigned char* octets = sqlite3_serialize(database, "main", &size, 0);
  std::string file(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
  sqlite3_free(octets);
  sqlite3_close(database);
  return file;
}

TEST(RpmSqlite, WhatIsNoTableOfPackagesIsCorrupt) {
  for (const char* sql :
       {"CREATE TABLE Other (x)", "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY)",
        "CREATE VIEW Packages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)"
        " SELECT zeroblob(9) AS blob FROM n"}) {
    EXPECT_EQ(code_of(read(sqlite_with(sql))), Code::kCorrupt) << sql;
  }
}

TEST(RpmSqlite, BlobsThatAreComputedAreStopped) {
  const auto outcome = read(
      sqlite_with("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob AS (zeroblob(100000000)));"
                  "INSERT INTO Packages (hnum) VALUES (1), (2), (3)"));
  EXPECT_EQ(code_of(outcome), Code::kCorrupt);
}

TEST(RpmSqlite, TheJournalsLastTransactionCounts) {
  char folder[] = "/tmp/azekura-rpm-XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/rpmdb.sqlite";
  const auto slurp = [](const std::string& name) {
    std::string octets;
    if (std::FILE* file = std::fopen(name.c_str(), "rb")) {
      char piece[4096];
      for (std::size_t got = 0; (got = std::fread(piece, 1, sizeof piece, file)) > 0;) {
        octets.append(piece, got);
      }
      std::fclose(file);
    }
    return octets;
  };
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  const auto run = [&](const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  };
  const auto insert = [&](const std::string& header) {
    run("INSERT INTO Packages (blob) VALUES (x'" + to_hex(as_bytes(header)) + "')");
  };
  run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
      "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)");
  insert(package_header("a", "1", "2"));
  run("PRAGMA wal_checkpoint(TRUNCATE)");
  insert(long_header("b"));
  const std::string octets = slurp(path), journal = slurp(path + "-wal");
  ASSERT_FALSE(journal.empty());
  sqlite3_close(database);
  std::filesystem::remove_all(folder);

  EXPECT_EQ(packages_of(read(octets)), Texts{"a 1-2"});
  EXPECT_EQ(packages_of(read(octets, journal)), (Texts{"a 1-2", "b 1-2"}));
  // Cut off within the last transaction, which then never was.
  const auto cut_off = read(octets, journal.substr(0, journal.size() - 1));
  EXPECT_EQ(packages_of(cut_off), Texts{"a 1-2"});
  EXPECT_TRUE(cut_off->problems.empty());
  // Another's journal is left alone, and said.
  std::string damaged = journal;
  damaged[24] = static_cast<char>(damaged[24] ^ 1);
  const auto other = read(octets, damaged);
  EXPECT_EQ(packages_of(other), Texts{"a 1-2"});
  EXPECT_EQ(other->problems.size(), 1U);
}

TEST(Rpm, SamplesGiveTheirPackages) {
  if (const auto why = missing_bundle("lockfiles"); !why.empty()) GTEST_SKIP() << why;
  std::size_t files = 0;
  for (BundleFile& file : bundle_files("lockfiles", "osv-scalibr/os/rpm/")) {
    const auto outcome = read(std::move(file.octets));
    const Texts packages = packages_of(outcome);
    std::cout << file.name << ": " << (outcome ? packages.size() : 0) << " packages\n";
    if (file.name.ends_with("Packages_epoch")) {
      EXPECT_EQ(packages, Texts{"hello 1:0.0.1-rls"});
    } else {
      EXPECT_EQ(code_of(outcome), Code::kInvalid) << file.name;
    }
    ++files;
  }
  EXPECT_EQ(files, 2U);
}

}  // namespace
}  // namespace azekura::scanner::inventory

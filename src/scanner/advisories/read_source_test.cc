#include "scanner/advisories/read_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "scanner/database/database_testing.h"
#include "scanner/document/bundle_testing.h"

namespace azekura::scanner::advisories {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string osv(const std::string& id, const std::string& package) {
  return R"({"schema_version": "1.0.0", "id": ")" + id +
         R"(", "modified": "2024-05-06T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": ")" +
         package +
         R"("}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}]}]})";
}

class ReadSource : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& octets) {
    const std::filesystem::path path = folder_.path(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << octets;
  }
  SourceLocation source(const std::string& name) const {
    return {.name = name, .path = folder_.path(name)};
  }
  std::string database() const { return folder_.path("advisories.db"); }

  TemporaryFolder folder_;
};

TEST_F(ReadSource, APathThatIsNotThereIsAnErrorAndTheDatabaseSaysSo) {
  DatabaseBuilder builder;
  const auto read = read_source(source("none"), builder);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kNotFound);
  ASSERT_TRUE(builder.write(database()));
  const auto opened = Database::open(database());
  ASSERT_THAT(opened->sources(), SizeIs(1));
  EXPECT_EQ(opened->sources()[0].name, "none");
  EXPECT_THAT(opened->sources()[0].failure, HasSubstr("there is no"));
}

TEST_F(ReadSource, EverythingThatWasMetIsCountedAndNamed) {
  put("npm/1/MAL-1.json", osv("MAL-2024-1", "a"));
  put("npm/2/MAL-2.json", osv("MAL-2024-2", "b"));
  put("npm/broken.json", "{");
  put("npm/LICENSE", "Do what you like.");
  DatabaseBuilder builder;
  const auto info = read_source(source("npm"), builder);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->files, 4U);
  EXPECT_EQ(info->records, 2U);
  EXPECT_EQ(info->bad_records, 1U);
  ASSERT_THAT(info->bad_examples, SizeIs(1));
  EXPECT_THAT(info->bad_examples[0], HasSubstr("broken.json"));
  EXPECT_EQ(info->unrecognised_files, 1U);
  EXPECT_THAT(info->unrecognised_examples, ElementsAre("LICENSE"));
  EXPECT_EQ(info->date, 1714953600) << "2024-05-06, the newest record";
  EXPECT_THAT(info->digest, SizeIs(64));
  EXPECT_EQ(info->failure, "");
}

TEST_F(ReadSource, AFolderWithoutAdvisoriesHasFailed) {
  put("empty/README.md", "# Nothing");
  DatabaseBuilder builder;
  const auto info = read_source(source("empty"), builder);
  EXPECT_EQ(info ? info->failure : info.error().message, "no advisory could be read");
}

TEST_F(ReadSource, WhatIsKnownOfASourceIsKept) {
  put("a.json", osv("MAL-2024-1", "a"));
  SourceLocation location = source("a.json");
  location.format = "osv";
  location.origin = "https://example.org/a.json";
  location.date = 5;
  location.fetched = 6;
  location.failure = "offline since Monday";
  DatabaseBuilder builder;
  const auto info = read_source(location, builder);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->format, "osv");
  EXPECT_EQ(info->origin, "https://example.org/a.json");
  EXPECT_EQ(info->date, 5);
  EXPECT_EQ(info->fetched, 6);
  EXPECT_EQ(info->failure, "offline since Monday");
}

TEST_F(ReadSource, TheDigestIsOfNamesAndOctets) {
  const auto digest = [&](const std::string& name) {
    DatabaseBuilder builder;
    return read_source(source(name), builder)->digest;
  };
  put("a/x.json", osv("MAL-2024-1", "a"));
  put("b/x.json", osv("MAL-2024-1", "a"));
  put("c/y.json", osv("MAL-2024-1", "a"));
  put("d/x.json", osv("MAL-2024-1", "b"));
  EXPECT_EQ(digest("a"), digest("b"));
  EXPECT_EQ(std::set({digest("a"), digest("c"), digest("d"), digest("a/x.json")}).size(), 4U);
}

TEST_F(ReadSource, OneBadSourceStopsNoneOfTheOthers) {
  put("good/1.json", osv("MAL-2024-1", "a"));
  const auto infos = build_database({source("none"), source("good")}, database());
  ASSERT_TRUE(infos) << infos.error().message;
  ASSERT_THAT(*infos, SizeIs(2));
  EXPECT_THAT((*infos)[0].failure, HasSubstr("there is no"));
  EXPECT_EQ((*infos)[1].records, 1U);
  const auto opened = Database::open(database());
  EXPECT_THAT(opened->sources(), SizeIs(2));
  EXPECT_THAT(opened->claims(Ecosystem::kNpm, "", "a"), SizeIs(1));
}

TEST_F(ReadSource, WithoutAnyDataTheOldDatabaseStays) {
  put("good/1.json", osv("MAL-2024-1", "a"));
  ASSERT_TRUE(build_database({source("good")}, database()));
  const auto infos = build_database({source("none")}, database());
  ASSERT_FALSE(infos);
  EXPECT_EQ(infos.error().code, Code::kNotFound);
  EXPECT_EQ(Database::open(database())->problem_count(), 1U);
  EXPECT_FALSE(build_database({}, database()));
}

TEST_F(ReadSource, TheNumberOfThreadsDoesNotChangeTheDatabase) {
  std::vector<SourceLocation> sources;
  for (int i = 0; i < 9; ++i) {
    const std::string name = "source" + std::to_string(i);
    for (int j = 0; j < 50; ++j) {
      put(name + "/" + std::to_string(j) + ".json",
          osv("MAL-2024-" + std::to_string(i * 40 + j), "package" + std::to_string(j)));
    }
    sources.push_back(source(name));
  }
  std::set<std::string> digests;
  for (const unsigned threads : {0U, 1U, 2U, 8U, 100U}) {
    ASSERT_TRUE(build_database(sources, database(), {.threads = threads}));
    digests.insert(Database::open(database())->digest());
  }
  EXPECT_THAT(digests, SizeIs(1));
}

TEST_F(ReadSource, ProgressIsReportedAndEnds) {
  for (int i = 0; i < 300; ++i) {
    put("many/" + std::to_string(i) + ".json", osv("MAL-2024-" + std::to_string(i), "a"));
  }
  std::vector<ReadProgress> reports;
  std::mutex mutex;
  const BuildOptions options{.progress = [&](const ReadProgress& progress) {
    const std::lock_guard lock(mutex);
    reports.push_back(progress);
  }};
  ASSERT_TRUE(build_database({source("many")}, database(), options));
  ASSERT_THAT(reports, SizeIs(2));
  EXPECT_EQ(reports[0].files, 256U);
  EXPECT_FALSE(reports[0].done);
  EXPECT_EQ(reports[1].files, 300U);
  EXPECT_GT(reports[1].octets, reports[0].octets);
  EXPECT_TRUE(reports[1].done);
}

TEST_F(ReadSource, AnArchiveOfTheBundleIsReadWhole) {
  if (const std::string missing = missing_bundle("rocky-osv"); !missing.empty())
    GTEST_SKIP() << missing;
  const SourceLocation rocky{.name = "rocky", .path = bundle_folder() + "/rocky-osv.tar.zst"};
  const auto infos = build_database({rocky}, database());
  ASSERT_TRUE(infos) << infos.error().message;
  const SourceInfo& info = infos->front();
  std::cout << info.records << " records\n";
  RecordProperty("records", static_cast<int>(info.records));
  EXPECT_EQ(info.files, 1491U);
  EXPECT_EQ(info.records, 1491U);
  EXPECT_EQ(info.bad_records, 0U);
  const auto opened = Database::open(database());
  EXPECT_TRUE(opened->verify());
  EXPECT_TRUE(opened->covers(Ecosystem::kRockyLinux, "9"));
}

}  // namespace
}  // namespace azekura::scanner::advisories

#include "scanner/document/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "scanner/document/archive_testing.h"
#include "scanner/document/bundle_testing.h"

namespace azekura::scanner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "azekura-files-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, std::string_view octets) {
    std::filesystem::create_directories(std::filesystem::path(root_ + "/" + name).parent_path());
    std::ofstream(root_ + "/" + name, std::ios::binary) << octets;
  }
  // Names and contents, "name=content".
  Status walk(const std::string& path, int depth_max = 3, ArchiveLimits limits = {}) {
    return for_each_data_file(
        path,
        [this](const DataFile& file) {
          seen_.push_back(std::string(file.name) + "=" + std::string(file.octets));
          return Status();
        },
        [this](const std::string& name, const Error& why) {
          problems_.push_back(name + ": " + std::string(name_of(why.code)));
        },
        depth_max, limits);
  }

  std::string root_;
  std::vector<std::string> seen_;
  std::vector<std::string> problems_;
};

TEST_F(Files, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(walk(root_ + "/none").error().code, Code::kNotFound);
  EXPECT_EQ(read_data_file(root_ + "/none", 10).error().code, Code::kNotFound);
  EXPECT_FALSE(read_data_file(root_, 10));
}

TEST_F(Files, AFolderComesInTheOrderOfItsNames) {
  write("b/2", "x");
  write("b/1", "y");
  write("a", "z");
  ASSERT_TRUE(walk(root_));
  EXPECT_THAT(seen_, ElementsAre("a=z", "b/1=y", "b/2=x"));
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(Files, LinksPipesAndSocketsAreLeftAlone) {
  write("f", "x");
  ASSERT_EQ(::symlink("/etc/passwd", (root_ + "/link").c_str()), 0);
  ASSERT_EQ(::symlink("/", (root_ + "/out").c_str()), 0);
  ASSERT_EQ(::symlink(".", (root_ + "/cycle").c_str()), 0);
  ASSERT_EQ(::mkfifo((root_ + "/pipe").c_str(), 0600), 0);
  ASSERT_TRUE(walk(root_));
  EXPECT_THAT(seen_, ElementsAre("f=x"));
}

TEST_F(Files, ArchivesInsideAreOpenedInTurnUpToTheDepth) {
  const std::string one = ArchiveMaker(MadeFormat::kZip).file("x.json", "1").take();
  const std::string two = ArchiveMaker(MadeFormat::kTar, ARCHIVE_FILTER_GZIP)
                              .file("one.zip", one)
                              .file("y", "2")
                              .take();
  write("all.tgz", two);
  ASSERT_TRUE(walk(root_, 2));
  EXPECT_THAT(seen_, ElementsAre("all.tgz!one.zip!x.json=1", "all.tgz!y=2"));
  seen_.clear();
  ASSERT_TRUE(walk(root_, 1));
  EXPECT_THAT(seen_, ElementsAre("all.tgz!y=2"));
  EXPECT_THAT(problems_, ElementsAre("all.tgz!one.zip: exhausted"));
  seen_.clear();
  ASSERT_TRUE(walk(root_ + "/all.tgz", 2));
  EXPECT_THAT(seen_, ElementsAre("one.zip!x.json=1", "y=2"));
}

TEST_F(Files, ADamagedArchiveIsAProblemAndTheRestGoesOn) {
  const std::string tar = ArchiveMaker().file("a", std::string(9000, 'a')).take();
  write("1.tar", std::string_view(tar).substr(0, 4000));
  write("2.gz", "\x1f\x8b rubbish");
  write("3", "fine");
  ASSERT_TRUE(walk(root_));
  EXPECT_THAT(seen_, ElementsAre("3=fine"));
  EXPECT_GE(problems_.size(), 2U);
}

TEST_F(Files, AFileOverTheLimitIsAProblem) {
  write("a", std::string(11, 'a'));
  write("b", std::string(10, 'b'));
  ASSERT_TRUE(walk(root_, 3, {.entry_octets_max = 10}));
  EXPECT_THAT(seen_, ElementsAre("b=bbbbbbbbbb"));
  EXPECT_THAT(problems_, ElementsAre("a: exhausted"));
  EXPECT_EQ(read_data_file(root_ + "/a", 10).error().code, Code::kExhausted);
  EXPECT_EQ(read_data_file(root_ + "/a", 11)->size(), 11U);
}

TEST_F(Files, AnErrorOfTheCallerEndsTheWalk) {
  write("a", "1");
  write("b", "2");
  int calls = 0;
  const auto status = for_each_data_file(
      root_,
      [&](const DataFile&) {
        ++calls;
        return Status(fail(Code::kConflict, "enough"));
      },
      [](const std::string&, const Error&) {});
  EXPECT_EQ(status.error().code, Code::kConflict);
  EXPECT_EQ(calls, 1);
}

TEST_F(Files, AnArchiveWithTheLargestWindowStreamsAtTheSpeedOfItsDecompression) {
  if (const auto missing = missing_bundle("debian"); !missing.empty()) GTEST_SKIP() << missing;
  std::uint64_t files = 0;
  std::uint64_t octets = 0;
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(for_each_data_file(
      bundle_folder() + "/debian.tar.zst",
      [&](const DataFile& file) {
        ++files;
        octets += file.octets.size();
        return Status();
      },
      [](const std::string& name, const Error& why) {
        ADD_FAILURE() << name << ": " << why.message;
      }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << files << " files, " << octets << " octets in " << took.count() << " s\n";
  RecordProperty("files", std::to_string(files));
  EXPECT_EQ(files, 34692U);
  EXPECT_EQ(octets, 267539383U);
}

}  // namespace
}  // namespace azekura::scanner

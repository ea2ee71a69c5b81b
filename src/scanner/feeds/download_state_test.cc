#include "scanner/feeds/download_state.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace azekura::scanner::feeds {
namespace {

class StateFolder : public testing::Test {
 protected:
  StateFolder() { EXPECT_NE(mkdtemp(folder_.data()), nullptr); }
  ~StateFolder() override { std::filesystem::remove_all(folder_); }
  std::string folder_ = testing::TempDir() + "azekura-state.XXXXXX";
};

TEST_F(StateFolder, NothingIsKnownOfAFolderWithoutOne) {
  const DownloadState state = DownloadState::read(folder_ + "/missing");
  EXPECT_TRUE(state.files.empty());
  EXPECT_EQ(state.failure, "");
}

TEST_F(StateFolder, ADamagedOneIsAsNone) {
  for (const char* text :
       {"", "{", "[1]", R"({"files": 7, "failure": []})", R"({"files": [{}, 3]})"}) {
    std::ofstream(folder_ + "/state.json") << text;
    const DownloadState state = DownloadState::read(folder_);
    EXPECT_EQ(state.find("https://a.example/"), nullptr) << text;
    EXPECT_EQ(state.failure, "") << text;
  }
}

TEST_F(StateFolder, WhatIsWrittenIsRead) {
  DownloadState state;
  state.failure = "answered \"404\"\n";
  state.files = {{.url = "https://a.example/1",
                  .name = "000-1",
                  .etag = "\"x\"",
                  .fetched = 7,
                  .sha256 = std::string(64, 'a')},
                 {.url = "https://a.example/2", .name = "001-2", .last_modified = "Mon"}};
  ASSERT_TRUE(state.write(folder_));
  const DownloadState again = DownloadState::read(folder_);
  EXPECT_EQ(again.failure, state.failure);
  ASSERT_EQ(again.files.size(), 2U);
  ASSERT_NE(again.find("https://a.example/1"), nullptr);
  EXPECT_EQ(again.find("https://a.example/1")->etag, "\"x\"");
  EXPECT_EQ(again.find("https://a.example/1")->fetched, 7);
  EXPECT_EQ(again.find("https://a.example/1")->sha256, std::string(64, 'a'));
  EXPECT_EQ(again.find("https://a.example/2")->last_modified, "Mon");
  EXPECT_EQ(again.find("https://a.example/3"), nullptr);
}

TEST_F(StateFolder, AFolderThatIsNotThereIsAnError) {
  EXPECT_FALSE(DownloadState{}.write(folder_ + "/missing"));
}

TEST(FileName, NothingOfAnAddressLeadsOutOfTheFolder) {
  EXPECT_EQ(file_name_of("https://a.example/all.zip?x=/../y#z", 3), "003-all.zip");
  EXPECT_EQ(file_name_of("https://a.example/..", 0), "000-..");
  EXPECT_EQ(file_name_of("https://a.example/", 12), "012-data");
  EXPECT_EQ(file_name_of("https://a.example/a b\n%2f", 0), "000-a_b__2f");
}

}  // namespace
}  // namespace azekura::scanner::feeds

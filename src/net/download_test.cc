// What needs no server; tests/scanner/update_test.py has one.

#include "net/download.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace azekura::net {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  Files() { EXPECT_NE(mkdtemp(folder_.data()), nullptr); }
  ~Files() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
  }
  std::string get(const std::string& name) const {
    std::ifstream in(path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Download of(const std::string& name) const {
    return {.url = "file://" + path(name), .path = path("out")};
  }
  static Result<DownloadOutcome> one(Download download, DownloadOptions options = {}) {
    options.attempts = 1;
    return std::move(download_all({std::move(download)}, options).front());
  }

  std::string folder_ = testing::TempDir() + "azekura-download.XXXXXX";
};

TEST_F(Files, AMissingFileLeavesWhatWasThere) {
  put("out", "old");
  EXPECT_FALSE(one(of("missing")));
  EXPECT_EQ(get("out"), "old");
}

TEST_F(Files, WhatIsNotAcceptedLeavesWhatWasThereAndNoPart) {
  put("out", "old");
  put("in", "new");
  Download download = of("in");
  download.accept = [](const std::string&) -> Status { return fail(Code::kCorrupt, "no"); };
  EXPECT_EQ(one(download).error().code, Code::kCorrupt);
  EXPECT_EQ(get("out"), "old");
  EXPECT_FALSE(fs::exists(path("out.part")));
}

TEST_F(Files, AFileMayHaveExactlyAsManyOctetsAsAreAllowed) {
  put("in", std::string(1000, 'x'));
  EXPECT_EQ(one(of("in"), {.octets_max = 999}).error().code, Code::kExhausted);
  EXPECT_FALSE(fs::exists(path("out")));
  EXPECT_FALSE(fs::exists(path("out.part")));
  EXPECT_TRUE(one(of("in"), {.octets_max = 1000}));
  EXPECT_TRUE(one(of("in"), {.octets_max = 1001}));
  EXPECT_EQ(get("out").size(), 1000U);
}

TEST_F(Files, APartOfSomethingElseIsNotContinued) {
  put("in", "whole");
  put("part", "xx");
  put("part.validator", "\"etag\"\nfile://" + path("in") + "\n");
  Download download = of("in");
  download.part = path("part");
  const auto outcome = one(download);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->octets, 5U);
  EXPECT_EQ(get("out"), "whole");
  EXPECT_FALSE(fs::exists(path("part")));
  EXPECT_FALSE(fs::exists(path("part.validator")));
}

TEST_F(Files, OtherKindsOfAddressesAreRefused) {
  for (const char* url : {"", "ftp://127.0.0.1/a", "gopher://127.0.0.1/a", "dict://127.0.0.1/a"}) {
    EXPECT_FALSE(one({.url = url, .path = path("out")})) << url;
  }
}

TEST_F(Files, ManyComeInTheOrderInWhichTheyWereAsked) {
  std::vector<Download> downloads;
  for (int at = 0; at < 20; ++at) {
    put("in" + std::to_string(at), std::string(static_cast<std::size_t>(at), 'x'));
    downloads.push_back({.url = "file://" + path("in" + std::to_string(at)),
                         .path = path("out" + std::to_string(at))});
  }
  std::size_t finished = 0;
  const auto results =
      download_all(downloads, {.at_once = 3, .finished = [&](std::size_t, const auto& result) {
                                 finished += result ? 1 : 0;
                               }});
  ASSERT_EQ(results.size(), 20U);
  EXPECT_EQ(finished, 20U);
  for (std::size_t at = 0; at < results.size(); ++at) {
    ASSERT_TRUE(results[at]) << results[at].error().message;
    EXPECT_EQ(results[at]->octets, at);
  }
}

}  // namespace
}  // namespace azekura::net

#include "scanner/feeds/checksums.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace azekura::scanner::feeds {
namespace {

constexpr std::string_view kUrl = "https://a.example/feed/all.zip?now";
const std::string kRight(64, 'a');
const std::string kOther(64, 'b');

TEST(Checksums, WhatIsNotThereIsEmpty) {
  EXPECT_EQ(sum_for(kUrl, ""), "");
  EXPECT_EQ(sum_for(kUrl, kOther + "  other.zip\n"), "");
  EXPECT_EQ(sum_for(kUrl, std::string(63, 'a') + "  all.zip\n"), "");
  EXPECT_EQ(sum_for(kUrl, std::string(64, 'g') + "  all.zip\n"), "");
  EXPECT_EQ(sum_for(kUrl, R"([{"url": "https://a.example/feed/other.zip", "sha256": ")" + kRight +
                              "\"}]"),
            "");
}

TEST(Checksums, ALineNamesTheFile) {
  EXPECT_EQ(sum_for(kUrl, kOther + "  other.zip\r\n" + kRight + "  all.zip\r\n"), kRight);
  EXPECT_EQ(sum_for(kUrl, kRight + " *./feed/all.zip"), kRight);
  EXPECT_EQ(sum_for(kUrl, std::string(64, 'A') + "  all.zip"), kRight);
}

TEST(Checksums, ALoneDigestIsTheFiles) { EXPECT_EQ(sum_for(kUrl, kRight + "\n"), kRight); }

TEST(Checksums, JsonNamesTheAddressBesideTheDigest) {
  const std::string json = R"([{"url": "https://a.example/feed/other.zip", "sha256": ")" + kOther +
                           R"("}, {"url": "https://a.example/feed/all.zip", "sha256": ")" + kRight +
                           "\"}]";
  EXPECT_EQ(sum_for(kUrl, json), kRight);
}

TEST(Checksums, TheDigestOfAFileIsItsSha256) {
  const std::string path = testing::TempDir() + "azekura-sum";
  std::ofstream(path) << "abc";
  EXPECT_EQ(sha256_of(path).value(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  std::filesystem::remove(path);
  EXPECT_EQ(sha256_of(path).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace azekura::scanner::feeds

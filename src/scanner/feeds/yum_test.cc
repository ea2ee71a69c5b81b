#include "scanner/feeds/yum.h"

#include <gtest/gtest.h>

namespace azekura::scanner::feeds {
namespace {

std::string index(std::string_view type, std::string_view href, std::string_view sum,
                  std::string_view kind = "sha256") {
  return "<repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><data type=\"primary\"><location "
         "href=\"repodata/primary.xml.gz\"/></data><data type=\"" +
         std::string(type) + "\"><checksum type=\"" + std::string(kind) + "\">" + std::string(sum) +
         "</checksum><location href=\"" + std::string(href) + "\"/></data></repomd>";
}

TEST(Yum, WhatIsNoIndexIsRefused) {
  EXPECT_FALSE(update_info_of(""));
  EXPECT_FALSE(update_info_of("<html>"));
  EXPECT_EQ(update_info_of(index("filelists", "a", "")).error().code, Code::kNotFound);
}

TEST(Yum, AnIndexMayOnlyNameFilesBelowTheRepository) {
  const std::string sum(64, 'a');
  for (const char* href : {"", "/etc/passwd", "../other/u.xml", "repodata/../../u.xml",
                           "https://b.example/u.xml", "file:///etc/passwd"}) {
    EXPECT_EQ(update_info_of(index("updateinfo", href, sum)).error().code, Code::kInvalid) << href;
  }
}

TEST(Yum, ASumThatIsNoneIsRefused) {
  EXPECT_FALSE(update_info_of(index("updateinfo", "u.xml", std::string(63, 'a'))));
  EXPECT_FALSE(update_info_of(index("updateinfo", "u.xml", std::string(62, 'a'))));
  EXPECT_FALSE(update_info_of(index("updateinfo", "u.xml", std::string(64, 'x'))));
}

TEST(Yum, TheUpdateInfoAndItsSumAreFound) {
  const auto info = update_info_of(index("updateinfo", "repodata/u.xml.gz", std::string(64, 'A')));
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->href, "repodata/u.xml.gz");
  EXPECT_EQ(info->sha256, std::string(64, 'a'));
  EXPECT_EQ(update_info_of(index("updateinfo", "u.xml", "aa", "sha512"))->sha256, "");
}

TEST(Yum, AMirrorListsFirstAddressIsTaken) {
  EXPECT_EQ(first_line(""), "");
  EXPECT_EQ(first_line("# none\nhttpd\n"), "");
  EXPECT_EQ(first_line("# mirrors\r\nhttps://a.example/r \r\nhttps://b.example/r\n"),
            "https://a.example/r");
}

}  // namespace
}  // namespace azekura::scanner::feeds

#include "scanner/advisories/records.h"

#include <gtest/gtest.h>

namespace azekura::scanner::advisories {
namespace {

TEST(Records, WhatIsNoTimeIsUnknown) {
  for (const std::string_view text :
       {"", "2021", "2021-13-01", "2021-02-29", "2021-12-14X", "2021-12-14T16", "2021-12-14T25:00",
        "2021-12-14T16:60", "2021-12-14T16:37+9", "soon"}) {
    EXPECT_EQ(parse_time(text), 0) << text;
  }
}

TEST(Records, TimesOfAllFormatsAreSecondsUtc) {
  constexpr Time kMidnight = 1639440000;  // 2021-12-14
  EXPECT_EQ(parse_time("2021-12-14"), kMidnight);
  EXPECT_EQ(parse_time("2021-12-14T16:37+09:00"), kMidnight + (7 * 60 + 37) * 60);
  EXPECT_EQ(parse_time("2021-12-14T16:37:27.123Z"), kMidnight + (16 * 60 + 37) * 60 + 27);
  EXPECT_EQ(parse_time(" 2021-12-14 16:37:27 +0000 "), kMidnight + (16 * 60 + 37) * 60 + 27);
  EXPECT_EQ(parse_time("2021-12-14T16:37-01:30"), kMidnight + (18 * 60 + 7) * 60);
  EXPECT_EQ(parse_time("1969-12-31"), -86400);
}

TEST(Records, EuropeanDatesPutTheDayFirst) {
  EXPECT_EQ(parse_european_date("17/01/25"), 1737072000);
  EXPECT_EQ(parse_european_date("17/01/2025"), 1737072000);
  EXPECT_EQ(parse_european_date("01/17/25"), 0);
  EXPECT_EQ(parse_european_date("17/01/"), 0);
}

TEST(Records, ACveHasFourDigitsAtLeast) {
  EXPECT_FALSE(is_cve("CVE-2021-123"));
  EXPECT_TRUE(is_cve("CVE-2021-1234"));
  EXPECT_TRUE(is_cve("cve-2021-12345"));
  EXPECT_FALSE(is_cve("CVE-2021-1234x"));
  EXPECT_FALSE(is_cve("CVE-20211-1234"));
  EXPECT_FALSE(is_cve(""));
}

TEST(Records, CvesStandAsWordsInTexts) {
  EXPECT_EQ(cves_in("CVE-2009-3699;OSVDB-58726, cve-2009-3699 XCVE-2009-0001 CVE-2009-0002x "
                    "(CVE-2010-12345)"),
            (std::vector<std::string>{"CVE-2009-3699", "CVE-2010-12345"}));
  EXPECT_TRUE(cves_in("CVE-").empty());
}

TEST(Records, GhsaIdsHaveThreeGroups) {
  EXPECT_TRUE(is_ghsa("GHSA-aaaa-bbbb-cccc"));
  EXPECT_FALSE(is_ghsa("GHSA-aaaa-bbbb-ccc"));
  EXPECT_FALSE(is_ghsa("GHSA-aaaa-bbbb_cccc"));
}

TEST(Records, WeaknessesHaveOneSpelling) {
  EXPECT_EQ(cwe_id("CWE-79"), "CWE-79");
  EXPECT_EQ(cwe_id("cwe-79: XSS"), "CWE-79");
  EXPECT_EQ(cwe_id(" 79"), "CWE-79");
  EXPECT_EQ(cwe_id("NVD-CWE-noinfo"), "");
  EXPECT_EQ(cwe_id("CWE-79x"), "");
  EXPECT_EQ(cwe_id("CWE-1234567"), "");
  EXPECT_EQ(cwe_id(""), "");
}

TEST(Records, TextLosesItsEndsAndItsCarriageReturns) {
  EXPECT_EQ(tidy(" \r\n a\r\nb\xE3\x80\x80 "), "a\nb");
  EXPECT_EQ(tidy("\xE3\x80\x80"), "");
}

TEST(Records, FullWidthAsciiIsFolded) {
  EXPECT_EQ(half_width("CVE-2014-54１"), "CVE-2014-541");
  EXPECT_EQ(half_width("ＣＶＥ－２０１４～"), "CVE-2014~");
  EXPECT_EQ(half_width("日本\xEF\xBC"), "日本\xEF\xBC");
}

}  // namespace
}  // namespace azekura::scanner::advisories

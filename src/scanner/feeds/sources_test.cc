#include "scanner/feeds/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace azekura::scanner::feeds {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view toml) {
  const auto list = parse_sources(toml);
  EXPECT_FALSE(list) << toml;
  return list ? "" : list.error().message;
}

constexpr std::string_view kKev =
    "[[source]]\nname = \"kev\"\nurls = [\"https://a.example/kev\"]\n";

TEST(Sources, EachMistakeIsNamed) {
  EXPECT_THAT(error_of(""), HasSubstr("no [[source]]"));
  EXPECT_THAT(error_of("[[source]"), HasSubstr("line"));
  EXPECT_THAT(error_of("[[source]]\nurls = [\"https://a.example/\"]"), HasSubstr("number 1"));
  EXPECT_THAT(error_of("[[source]]\nname = \"A\"\nurls = [\"https://a.example/\"]"),
              HasSubstr("name"));
  EXPECT_THAT(error_of("[[source]]\nname = \"../a\"\nurls = [\"https://a.example/\"]"),
              HasSubstr("name"));
  EXPECT_THAT(error_of("[[source]]\nname = \"a\""), HasSubstr("neither urls nor yum"));
  EXPECT_THAT(error_of("[[source]]\nname = \"a\"\nurls = [\"ftp://a.example/\"]"),
              HasSubstr("https://"));
  EXPECT_THAT(error_of("[[source]]\nname = \"a\"\nyum = [\"/srv/repository\"]"),
              HasSubstr("https://"));
  EXPECT_THAT(error_of(std::string(kKev) + "sha256_url = \"sums\""), HasSubstr("sha256_url"));
  EXPECT_THAT(error_of(std::string(kKev) + std::string(kKev)), HasSubstr("two sources named kev"));
  EXPECT_THAT(error_of("[[mirror]]\nfrom = \"https://a.example/\"\n" + std::string(kKev)),
              HasSubstr("[[mirror]]"));
}

TEST(Sources, AtMostSixteenAreFetchedAtOnce) {
  const auto with = [](int number) {
    return parse_sources("at_once = " + std::to_string(number) + "\n" + std::string(kKev));
  };
  EXPECT_FALSE(with(0));
  EXPECT_FALSE(with(17));
  ASSERT_TRUE(with(1));
  ASSERT_TRUE(with(16));
  EXPECT_EQ(with(16)->at_once, 16);
}

TEST(Sources, ANameMayHaveSixtyFourCharacters) {
  const auto with = [](std::size_t size) {
    return parse_sources("[[source]]\nname = \"" + std::string(size, 'a') +
                         "\"\nurls = [\"https://a.example/\"]");
  };
  EXPECT_TRUE(with(63));
  EXPECT_TRUE(with(64));
  EXPECT_FALSE(with(65));
}

TEST(Sources, EverythingThatIsSaidIsTaken) {
  const auto list = parse_sources(
      "proxy = \"http://proxy:3128\"\n[[mirror]]\nfrom = \"https://a.example/\"\n"
      "to = \"file:///srv/\"\n[[source]]\nname = \"jvn\"\nurls = [\"https://a.example/1\", "
      "\"https://a.example/2\"]\nyum = [\"https://a.example/r/\"]\n"
      "sha256_url = \"https://a.example/sums\"\nenabled = false\nnote = \"texts\"\n");
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(list->proxy, "http://proxy:3128");
  EXPECT_EQ(list->at_once, 4);
  ASSERT_EQ(list->mirrors.size(), 1U);
  EXPECT_EQ(list->mirrors[0].second, "file:///srv/");
  const Source& source = list->sources.at(0);
  EXPECT_EQ(source.urls.size(), 2U);
  EXPECT_EQ(source.yum.size(), 1U);
  EXPECT_FALSE(source.enabled);
  EXPECT_EQ(source.sha256_url, "https://a.example/sums");
  EXPECT_EQ(source.note, "texts");
}

TEST(Sources, TheBuiltInListIsReadAndUsesHttpsOnly) {
  const auto list = parse_sources(built_in_sources());
  ASSERT_TRUE(list) << list.error().message;
  std::set<std::string> addresses;
  std::size_t count = 0;
  for (const Source& source : list->sources) {
    for (const auto* urls : {&source.urls, &source.yum}) {
      for (const std::string& url : *urls) {
        EXPECT_TRUE(url.starts_with("https://")) << url;
        addresses.insert(url);
        ++count;
      }
    }
  }
  EXPECT_EQ(addresses.size(), count);
  EXPECT_GT(list->sources.size(), 20U);
}

}  // namespace
}  // namespace azekura::scanner::feeds

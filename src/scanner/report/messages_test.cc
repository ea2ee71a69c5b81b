#include "scanner/report/messages.h"

#include <fmt/args.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <set>

namespace azekura::scanner::report {
namespace {

constexpr std::size_t kPlacesMax = 8;

// The numbers of the places of a text; fmt itself says if they are well formed.
std::set<std::size_t> places_of(std::string_view text) {
  std::set<std::size_t> used;
  for (std::size_t without = 0; without < kPlacesMax; ++without) {
    // With fewer arguments than it has places, a text cannot be formatted.
    fmt::dynamic_format_arg_store<fmt::format_context> arguments;
    for (std::size_t at = 0; at < without; ++at) arguments.push_back("x");
    try {
      (void)fmt::vformat(text, arguments);
      break;
    } catch (const fmt::format_error&) {
      used.insert(without);
    }
  }
  return used;
}

TEST(Messages, EveryOneFormatsAndHasTheSamePlacesInBothLanguages) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < static_cast<std::size_t>(Message::kCount); ++at) {
    const auto message = static_cast<Message>(at);
    const std::string_view english = text_of(message, Language::kEnglish);
    const std::string_view japanese = text_of(message, Language::kJapanese);
    ASSERT_FALSE(english.empty()) << at;
    ASSERT_FALSE(japanese.empty()) << at;
    for (const std::uint64_t number : {0, 1, 2}) {
      const auto places = places_of(form_for(english, number));
      EXPECT_LT(places.size(), kPlacesMax) << english;
      EXPECT_EQ(places, places_of(form_for(japanese, number))) << english << "\n" << japanese;
    }
    ++count;
  }
  RecordProperty("messages", static_cast<int>(count));
  EXPECT_GT(count, 100U);
}

TEST(Messages, OneIsNotMany) {
  EXPECT_EQ(say_count(Language::kEnglish, Message::kInComponents, 0), "0 components");
  EXPECT_EQ(say_count(Language::kEnglish, Message::kInComponents, 1), "1 component");
  EXPECT_EQ(say_count(Language::kEnglish, Message::kInComponents, 2), "2 components");
  EXPECT_EQ(say_count(Language::kJapanese, Message::kInComponents, 1), "1 個のコンポーネント");
}

TEST(Messages, WhatIsSaidMayHoldABar) {
  EXPECT_EQ(say_count(Language::kEnglish, Message::kGapNoFeed, 1, "a|b"),
            "no source speaks of a|b (1 component)");
}

TEST(Messages, EveryKindOfGapHasASentence) {
  using Kind = match::Gap::Kind;
  for (int kind = 0; kind <= static_cast<int>(Kind::kStaleKnowledge); ++kind) {
    const match::Gap gap{.kind = static_cast<Kind>(kind), .subject = "it", .detail = "why"};
    for (const Language language : {Language::kEnglish, Language::kJapanese}) {
      EXPECT_FALSE(sentence_for(gap, 1'740'000'000, language).empty()) << kind;
    }
  }
}

TEST(Messages, ASourcesAgeIsInWholeDays) {
  const auto aged = [](Time age) {
    return sentence_for({.kind = match::Gap::Kind::kStaleSource, .subject = "kev", .since = 1000},
                        1000 + age, Language::kEnglish);
  };
  EXPECT_EQ(aged(86'399), "the source kev is stale: its data is 0 days old");
  EXPECT_EQ(aged(86'400), "the source kev is stale: its data is 1 day old");
  EXPECT_EQ(aged(-5), "the source kev is stale: its data is 0 days old");
}

TEST(Messages, LanguagesAreKnownByTheirTags) {
  EXPECT_EQ(parse_language("ja"), Language::kJapanese);
  EXPECT_EQ(parse_language("ja_JP.UTF-8"), Language::kJapanese);
  EXPECT_EQ(parse_language("en-GB"), Language::kEnglish);
  EXPECT_EQ(parse_language("C"), Language::kEnglish);
  EXPECT_EQ(parse_language("de_DE.UTF-8"), std::nullopt);
}

TEST(Messages, TheFirstVariableOfTheEnvironmentCounts) {
  setenv("LANG", "ja_JP.UTF-8", 1);
  unsetenv("LC_ALL");
  unsetenv("LC_MESSAGES");
  EXPECT_EQ(language_of_environment(), Language::kJapanese);
  setenv("LC_ALL", "C", 1);
  EXPECT_EQ(language_of_environment(), Language::kEnglish);
  setenv("LC_ALL", "", 1);
  EXPECT_EQ(language_of_environment(), Language::kJapanese);
  setenv("LANG", "de_DE.UTF-8", 1);
  EXPECT_EQ(language_of_environment(), Language::kEnglish);
}

}  // namespace
}  // namespace azekura::scanner::report

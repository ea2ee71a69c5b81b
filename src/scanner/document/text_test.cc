#include "scanner/document/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace azekura::scanner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

JsonDocument yaml(std::string_view text) {
  auto document = parse_yaml_one(text);
  EXPECT_TRUE(document.has_value()) << (document ? "" : document.error().message);
  return document ? std::move(*document) : std::move(*JsonDocument::parse("null"));
}

TEST(Yaml, MalformedTextNamesItsLine) {
  const auto wrong = parse_yaml("a: 1\nb: [\n");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalid);
  EXPECT_THAT(wrong.error().message, HasSubstr("line 3"));
}

TEST(Yaml, PlainNumbersStayTheTextsThatTheyAre) {
  const auto document = yaml("version: 1.10\nmajor: 010\nquoted: \"1.0\"\ncount: 42\n");
  EXPECT_EQ(document.root()["version"].text(), "1.10");
  EXPECT_EQ(document.root()["major"].scalar(), "010");
  EXPECT_EQ(document.root()["quoted"].text(), "1.0");
  EXPECT_EQ(document.root()["count"].integer(), 42);
}

TEST(Yaml, TheLiteralsOfTheCoreSchemaAreLiteralsUnlessQuoted) {
  const auto document = yaml("a: true\nb: 'true'\nc: ~\nd:\ne: no\nf: !!str null\n");
  EXPECT_EQ(document.root()["a"].boolean(), true);
  EXPECT_EQ(document.root()["b"].text(), "true");
  EXPECT_TRUE(document.root()["c"].is_null());
  EXPECT_TRUE(document.root()["d"].is_null());
  EXPECT_EQ(document.root()["e"].text(), "no");
  EXPECT_EQ(document.root()["f"].text(), "null");
}

TEST(Yaml, SeveralDocumentsComeOneByOne) {
  const auto documents = parse_yaml("---\na: 1\n---\n- x\n- y\n");
  ASSERT_TRUE(documents);
  ASSERT_EQ(documents->size(), 2U);
  EXPECT_EQ((*documents)[1].root().at(1).text(), "y");
  EXPECT_FALSE(parse_yaml_one("---\na: 1\n---\nb: 1\n"));
  EXPECT_FALSE(parse_yaml_one(""));
}

TEST(Yaml, AnAliasIsACopyOfItsAnchor) {
  const auto document =
      yaml("base: &b {x: '1', y: [a, b]}\ncopy: *b\nlist: [&s k, *s]\n*s : v\n&t true: 1\n");
  EXPECT_EQ(document.root()["copy"]["y"].at(1).text(), "b");
  EXPECT_EQ(document.root()["list"].at(1).text(), "k");
  EXPECT_EQ(document.root()["k"].text(), "v");
  EXPECT_EQ(document.root()["true"].text(), "1");
}

TEST(Yaml, AliasesMayNotBlowADocumentUp) {
  std::string text = "a0: &a0 [xxxxxxxx, xxxxxxxx]\n";
  for (int i = 1; i < 40; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int n = 0; n < 9; ++n) text += (n == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    text += "]\n";
  }
  const auto bomb = parse_yaml(text);
  ASSERT_FALSE(bomb);
  EXPECT_THAT(bomb.error().message, HasSubstr("too large"));
  EXPECT_FALSE(parse_yaml("&a [*a]"));
}

TEST(Yaml, NestingIsLimited) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_yaml(nested(kYamlDepthMax - 1)));
  EXPECT_TRUE(parse_yaml(nested(kYamlDepthMax)));
  EXPECT_FALSE(parse_yaml(nested(kYamlDepthMax + 1)));
}

TEST(Toml, MalformedTextNamesItsLine) {
  const auto wrong = parse_toml("a = 1\nb = \n");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalid);
  EXPECT_THAT(wrong.error().message, HasSubstr("line 2"));
}

TEST(Toml, WhatBreaksTheLibrarysOwnAssumptionsIsRefused) {
  for (const std::string_view text : {"[[\x15", "[\x15o]\n", "[[\x15o:a:1]]\n"}) {
    const auto wrong = parse_toml(text);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, Code::kInvalid);
  }
}

TEST(Toml, EveryKindOfValueIsRead) {
  const auto document = parse_toml(
      "[[package]]\nname = \"a \\\"b\\\"\"\nversion = '1.10'\nn = 7\nf = 1.5\nyes = true\nday = "
      "2024-01-02\n"
      "deps = [\"x\", {name = \"y\"}]\n");
  ASSERT_TRUE(document) << document.error().message;
  const Json package = document->root()["package"].at(0);
  EXPECT_EQ(package["name"].text(), "a \"b\"");
  EXPECT_EQ(package["version"].text(), "1.10");
  EXPECT_EQ(package["n"].integer(), 7);
  EXPECT_EQ(package["f"].number(), 1.5);
  EXPECT_EQ(package["yes"].boolean(), true);
  EXPECT_EQ(package["day"].text(), "2024-01-02");
  EXPECT_EQ(package["deps"].at(1)["name"].text(), "y");
}

TEST(Toml, NestingIsLimitedHoweverItIsWritten) {
  const auto key = [](std::size_t depth) {
    std::string text = "a";
    for (std::size_t i = 0; i < depth; ++i) text += ".a";
    return text;
  };
  EXPECT_TRUE(parse_toml(key(kTomlDepthMax - 1) + " = 1"));
  EXPECT_TRUE(parse_toml(key(kTomlDepthMax) + " = 1"));
  EXPECT_FALSE(parse_toml(key(kTomlDepthMax + 1) + " = 1"));
  EXPECT_FALSE(parse_toml(key(1'000'000) + " = 1"));
  EXPECT_FALSE(parse_toml("[" + key(1'000'000) + "]"));
  EXPECT_FALSE(parse_toml("[" + key(150) + "]\n" + key(100) + " = 1"));
  EXPECT_FALSE(parse_toml("x = [\n{" + key(150) + " = [\n{" + key(100) + " = 1}]}]"));
  EXPECT_FALSE(parse_toml("x = " + std::string(100'000, '[')));
}

TEST(Toml, DotsInTextsAndNumbersAreNoNesting) {
  std::string text = "a = [\n";
  for (int i = 0; i < 500; ++i)
    text += "  \"1.2.3\", '4.5', \"\"\"6.\n\\\"7.8\"\"\", 1.5, # 9.9.9\n";
  text += "]\nb = \"" + std::string(1000, '.') + "\"\n";
  for (int i = 0; i < 500; ++i) text += "c" + std::to_string(i) + ".d = {e.f = 1.5, g = \"h.i\"}\n";
  const auto document = parse_toml(text);
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->root()["a"].size(), 2000U);
  EXPECT_EQ(document->root()["c499"]["d"]["e"]["f"].number(), 1.5);
}

std::vector<std::vector<std::string>> rows(std::string_view text) {
  std::vector<std::vector<std::string>> found;
  EXPECT_TRUE(for_each_csv_row(text, [&](const std::vector<std::string>& row) {
    found.push_back(row);
    return Status();
  }));
  return found;
}

TEST(Csv, QuotesCommasAndLineEndsAreReadAsSpreadsheetsWriteThem) {
  EXPECT_THAT(rows("\xEF\xBB\xBF"
                   "a,b,c\r\n\"x,\"\"y\"\"\",,\"two\nlines\"\n\nlast"),
              ElementsAre(ElementsAre("a", "b", "c"), ElementsAre("x,\"y\"", "", "two\nlines"),
                          ElementsAre("last")));
}

TEST(Csv, AnOpenQuoteEndsWithTheText) {
  EXPECT_THAT(rows("a,\"b"), ElementsAre(ElementsAre("a", "b")));
  EXPECT_THAT(rows("a,"), ElementsAre(ElementsAre("a", "")));
}

TEST(Csv, AnErrorOfTheCallerEndsTheReading) {
  int calls = 0;
  const auto status = for_each_csv_row("a\nb\n", [&](const auto&) {
    ++calls;
    return Status(fail(Code::kInvalid, "enough"));
  });
  EXPECT_FALSE(status);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace azekura::scanner

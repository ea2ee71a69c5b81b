#include "scanner/document/json.h"

#include <gtest/gtest.h>

namespace azekura::scanner {
namespace {

TEST(JsonParser, NothingIsNoDocument) {
  JsonParser parser;
  EXPECT_FALSE(parser.parse({}));
  EXPECT_FALSE(parser.parse(""));
}

TEST(Json, MalformedTextIsInvalid) {
  for (const std::string_view text : {"", "{", "[1,]", "\"\xff\"", "nul"}) {
    const auto wrong = JsonDocument::parse(text);
    ASSERT_FALSE(wrong) << text;
    EXPECT_EQ(wrong.error().code, Code::kInvalid);
  }
}

TEST(Json, NestingIsLimited) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(JsonDocument::parse(nested(kDocumentDepthMax - 1)));
  EXPECT_TRUE(JsonDocument::parse(nested(kDocumentDepthMax)));
  EXPECT_FALSE(JsonDocument::parse(nested(kDocumentDepthMax + 1)));
}

TEST(Json, WhatIsNotThereIsMissingAllTheWayDown) {
  const auto document = JsonDocument::parse(R"({"a": [1], "n": null})");
  ASSERT_TRUE(document);
  const Json missing = document->root()["b"]["c"].at(3)["d"];
  EXPECT_TRUE(missing.missing());
  EXPECT_EQ(missing.text(), "");
  EXPECT_EQ(missing.scalar(), "");
  EXPECT_EQ(missing.size(), 0U);
  EXPECT_FALSE(missing.number());
  for (const Json item : missing.items()) ADD_FAILURE() << item.text();
  for (const auto& [key, value] : missing.members()) ADD_FAILURE() << key << value.text();
  EXPECT_TRUE(document->root()["a"].at(1).missing());
  EXPECT_TRUE(document->root()["n"].is_null());
  EXPECT_FALSE(document->root()["n"].missing());
}

TEST(Json, ValuesAreReadAsWhatTheyAre) {
  const auto document = JsonDocument::parse(
      "\xEF\xBB\xBF"
      R"({"t": "x", "i": -3, "u": 18446744073709551615, "d": 1.5, "b": true,
                                             "digits": "2.5", "whole": "12", "word": "1x"})");
  ASSERT_TRUE(document);
  const Json root = document->root();
  EXPECT_EQ(root["t"].text(), "x");
  EXPECT_EQ(root["i"].scalar(), "-3");
  EXPECT_EQ(root["u"].scalar(), "18446744073709551615");
  EXPECT_EQ(root["d"].scalar(), "1.5");
  EXPECT_EQ(root["b"].scalar(), "true");
  EXPECT_EQ(root["digits"].number(), 2.5);
  EXPECT_EQ(root["whole"].integer(), 12);
  EXPECT_FALSE(root["word"].number());
  EXPECT_FALSE(root["word"].integer());
  EXPECT_FALSE(root["u"].integer());
  EXPECT_EQ(root["i"].text(), "");
}

TEST(Json, MembersAndItemsComeInTheirOrder) {
  const auto document = JsonDocument::parse(R"({"b": 1, "a": [2, 3], "b": 4})");
  ASSERT_TRUE(document);
  std::string keys;
  for (const auto& [key, value] : document->root().members()) keys += key;
  EXPECT_EQ(keys, "bab");
  EXPECT_EQ(document->root()["b"].integer(), 1);
  std::int64_t sum = 0;
  for (const Json item : document->root()["a"].items()) sum += item.integer().value_or(100);
  EXPECT_EQ(sum, 5);
}

TEST(Json, ADocumentMayBeMoved) {
  auto document = JsonDocument::parse(R"(["x"])");
  ASSERT_TRUE(document);
  const JsonDocument moved = std::move(*document);
  EXPECT_EQ(moved.root().at(0).text(), "x");
}

}  // namespace
}  // namespace azekura::scanner

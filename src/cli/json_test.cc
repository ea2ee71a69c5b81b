#include "cli/json.h"

#include <gtest/gtest.h>

namespace azekura::cli {
namespace {

TEST(Json, OfEveryKindIsWritten) {
  const Json json =
      Json::Object{{"flag", true},          {"number", std::uint64_t{18446744073709551615U}},
                   {"text", "a"},           {"list", Json::Array{Json("x"), Json(false)}},
                   {"none", Json::Array{}}, {"empty", Json::Object{}}};
  EXPECT_EQ(json.text(),
            "{\n  \"flag\": true,\n  \"number\": 18446744073709551615,\n  \"text\": \"a\",\n"
            "  \"list\": [\n    \"x\",\n    false\n  ],\n  \"none\": [],\n  \"empty\": {}\n}");
}

TEST(Json, TextIsEscaped) {
  EXPECT_EQ(json_quoted("a\"b\\c\n\t\x01\x7f"), "\"a\\\"b\\\\c\\n\\u0009\\u0001\\u007f\"");
  EXPECT_EQ(json_quoted(""), "\"\"");
}

TEST(Json, Utf8PassesAndNothingElse) {
  EXPECT_EQ(json_quoted("校倉é😀"), "\"校倉é😀\"");
  // A lone octet, an overlong form, a surrogate, beyond U+10FFFF, and a cut sequence.
  EXPECT_EQ(json_quoted("\xff"), "\"\\ufffd\"");
  EXPECT_EQ(json_quoted("\xc0\xaf"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("\xe0\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("a\xe6\xa0"), "\"a\\ufffd\\ufffd\"");
}

}  // namespace
}  // namespace azekura::cli

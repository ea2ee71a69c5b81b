#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace azekura {
namespace {

TEST(JsonQuoted, TextIsEscaped) {
  EXPECT_EQ(json_quoted("a\"b\\c\n\t\x01\x7f"), "\"a\\\"b\\\\c\\n\\u0009\\u0001\\u007f\"");
  EXPECT_EQ(json_quoted(""), "\"\"");
}

TEST(JsonQuoted, Utf8PassesAndNothingElse) {
  EXPECT_EQ(json_quoted("校倉é😀"), "\"校倉é😀\"");
  // A lone octet, an overlong form, a surrogate, beyond U+10FFFF, and a cut sequence.
  EXPECT_EQ(json_quoted("\xff"), "\"\\ufffd\"");
  EXPECT_EQ(json_quoted("\xc0\xaf"), "\"\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("\xe0\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
  EXPECT_EQ(json_quoted("a\xe6\xa0"), "\"a\\ufffd\\ufffd\"");
}

std::string written(const std::function<void(JsonWriter&)>& write) {
  std::string out;
  JsonWriter writer([&](std::string_view piece) { out.append(piece); });
  write(writer);
  return out;
}

TEST(JsonWriter, EmptyBracketsStayTogether) {
  EXPECT_EQ(written([](JsonWriter& json) { json.begin_object().end(); }), "{}");
  EXPECT_EQ(written([](JsonWriter& json) { json.begin_array().end(); }), "[]");
}

TEST(JsonWriter, NestsAndSeparates) {
  EXPECT_EQ(written([](JsonWriter& json) {
              json.begin_object().member("a", 1).key("b").begin_array();
              json.value("x").value(true).null().end();
              json.text_member("left out", "").member("c", -0.5).end();
            }),
            "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    true,\n    null\n  ],\n"
            "  \"c\": -0.5\n}");
}

TEST(JsonWriter, WhatIsNoNumberIsNull) {
  EXPECT_EQ(written([](JsonWriter& json) { json.value(std::numeric_limits<double>::infinity()); }),
            "null");
}

}  // namespace
}  // namespace azekura

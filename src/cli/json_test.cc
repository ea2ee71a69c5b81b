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

}  // namespace
}  // namespace azekura::cli

#include "scanner/rules/open_vex.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "scanner/document/bundle_testing.h"
#include "scanner/rules/rule.h"

namespace azekura::scanner::rules {
namespace {

const OpenVexOptions kOptions{.author = "ops@example.org", .time = 1704067200};

Statement statement(State state) {
  return {.product = "pkg:oci/app@sha256%3Aabc",
          .subcomponents = {"pkg:npm/b@1", "pkg:npm/a@1", "pkg:npm/a@1"},
          .id = "CVE-2024-1234",
          .aliases = {"GHSA-x", "GHSA-x"},
          .state = state,
          .justification = {},
          .impact = "Not \"built\" in: 構築されていない",
          .action = {},
          .time = 1706745600};
}

std::vector<Statement> one_of_each() {
  std::vector<Statement> all;
  for (const State state : {State::kFixed, State::kAffected, State::kWontFix, State::kPostponed,
                            State::kNotAffected, State::kInvestigating, State::kEndOfLife}) {
    all.push_back(statement(state));
  }
  all.push_back(statement(State::kNotAffected));  // twice the same
  all.push_back(Statement{.product = "pkg:npm/c",
                          .subcomponents = {},
                          .id = "CVE-2024-1",
                          .aliases = {},
                          .justification = "component_not_present",
                          .impact = {},
                          .action = {}});
  return all;
}

TEST(OpenVex, RefusesWhatTheFormatDoesNotAllow) {
  EXPECT_FALSE(open_vex({}, kOptions));
  Statement wrong = statement(State::kNotAffected);
  wrong.impact.clear();
  EXPECT_EQ(open_vex({wrong}, kOptions).error().message,
            "a statement of not being affected needs a justification or an impact");
  wrong.justification = "because";
  EXPECT_EQ(open_vex({wrong}, kOptions).error().message, "not a justification of OpenVEX: because");
  wrong = statement(State::kFixed);
  wrong.product = "app";
  EXPECT_FALSE(open_vex({wrong}, kOptions));
  wrong = statement(State::kFixed);
  wrong.subcomponents = {"b"};
  EXPECT_FALSE(open_vex({wrong}, kOptions));
  wrong = statement(State::kFixed);
  wrong.id.clear();
  EXPECT_FALSE(open_vex({wrong}, kOptions));
}

TEST(OpenVex, IsReadAsWhatItWasWrittenFrom) {
  const auto text = open_vex(one_of_each(), kOptions);
  ASSERT_TRUE(text) << text.error().message;
  const auto file = read_rules("own.json", *text, "");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->problems.empty()) << file->problems.front();
  // WillNotFix and EndOfLife say the same, as do Affected and Postponed: 6 statements, 5 of two
  // parts.
  EXPECT_EQ(file->rules.size(), 11U);
  for (const Rule& rule : file->rules) EXPECT_EQ(rule.owner, kOptions.author);
  EXPECT_EQ(*open_vex(one_of_each(), kOptions), *text);
}

// A folder of its own, which goes with the object.
class Folder {
 public:
  Folder() {
    std::string path = (std::filesystem::temp_directory_path() / "azekura-vex-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& octets) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path) << octets;
    return path;
  }

 private:
  std::string path_;
};

TEST(OpenVex, IsValidByTheSchema) {
  if (const auto why = missing_bundle("vex-sbom"); !why.empty()) GTEST_SKIP() << why;
  if (std::system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null") != 0) {
    GTEST_SKIP() << "no python3-jsonschema (scripts/install-deps test)";
  }
  const auto schemas = bundle_files("vex-sbom", "openvex-spec/openvex_json_schema.json");
  ASSERT_EQ(schemas.size(), 1U);
  const auto text = open_vex(one_of_each(), kOptions);
  ASSERT_TRUE(text) << text.error().message;

  const Folder folder;
  const std::string schema = folder.write("schema.json", schemas[0].octets);
  const std::string document = folder.write("vex.json", *text);
  const std::string script =
      folder.write("validate.py",
                   "import json, jsonschema, sys\n"
                   "schema, document = (json.load(open(p)) for p in sys.argv[1:])\n"
                   "jsonschema.Draft202012Validator(schema).validate(document)\n");
  EXPECT_EQ(std::system(("/usr/bin/python3 " + script + " " + schema + " " + document).c_str()), 0);
  // The check itself can fail.
  const std::string broken = folder.write("broken.json", "{\"@context\": 1}");
  EXPECT_NE(
      std::system(
          ("/usr/bin/python3 " + script + " " + schema + " " + broken + " 2>/dev/null").c_str()),
      0);
}

}  // namespace
}  // namespace azekura::scanner::rules

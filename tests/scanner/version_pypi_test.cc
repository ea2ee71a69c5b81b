// packaging's own tables: versions, their order, specifiers.

#include <map>
#include <string>
#include <vector>

#include "tests/scanner/version_tables.h"

namespace azekura::scanner {
namespace {

using version::RangeLanguage;
using version::Scheme;

class PypiTables : public VersionTables {
 protected:
  // Calls row(test, arguments) for each line; counts what it answers false for, by test.
  template <typename Row>
  static void for_each_row(std::string_view file, Row row) {
    JsonParser parser;
    std::map<std::string, std::size_t> skipped;
    for (const std::string& line : lines_of(table(file))) {
      const auto root = parser.parse(line);
      ASSERT_TRUE(root) << line;
      const std::string test = (*root)["test"].string();
      if (!row(test, (*root)["args"], line)) ++skipped[test];
    }
    for (const auto& [test, count] : skipped) {
      std::cout << "not of " << file << ": " << count << " of " << test << std::endl;
    }
  }

  static bool agrees(std::string_view op, std::strong_ordering order) {
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    if (op == "==") return order == 0;
    if (op == "!=") return order != 0;
    if (op == ">=") return order >= 0;
    return order > 0;
  }
};

TEST_F(PypiTables, EachVersionIsBelowTheNext) {
  std::vector<std::string> versions;
  for (std::string& line : lines_of(table("pypi/ordered-versions.txt"))) {
    if (!line.empty() && !line.starts_with('#')) versions.push_back(std::move(line));
  }
  ASSERT_EQ(versions.size(), 92U);
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < versions.size(); ++j) {
      EXPECT_EQ(*version::compare(Scheme::kPep440, versions[i], versions[j]), i <=> j)
          << versions[i] << ", " << versions[j];
    }
  }
  say(versions.size(), "pypi/ordered-versions.txt");
}

TEST_F(PypiTables, Versions) {
  const std::string unicode =
      R"({"test": "TestVersion.test_normalized_versions", "args": {"version": ")"
      "\u202f1.0\\t\u2029\\n "
      R"(", "normalized": "1.0"}})";
  Rows rows(std::vector<Exception>{{unicode, "spaces of Unicode around a version"}});
  for_each_row("pypi/test_version.jsonl", [&](const std::string& test, Json row, const auto& line) {
    if (test == "TestVersion.test_valid_versions") {
      rows.row(version::check(Scheme::kPep440, row["version"].text()).has_value(), line);
    } else if (test == "TestVersion.test_invalid_versions") {
      rows.row(!version::check(Scheme::kPep440, row["version"].text()), line);
    } else if (test == "TestVersion.test_normalized_versions") {
      const auto order =
          version::compare(Scheme::kPep440, row["version"].text(), row["normalized"].text());
      rows.row(order && *order == 0, line);
    } else if (test == "TestVersion.test_comparison_true" ||
               test == "TestVersion.test_comparison_false") {
      const auto order = version::compare(Scheme::kPep440, row["left"].text(), row["right"].text());
      const bool expected = test == "TestVersion.test_comparison_true";
      rows.row(order && agrees(row["op"].text(), *order) == expected, line);
    } else {
      return false;
    }
    return true;
  });
  EXPECT_EQ(rows.finish(), 50998U);
  say(rows.finish(), "pypi/test_version.jsonl");
}

TEST_F(PypiTables, Specifiers) {
  constexpr std::string_view kLegacy = "what is no version of PEP 440 is below 0.dev0 here";
  std::vector<Exception> exceptions;
  std::vector<std::string> lines;
  for (const std::string_view text :
       {"!=0.dev0,<0.dev1", "!=0.dev0,<=0.dev0", "<0", "<0.0", "<0.0.dev0", "===a,!=1.0"}) {
    lines.push_back(R"({"test": "TestIsUnsatisfiable.test_unsatisfiable", "args": {"spec_str": ")" +
                    std::string(text) + R"("}})");
  }
  for (const std::string& line : lines) exceptions.push_back({line, kLegacy});
  Rows rows(exceptions);
  std::size_t refusing_pre_releases = 0;
  const auto is_false = [](Json value) { return value.boolean() == false; };
  for_each_row("pypi/test_specifiers.jsonl", [&](const std::string& test, Json row,
                                                 const auto& line) {
    const Json specifier = row["spec_str"].missing() ? row["specifier"] : row["spec_str"];
    const auto intervals = version::intervals(RangeLanguage::kPep440, specifier.text());
    if (test == "TestSpecifier.test_specifiers_valid") {
      rows.row(intervals.has_value(), line);
      return true;
    }
    if (test == "TestSpecifier.test_specifiers_invalid") {
      rows.row(!intervals, line);
      return true;
    }
    if (test == "TestSpecifier.test_specifiers_normalized") {
      const std::string text = row["version"].string();
      const std::string op = text.find('+') == std::string::npos ? "~=" : "==";
      rows.row(version::intervals(RangeLanguage::kPep440, op + text).has_value(), line);
      return true;
    }
    if (test == "TestIsUnsatisfiable.test_unsatisfiable" ||
        test == "TestIsUnsatisfiable.test_satisfiable") {
      const bool expected = test == "TestIsUnsatisfiable.test_unsatisfiable";
      rows.row(intervals && intervals->empty() == expected, line);
      return true;
    }
    if (test == "TestSpecifierSet.test_empty_specifier") {
      const auto result = version::satisfies(RangeLanguage::kPep440, "", row["version"].text());
      rows.row(result && *result, line);
      return true;
    }
    const Json text = row["version"].missing() ? row["version_str"] : row["version"];
    const auto expected = row["expected"].boolean();
    if (!text.is_text() || !specifier.is_text() || !expected) return false;
    if (!row["installed"].missing()) return false;
    if (is_false(row["prereleases"]) || is_false(row["spec_pre"]) ||
        is_false(row["contains_pre"])) {
      ++refusing_pre_releases;
      return true;
    }
    const auto result = version::satisfies(RangeLanguage::kPep440, specifier.text(), text.text());
    rows.row(result && *result == *expected, line);
    return true;
  });
  EXPECT_EQ(rows.finish(), 857U);
  say(rows.finish(), "pypi/test_specifiers.jsonl",
      ", not " + std::to_string(refusing_pre_releases) + " that refuse all pre-releases");
}

}  // namespace
}  // namespace azekura::scanner

// composer/semver's own tables: normal forms, orders, constraints.

#include <string>
#include <vector>

#include "tests/scanner/version_tables.h"

namespace azekura::scanner {
namespace {

using version::Interval;
using version::RangeLanguage;
using version::Scheme;

class ComposerTables : public VersionTables {
 protected:
  static JsonDocument document(std::string_view file) {
    auto document = JsonDocument::parse(table(file));
    EXPECT_TRUE(document) << file;
    return document ? std::move(*document) : JsonDocument();
  }

  static std::optional<std::strong_ordering> order(Json a, Json b) {
    const auto order = version::compare(Scheme::kComposer, a.text(), b.text());
    if (!order) return std::nullopt;
    return *order;
  }

  static bool agrees(std::string_view op, std::strong_ordering order) {
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    if (op == "=" || op == "==") return order == 0;
    if (op == "!=" || op == "<>") return order != 0;
    if (op == ">=") return order >= 0;
    return order > 0;
  }

  static Interval interval(std::string_view op, std::string_view text) {
    const std::string version(text);
    if (op == "<" || op == "<=") return {"", true, version, op == "<="};
    if (op == ">" || op == ">=") return {version, op == ">=", "", false};
    return {version, true, version, true};
  }

  // What is in both, by what is in neither's rest.
  static std::vector<Interval> both(const std::vector<Interval>& a,
                                    const std::vector<Interval>& b) {
    auto rest = *version::complement(Scheme::kComposer, a);
    const auto more = *version::complement(Scheme::kComposer, b);
    rest.insert(rest.end(), more.begin(), more.end());
    return *version::complement(Scheme::kComposer, rest);
  }

  static std::vector<Interval> set_of(std::string_view op, std::string_view text) {
    if (op == "<>" || op == "!=")
      return *version::complement(Scheme::kComposer, {interval("=", text)});
    return {interval(op, text)};
  }

  static bool same_bound(const std::string& a, const std::string& b) {
    if (a.empty() || b.empty()) return a.empty() && b.empty();
    return *version::compare(Scheme::kComposer, a, b) == 0;
  }

  static bool same(const std::vector<Interval>& a, const std::vector<Interval>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same_bound(a[i].low, b[i].low) || a[i].low_inclusive != b[i].low_inclusive) return false;
      if (!same_bound(a[i].high, b[i].high) || a[i].high_inclusive != b[i].high_inclusive)
        return false;
    }
    return true;
  }

  static std::optional<std::vector<Interval>> intervals(std::string_view constraint) {
    auto result = version::intervals(RangeLanguage::kComposer, constraint);
    if (!result) return std::nullopt;
    return std::move(*result);
  }

  static std::string label(std::string_view list, Json row) {
    std::string text(list);
    for (const Json cell : row.items()) text.append(": ").append(cell.scalar());
    return text;
  }
};

constexpr std::string_view kBranches =
    "Composer gives two branches no order at all; here it is the text's";

constexpr std::string_view kOutside = "only branches are outside of these, and intervals hold none";

TEST_F(ComposerTables, Orders) {
  const JsonDocument tables = document("packagist/ComparatorTest.json");
  Rows rows({{"greaterThanProvider: dev-foo: dev-bar: false", kBranches},
             {"lessThanProvider: dev-foo: dev-master: false", kBranches}});
  struct List {
    std::string_view name;
    std::string_view op;
  };
  for (const List& list : {List{"greaterThanProvider", ">"},
                           {"greaterThanOrEqualToProvider", ">="},
                           {"lessThanProvider", "<"},
                           {"lessThanOrEqualToProvider", "<="},
                           {"equalToProvider", "=="},
                           {"notEqualToProvider", "!="}}) {
    for (const Json row : tables.root()[list.name].items()) {
      const auto found = order(row.at(0), row.at(1));
      rows.row(found && agrees(list.op, *found) == row.at(2).boolean(), label(list.name, row));
    }
  }
  for (const Json row : tables.root()["compareProvider"].items()) {
    const auto found = order(row.at(0), row.at(2));
    rows.row(found && agrees(row.at(1).text(), *found) == row.at(3).boolean(),
             label("compareProvider", row));
  }
  EXPECT_EQ(rows.finish(), 57U);
  say(rows.finish(), "packagist/ComparatorTest.json");
}

TEST_F(ComposerTables, Satisfaction) {
  const JsonDocument tables = document("packagist/SemverTest.json");
  Rows rows(std::vector<Exception>{
      {"sortProvider: dev-master", "Semver::sort puts the default branch above all versions"}});
  for (const std::string_view list : {"satisfiesProviderPositive", "satisfiesProviderNegative"}) {
    for (const Json row : tables.root()[list].items()) {
      std::string constraint = row.at(1).string();
      // PHP's source has a tab there.
      if (const auto at = constraint.find("\\t"); at != std::string::npos)
        constraint.replace(at, 2, "\t");
      const auto result =
          version::satisfies(RangeLanguage::kComposer, constraint, row.at(0).text());
      rows.row(result && *result == (list == "satisfiesProviderPositive"), label(list, row));
    }
  }
  for (const Json row : tables.root()["satisfiedByProvider"].items()) {
    std::vector<std::string> found;
    for (const Json text : row.at(1).items()) {
      const auto result =
          version::satisfies(RangeLanguage::kComposer, row.at(0).text(), text.text());
      if (result && *result) found.push_back(text.string());
    }
    std::vector<std::string> expected;
    for (const Json text : row.at(2).items()) expected.push_back(text.string());
    rows.row(found == expected, label("satisfiedByProvider", row));
  }
  for (const Json row : tables.root()["sortProvider"].items()) {
    bool sorted = true;
    bool has_branch = false;
    for (std::size_t i = 0; i < row.at(1).size(); ++i) {
      has_branch = has_branch || row.at(1).at(i).text() == "dev-master";
      if (i > 0) sorted = sorted && *order(row.at(1).at(i - 1), row.at(1).at(i)) <= 0;
    }
    rows.row(sorted, has_branch ? "sortProvider: dev-master" : "sortProvider");
  }
  EXPECT_EQ(rows.finish(), 123U);
  say(rows.finish(), "packagist/SemverTest.json");
}

TEST_F(ComposerTables, NormalForms) {
  const JsonDocument tables = document("packagist/VersionParserTest.json");
  Rows rows(std::vector<Exception>{{"successfulNormalizedVersions: 2010-01-02: 2010.01.02",
                                    "the normal form, read again, is the version 2010.01.02.0"}});
  for (const Json row : tables.root()["isValidVersions"].items()) {
    rows.row(version::check(Scheme::kComposer, row.at(0).text()).has_value() == row.at(1).boolean(),
             label("isValidVersions", row));
  }
  for (const Json row : tables.root()["successfulNormalizedVersions"].items()) {
    const auto found = order(row.at(0), row.at(1));
    rows.row(version::check(Scheme::kComposer, row.at(0).text()) && found && *found == 0,
             label("successfulNormalizedVersions", row));
  }
  for (const Json row : tables.root()["failingNormalizedVersions"].items()) {
    rows.row(!version::check(Scheme::kComposer, row.at(0).text()),
             label("failingNormalizedVersions", row));
  }
  // "X as Y": one of the two is no version.
  for (const std::string_view list :
       {"failingNormalizedVersionsWithBadAlias", "failingNormalizedVersionsWithBadAliasee"}) {
    for (const Json row : tables.root()[list].items()) {
      const std::string_view text = row.at(0).text();
      const std::size_t as = text.find(" as ");
      const bool alias = version::check(Scheme::kComposer, text.substr(as + 4)).has_value();
      const bool aliased = version::check(Scheme::kComposer, text.substr(0, as)).has_value();
      rows.row(!alias || !aliased, label(list, row));
    }
  }
  EXPECT_EQ(rows.finish(), 115U);
  say(rows.finish(), "packagist/VersionParserTest.json", " of versions");
  for (const std::string_view list :
       {"numericAliasVersions", "successfulNormalizedBranches", "stabilityProvider"}) {
    std::cout << "not of packagist/VersionParserTest.json: " << tables.root()[list].size() << " of "
              << list << ", which no advisory has" << std::endl;
  }
}

TEST_F(ComposerTables, Constraints) {
  const JsonDocument tables = document("packagist/VersionParserTest.json");
  Rows rows;
  for (const std::string_view list :
       {"simpleConstraints", "wildcardConstraints", "tildeConstraints", "caretConstraints",
        "hyphenConstraints"}) {
    for (const Json row : tables.root()[list].items()) {
      std::vector<Interval> expected = {Interval{}};
      for (std::size_t i = 1; i < row.size(); ++i) {
        const Json constraint = row.at(i)["Constraint"];
        if (constraint.missing()) continue;
        expected = both(expected, set_of(constraint.at(0).text(), constraint.at(1).text()));
      }
      const auto found = intervals(row.at(0).text());
      rows.row(found && same(*found, expected), label(list, row));
    }
  }
  for (const Json row : tables.root()["constraintProvider"].items()) {
    // "[== a || == b]", "[>= a < b]"
    std::string text;
    for (const char c : row.at(1).text()) {
      if (c != '[' && c != ']') text += c;
    }
    std::vector<Interval> expected;
    std::vector<Interval> all = {Interval{}};
    std::size_t from = 0;
    std::vector<std::string> words;
    while (from <= text.size()) {
      const std::size_t end = std::min(text.find(' ', from), text.size());
      words.push_back(text.substr(from, end - from));
      from = end + 1;
    }
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "||") {
        expected.insert(expected.end(), all.begin(), all.end());
        all = {Interval{}};
        continue;
      }
      all = both(all, set_of(words[i], words[i + 1]));
      ++i;
    }
    expected.insert(expected.end(), all.begin(), all.end());
    const auto found = intervals(row.at(0).text());
    rows.row(found && same(*found, both(expected, {Interval{}})), label("constraintProvider", row));
  }
  for (const std::string_view list : {"multiConstraintProvider", "multiConstraintProvider2"}) {
    const auto first = intervals(tables.root()[list].at(0).at(0).text());
    for (const Json row : tables.root()[list].items()) {
      const auto found = intervals(row.at(0).text());
      rows.row(first && found && same(*found, *first), label(list, row));
    }
  }
  for (const Json row : tables.root()["failingConstraints"].items()) {
    rows.row(!intervals(row.at(0).text()), label("failingConstraints", row));
  }
  EXPECT_EQ(rows.finish(), 175U);
  say(rows.finish(), "packagist/VersionParserTest.json", " of constraints");
}

TEST_F(ComposerTables, Subsets) {
  const JsonDocument tables = document("packagist/SubsetsTest.json");
  Rows rows({{"subsets: < dev-foo: = dev-foo", kBranches},
             {"notSubsets: != 3.0.0: <dev-foo || >dev-bar", kBranches},
             {"notSubsets: *: >= 1 || < 1", kOutside},
             {"notSubsets: != 3.0.0: > 3.0.0 || < 3.0.0-stable", kOutside},
             {"notSubsets: != 3.0.0-dev: ^2.0 || <2 || >3.0-dev", kOutside}});
  for (const std::string_view list : {"subsets", "notSubsets"}) {
    for (const Json row : tables.root()[list].items()) {
      const auto inner = intervals(row.at(0).text());
      const auto outer = intervals(row.at(1).text());
      rows.row(inner && outer && same(both(*inner, *outer), *inner) == (list == "subsets"),
               label(list, row));
    }
  }
  EXPECT_EQ(rows.finish(), 78U);
  say(rows.finish(), "packagist/SubsetsTest.json");
}

}  // namespace
}  // namespace azekura::scanner

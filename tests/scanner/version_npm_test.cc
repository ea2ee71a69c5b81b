// node-semver's own tables: what is a version, orders, equality, ranges.

#include <string>
#include <vector>

#include "tests/scanner/version_tables.h"

namespace azekura::scanner {
namespace {

using version::RangeLanguage;
using version::Scheme;

constexpr std::string_view kTolerant = "npm's strict mode refuses it; here its loose mode counts";
constexpr std::string_view kLong = "npm refuses it for its size; as SemVer 2.0.0 it is a version";

class NpmTables : public VersionTables {
 protected:
  static std::vector<std::vector<std::string>> rows_of(std::string_view file) {
    const auto document = JsonDocument::parse(table(file));
    std::vector<std::vector<std::string>> rows;
    if (!document) {
      ADD_FAILURE() << file << ": " << document.error().message;
      return rows;
    }
    for (const Json row : document->root()["rows"].items()) {
      std::vector<std::string> texts;
      for (const Json cell : row.items()) {
        if (cell.is_object()) {
          // Options are known by their names.
          std::string names;
          for (const auto [key, value] : cell.members()) names.append(key).append(" ");
          texts.push_back(names);
        } else {
          texts.push_back(cell.is_null() ? "null" : cell.scalar());
        }
      }
      rows.push_back(std::move(texts));
    }
    return rows;
  }

  static bool includes_pre_releases(const std::vector<std::string>& row) {
    return row.size() > 2 && row[2].find("includePrerelease") != std::string::npos;
  }

  // Calls test(first, second) for the rows without includePrerelease, which is no choice here.
  template <typename Test>
  static void expect_table(std::string_view file, std::size_t expected, std::size_t skipped,
                           Test test, std::vector<Exception> exceptions = {}) {
    Rows rows(std::move(exceptions));
    std::size_t with_option = 0;
    for (const auto& row : rows_of(file)) {
      if (includes_pre_releases(row)) {
        ++with_option;
        continue;
      }
      rows.row(test(row), row.size() < 2 ? row[0] : row[0] + ", " + row[1]);
    }
    EXPECT_EQ(rows.finish(), expected) << file;
    EXPECT_EQ(with_option, skipped) << file;
    say(expected, file,
        skipped == 0 ? "" : ", not " + std::to_string(skipped) + " with includePrerelease");
  }

  static bool satisfies(const std::string& range, const std::string& text) {
    const auto result = version::satisfies(RangeLanguage::kNpm, range, text);
    return result && *result;
  }

  enum class Side { kAbove, kBelow };

  // As npm's outside(): a pre-release that a range leaves out is on both sides of it.
  static bool is_outside(Side side, const std::string& range, const std::string& text) {
    const auto intervals = version::intervals(RangeLanguage::kNpm, range);
    if (!intervals || satisfies(range, text)) return false;
    for (const version::Interval& interval : *intervals) {
      const bool above = side == Side::kAbove;
      const std::string& end = above ? interval.high : interval.low;
      const std::string& other = above ? interval.low : interval.high;
      const bool inclusive = above ? interval.low_inclusive : interval.high_inclusive;
      if (end.empty()) return false;
      if (other.empty()) continue;
      const auto order = version::compare(Scheme::kSemver, text, other);
      if (!order || (*order == 0 && !inclusive)) return false;
      if (above ? *order < 0 : *order > 0) return false;
    }
    return true;
  }
};

TEST_F(NpmTables, Orders) {
  expect_table("npm/comparisons.json", 31, 0, [](const auto& row) {
    const auto order = version::compare(Scheme::kSemver, row[0], row[1]);
    return order && *order > 0;
  });
  expect_table("npm/equality.json", 37, 0, [](const auto& row) {
    const auto order = version::compare(Scheme::kSemver, row[0], row[1]);
    return order && *order == 0;
  });
}

TEST_F(NpmTables, WhatIsAVersion) {
  expect_table("npm/valid-versions.json", 22, 0,
               [](const auto& row) { return version::check(Scheme::kSemver, row[0]).has_value(); });
  std::string long_number;
  for (const auto& row : rows_of("npm/invalid-versions.json")) {
    if (row[1] == "too long") long_number = row[0] + ", " + row[1];
  }
  expect_table("npm/invalid-versions.json", 10, 0,
               [](const auto& row) { return !version::check(Scheme::kSemver, row[0]); },
               {{long_number, kLong},
                {"90071992547409910.0.0, too big", kLong},
                {"0.90071992547409910.0, too big", kLong},
                {"0.0.90071992547409910, too big", kLong}});
}

TEST_F(NpmTables, Ranges) {
  expect_table("npm/range-include.json", 105, 21,
               [](const auto& row) { return satisfies(row[0], row[1]); });
  expect_table("npm/range-exclude.json", 86, 12,
               [](const auto& row) { return !satisfies(row[0], row[1]); });
  expect_table("npm/range-parse.json", 121, 12,
               [](const auto& row) {
                 const auto found = version::intervals(RangeLanguage::kNpm, row[0]);
                 if (row[1] == "null") return !found;
                 const auto expected = version::intervals(RangeLanguage::kNpm, row[1]);
                 return found && expected && *found == *expected;
               },
               {{">01.02.03, null", kTolerant},
                {"~1.2.3beta, null", kTolerant},
                {">=09090, null", kTolerant}});
}

TEST_F(NpmTables, VersionsOutsideOfRanges) {
  expect_table("npm/version-gt-range.json", 56, 0,
               [](const auto& row) { return is_outside(Side::kAbove, row[0], row[1]); });
  expect_table("npm/version-lt-range.json", 58, 0,
               [](const auto& row) { return is_outside(Side::kBelow, row[0], row[1]); });
  expect_table("npm/version-not-gt-range.json", 79, 1,
               [](const auto& row) { return !is_outside(Side::kAbove, row[0], row[1]); });
  expect_table("npm/version-not-lt-range.json", 82, 1,
               [](const auto& row) { return !is_outside(Side::kBelow, row[0], row[1]); });
}

TEST_F(NpmTables, OtherTablesAreOfNoUse) {
  for (const std::string_view file : {"npm/increments.json", "npm/truncations.json"}) {
    std::cout << "not of " << file << ": " << rows_of(file).size() << " rows of new versions"
              << std::endl;
  }
  for (const std::string_view file :
       {"npm/range-intersection.json", "npm/comparator-intersection.json"}) {
    std::cout << "not of " << file << ": " << rows_of(file).size() << " rows of two ranges"
              << std::endl;
    EXPECT_FALSE(rows_of(file).empty());
  }
}

}  // namespace
}  // namespace azekura::scanner

// What the tests over the archive `versions` share.
#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/document/bundle_testing.h"
#include "scanner/document/json.h"
#include "scanner/version/range.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner {

// A line of a table that does not hold here, and why. Each must be met, and must not hold.
struct Exception {
  std::string_view line;
  std::string_view reason;
};

class VersionTables : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = missing_bundle("versions"); !missing.empty()) {
      GTEST_SKIP() << missing;
    }
  }

  // The one file of that name.
  static std::string table(std::string_view name) {
    for (BundleFile& file : bundle_files("versions", name)) {
      if (file.name == name) return std::move(file.octets);
    }
    ADD_FAILURE() << "no " << name;
    return {};
  }

  static std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      lines.emplace_back(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
  }

  static void say(std::size_t count, std::string_view file, std::string_view more = "") {
    std::cout << count << " lines of " << file << more << std::endl;
    RecordProperty(std::string(file), static_cast<int>(count));
  }
};

// Counts a table's rows; each holds, or is one of the exceptions.
class Rows {
 public:
  explicit Rows(std::vector<Exception> exceptions = {}) : exceptions_(std::move(exceptions)) {}

  void row(bool holds, const std::string& line) {
    ++count_;
    for (const Exception& exception : exceptions_) {
      if (exception.line != line) continue;
      EXPECT_FALSE(holds) << line << " holds, but is listed: " << exception.reason;
      met_.insert(line);
      return;
    }
    EXPECT_TRUE(holds) << line;
  }

  // How many rows there were, with all exceptions among them.
  std::size_t finish() const {
    for (const Exception& exception : exceptions_) {
      EXPECT_TRUE(met_.contains(std::string(exception.line))) << "no such line: " << exception.line;
    }
    return count_;
  }

 private:
  std::vector<Exception> exceptions_;
  std::set<std::string> met_;
  std::size_t count_ = 0;
};

}  // namespace azekura::scanner

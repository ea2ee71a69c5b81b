// For the tests of the readers: what a reader found, as lines that can be compared.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

// Reads `octets` with its neighbours: path relative to the folder → content.
inline Result<ReadOutcome> read_with(Reader reader, std::string_view octets,
                                     std::string_view path = {},
                                     const std::map<std::string, std::string>& neighbours = {}) {
  ReadContext context;
  context.path = path;
  context.open = [&](std::string_view relative) -> Result<std::string> {
    const auto found = neighbours.find(std::string(relative));
    if (found == neighbours.end()) return fail(Code::kNotFound, "no such file");
    return found->second;
  };
  return reader(octets, context);
}

// "name version", then what is not usual: " manifest" (not an exact version), " dev", " direct".
inline std::vector<std::string> lines_of(const Result<ReadOutcome>& outcome) {
  if (!outcome) {
    ADD_FAILURE() << outcome.error().message;
    return {};
  }
  std::vector<std::string> lines;
  for (const Component& component : outcome->components) {
    std::string line = component.name + " " + component.version;
    if (component.evidence == Evidence::kManifest) line += " manifest";
    if (component.development) line += " dev";
    if (component.direct) line += " direct";
    lines.push_back(std::move(line));
  }
  return lines;
}

// "malformed: why" of each.
inline std::vector<std::string> problems_of(const Result<ReadOutcome>& outcome) {
  std::vector<std::string> lines;
  if (!outcome) return lines;
  for (const Problem& problem : outcome->problems) {
    lines.push_back(std::string(name_of(problem.kind)) + ": " + problem.why);
  }
  return lines;
}

inline void expect_invalid(const Result<ReadOutcome>& outcome) {
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, Code::kInvalid);
  EXPECT_FALSE(outcome.error().message.empty());
}

}  // namespace azekura::scanner::inventory

// Every bill of materials of the bundle's archive `vex-sbom`: held against what sbom_bundle.tsv
// says of it.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>

#include "scanner/document/bundle_testing.h"
#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {
namespace {

constexpr int kSboms = 732;
constexpr int kRefused = 4;
constexpr std::size_t kComponents = 6011;

std::map<std::string, std::string> expected_counts() {
  std::ifstream table(AZEKURA_SOURCE_DIR "/src/scanner/inventory/sbom_bundle.tsv");
  std::map<std::string, std::string> expected;
  for (std::string line; std::getline(table, line);) {
    const std::size_t tab = line.find('\t');
    if (!line.starts_with('#')) expected.emplace(line.substr(0, tab), line.substr(tab + 1));
  }
  return expected;
}

bool is_schema_or_advisory(std::string_view name) {
  return name.starts_with("csaf/") || name.find("schema") != std::string_view::npos;
}

TEST(SbomBundle, EveryDocumentGivesTheComponentsThatTheTableStates) {
  if (const auto why = missing_bundle("vex-sbom"); !why.empty()) GTEST_SKIP() << why;
  auto expected = expected_counts();
  std::map<std::string_view, std::pair<int, std::size_t>> by_format;
  int documents = 0;
  int refused = 0;
  std::size_t components = 0;
  for (const BundleFile& file : bundle_files("vex-sbom")) {
    if (is_schema_or_advisory(file.name)) continue;
    const ReaderEntry* reader = sbom_reader_for_octets(file.octets);
    if (reader == nullptr) {
      EXPECT_FALSE(expected.contains(file.name)) << file.name;
      continue;
    }
    ++documents;
    const auto outcome = reader->read(file.octets, {});
    const auto row = expected.extract(file.name);
    const std::string count = row.empty() ? "0" : row.mapped();
    EXPECT_EQ(outcome ? std::to_string(outcome->components.size()) : "error", count) << file.name;
    if (!outcome) {
      ++refused;
      EXPECT_EQ(outcome.error().code, Code::kInvalid) << file.name;
      continue;
    }
    auto& sum = by_format[reader->format];
    ++sum.first;
    sum.second += outcome->components.size();
    components += outcome->components.size();
  }
  for (const auto& [format, sum] : by_format) {
    std::cout << format << ": " << sum.first << " documents, " << sum.second << " components\n";
  }
  for (const auto& [name, count] : expected) ADD_FAILURE() << name << " was not read";
  EXPECT_EQ(documents, kSboms);
  EXPECT_EQ(refused, kRefused);
  EXPECT_EQ(components, kComponents);
}

TEST(SbomBundle, WhatIsInvalidOnPurposeByNameIsRefusedOrAProblem) {
  if (const auto why = missing_bundle("vex-sbom"); !why.empty()) GTEST_SKIP() << why;
  for (const BundleFile& file : bundle_files("vex-sbom", "osv-scalibr")) {
    if (file.name.find("invalid_sbom") == std::string::npos) continue;
    EXPECT_EQ(sbom_reader_for_octets(file.octets), nullptr) << file.name;
    for (const ReaderEntry& reader : sbom_readers()) {
      EXPECT_FALSE(reader.read(file.octets, {}).has_value())
          << file.name << " as " << reader.format;
    }
  }
}

}  // namespace
}  // namespace azekura::scanner::inventory

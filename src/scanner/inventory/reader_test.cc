#include "scanner/inventory/reader.h"

#include <gtest/gtest.h>

#include <set>

namespace azekura::scanner::inventory {
namespace {

std::string_view format_of(const ReaderEntry* reader) {
  return reader == nullptr ? std::string_view("none") : reader->format;
}

TEST(ReaderMatches, ANameIsMetInAnyFolder) {
  EXPECT_TRUE(matches("Cargo.lock", "Cargo.lock"));
  EXPECT_TRUE(matches("Cargo.lock", "a/b/Cargo.lock"));
  EXPECT_FALSE(matches("Cargo.lock", "Cargo.lock/a"));
  EXPECT_FALSE(matches("Cargo.lock", "xCargo.lock"));
  EXPECT_FALSE(matches("Cargo.lock", ""));
}

TEST(ReaderMatches, AStarIsAnyRunWithinOnePart) {
  EXPECT_TRUE(matches("*requirements*.txt", "requirements.txt"));
  EXPECT_TRUE(matches("*requirements*.txt", "dev-requirements-3.txt"));
  EXPECT_FALSE(matches("*requirements*.txt", "requirements/txt"));
  EXPECT_TRUE(matches("*a*b*", "xxaxxaxxbx"));
  EXPECT_FALSE(matches("*a*b*", "xxbxxa"));
}

TEST(ReaderMatches, FoldersAreHeldAgainstTheLastOnes) {
  EXPECT_TRUE(matches("*.dist-info/METADATA", "lib/x-1.dist-info/METADATA"));
  EXPECT_FALSE(matches("*.dist-info/METADATA", "METADATA"));
  EXPECT_FALSE(matches("*.dist-info/METADATA", "x.dist-info/a/METADATA"));
}

TEST(ReaderMatches, CaseIsFolded) { EXPECT_TRUE(matches("packages.config", "Packages.CONFIG")); }

TEST(ReaderFor, OnlyThePackageJsonAtTheTopOfAPackageIsOne) {
  EXPECT_EQ(format_of(reader_for("node_modules/a/package.json")), "node_modules package.json");
  EXPECT_EQ(format_of(reader_for("x/node_modules/@s/a/package.json")), "node_modules package.json");
  EXPECT_EQ(format_of(reader_for("node_modules/a/esm/package.json")), "none");
  EXPECT_EQ(format_of(reader_for("package.json")), "none");
}

TEST(ReaderFor, SbomsGoBeforeLockfiles) {
  EXPECT_EQ(format_of(reader_for("a/bom.json")), "CycloneDX JSON");
  EXPECT_EQ(format_of(reader_for("a/x.spdx.json")), "SPDX JSON");
  EXPECT_EQ(format_of(reader_for("opt/.spdx-nginx.spdx")), "SPDX tag-value");
}

TEST(ReaderForOctets, RecognisesSbomsOfAnyName) {
  EXPECT_EQ(format_of(sbom_reader_for_octets("\xEF\xBB\xBF {\"a\":1,\"bomFormat\":\"CycloneDX\"}")),
            "CycloneDX JSON");
  EXPECT_EQ(format_of(sbom_reader_for_octets("{\"spdxVersion\":\"SPDX-2.3\"}")), "SPDX JSON");
  EXPECT_EQ(format_of(sbom_reader_for_octets(
                "{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"}")),
            "SPDX JSON");
  EXPECT_EQ(format_of(sbom_reader_for_octets(
                "<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"/>")),
            "CycloneDX XML");
  EXPECT_EQ(format_of(sbom_reader_for_octets("SPDXVersion: SPDX-2.2\n")), "SPDX tag-value");
  EXPECT_EQ(format_of(sbom_reader_for_octets("spdxVersion: \"SPDX-2.3\"\n")), "SPDX YAML");
  EXPECT_EQ(format_of(sbom_reader_for_octets("{\"lockfileVersion\": 3}")), "none");
  EXPECT_EQ(format_of(sbom_reader_for_octets("")), "none");
}

TEST(Readers, HaveAFormatOfTheirOwnAndPatterns) {
  std::set<std::string_view> formats;
  for (const auto& readers : {lockfile_readers(), sbom_readers()}) {
    for (const ReaderEntry& reader : readers) {
      EXPECT_TRUE(formats.insert(reader.format).second) << reader.format;
      EXPECT_FALSE(reader.patterns.empty()) << reader.format;
    }
  }
}

}  // namespace
}  // namespace azekura::scanner::inventory

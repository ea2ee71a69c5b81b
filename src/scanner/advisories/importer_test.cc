#include "scanner/advisories/importer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "scanner/advisories/sink_testing.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kOsv =
    R"({"id":"GHSA-xxxx-yyyy-zzzz","modified":"2024-01-02T03:04:05Z","affected":[]})";

TEST(Importer, WhatStandsBesideTheDataIsSkipped) {
  for (const std::string_view name :
       {"LICENSE", "x/LICENSE.txt", "README.md", "a!b/CONTRIBUTING.md", "indexof.html",
        "cve-1.json.asc", "cve-1.json.sha256", "index.txt", "changes.csv", "osv.schema.json",
        "repodata/repomd.xml", "123-modules.yaml", ".github/workflows/x.yml", ".gitignore",
        "active/00boilerplate", "archive_latest.txt", "extras-catalog.json"}) {
    const Imported sink = imported(name, "{ not even JSON");
    EXPECT_FALSE(sink.taken) << name;
    EXPECT_TRUE(sink.bad.empty()) << name;
  }
}

TEST(Importer, AProductNamedLikeALicenceIsNoLicence) {
  const Imported sink = imported("vendor/security.json", kOsv);
  EXPECT_TRUE(sink.taken);
  EXPECT_EQ(sink.advisories.size(), 1U);
}

TEST(Importer, ASchemaIsSkippedByItsContent) {
  const Imported sink =
      imported("kev.json", R"({"$schema":"https://json-schema.org/x","properties":{}})");
  EXPECT_FALSE(sink.taken);
  EXPECT_TRUE(sink.bad.empty());
}

TEST(Importer, AnHtmlPageWithoutThatExtensionIsSkipped) {
  for (const std::string_view page :
       {"<!DOCTYPE html><p>", "  <html lang=en>", "<!doctype HTML>"}) {
    const Imported sink = imported("page", page);
    EXPECT_FALSE(sink.taken) << page;
    EXPECT_TRUE(sink.bad.empty()) << page;
  }
}

TEST(Importer, WhatCannotBeParsedIsABadRecordOfItsName) {
  for (const std::string_view name : {"a.json", "a.xml", "a.yaml", "a.json"}) {
    const Imported sink = imported(name, "{\"id\": <");
    ASSERT_EQ(sink.bad.size(), 1U) << name;
    EXPECT_EQ(sink.bad[0].first, name);
    EXPECT_EQ(sink.bad[0].second.code, Code::kInvalid) << name;
    EXPECT_TRUE(sink.taken);
  }
}

TEST(Importer, AnEmptyFileOfAKnownKindIsBad) {
  EXPECT_EQ(imported("a.json", "").bad.size(), 1U);
  EXPECT_EQ(imported("a.xml", " \n").bad.size(), 1U);
  EXPECT_FALSE(imported("a", "").taken);
}

TEST(Importer, AFormatThatNobodyKnowsIsNamed) {
  for (const auto& [name, octets] :
       {std::pair<std::string_view, std::string_view>{"a.json", R"({"hello":"world"})"},
        {"b.json", "[]"},
        {"c.json", "7"},
        {"d.xml", "<oval_definitions/>"},
        {"e.yaml", "hello: world\n"},
        {"f", "CVE list\n"}}) {
    const Imported sink = imported(name, octets);
    ASSERT_EQ(sink.bad.size(), 1U) << name;
    EXPECT_EQ(sink.bad[0].first, name);
    EXPECT_EQ(sink.bad[0].second.code, Code::kUnsupported);
  }
}

TEST(Importer, TheContentDecidesWhereTheNameSaysNothing) {
  EXPECT_EQ(imported("data", std::string("\xEF\xBB\xBF \n") + std::string(kOsv)).advisories.size(),
            1U);
}

TEST(Importer, OneParserServesManyFiles) {
  JsonParser parser;
  KeptSink sink;
  import_file({"a.json", parser}, kOsv, sink);
  import_file({"b.json", parser}, "{", sink);
  import_file({"c.json", parser}, kOsv, sink);
  EXPECT_EQ(sink.advisories.size(), 2U);
  EXPECT_EQ(sink.bad.size(), 1U);
}

}  // namespace
}  // namespace azekura::scanner::advisories

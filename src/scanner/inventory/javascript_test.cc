#include "scanner/inventory/javascript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "scanner/document/bundle_testing.h"
#include "scanner/document/json.h"
#include "scanner/inventory/text_search.h"
#include "scanner/inventory/tree_testing.h"

namespace azekura::scanner::inventory {
namespace {

using Kind = JavaScriptSignature::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> matched(const std::vector<JavaScriptSignature>& signatures,
                                 std::string_view path, std::string_view octets) {
  std::vector<std::string> out;
  for (const Component& component : JavaScriptMatcher::create(signatures).match(path, octets)) {
    out.push_back(component.name + " " + component.version + " " + component.signs.at(0));
  }
  return out;
}

TEST(TextSearch, EveryWordIsFoundInAnyCaseAlsoInsideAnother) {
  const TextSearch search({"jquery", "query", "he", "she", "hers"});
  EXPECT_THAT(search.find("JQUERY"), ElementsAre(0, 1));
  EXPECT_THAT(search.find("usHers"), ElementsAre(2, 3, 4));
  EXPECT_THAT(search.find("quer"), IsEmpty());
  EXPECT_THAT(TextSearch({}).find("x"), IsEmpty());
}

TEST(JavaScript, ExpressionsThatRe2HasNoWordsForAreCountedAndNamed) {
  const std::vector<JavaScriptSignature> signatures = {
      {"a", Kind::kContent, "(.)=(\\1)(§§version§§)", ""},
      {"b", Kind::kContent, "(§§version§§)(?<=1)", ""},
      {"c", Kind::kAst, "//X", ""},
      {"d", Kind::kContent, "d v(§§version§§)", ""},
  };
  const auto matcher = JavaScriptMatcher::create(signatures);
  EXPECT_EQ(matcher.counts().usable, 1U);
  EXPECT_EQ(matcher.counts().unsupported, 2U);
  EXPECT_EQ(matcher.counts().syntax_trees, 1U);
  ASSERT_TRUE(matcher.problem());
  EXPECT_EQ(matcher.problem()->kind, Problem::Kind::kSkipped);
  EXPECT_THAT(matcher.problem()->why, HasSubstr("(a, b)"));
  EXPECT_FALSE(JavaScriptMatcher::create({}).problem());
}

TEST(JavaScript, TheVersionIsTheGroupThatIsMarked) {
  EXPECT_THAT(matched({{"lib", Kind::kContent, "/\\*!? (a|b)lib v(§§version§§)", ""}}, "x.js",
                      "/*! blib v3.1.0-beta */"),
              ElementsAre("lib 3.1.0-beta content"));
  EXPECT_THAT(matched({{"lib", Kind::kFileName, "lib-(§§version§§)(.min)?\\.js", ""}},
                      "js/lib-1.2.3.min.js", ""),
              ElementsAre("lib 1.2.3 file name"));
  EXPECT_THAT(
      matched({{"lib", Kind::kFileName, "lib-(§§version§§)\\.js", ""}}, "js/mylib-1.2.3.js", ""),
      IsEmpty());
  EXPECT_THAT(matched({{"lib", Kind::kUri, "/(§§version§§)/lib\\.js", ""}}, "2.0.1/lib.js", ""),
              ElementsAre("lib 2.0.1 path"));
  EXPECT_THAT(matched({{"lib", Kind::kContentReplace, "/lib=\"([0-9])_(§§version§§)\"/$1.$2/", ""}},
                      "x.js", "lib=\"1_2.3\""),
              ElementsAre("lib 1.2.3 content"));
  EXPECT_THAT(matched({{"lib", Kind::kHash, "A9993E364706816ABA3E25717850C26C9CD0D89D", "1.0.0"}},
                      "x.js", "abc"),
              ElementsAre("lib 1.0.0 digest"));
}

TEST(JavaScript, RepetitionsLongerThanRe2AllowsAreSplit) {
  const std::string far(1500, 'x');
  EXPECT_THAT(matched({{"lib", Kind::kContent, "begin.{0,2500}version=(§§version§§)", ""}}, "x.js",
                      "begin" + far + "version=1.5"),
              ElementsAre("lib 1.5 content"));
  EXPECT_THAT(matched({{"lib", Kind::kContent, "begin[^\\]]{1,2500}?version=(§§version§§)", ""}},
                      "x.js", "begin" + far + far + "version=1.5"),
              IsEmpty());
}

TEST(JavaScript, TextThatIsNotUtf8IsSearchedAllTheSame) {
  EXPECT_THAT(matched({{"lib", Kind::kContent, "lib.{0,5}v(§§version§§)", ""}}, "x.js",
                      "\xff\xfelib\x80\x81v1.2"),
              ElementsAre("lib 1.2 content"));
}

class Scripts : public TreeTest {};

TEST_F(Scripts, ScriptsInATreeAreMatchedAndWhatIsLeftOutIsSaidOnce) {
  write("a/lib.js", "lib v1.2");
  write("b/lib.mjs", "lib v1.3");
  write("c/lib.txt", "lib v1.4");
  TreeOptions options;
  options.javascript = {{"lib", Kind::kContent, "lib v(§§version§§)", ""},
                        {"x", Kind::kAst, "//X", ""}};
  const Inventory found = take(".", options);
  EXPECT_THAT(said(found), ElementsAre("lib 1.2 @ a/lib.js", "lib 1.3 @ b/lib.mjs"));
  EXPECT_THAT(troubles(found), ElementsAre("skipped "));
  EXPECT_THAT(said(take()), IsEmpty());
}

// The repository of retire.js, as its importer hands it over.
std::vector<JavaScriptSignature> bundle_signatures(const std::string& json) {
  static const std::map<std::string_view, Kind> kKinds = {
      {"uri", Kind::kUri},
      {"filename", Kind::kFileName},
      {"filecontent", Kind::kContent},
      {"filecontentreplace", Kind::kContentReplace},
      {"ast", Kind::kAst}};
  std::vector<JavaScriptSignature> out;
  const auto document = JsonDocument::parse(json);
  EXPECT_TRUE(document);
  if (!document) return out;
  for (const auto& [library, entry] : document->root().members()) {
    for (const auto& [kind, patterns] : entry["extractors"].members()) {
      if (kind == "hashes") {
        for (const auto& [hash, version] : patterns.members()) {
          out.push_back({std::string(library), Kind::kHash, std::string(hash), version.string()});
        }
      }
      const auto known = kKinds.find(kind);
      if (known == kKinds.end()) continue;
      for (const Json pattern : patterns.items()) {
        out.push_back({std::string(library), known->second, pattern.string(), ""});
      }
    }
  }
  return out;
}

std::string replaced(std::string text, std::string_view mark, std::string_view by) {
  for (std::size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + by.size())) {
    text.replace(at, mark.size(), by);
  }
  return text;
}

// The cases of retire.js are addresses: what is looked at there, beside the content, are the path
// and the file's name.
TEST(JavaScript, TheBundlesSignaturesCompileAndItsCasesAreKnownByTheirAddresses) {
  if (const auto missing = missing_bundle("retirejs"); !missing.empty()) GTEST_SKIP() << missing;
  std::string repository;
  std::string cases;
  for (auto& file : bundle_files("retirejs", "repository/")) {
    if (file.name == "repository/jsrepository-v5.json") repository = std::move(file.octets);
    if (file.name == "repository/testcases.json") cases = std::move(file.octets);
  }
  const auto matcher = JavaScriptMatcher::create(bundle_signatures(repository));
  const auto& counts = matcher.counts();
  const auto document = JsonDocument::parse(cases);
  ASSERT_TRUE(document);
  std::size_t asked = 0;
  std::size_t known = 0;
  std::size_t wrong = 0;
  for (const auto& [library, addresses] : document->root().members()) {
    for (const auto& [address, about] : addresses.members()) {
      if (about["contentOnly"].boolean().value_or(false)) continue;
      for (const Json version : about["versions"].items()) {
        const std::string subversion = about["subversions"].at(0).string();
        const std::string path =
            replaced(replaced(std::string(address), "§§version§§", version.text()),
                     "§§subversion§§", subversion);
        ++asked;
        for (const Component& component : matcher.match(path, "")) {
          if (component.name != library) continue;
          ++(component.version == version.text() ? known : wrong);
          break;
        }
      }
    }
  }
  std::cout << counts.usable << " signatures usable, " << counts.unsupported << " expressions not, "
            << counts.syntax_trees << " paths through syntax trees; " << asked << " addresses, "
            << known << " known, " << wrong << " with another version\n";
  EXPECT_EQ(counts.unsupported, 3U);
  EXPECT_EQ(counts.syntax_trees, 66U);
  EXPECT_EQ(counts.usable, 351U);
  EXPECT_EQ(asked, 263U);
  EXPECT_EQ(known, 263U);
  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace azekura::scanner::inventory

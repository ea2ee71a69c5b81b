#include "scanner/terms/cpe.h"

#include <gtest/gtest.h>

#include <functional>
#include <iostream>

#include "scanner/document/bundle_testing.h"
#include "scanner/document/json.h"

namespace azekura::scanner {
namespace {

Cpe cpe(std::string_view text) {
  auto parsed = parse_cpe(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
  return parsed.value_or(Cpe{});
}

TEST(Cpe, WhatIsNoneIsRefusedWithTheReason) {
  for (const std::string_view text :
       {"", "cpe", "cpe:", "cpe:/", "cpe:2.3", "cpe:2.3:", "cpe:2.2:a:b:c", "cpe:2.3:x:v:p",
        "cpe:/x:v:p", "a:v:p", "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*:*", "cpe:/a:v:p:1:u:e:l:x",
        "cpe:2.3:a:v p", "cpe:2.3:a:v:p\\", "cpe:/a:v:%", "cpe:/a:v:%zz", "cpe:/a:v:%00",
        "cpe:/a:v:p:::~a~b~c~d~e~f"}) {
    // An empty part is ANY.
    if (text == "cpe:/" || text == "cpe:2.3:") continue;
    const auto parsed = parse_cpe(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Code::kInvalid);
    EXPECT_TRUE(parsed.error().message.starts_with("the CPE name ")) << parsed.error().message;
  }
}

TEST(Cpe, HasALongestLength) {
  const std::string start = "cpe:2.3:a:v:";
  EXPECT_TRUE(parse_cpe(start + std::string(kCpeSizeMax - start.size(), 'a')));
  EXPECT_FALSE(parse_cpe(start + std::string(kCpeSizeMax - start.size() + 1, 'a')));
}

// The examples of NISTIR 7695 §6.1.3 and §6.2.3.
TEST(Cpe, HasTwoBindingsThatSayTheSame) {
  struct Case {
    std::string_view uri;
    std::string_view formatted;
  };
  for (const Case& each : {
           Case{"cpe:/a:microsoft:internet_explorer:8.0.6001:beta",
                "cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*"},
           Case{"cpe:/a:microsoft:internet_explorer:8.%02:sp%01",
                "cpe:2.3:a:microsoft:internet_explorer:8.*:sp?:*:*:*:*:*:*"},
           Case{"cpe:/a:hp:insight_diagnostics:7.4.0.1570::~~online~win2003~x64~",
                "cpe:2.3:a:hp:insight_diagnostics:7.4.0.1570:*:*:*:online:win2003:x64:*"},
           Case{"cpe:/a:hp:openview_network_manager:7.51::~~~linux~~",
                "cpe:2.3:a:hp:openview_network_manager:7.51:*:*:*:*:linux:*:*"},
           Case{"cpe:/a:foo%5cbar:big%24money_manager_2010:::~~special~ipod_touch~80gb~",
                "cpe:2.3:a:foo\\\\bar:big\\$money_manager_2010:*:*:*:*:special:ipod_touch:80gb:*"},
           Case{"cpe:/a:acme:c%2b%2b:-", "cpe:2.3:a:acme:c\\+\\+:-:*:*:*:*:*:*:*"},
           Case{"cpe:/a:acme:%2d", "cpe:2.3:a:acme:\\-:*:*:*:*:*:*:*:*"},
           Case{"cpe:/a:acme:a%3ab", "cpe:2.3:a:acme:a\\:b:*:*:*:*:*:*:*:*"},
           Case{"cpe:/o:linux:linux_kernel", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"},
       }) {
    EXPECT_EQ(to_formatted_string(cpe(each.uri)), each.formatted);
    EXPECT_EQ(to_uri(cpe(each.formatted)), each.uri);
    EXPECT_EQ(to_uri(cpe(each.uri)), each.uri);
    EXPECT_EQ(cpe(each.uri), cpe(each.formatted)) << each.uri;
  }
}

TEST(Cpe, AttributesAreUnescaped) {
  const Cpe name = cpe("cpe:2.3:a:acme:c\\+\\+:1\\.0\\:2:*:*:*:*:*:*:*");
  EXPECT_EQ(name.product, "c++");
  EXPECT_EQ(name.version, "1.0:2");
  EXPECT_EQ(product_key(cpe("cpe:/a:F5:NGINX:1")), "a:f5:nginx");
  EXPECT_EQ(product_key(cpe("cpe:2.3:a:acme:c\\+\\+")), "a:acme:c++");
  // A literal asterisk is not a wildcard.
  EXPECT_EQ(cpe("cpe:2.3:a:acme:a\\*b").product, "a\\*b");
  EXPECT_EQ(to_formatted_string(cpe("cpe:2.3:a:acme:a\\*b")),
            "cpe:2.3:a:acme:a\\*b:*:*:*:*:*:*:*:*");
}

// NISTIR 7696 Table 6-2.
TEST(Cpe, AttributesRelateAsSets) {
  using enum CpeRelation;
  EXPECT_EQ(relation("*", "*"), kEqual);
  EXPECT_EQ(relation("*", "-"), kSuperset);
  EXPECT_EQ(relation("*", "foo"), kSuperset);
  EXPECT_EQ(relation("*", "foo*"), kUndefined);
  EXPECT_EQ(relation("-", "*"), kSubset);
  EXPECT_EQ(relation("-", "-"), kEqual);
  EXPECT_EQ(relation("-", "foo"), kDisjoint);
  EXPECT_EQ(relation("-", "foo?"), kUndefined);
  EXPECT_EQ(relation("foo", "*"), kSubset);
  EXPECT_EQ(relation("foo", "-"), kDisjoint);
  EXPECT_EQ(relation("foo", "FOO"), kEqual);
  EXPECT_EQ(relation("foo", "bar"), kDisjoint);
  EXPECT_EQ(relation("foo*", "*"), kSubset);
  EXPECT_EQ(relation("foo*", "-"), kDisjoint);
  EXPECT_EQ(relation("foo*", "foobar"), kSuperset);
  EXPECT_EQ(relation("foo*", "foo"), kSuperset);
  EXPECT_EQ(relation("foo*", "barfoo"), kDisjoint);
  EXPECT_EQ(relation("foo*", "foo*"), kUndefined);
  EXPECT_EQ(relation("*foo", "barfoo"), kSuperset);
  EXPECT_EQ(relation("*foo*", "barfoobar"), kSuperset);
  EXPECT_EQ(relation("sp??", "sp1"), kSuperset);
  EXPECT_EQ(relation("sp??", "sp"), kSuperset);
  EXPECT_EQ(relation("sp??", "sp123"), kDisjoint);
  EXPECT_EQ(relation("?a", "aaa"), kDisjoint);
  EXPECT_EQ(relation("??a", "aaa"), kSuperset);
  EXPECT_EQ(relation("??", "ab"), kSuperset);
  EXPECT_EQ(relation("??", "abc"), kDisjoint);
  EXPECT_EQ(relation("foo\\*", "foobar"), kDisjoint);
  EXPECT_EQ(relation("foo\\*", "foo\\*"), kEqual);
}

TEST(Cpe, APatternCoversWhatNothingSpeaksAgainst) {
  const auto covers = [](std::string_view pattern, std::string_view name) {
    return covers_attributes(cpe(pattern), cpe(name));
  };
  EXPECT_TRUE(covers("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", "cpe:2.3:a:v:p:1.0:*:*:*:*:linux:*:*"));
  EXPECT_TRUE(covers("cpe:2.3:a:v:p:2.0:*:*:*:*:*:*:*", "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*"));
  EXPECT_TRUE(
      covers("cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*", "cpe:2.3:a:v:p:1:*:*:*:*:wordpress:*:*"));
  EXPECT_TRUE(covers("cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*", "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"));
  EXPECT_FALSE(
      covers("cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*", "cpe:2.3:a:v:p:1:*:*:*:*:joomla:*:*"));
  EXPECT_FALSE(covers("cpe:2.3:a:v:p:*:*:*:*:*:-:*:*", "cpe:2.3:a:v:p:1:*:*:*:*:joomla:*:*"));
  EXPECT_FALSE(covers("cpe:2.3:a:v:q:*:*:*:*:*:*:*:*", "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"));
  EXPECT_FALSE(covers("cpe:2.3:o:v:p:*:*:*:*:*:*:*:*", "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"));
}

void visit_texts(Json value, const std::function<void(std::string_view)>& visit) {
  if (value.is_text()) visit(value.text());
  for (const Json item : value.items()) visit_texts(item, visit);
  for (const auto [key, member] : value.members()) visit_texts(member, visit);
}

TEST(CpeOfSources, AreReadAndWrittenAsTheyAre) {
  if (const auto why = missing_bundle("nvd-data-overrides"); !why.empty()) GTEST_SKIP() << why;
  int count = 0, refused = 0, other = 0;
  JsonParser parser;
  for (const BundleFile& file : bundle_files("nvd-data-overrides", "data/2024/CVE-2024-3")) {
    const auto root = parser.parse(file.octets);
    ASSERT_TRUE(root) << file.name;
    visit_texts(*root, [&](std::string_view text) {
      if (!text.starts_with("cpe:2.3:")) return;
      ++count;
      const auto name = parse_cpe(text);
      if (!name) std::cout << text << ": " << name.error().message << "\n";
      if (!name) ++refused;
      if (name && to_formatted_string(*name) != text) {
        if (++other < 5) std::cout << text << " is written " << to_formatted_string(*name) << "\n";
      }
      EXPECT_EQ(parse_cpe(to_uri(name.value_or(Cpe{}))).value_or(Cpe{}), name.value_or(Cpe{}))
          << text;
    });
  }
  std::cout << count << " names, " << refused << " refused, " << other << " written otherwise\n";
  EXPECT_GT(count, 1000);
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace azekura::scanner

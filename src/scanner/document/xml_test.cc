#include "scanner/document/xml.h"

#include <gtest/gtest.h>

namespace azekura::scanner {
namespace {

TEST(Xml, MalformedTextIsInvalid) {
  const auto wrong = XmlDocument::parse("<a><b></a>");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalid);
  EXPECT_FALSE(XmlDocument::parse(""));
}

TEST(Xml, NestingIsLimited) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(XmlDocument::parse(nested(kXmlDepthMax - 1)));
  EXPECT_TRUE(XmlDocument::parse(nested(kXmlDepthMax)));
  EXPECT_FALSE(XmlDocument::parse(nested(kXmlDepthMax + 1)));
}

TEST(Xml, DeclaredEntitiesAreNotExpanded) {
  const auto document = XmlDocument::parse(
      "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!ENTITY y \"boom\">]>"
      "<r>&x;&y;&lt;&#x41;</r>");
  ASSERT_TRUE(document);
  EXPECT_EQ(text_of(document->root()), "&x;&y;<A");
}

TEST(Xml, NamesAreComparedWithoutTheirPrefix) {
  const auto document = XmlDocument::parse(
      "<r xmlns:sec='u'><sec:cpe sec:version='2.2'> a <![CDATA[<b>]]> "
      "</sec:cpe><p><q>1</q></p><p/></r>");
  ASSERT_TRUE(document);
  const XmlNode root = document->root();
  EXPECT_EQ(attribute(child(root, "cpe"), "version"), "2.2");
  EXPECT_EQ(child_text(root, "cpe"), "a <b>");
  EXPECT_EQ(text_of(descend(root, "p/q")), "1");
  EXPECT_EQ(children(root, "p").size(), 2U);
  EXPECT_FALSE(descend(root, "p/missing/q"));
  EXPECT_EQ(attribute(root, "none"), "");
}

}  // namespace
}  // namespace azekura::scanner

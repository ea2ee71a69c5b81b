#include "scanner/inventory/declared.h"

#include <gtest/gtest.h>

namespace azekura::scanner::inventory {
namespace {

TEST(Declared, ANameNeedsAVersion) {
  EXPECT_FALSE(parse_declared(""));
  EXPECT_FALSE(parse_declared("nginx"));
  EXPECT_FALSE(parse_declared("nginx@"));
  EXPECT_FALSE(parse_declared("@1.0"));
  const auto component = parse_declared("nginx@1.25.3");
  ASSERT_TRUE(component);
  EXPECT_EQ(component->ecosystem, Ecosystem::kBitnami);
  EXPECT_EQ(component->name, "nginx");
  EXPECT_EQ(component->version, "1.25.3");
  EXPECT_EQ(component->evidence, Evidence::kDeclared);
}

TEST(Declared, ACpeNeedsAVersion) {
  EXPECT_FALSE(parse_declared("cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*"));
  EXPECT_FALSE(parse_declared("cpe:nonsense"));
  const auto component = parse_declared("cpe:2.3:a:openbsd:openssh:9.8:p1:*:*:*:*:*:*");
  ASSERT_TRUE(component) << component.error().message;
  EXPECT_EQ(component->name, "a:openbsd:openssh");
  EXPECT_EQ(component->version, "9.8p1");
}

TEST(Declared, APurlOfAnUnknownTypeIsRefused) {
  EXPECT_FALSE(parse_declared("pkg:swid/x@1"));
  const auto component = parse_declared("pkg:maven/org.apache.tomcat/tomcat@9.0.1");
  ASSERT_TRUE(component) << component.error().message;
  EXPECT_EQ(component->name, "org.apache.tomcat:tomcat");
}

TEST(Declared, AFileNamesTheTableThatIsWrong) {
  const auto wrong = read_declared("[[declare]]\nname='a'\nversion='1'\n[[declare]]\nname='b'\n");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("number 2"), std::string::npos);
  const auto right = read_declared("[[declare]]\nname='a'\nversion='1'\nlocation='/opt/a'\n");
  ASSERT_TRUE(right);
  ASSERT_EQ(right->size(), 1U);
  EXPECT_EQ(right->front().location, "/opt/a");
}

}  // namespace
}  // namespace azekura::scanner::inventory

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading_testing.h"

namespace azekura::scanner::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string dependency(const std::string& group, const std::string& artifact,
                       const std::string& rest) {
  return "<dependency><groupId>" + group + "</groupId><artifactId>" + artifact + "</artifactId>" +
         rest + "</dependency>";
}

TEST(Pom, WhatIsNoProjectIsRefused) {
  expect_invalid(read_with(read_pom, "this is not a pom.xml file!"));
  expect_invalid(read_with(read_pom, "<settings/>"));
  expect_invalid(read_with(read_pom, "<project>"));
}

TEST(Pom, PropertiesScopesAndRanges) {
  const auto outcome = read_with(
      read_pom,
      "<project><groupId>g</groupId><artifactId>app</artifactId><version>7</version>"
      "<properties><a.version>1.${minor}</a.version><minor>2</minor></properties>"
      "<dependencies>" +
          dependency("org", "a", "<version>${a.version}</version>") +
          dependency("${project.groupId}", "own", "<version>${project.version}</version>") +
          dependency("org", "test", "<version>1</version><scope>test</scope>") +
          dependency("org", "api", "<version>2</version><scope>provided</scope>") +
          dependency("org", "range", "<version>[9.4,9.5)</version>") +
          dependency("org", "fixed", "<version>[3.1]</version>") +
          dependency("org", "open", "<version>(,3]</version>") +
          dependency("org", "unset", "<version>${nowhere}</version>") +
          dependency("org", "none", "") + dependency("", "nameless", "") +
          "</dependencies></project>");
  EXPECT_THAT(
      lines_of(outcome),
      ElementsAre("org:a 1.2 direct", "g:own 7 direct", "org:test 1 dev direct",
                  "org:api 2 dev direct", "org:range 9.4 manifest direct", "org:fixed 3.1 direct",
                  "org:open  manifest direct", "org:unset  direct", "org:none  direct"));
  EXPECT_THAT(problems_of(outcome),
              ElementsAre("malformed: a dependency whose name is not known: :nameless"));
}

TEST(Pom, PropertiesThatNameEachOtherEnd) {
  const auto outcome = read_with(
      read_pom,
      "<project><properties><a>${b}</a><b>${a}</b><c>${c}${c}</c></properties>"
      "<dependencies>" +
          dependency("org", "a", "<version>${a}</version>") +
          dependency("org", "c", "<version>${c}</version>") + "</dependencies></project>");
  EXPECT_THAT(lines_of(outcome), ElementsAre("org:a  direct", "org:c  direct"));
}

TEST(Pom, ParentsInTheTreeSetVersionsAndAddDependencies) {
  const std::string parent =
      "<project><groupId>g</groupId><artifactId>parent</artifactId><version>1</version>"
      "<properties><v>1.0</v></properties><dependencyManagement><dependencies>" +
      dependency("org", "a", "<version>${v}</version><scope>test</scope>") +
      "</dependencies></dependencyManagement><dependencies>" +
      dependency("org", "b", "<version>3</version>") + "</dependencies></project>";
  const std::string child =
      "<project><parent><groupId>g</groupId><artifactId>parent</artifactId><version>1</version>"
      "</parent><artifactId>app</artifactId><properties><v>2.0</v></properties><dependencies>" +
      dependency("org", "a", "") + "</dependencies></project>";
  const auto outcome = read_with(read_pom, child, "app/pom.xml", {{"../pom.xml", parent}});
  EXPECT_THAT(lines_of(outcome), ElementsAre("org:a 2.0 dev direct", "org:b 3"));
  EXPECT_THAT(problems_of(outcome), IsEmpty());
}

TEST(Pom, ParentsElsewhereAndImportsAreNamed) {
  const std::string pom =
      "<project><parent><groupId>g</groupId><artifactId>parent</artifactId><version>1</version>"
      "<relativePath/></parent><dependencyManagement><dependencies>" +
      dependency("org", "bom", "<version>5</version><type>pom</type><scope>import</scope>") +
      "</dependencies></dependencyManagement></project>";
  // The one that lies beside it is not asked for.
  EXPECT_THAT(
      problems_of(read_with(read_pom, pom, "pom.xml", {{"../pom.xml", pom}})),
      ElementsAre("unknown: the parent g:parent 1 is not in this tree: what it sets is not known",
                  "unknown: imports org:bom 5: which versions that one sets is not in this tree"));
}

TEST(Pom, AnotherProjectInThePlaceOfTheParentIsNoParent) {
  const std::string other = "<project><groupId>g</groupId><artifactId>other</artifactId></project>";
  const auto outcome = read_with(
      read_pom,
      "<project><parent><groupId>g</groupId><artifactId>parent</artifactId></parent></project>",
      "pom.xml", {{"../pom.xml", other}});
  EXPECT_EQ(outcome->problems.size(), 1u);
}

TEST(Pom, ParentsThatGoInACircleEnd) {
  const std::string pom =
      "<project><groupId>g</groupId><artifactId>a</artifactId><parent><groupId>g</groupId>"
      "<artifactId>a</artifactId><relativePath>x/pom.xml</relativePath></parent><dependencies>" +
      dependency("org", "a", "<version>1</version>") + "</dependencies></project>";
  ReadContext context;
  int opened = 0;
  context.open = [&](std::string_view) -> Result<std::string> {
    ++opened;
    return pom;
  };
  EXPECT_THAT(lines_of(read_pom(pom, context)), ElementsAre("org:a 1 direct"));
  EXPECT_LT(opened, 20);
}

TEST(Pom, ActiveProfilesCountAndPluginsDoNot) {
  const auto outcome =
      read_with(read_pom,
                "<project><profiles><profile><activation><activeByDefault>true</activeByDefault>"
                "</activation><dependencies>" +
                    dependency("org", "on", "<version>1</version>") +
                    "</dependencies></profile><profile><dependencies>" +
                    dependency("org", "off", "<version>1</version>") +
                    "</dependencies></profile></profiles><build><plugins><plugin><dependencies>" +
                    dependency("org", "plugin", "<version>1</version>") +
                    "</dependencies></plugin></plugins></build></project>");
  EXPECT_THAT(lines_of(outcome), ElementsAre("org:on 1 direct"));
}

TEST(Pom, InAnArchiveItIsNoManifest) {
  EXPECT_THAT(lines_of(read_with(read_pom,
                                 "<project><dependencies>" + dependency("org", "a", "") +
                                     "</dependencies></project>",
                                 "x.jar!META-INF/maven/g/a/pom.xml")),
              IsEmpty());
}

TEST(GradleLockfile, LinesAndConfigurations) {
  expect_invalid(read_with(read_gradle_lockfile, std::string_view("\0", 1)));
  const std::string lock =
      "# a "
      "comment\norg:a:1.0=compileClasspath,testCompileClasspath\r\norg:b:2.0=testRuntimeClasspath\n"
      "empty=\n>>>\norg:c:1:2=x\n";
  const auto outcome = read_with(read_gradle_lockfile, lock);
  EXPECT_THAT(lines_of(outcome), ElementsAre("org:a 1.0", "org:b 2.0 dev"));
  EXPECT_THAT(problems_of(outcome),
              ElementsAre("malformed: not group:artifact:version: >>>",
                          "malformed: not group:artifact:version: org:c:1:2=x"));
  EXPECT_THAT(lines_of(read_with(read_buildscript_lockfile, lock)),
              ElementsAre("org:a 1.0 dev", "org:b 2.0 dev"));
}

TEST(GradleVerification, Components) {
  expect_invalid(read_with(read_gradle_verification, "<project/>"));
  expect_invalid(read_with(read_gradle_verification, "not xml"));
  const auto outcome = read_with(
      read_gradle_verification,
      "<verification-metadata "
      "xmlns='https://schema.gradle.org/dependency-verification'><components>"
      "<component group='org' name='a' version='9+181-r4173-1'/><component name='b' version='1'/>"
      "</components></verification-metadata>");
  EXPECT_THAT(lines_of(outcome), UnorderedElementsAre("org:a 9+181-r4173-1"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: a component without group or name"));
}

}  // namespace
}  // namespace azekura::scanner::inventory

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/python.h"
#include "scanner/inventory/reading_testing.h"

namespace azekura::scanner::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(Requirements, OctetsThatAreNoTextAreRefused) {
  expect_invalid(read_with(read_requirements, std::string_view("a==1\0", 5)));
}

TEST(Requirements, WhatIsNoRequirementIsAProblemEach) {
  const auto outcome = read_with(read_requirements, "a==\n==1.0\na 1.0\nb==1.0 x\nc==1\n");
  EXPECT_THAT(lines_of(outcome), ElementsAre("c 1 direct"));
  EXPECT_THAT(
      problems_of(outcome),
      ElementsAre("malformed: not a requirement: a==", "malformed: not a requirement: ==1.0",
                  "malformed: not a requirement: a 1.0", "malformed: not a requirement: b==1.0 x"));
}

TEST(Requirements, PinsWithExtrasMarkersHashesAndComments) {
  const auto outcome = read_with(read_requirements, R"(# a comment
 Flask == 4.0.0
celery [redis, pytest] == 4.4.7  # why
b==1.0; python_version < '3.8'
c===2.0 --hash=sha256:0123 \
  --hash=sha256:4567
d (==3.0)
e==1.0#egg
f \
  == 0.1
g==1.0 \)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("Flask 4.0.0 direct", "celery 4.4.7 direct",
                                             "b 1.0 direct", "c 2.0 direct", "d 3.0 direct",
                                             "e 1.0#egg direct", "f 0.1 direct", "g 1.0 direct"));
}

TEST(Requirements, OfRangesTheLowestVersionIsTaken) {
  const auto outcome = read_with(read_requirements, R"(a>=1.0,<2
b~=1.4.2
c==2.8.*
d>=1.9,>=1.10
e<2
f!=3
g
h>1
i==${VERSION}
)");
  EXPECT_THAT(
      lines_of(outcome),
      ElementsAre("a 1.0 manifest direct", "b 1.4.2 manifest direct", "c 2.8 manifest direct",
                  "d 1.10 manifest direct", "e  manifest direct", "f  manifest direct",
                  "g  manifest direct", "h  manifest direct", "i  manifest direct"));
}

TEST(Requirements, AddressesTellANameAtMost) {
  const auto outcome = read_with(read_requirements, R"(a @ https://host/a-1.0.zip
-e git+https://host/b.git@1.0#egg=b[x]&subdirectory=y
./local/c.whl
https://host/d.zip
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a  manifest direct", "b  manifest direct"));
  EXPECT_THAT(problems_of(outcome),
              ElementsAre("unknown: ./local/c.whl: which package this is, is not told",
                          "unknown: https://host/d.zip: which package this is, is not told"));
}

TEST(Requirements, FilesByOtherNamesAreFollowedOnce) {
  const auto outcome = read_with(
      read_requirements, "-r deps/base.txt\n--requirement=deps/base.txt\n-r gone.txt\n", "",
      {{"deps/base.txt", "a==1\n-r more.txt\n"}, {"deps/more.txt", "b==2\n-r base.txt\n"}});
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1 direct", "b 2 direct"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("unreadable: gone.txt: no such file"));
}

TEST(Requirements, WhatIsReadOnItsOwnIsNotFollowed) {
  const auto outcome = read_with(read_requirements, "-r requirements-base.txt\n", "",
                                 {{"requirements-base.txt", "a==1\n"}});
  EXPECT_THAT(lines_of(outcome), IsEmpty());
}

TEST(Requirements, FilesThatLeadToFilesEndAtALimit) {
  std::string all;
  std::map<std::string, std::string> files;
  for (int i = 0; i < 65; ++i) {
    const std::string name = "f" + std::to_string(i) + ".txt";
    all += "-r " + name + "\n";
    files[name] = "p" + std::to_string(i) + "==1\n";
  }
  const auto outcome = read_with(read_requirements, all, "", files);
  EXPECT_EQ(outcome->components.size(), 64u);
  EXPECT_THAT(problems_of(outcome), ElementsAre("limit: f64.txt: too many files"));
}

TEST(Requirements, ConstraintsTellVersionsButAddNothing) {
  const auto outcome =
      read_with(read_requirements, "-c constraints.txt\nMy.Name\nother>=1\nthird==3\n", "",
                {{"constraints.txt", "my-name==2.0\nother==1.5\nunused==1\n"}});
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("My.Name 2.0 direct", "other 1.5 direct", "third 3 direct"));
}

TEST(Requirements, TheFilesNameTellsDevelopment) {
  EXPECT_THAT(lines_of(read_with(read_requirements, "a==1\n", "x/requirements-dev.txt")),
              ElementsAre("a 1 dev direct"));
  EXPECT_THAT(lines_of(read_with(read_requirements, "a==1\n", "tests/requirements-device.txt")),
              ElementsAre("a 1 direct"));
}

TEST(PythonNames, AWordOfTheNameTellsDevelopment) {
  EXPECT_TRUE(is_development_name("test"));
  EXPECT_TRUE(is_development_name("unit_Tests2"));
  EXPECT_FALSE(is_development_name("contest"));
  EXPECT_FALSE(is_development_name(""));
}

TEST(PipfileLock, DefaultAndDevelop) {
  expect_invalid(read_with(read_pipfile_lock, "[]"));
  const auto outcome = read_with(read_pipfile_lock, R"({
    "default": {"a": {"version": "==1.0"}, "g": {"git": "https://host/g.git", "ref": "0123"}},
    "develop": {"b": {"version": "===2.0"}, "a": {"version": "==1.0"}}})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1.0", "g ", "b 2.0 dev"));
}

TEST(PoetryLock, CategoriesAndGroups) {
  expect_invalid(read_with(read_poetry_lock, "not toml"));
  const auto outcome = read_with(read_poetry_lock, R"(
[[package]]
name = "a"
version = "1.10"
category = "main"
[[package]]
name = "b"
version = "2.0"
category = "dev"
[[package]]
name = "c"
version = "3.0"
groups = ["dev", "main"]
[[package]]
name = "d"
version = "4.0"
groups = ["dev"]
[[package]]
name = "e"
version = "5.0"
[package.source]
type = "git"
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1.10", "b 2.0 dev", "c 3.0", "d 4.0 dev", "e 5.0"));
}

TEST(UvLock, TheProjectItselfIsLeftOutAndTellsDevelopment) {
  expect_invalid(read_with(read_uv_lock, "not toml"));
  const auto outcome = read_with(read_uv_lock, R"(
version = 1
[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "a" }]
[package.optional-dependencies]
x = [{ name = "o" }]
[package.dev-dependencies]
dev = [{ name = "d" }]
[[package]]
name = "a"
version = "1.0"
source = { registry = "https://host" }
dependencies = [{ name = "b" }]
[[package]]
name = "b"
version = "2.0"
dependencies = [{ name = "a" }]
[[package]]
name = "d"
version = "3.0"
dependencies = [{ name = "b" }, { name = "e" }]
[[package]]
name = "e"
version = "4.0"
[[package]]
name = "o"
version = "5.0"
)");
  EXPECT_THAT(lines_of(outcome), UnorderedElementsAre("a 1.0 direct", "b 2.0", "d 3.0 dev direct",
                                                      "e 4.0 dev", "o 5.0 direct"));
}

TEST(PdmLock, GroupsThatAreAllForDevelopment) {
  expect_invalid(read_with(read_pdm_lock, "not toml"));
  const auto outcome = read_with(read_pdm_lock, R"(
[[package]]
name = "a"
version = "1"
groups = ["default", "dev"]
[[package]]
name = "b"
version = "2"
groups = ["dev", "test"]
[[package]]
name = "c"
version = "3"
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1", "b 2 dev", "c 3"));
}

TEST(Pylock, PackagesWithoutAVersionKeepNone) {
  expect_invalid(read_with(read_pylock, "not toml"));
  const auto outcome = read_with(read_pylock, R"(
lock-version = "1.0"
[[packages]]
name = "a"
version = "1.0"
[[packages]]
name = "b"
directory = { path = "." }
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1.0", "b "));
}

TEST(PythonMetadata, TheHeadersEndAtTheFirstEmptyLine) {
  expect_invalid(read_with(read_python_metadata, "\nName: a\n"));
  const auto outcome =
      read_with(read_python_metadata,
                "Metadata-Version: 2.1\nname: Ab.c\nVersion: 1.0\nVersion: 2.0\n\nName: x\n");
  EXPECT_THAT(lines_of(outcome), ElementsAre("Ab.c 1.0"));
  EXPECT_EQ(outcome->components[0].evidence, Evidence::kInstalled);
}

TEST(PythonMetadata, WhatWasAskedForIsMarkedBesideIt) {
  EXPECT_THAT(
      lines_of(read_with(read_python_metadata, "Name: a\nVersion: 1\n", "x", {{"REQUESTED", ""}})),
      ElementsAre("a 1 direct"));
}

}  // namespace
}  // namespace azekura::scanner::inventory

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading_testing.h"

namespace azekura::scanner::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(GoMod, UnknownAndBrokenDirectivesAreRefused) {
  expect_invalid(read_with(read_go_mod, "this is not a go.mod file!"));
  expect_invalid(read_with(read_go_mod, "require a\n"));
  expect_invalid(read_with(read_go_mod, "go 1.20 1.21\n"));
  expect_invalid(read_with(read_go_mod, "replace a b\n"));
  expect_invalid(read_with(read_go_mod, "nonsense (\n)\n"));
}

TEST(GoMod, RequirementsAndTheStandardLibrary) {
  const auto outcome = read_with(read_go_mod, R"(module "example.com/app" // a comment

go 1.21

require example.com/a v1.2.3
require (
  example.com/b/v2 v2.0.0+incompatible // indirect
  `example.com/c` v0.0.0-20210630005230-0f9fa26af87c
)
retract [v1.0.0, v1.1.0]
tool example.com/a/cmd
)");
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("example.com/a v1.2.3 direct", "example.com/b/v2 v2.0.0+incompatible",
                          "example.com/c v0.0.0-20210630005230-0f9fa26af87c direct",
                          "stdlib 1.21 manifest direct"));
}

TEST(GoMod, AToolchainThatIsNewerIsTheStandardLibrary) {
  EXPECT_THAT(lines_of(read_with(read_go_mod, "go 1.23.5\ntoolchain go1.23.6-custom\n")),
              ElementsAre("stdlib 1.23.6 manifest direct"));
  EXPECT_THAT(lines_of(read_with(read_go_mod, "go 1.23.5\ntoolchain go1.9\n")),
              ElementsAre("stdlib 1.23.5 manifest direct"));
  EXPECT_THAT(lines_of(read_with(read_go_mod, "go 1.23.5\ntoolchain default\n")),
              ElementsAre("stdlib 1.23.5 manifest direct"));
}

TEST(GoMod, ReplacementsStandForWhatTheyReplace) {
  const auto outcome = read_with(read_go_mod, R"(go 1.20
require (
  a v1.0.0
  b v1.0.0 // indirect
  c v1.0.0
  d v1.0.0
)
replace a v1.0.0 => fork v1.5.0
replace (
  b => fork/b v2.0.0
  c => ./c
  d v9.9.9 => fork/d v1.0.0
  unused => x v1.0.0
)
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("fork v1.5.0 direct", "fork/b v2.0.0", "c  direct",
                                             "d v1.0.0 direct", "stdlib 1.20 manifest direct"));
}

TEST(GoMod, AnExcludedVersionIsNotTheOneThatIsUsed) {
  EXPECT_THAT(lines_of(read_with(read_go_mod, "require a v1.0.0\nexclude a v1.0.0\n")),
              ElementsAre("a  direct"));
}

TEST(GoMod, GoSumTellsTheRestOnlyBeforeGo117) {
  const std::map<std::string, std::string> sums = {{"go.sum", R"(a v1.0.0 h1:x
a v1.0.0/go.mod h1:x
b v1.9.0 h1:x
b v1.10.0 h1:x
b v1.11.0/go.mod h1:x
)"}};
  EXPECT_THAT(lines_of(read_with(read_go_mod, "go 1.16\nrequire a v1.0.0\n", "go.mod", sums)),
              ElementsAre("a v1.0.0 direct", "stdlib 1.16 manifest direct", "b v1.10.0"));
  EXPECT_THAT(lines_of(read_with(read_go_mod, "go 1.17\nrequire a v1.0.0\n", "go.mod", sums)),
              ElementsAre("a v1.0.0 direct", "stdlib 1.17 manifest direct"));
}

TEST(VendorModules, OnlyModulesWithPackages) {
  expect_invalid(read_with(read_vendor_modules, "a text\n"));
  const auto outcome = read_with(read_vendor_modules, R"(# a v1.0.0
## explicit; go 1.20
a/x
a/y
# unused v1.0.0
## explicit
# b v1.0.0 => fork v2.0.0
b
# c v1.0.0 => ./c
c
# broken
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a v1.0.0 direct", "fork v2.0.0", "c "));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: line 11 names no module"));
}

TEST(CargoLock, WhatIsNoTomlIsRefused) { expect_invalid(read_with(read_cargo_lock, "not toml")); }

TEST(CargoLock, DirectIsWhatTheWorkspaceAsksFor) {
  const auto outcome = read_with(read_cargo_lock, R"toml(version = 3
[[package]]
name = "app"
version = "0.1.0"
dependencies = ["a", "syn 1.0.73 (registry+https://github.com/rust-lang/crates.io-index)"]
[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = ["b"]
[[package]]
name = "b"
version = "2.0.0+build"
source = "git+https://host/b#0123"
[[package]]
name = "syn"
version = "1.0.73"
source = "registry+https://github.com/rust-lang/crates.io-index"
)toml");
  ;
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("app 0.1.0", "a 1.0.0 direct", "b 2.0.0+build", "syn 1.0.73 direct"));
}

TEST(CargoLock, AnEmptyFileHasNoPackages) {
  EXPECT_THAT(lines_of(read_with(read_cargo_lock, "version = 4\n")), IsEmpty());
}

}  // namespace
}  // namespace azekura::scanner::inventory

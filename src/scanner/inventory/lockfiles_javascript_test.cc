#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading_testing.h"

namespace azekura::scanner::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(PackageLock, WhatIsNoJsonObjectIsRefused) {
  expect_invalid(read_with(read_package_lock, "nonsense"));
  expect_invalid(read_with(read_package_lock, "null"));
  expect_invalid(read_with(read_package_lock, "[]"));
}

TEST(PackageLock, Version3IsReadByPlaces) {
  const auto outcome = read_with(read_package_lock, R"({
    "lockfileVersion": 3,
    "packages": {
      "": {"name": "app", "version": "1.0.0", "dependencies": {"a": "^1"}, "devDependencies": {"d": "*"}},
      "node_modules/a": {"version": "1.2.3"},
      "node_modules/a/node_modules/d": {"version": "0.1.0"},
      "node_modules/@s/b": {"version": "2.0.0", "dev": true},
      "node_modules/d": {"version": "3.0.0", "dev": true},
      "node_modules/old": {"name": "@other/new", "version": "4.0.0"},
      "node_modules/w": {"resolved": "packages/w", "link": true},
      "packages/w": {"name": "w", "version": "0.0.1", "dependencies": {"@s/b": "2"}}
    }})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1.2.3 direct", "d 0.1.0", "@s/b 2.0.0 dev direct",
                                             "d 3.0.0 dev direct", "@other/new 4.0.0", "w 0.0.1"));
  EXPECT_THAT(problems_of(outcome), IsEmpty());
}

TEST(PackageLock, Version1IsATreeOfDependencies) {
  const auto outcome = read_with(read_package_lock, R"({
    "lockfileVersion": 1,
    "dependencies": {
      "a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0", "dev": true}}},
      "old": {"version": "npm:@s/new@3.0.0"},
      "git": {"version": "git+ssh://git@host/x.git#0123"},
      "file": {"version": "file:../x"},
      "tar": {"version": "https://host/tar-1.0.0.tgz"}
    }})");
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("a 1.0.0", "b 2.0.0 dev", "@s/new 3.0.0", "git ", "file ", "tar "));
}

TEST(PackageLock, AShrinkwrapBesideItStandsInItsPlace) {
  const std::string lock = R"({"packages": {"node_modules/a": {"version": "1.0.0"}}})";
  const auto shadowed =
      read_with(read_package_lock, lock, "x/package-lock.json", {{"npm-shrinkwrap.json", lock}});
  EXPECT_THAT(lines_of(shadowed), IsEmpty());
  EXPECT_THAT(problems_of(shadowed),
              ElementsAre("skipped: npm-shrinkwrap.json stands in its place"));
  EXPECT_THAT(lines_of(read_with(read_package_lock, lock, "x/npm-shrinkwrap.json",
                                 {{"npm-shrinkwrap.json", lock}})),
              ElementsAre("a 1.0.0"));
}

TEST(YarnLock, ALineThatBeginsNothingIsRefused) {
  expect_invalid(read_with(read_yarn_lock, "<<<<<<< HEAD\n"));
  expect_invalid(read_with(read_yarn_lock, "this is no lockfile"));
}

TEST(YarnLock, Version1) {
  const auto outcome = read_with(read_yarn_lock, R"(# yarn lockfile v1

"@s/a@^1.0.0", "@s/a@^1.1.0":
  version "1.1.5"
  resolved "https://host/a"
  dependencies:
    version "9.9.9"

b@~2:
  "version" "2.0.1"

"old@npm:@other/new@^3":
  version "3.1.0"

"same@npm:^4.0.0":
  version "4.0.0"

"g@git+ssh://git@host:x/y#1.0":
  version "0.0.2"
)");
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("@s/a 1.1.5", "b 2.0.1", "@other/new 3.1.0", "same 4.0.0", "g 0.0.2"));
}

TEST(YarnLock, BerryIsReadByItsResolutions) {
  const auto outcome = read_with(read_yarn_lock, R"(__metadata:
  version: 8
  cacheKey: 10c0

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  linkType: soft

"old@npm:new@^1":
  version: 1.10.0
  resolution: "new@npm:1.10.0"

? "long@npm:^1, long@npm:^2"
:
  version: 2.0.0
  resolution: "long@npm:2.0.0"
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("new 1.10.0", "long 2.0.0"));
}

TEST(YarnLock, AnEmptyFileHasNoPackages) {
  EXPECT_THAT(lines_of(read_with(read_yarn_lock, "")), IsEmpty());
}

TEST(PnpmLock, WhatHasNoVersionOfItsFormatIsRefused) {
  expect_invalid(read_with(read_pnpm_lock, "just a text"));
  expect_invalid(read_with(read_pnpm_lock, "a: [\n"));
}

TEST(PnpmLock, Version5HasSlashesAndPeersAfterAnUnderscore) {
  const auto outcome = read_with(read_pnpm_lock, R"(lockfileVersion: 5.4
dependencies:
  a: 1.0.0
devDependencies:
  '@types/b__c': 2.0.0
packages:
  /a/1.0.0:
    dev: false
  /@types/b__c/2.0.0_react@18.0.0:
    dev: true
  registry.example.org/@s/d/3.0.0:
    dev: false
  file:../e:
    resolution: {directory: ../e, type: directory}
    name: e
    version: 0.0.1
  /foo/bar: {}
)");
  EXPECT_THAT(lines_of(outcome),
              UnorderedElementsAre("a 1.0.0 direct", "@types/b__c 2.0.0 dev direct", "@s/d 3.0.0",
                                   "e 0.0.1"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: no package by its key: /foo/bar"));
}

TEST(PnpmLock, Version6HasAtSignsAndPeersInParentheses) {
  const auto outcome = read_with(read_pnpm_lock, R"(lockfileVersion: '6.0'
dependencies:
  '@s/a':
    specifier: ^1
    version: 1.0.0(b@2.0.0)
packages:
  /@s/a@1.0.0(b@2.0.0): {dev: false}
  /b@2.0.0: {dev: true}
)");
  EXPECT_THAT(lines_of(outcome), UnorderedElementsAre("@s/a 1.0.0 direct", "b 2.0.0 dev"));
}

TEST(PnpmLock, Version9TellsDevelopmentByWhatLeadsToIt) {
  const auto outcome = read_with(read_pnpm_lock, R"(lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      old:
        specifier: npm:a@^1
        version: a@1.0.0
    devDependencies:
      d:
        specifier: ^4
        version: 4.0.0(c@3.0.0)
packages:
  a@1.0.0: {resolution: {integrity: x}}
  b@2.0.0: {resolution: {integrity: x}}
  c@3.0.0: {resolution: {integrity: x}}
  d@4.0.0: {resolution: {integrity: x}}
  g@https://codeload.host/g/tar.gz/0123: {resolution: {tarball: x}, version: 5.0.0}
  h@https://codeload.host/h/tar.gz/0123: {resolution: {tarball: x}}
snapshots:
  a@1.0.0:
    dependencies:
      b: 2.0.0
  b@2.0.0:
    dependencies:
      a: 1.0.0
  c@3.0.0: {}
  d@4.0.0(c@3.0.0):
    dependencies:
      c: 3.0.0
)");
  EXPECT_THAT(lines_of(outcome),
              UnorderedElementsAre("a 1.0.0 direct", "b 2.0.0", "c 3.0.0 dev", "d 4.0.0 dev direct",
                                   "g 5.0.0 dev", "h  dev"));
}

TEST(PnpmLock, AllDocumentsOfAStreamAreRead) {
  const auto outcome = read_with(read_pnpm_lock, R"(---
lockfileVersion: '9.0'
packages:
  a@1.0.0: {resolution: {integrity: x}}
---
lockfileVersion: '9.0'
packages:
  b@2.0.0: {resolution: {integrity: x}}
)");
  EXPECT_THAT(lines_of(outcome), UnorderedElementsAre("a 1.0.0 dev", "b 2.0.0 dev"));
}

TEST(BunLock, WhatIsNoJsonIsRefused) {
  expect_invalid(read_with(read_bun_lock, "not json"));
  expect_invalid(read_with(read_bun_lock, "\"open"));
  expect_invalid(read_with(read_bun_lock, "/* open"));
}

TEST(BunLock, CommasAndCommentsThatJsonForbidsAreAllowed) {
  const auto outcome = read_with(read_bun_lock, R"({
  // a comment
  "workspaces": {"": {"dependencies": {"a": "1",}, "devDependencies": {"d": "1"}}},
  "packages": {
    "a": ["a@1.0.0", "", {}, "sha512-//,}x=="], /* another */
    "d": ["d@2.0.0", "", {}, "x"],
    "old": ["@s/new@3.0.0", "", {}, "x"],
    "g": ["g@github:x/y#0123", {}, "x"],
    "w": ["w@workspace:packages/w"],
    "bad": [1],
  },
})");
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("a 1.0.0 direct", "d 2.0.0 dev direct", "@s/new 3.0.0", "g "));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: bad: no name@version"));
}

TEST(NodePackage, IsWhatIsInstalled) {
  const auto outcome = read_with(read_node_package, R"({"name": "@s/a", "version": "1.0.0"})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("@s/a 1.0.0"));
  EXPECT_EQ(outcome->components[0].evidence, Evidence::kInstalled);
  EXPECT_THAT(problems_of(read_with(read_node_package, "{}")),
              ElementsAre("malformed: an entry without a name"));
  expect_invalid(read_with(read_node_package, "{"));
}

}  // namespace
}  // namespace azekura::scanner::inventory

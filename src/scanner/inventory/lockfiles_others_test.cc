#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading_testing.h"

namespace azekura::scanner::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NugetLock, ResolvedVersionsOfAllFrameworks) {
  expect_invalid(read_with(read_nuget_lock, "{}"));
  expect_invalid(read_with(read_nuget_lock, "not json"));
  const auto outcome = read_with(read_nuget_lock, R"json({"version": 1, "dependencies": {
    "net6.0": {"A": {"type": "Direct", "requested": "[1.0, )", "resolved": "1.2.0"},
               "Own": {"type": "Project"}},
    "net8.0": {"A": {"type": "Transitive", "resolved": "1.2.0"},
               "B": {"type": "Transitive", "resolved": "2.0.0"}}}})json");
  EXPECT_THAT(lines_of(outcome), ElementsAre("A 1.2.0 direct", "B 2.0.0"));
}

TEST(DepsJson, PackagesAndRuntimePacks) {
  expect_invalid(read_with(read_deps_json, "not json"));
  const auto outcome = read_with(read_deps_json, R"({"libraries": {
    "App/1.0.0": {"type": "project"},
    "A/1.2.0": {"type": "package"},
    "System.X/4.0.0.0": {"type": "referenceassembly"},
    "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/6.0.1": {"type": "runtimepack"},
    "NoVersion": {"type": "package"}}})");
  EXPECT_THAT(
      lines_of(outcome),
      ElementsAre("A 1.2.0", "Microsoft.NETCore.App.Runtime.linux-x64 6.0.1", "NoVersion "));
  EXPECT_EQ(outcome->components[0].evidence, Evidence::kInstalled);
}

TEST(ProjectAssets, Libraries) {
  expect_invalid(read_with(read_project_assets, "[]"));
  EXPECT_THAT(lines_of(read_with(read_project_assets,
                                 R"({"libraries": {"A/1.0.0-beta": {"type": "package"}}})")),
              ElementsAre("A 1.0.0-beta"));
}

TEST(PackagesConfig, DevelopmentDependencies) {
  expect_invalid(read_with(read_packages_config, "not xml"));
  expect_invalid(read_with(read_packages_config, "<configuration/>"));
  const auto outcome =
      read_with(read_packages_config,
                "<packages><package id='A' version='1.0'/><package id='B' version='2'"
                " developmentDependency='true'/><package version='3'/></packages>");
  EXPECT_THAT(lines_of(outcome), ElementsAre("A 1.0", "B 2 dev"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: an entry without a name"));
}

TEST(PackageReferences, TheLowestVersionThatIsAllowed) {
  expect_invalid(read_with(read_package_references, "<configuration/>"));
  const auto outcome = read_with(read_package_references, R"xml(<Project><ItemGroup>
    <PackageVersion Include="A" Version="1.0"/>
    <PackageReference Include="B"><Version>[2.0, 3.0)</Version></PackageReference>
    <PackageReference Include="C" Version="[3.0]"/>
    <PackageReference Update="D" Version="$(DVersion)"/>
    <PackageReference Include="E" Version="1.*"/>
    <PackageReference Include="F"/>
    <PackageReference Version="1.0"/>
  </ItemGroup></Project>)xml");
  EXPECT_THAT(lines_of(outcome),
              ElementsAre("A 1.0 manifest direct", "B 2.0 manifest direct", "C 3.0 manifest direct",
                          "D  manifest direct", "E  manifest direct", "F  manifest direct"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: a package reference without a name"));
}

TEST(PaketLock, OnlyWhatComesFromNuget) {
  expect_invalid(read_with(read_paket_lock, "This is not a valid paket.lock file"));
  const auto outcome = read_with(read_paket_lock, R"(STORAGE: NONE
NUGET
  remote: https://api.nuget.org/v3/index.json
    A (1.0) - restriction: >= net45
      B (>= 2.0)
    B (2.1)
    C
GITHUB
  remote: o/r
    x (0123)
GROUP Test
NUGET
  remote: https://api.nuget.org/v3/index.json
    D (3.0)
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("A 1.0", "B 2.1", "D 3.0 dev"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: no version: C"));
}

TEST(PubspecLock, WhatComesWithTheSdkHasNoVersion) {
  expect_invalid(read_with(read_pubspec_lock, "just a text"));
  expect_invalid(read_with(read_pubspec_lock, "a: [\n"));
  const auto outcome = read_with(read_pubspec_lock, R"(packages:
  a:
    dependency: "direct main"
    source: hosted
    version: "1.10.0"
  b:
    dependency: "direct dev"
    source: git
    version: "2.0.0"
  c:
    dependency: transitive
    source: sdk
    version: "0.0.0"
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1.10.0 direct", "b 2.0.0 dev direct", "c "));
}

TEST(MixLock, PackagesOfHexAndThoseFromGit) {
  expect_invalid(read_with(read_mix_lock, "[]"));
  const auto outcome = read_with(read_mix_lock, R"(%{
  "app": {:hex, :pkg, "1.0.0", "0123", [:mix], [], "hexpm", "4567"},
  "quoted": {:hex, :"other", "2.0.0", "0123"},
  "g": {:git, "https://host/g.git", "0123", [branch: "x"]},
  "broken": {:hex, },
  nonsense
}
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("pkg 1.0.0", "other 2.0.0", "g "));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: broken: not a package of hex",
                                                "malformed: not an entry: nonsense"));
}

TEST(RebarLock, PackagesAndLevels) {
  expect_invalid(read_with(read_rebar_lock, "nonsense"));
  EXPECT_THAT(lines_of(read_with(read_rebar_lock, "[].\n")), IsEmpty());
  EXPECT_THAT(problems_of(read_with(read_rebar_lock,
                                    "[{<<\"idpkg,<<\"idna\">>,<<\"6.1\">>},0}].\n"
                                    "{<<\"a{pkg,<<\"b\">>,<<\"1\">>},0}\n")),
              ElementsAre("malformed: not an entry: {<<\"a{pkg,<<\"b\">>,<<\"1\">>},0}"));
  const auto outcome = read_with(read_rebar_lock, R"({"1.2.0",
[{<<"certifi">>,{pkg,<<"certifi">>,<<"2.9.0">>},0},
 {<<"hackney">>,{pkg,<<"hackney_fork">>,<<"1.18.1">>},1},
 {<<"g">>,{git,"https://host/g.git",{ref,"0123"}},0}]}.
[
{pkg_hash,[
 {<<"certifi">>, <<"6F2A">>}]}
].
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("certifi 2.9.0 direct", "hackney_fork 1.18.1", "g "));
}

TEST(ConanLock, Version1IsAGraph) {
  expect_invalid(read_with(read_conan_lock, "null"));
  const auto outcome = read_with(read_conan_lock, R"({"version": "0.4", "graph_lock": {"nodes": {
    "0": {"ref": "app/1.0", "path": "conanfile.py"},
    "1": {"ref": "zlib/1.2.11@user/channel#0123", "context": "host"},
    "2": {"ref": "ninja/1.11.1", "context": "build"},
    "3": {"pref": "old/1.0#0123:4567#89"},
    "4": {"pref": null},
    "5": {"ref": "1.2.3"}}}})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("zlib 1.2.11", "ninja 1.11.1 dev", "old 1.0"));
  EXPECT_THAT(problems_of(outcome), ElementsAre("malformed: not name/version: 1.2.3"));
}

TEST(ConanLock, Version2HasLists) {
  const auto outcome = read_with(read_conan_lock, R"({"version": "0.5",
    "requires": ["zlib/1.2.11#ffa7%1667396813.184"], "build_requires": ["ninja/1.11.1"],
    "python_requires": []})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("zlib 1.2.11", "ninja 1.11.1 dev"));
}

}  // namespace
}  // namespace azekura::scanner::inventory

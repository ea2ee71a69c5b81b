#include "scanner/match/gaps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scanner/match/database_testing.h"
#include "scanner/match/judge.h"

namespace azekura::scanner::match {
namespace {

using inventory::Component;
using inventory::Inventory;
using testing::ElementsAre;
using testing::IsEmpty;

// Debian 12 with one package.
Inventory bookworm(std::string name, std::string version) {
  Inventory inventory;
  inventory.distribution = inventory::Distribution{.release = {Ecosystem::kDebian, "12"}};
  inventory.components = {Component{.ecosystem = Ecosystem::kDebian,
                                    .name = name,
                                    .version = version,
                                    .source_name = name,
                                    .source_version = version}};
  return inventory;
}

std::vector<Gap::Kind> gaps(const Report& report) {
  std::vector<Gap::Kind> kinds;
  for (const Gap& gap : report.gaps) kinds.push_back(gap.kind);
  return kinds;
}

TEST(Gaps, AVersionWithoutAnOrderIsNotJudgedToBeFine) {
  const Database database =
      database_of({about("GHSA-1", {affected(Ecosystem::kNpm, "", "lodash", "4.17.21")})});
  Inventory inventory;
  inventory.components = {
      Component{.ecosystem = Ecosystem::kNpm, .name = "lodash", .version = "latest"}};
  const Report report = judge(inventory, database, nullptr, {.now = kToday});
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_THAT(gaps(report), ElementsAre(Gap::Kind::kUnknownVersion));
  EXPECT_EQ(report.verdict, Verdict::kNotJudged);
}

TEST(Gaps, AStaleSourceThatSpeaksOfNothingInstalledIsNotSaid) {
  const auto with = [](Ecosystem ecosystem, std::string release) {
    const Database database =
        database_of({about("CVE-2024-0001", {affected(ecosystem, std::move(release), "a", "2")}),
                     about("CVE-2024-0002", {affected(Ecosystem::kDebian, "12", "b", "2")})},
                    {.date = kToday - 101});
    const Inventory inventory = bookworm("a", "2");
    return judge(inventory, database, nullptr, {.now = kToday, .stale_after_s = 100});
  };
  EXPECT_THAT(gaps(with(Ecosystem::kNpm, "")), ElementsAre(Gap::Kind::kStaleSource));

  DatabaseBuilder builder;
  const auto add = [&](const char* name, Time date, std::string failure, Advisory advisory) {
    auto sink = builder.begin();
    sink->add(std::move(advisory));
    builder.finish(std::move(sink), {.name = name, .date = date, .failure = std::move(failure)});
  };
  add("debian", kToday, "", about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")}));
  add("npm", kToday - 101, "", about("GHSA-1", {affected(Ecosystem::kNpm, "", "a", "2")}));
  add("go", kToday, "no route", about("GO-1", {affected(Ecosystem::kGo, "", "a", "2")}));
  Advisory knowledge = about("CVE-2024-0001", {});
  knowledge.known_exploited.emplace();
  add("kev", kToday - 101, "", knowledge);
  add("epss", kToday, "answered 404", knowledge);
  knowledge.affected.push_back(affected(Ecosystem::kCpe, "", "a:v:p", "2"));
  add("cve", kToday - 200, "", knowledge);
  const std::string path = testing::TempDir() + "azekura-stale.db";
  ASSERT_TRUE(builder.write(path));
  const auto database = Database::open(path);
  ASSERT_TRUE(database);
  const Report report =
      judge(bookworm("a", "2"), *database, nullptr, {.now = kToday, .stale_after_s = 100});
  std::filesystem::remove(path);
  ASSERT_THAT(gaps(report), ElementsAre(Gap::Kind::kStaleKnowledge));
  EXPECT_EQ(report.gaps[0].subject, "cve, epss (answered 404), kev");
  EXPECT_EQ(report.gaps[0].count, 3U);
  EXPECT_EQ(report.gaps[0].since, kToday - 200);
}

TEST(Gaps, WhatComesFromTheNetworkIsAsOldAsItsLastRefresh) {
  const auto with = [](std::string origin, Time date, Time fetched) {
    const Database database =
        database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")})},
                    {.origin = std::move(origin), .date = date, .fetched = fetched});
    return gaps(
        judge(bookworm("a", "2"), database, nullptr, {.now = kToday, .stale_after_s = 100}));
  };
  EXPECT_THAT(with("https://a.example/all.zip", kToday - 500, kToday - 100), IsEmpty());
  EXPECT_THAT(with("https://a.example/all.zip", kToday - 500, kToday - 101),
              ElementsAre(Gap::Kind::kStaleSource));
  EXPECT_THAT(with("/media/usb/debian", kToday - 500, kToday),
              ElementsAre(Gap::Kind::kStaleSource));
}

}  // namespace
}  // namespace azekura::scanner::match

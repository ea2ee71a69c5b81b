#include "scanner/report/actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_table.h"
#include "scanner/match/database_testing.h"
#include "scanner/match/judge.h"
#include "scanner/report/terminal.h"

namespace azekura::scanner::report {
namespace {

using inventory::Component;
using inventory::Inventory;
using match::about;
using match::affected;
using match::database_of;
using match::kToday;

Component debian(std::string name, std::string source, std::string version) {
  return {.ecosystem = Ecosystem::kDebian,
          .name = std::move(name),
          .version = version,
          .source_name = std::move(source),
          .source_version = version};
}

Inventory bookworm(std::vector<Component> components) {
  Inventory inventory;
  inventory.distribution = inventory::Distribution{.release = {Ecosystem::kDebian, "12"}};
  inventory.components = std::move(components);
  return inventory;
}

TEST(Actions, BinaryPackagesOfOneSourceAreOneUpgradeToTheLatestFix) {
  const Database database = database_of(
      {about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "openssl", "3.0.9")}),
       about("CVE-2024-0002", {affected(Ecosystem::kDebian, "12", "openssl", "3.0.10")}),
       about("CVE-2024-0003", {affected(Ecosystem::kDebian, "12", "zlib", "")})});
  const Inventory inventory =
      bookworm({debian("libssl3", "openssl", "3.0.8"), debian("openssl", "openssl", "3.0.8"),
                debian("zlib1g", "zlib", "1.2")});
  const auto report = match::judge(inventory, database, nullptr, {.now = kToday});
  const auto actions = actions_of(report, inventory, database);
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(actions[0].package, "openssl");
  EXPECT_EQ(actions[0].target, "3.0.10");
  EXPECT_EQ(actions[0].problems, 2U);
  EXPECT_EQ(actions[0].components.size(), 2U);
  EXPECT_EQ(actions[1].package, "zlib");
  EXPECT_EQ(actions[1].target, "");
  EXPECT_EQ(upgrade_command(actions, inventory), "apt-get install --only-upgrade libssl3 openssl");
}

TEST(Actions, NothingButPlainNamesGetsIntoACommand) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "bad", "2"),
                                           affected(Ecosystem::kDebian, "12", "good", "2")})});
  const Inventory inventory =
      bookworm({debian("$(reboot)", "bad", "1"), debian("-x", "bad", "1"),
                debian("a;b", "bad", "1"), debian("good+1.0", "good", "1")});
  const auto report = match::judge(inventory, database, nullptr, {.now = kToday});
  EXPECT_EQ(upgrade_command(actions_of(report, inventory, database), inventory),
            "apt-get install --only-upgrade good+1.0");
}

TEST(Actions, AFindingsIdStaysFromScanToScan) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a", "2")}),
                   about("CVE-2024-0002", {affected(Ecosystem::kDebian, "12", "a", "2")})});
  const Inventory inventory = bookworm({debian("a", "a", "1")});
  const auto report = match::judge(inventory, database, nullptr, {.now = kToday});
  ASSERT_EQ(report.findings.size(), 2U);
  const std::string id = finding_id(report.findings[0], inventory, database);
  EXPECT_EQ(id.size(), 12U);
  EXPECT_EQ(id, finding_id(report.findings[0], inventory, database));
  EXPECT_NE(id, finding_id(report.findings[1], inventory, database));
}

TEST(Terminal, LongTextsLoseTheirMiddle) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdefg", 6), "abc…fg");
  EXPECT_EQ(width_of(shortened(std::string(1'000'000, 'x'), 72)), 72U);
  EXPECT_EQ(shortened("日本語日本語", 8), "日本…語");
  EXPECT_LE(width_of(shortened("日本語日本語日本語", 7)), 7U);
}

TEST(Terminal, WhatAStrangerNamedDoesNotDriveTheTerminal) {
  const Database database =
      database_of({about("CVE-2024-0001", {affected(Ecosystem::kDebian, "12", "a\x1b[2Jb", "2")})});
  const Inventory inventory =
      bookworm({debian("a\x1b[2Jb", "a\x1b[2Jb", "1\n\x07"), debian("x\r", "x\r", "")});
  const auto report = match::judge(inventory, database, nullptr, {.now = kToday});
  for (const Language language : {Language::kEnglish, Language::kJapanese}) {
    const std::string text = terminal_report(report, inventory, database, nullptr,
                                             {.language = language, .all = true, .width = 40});
    EXPECT_EQ(
        std::count_if(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }),
        0)
        << text;
  }
}

}  // namespace
}  // namespace azekura::scanner::report

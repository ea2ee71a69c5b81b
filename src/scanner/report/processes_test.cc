#include "scanner/report/processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace azekura::scanner::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

inventory::Inventory host() {
  inventory::Inventory inventory;
  inventory.components = {{.name = "openssl"}, {.name = "zlib"}, {.name = "bash"}};
  inventory.processes = {
      {.pid = 1, .name = "init", .packages = {"zlib"}},
      {.pid = 7, .name = "web", .packages = {"openssl", "zlib"}, .listens = {"tcp 0.0.0.0:443"}},
      {.pid = 9, .name = "sh", .packages = {"bash"}}};
  return inventory;
}

TEST(ProcessesAtRisk, ThoseThatListenComeFirstAndOthersAreLeftOut) {
  const inventory::Inventory inventory = host();
  match::Report report;
  report.findings = {{.component = 0}, {.component = 1}};
  const auto processes = processes_at_risk(report, inventory);
  ASSERT_EQ(processes.size(), 2U);
  EXPECT_EQ(processes[0].process->name, "web");
  EXPECT_THAT(processes[0].packages, ElementsAre("openssl", "zlib"));
  EXPECT_EQ(processes[1].process->name, "init");
}

TEST(ProcessesAtRisk, WhatIsToBeCheckedPutsNothingAtRisk) {
  const inventory::Inventory inventory = host();
  match::Report report;
  report.findings = {{.component = 2, .confidence = match::kConfidenceShown - 1}};
  EXPECT_THAT(processes_at_risk(report, inventory), IsEmpty());
}

}  // namespace
}  // namespace azekura::scanner::report

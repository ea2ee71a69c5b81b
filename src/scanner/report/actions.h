// Actions: findings gathered into what a person does about them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/report.h"

namespace azekura::scanner::report {

// One thing to do: upgrade this package to that version; or know that there is nothing to do yet.
struct Action {
  Ecosystem ecosystem = Ecosystem::kUnknown;
  std::string package;  // of a distribution: the source package; else the library
  std::string installed;
  std::string target;           // the version that fixes all that can be fixed; empty: no fix
  std::string location;         // where a library lies; empty for the host's packages
  State state = State::kFixed;  // of actions without a target: what the vendor says
  bool to_check = false;        // all of its findings are below the confidence that is shown
  int priority = 0;             // of its worst finding
  std::vector<std::uint32_t> components;  // of the inventory, sorted
  std::vector<const match::Finding*>
      findings;                       // worst first; problems may stand there several times
  std::uint32_t problems = 0;         // distinct
  std::uint32_t known_exploited = 0;  // distinct
};

// Upgrades first, then what has no fix, then what is to be checked; each by priority.
std::vector<Action> actions_of(const match::Report& report, const inventory::Inventory& inventory,
                               const Database& database);

// What to type for all upgrades of the host's packages; empty if there are none, or no such tool.
std::string upgrade_command(const std::vector<Action>& actions,
                            const inventory::Inventory& inventory);

// A stable name of a finding: twelve hexadecimal digits of the digest of component, place and
// problem.
std::string finding_id(const match::Finding& finding, const inventory::Inventory& inventory,
                       const Database& database);

}  // namespace azekura::scanner::report

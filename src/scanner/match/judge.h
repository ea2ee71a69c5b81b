// Judging: an inventory held against a database.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/report.h"
#include "scanner/rules/rule.h"

namespace azekura::scanner::match {

struct JudgeOptions {
  Time now = 0;
  // A source whose data is older than this is reported as stale.
  Time stale_after_s = 7 * 24 * 3600;
  bool development = true;  // also what is only used to build or test
};

// `rules` may be nullptr.
Report judge(const inventory::Inventory& inventory, const Database& database, rules::RuleSet* rules,
             const JudgeOptions& options);

// Why a finding was made: every row that spoke, in the order in which they were weighed.
struct ProofStep {
  std::string source;  // "debian"
  std::string record;  // "CVE-2024-1234"
  Time source_date = 0;
  std::string row;         // "Debian:12 openssl: affected before 3.0.15-1~deb12u1"
  std::string comparison;  // "3.0.14-1~deb12u2 < 3.0.15-1~deb12u1 (dpkg)"
  bool holds = false;
};
struct Proof {
  std::string conclusion;  // a sentence
  std::vector<ProofStep> steps;
};
Proof explain(const inventory::Inventory& inventory, const Database& database,
              const Finding& finding);
// Why a problem was not reported for any component of the inventory: each claim about a package
// that is installed, and why it does not hold; or that nobody claims anything about what is
// installed.
Proof explain_not(const inventory::Inventory& inventory, const Database& database,
                  const Report& report, ProblemId problem);

}  // namespace azekura::scanner::match

// Judging: an inventory held against a database.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/decide.h"
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

// One comparison of versions: "3.0.14-1 < 3.0.15-1 (dpkg)".
struct Comparison {
  std::string installed;
  std::string other;
  char sign = '?';  // '<', '=', '>'; '?' where there is no order
  std::string_view scheme;
};

// One claim of one record, and what came of it.
struct ProofStep {
  std::string source;  // "debian"
  std::string record;  // "CVE-2024-1234"
  Time source_date = 0;
  EcosystemRelease where;
  std::string package;
  bool subscription = false;
  State state = State::kAffected;
  // Its intervals, as text; `first` of them are given, `more` are left out.
  struct Interval {
    std::string from;
    std::string to;
    bool from_exclusive = false;
    bool to_inclusive = false;
    bool single = false;  // one version: `from`
  };
  std::vector<Interval> intervals;
  std::size_t more = 0;
  std::string qualifier;
  std::string note;
  std::string advisory;  // if another than the record
  std::vector<Comparison> comparisons;
  SetAside set_aside = SetAside::kNo;
  std::string void_reason;  // of a record that counts for nothing
  bool holds = false;
};

// Why a finding was made, or was not: every row that spoke, in the order in which they were
// weighed.
struct Proof {
  enum class Conclusion : std::uint8_t {
    kAffected,     // subject, version, problem, state, fixed
    kReported,     // --not was asked of something that is reported
    kRuleRemoves,  // rule
    kNothingSays,  // no source speaks of anything that is installed
    kNoRowHolds,
  };
  Conclusion conclusion = Conclusion::kNothingSays;
  std::string problem;
  std::string component;
  std::string version;
  State state = State::kAffected;
  std::string fixed;
  std::string rule;  // its place and reason
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

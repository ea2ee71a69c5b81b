// Deciding: what all the claims that a lookup finds say together about each problem.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/match/lookup.h"

namespace azekura::scanner::match {

// Why a claim does not count at all.
enum class SetAside : std::uint8_t {
  kNo,
  kOtherEdition,  // the CPE names another edition or platform
  kOtherStream,   // of another module stream
  kOnlyStream,    // of a module stream, and the package is of none
  kNoStream,      // the package is of a module stream, and the claim of none
};

// All intervals of one claim, held against the version that is installed.
struct Weighed {
  ProblemId problem = 0;
  std::span<const Claim> claim;  // its intervals; never empty
  // The interval that decided: the one that holds, else the nearest.
  const Claim* interval = nullptr;
  bool holds = false;         // the version lies in an interval
  bool specific = false;      // the record names no other problem
  bool subscription = false;  // the claim is about what needs one (Ubuntu Pro)
  SetAside set_aside = SetAside::kNo;
};

// Weighs every claim about what the lookup asks for. With `only`, those about one problem.
std::vector<Weighed> weigh(const Lookup& lookup, const Database& database,
                           std::optional<ProblemId> only = std::nullopt);

// What is left of them: at most one decision a problem.
struct Decision {
  ProblemId problem = 0;
  const Claim* claim = nullptr;  // the interval that decided
  State state = State::kAffected;
  Severity severity = Severity::kUnknown;  // the vendor's, if it has one
  VersionId fixed = 0;
  std::uint8_t confidence = 100;
  Route route = Route::kEcosystem;
};

// The rules, in this order:
//   1. what is set aside does not count, nor what was withdrawn;
//   2. where records are of this problem itself (a CVE's, a GHSA's), they decide; an advisory (DSA,
//      USN, RHSA), even about this problem alone, counts only where none is;
//   3. "not affected" takes the problem away;
//   4. it is there if any claim holds (sources that differ are united, the safe way);
//   5. a fix that needs a subscription takes it away if installed, and is named as the fix if not.
std::vector<Decision> decide(const Lookup& lookup, const Database& database,
                             std::vector<Weighed> weighed);

// Whether the version lies in the interval. False for versions that can't be compared.
bool lies_in(const Claim& interval, version::Scheme scheme, std::string_view version,
             std::string_view key, const Database& database);

}  // namespace azekura::scanner::match

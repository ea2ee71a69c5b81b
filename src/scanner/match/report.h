// Report: what a scan found, why, and what it could not judge.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/rules/rule.h"

namespace azekura::scanner::match {

// By which way a finding was reached.
enum class Route : std::uint8_t {
  kDistribution,  // the distribution's own feed
  kEcosystem,     // the language's advisories
  kBitnami,
  kCpe,  // declared
  kGuessedCpe,
  kJavaScript,
};
std::string_view name_of(Route route);

// Findings below this confidence are shown apart ("to be checked").
inline constexpr int kConfidenceShown = 80;

// One problem of one component. Small: a bookworm mirror has 260,000 of them.
struct Finding {
  std::uint32_t component = 0;  // index into the inventory
  ProblemId problem = 0;
  const Claim* claim = nullptr;  // the row that decided; lives in the database
  State state = State::kAffected;
  Severity severity = Severity::kUnknown;
  Route route = Route::kEcosystem;
  std::uint8_t confidence = 100;
  std::uint16_t priority = 0;  // 0 to 1000; priority.h says how
  VersionId fixed = 0;         // in this package; 0: no fix known
  bool running = false;        // a process has it mapped, or it is the running kernel
};

struct Ignored {
  Finding finding;
  const rules::Rule* rule = nullptr;
};

// Something that was not judged.
struct Gap {
  enum class Kind : std::uint8_t {
    kNoData,            // no advisories at all are installed
    kNoFeed,            // none for this release or ecosystem
    kEndOfLife,         // nobody looks after this release any more
    kThirdParty,        // packages that the distribution does not own
    kUnknownVersion,    // a component without a version, or with one that is none
    kUnknownComponent,  // a file of which it is not known what it is
    kStaleSource,       // its data is old, or could not be refreshed
    kUnreadable,        // the inventory could not read it
    kIdleKernel,        // not running, so not judged
    kNoPackages,        // nothing was found to judge
    kStaleKnowledge,    // sources of exploits, scores and texts are old, or could not be refreshed
  };
  Kind kind = Kind::kNoFeed;
  std::string subject;      // "Debian:7", "docker-ce 5:24 (Docker)", "ubuntu"
  std::uint32_t count = 1;  // of components
  std::string detail;       // an example, a reason
  Time since =
      0;  // kEndOfLife: when support ended; kStaleSource, kStaleKnowledge: of when its data is
  Time until = 0;  // kEndOfLife: until when support can be bought; 0: it cannot
};
std::string_view name_of(Gap::Kind kind);

enum class Verdict : std::uint8_t { kClean, kFindings, kNotJudged };

struct Report {
  std::vector<Finding> findings;  // worst first, then by component
  std::vector<Ignored> ignored;
  std::vector<Gap> gaps;
  std::size_t components_judged = 0;
  Time when = 0;

  // kFindings if there is a shown finding; else kNotJudged if something that should have been
  // judged was not; else kClean.
  Verdict verdict = Verdict::kNotJudged;
};

}  // namespace azekura::scanner::match

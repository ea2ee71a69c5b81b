#include "scanner/match/priority.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace azekura::scanner::match {
namespace {

using Reason = PriorityPart::Reason;

struct FlagWorth {
  std::uint8_t flag;
  Reason reason;
  int points;
};
constexpr std::array kFlagWorth = {
    FlagWorth{ProblemFacts::kMalicious, Reason::kMalicious, 900},
    FlagWorth{ProblemFacts::kKnownExploited, Reason::kKnownExploited, 450},
    FlagWorth{ProblemFacts::kRansomware, Reason::kRansomware, 60},
    FlagWorth{ProblemFacts::kMetasploit, Reason::kMetasploit, 120},
    FlagWorth{ProblemFacts::kDisputed, Reason::kDisputed, -60},
};
constexpr int kSsvcActivePoints = 400;
constexpr int kExploitPoints = 80;
constexpr int kRunningPoints = 60;
constexpr int kUnimportantPoints = -100;
constexpr double kEpssPointsMax = 200;
// By Severity.
constexpr std::array<int, 6> kSeverityPoints = {50, 0, 20, 80, 160, 240};

template <typename Each>
void each_part(const Finding& finding, const Database& database, const Each& each) {
  const ProblemFacts& facts = database.facts(finding.problem);
  for (const FlagWorth& worth : kFlagWorth) {
    if ((facts.flags & worth.flag) != 0) each(PriorityPart{worth.reason, worth.points});
  }
  const auto has = [&](std::uint8_t flag) { return (facts.flags & flag) != 0; };
  if (has(ProblemFacts::kSsvcActive) && !has(ProblemFacts::kKnownExploited)) {
    each(PriorityPart{Reason::kSsvcActive, kSsvcActivePoints});
  }
  if (has(ProblemFacts::kExploit) && !has(ProblemFacts::kMetasploit)) {
    each(PriorityPart{Reason::kExploit, kExploitPoints});
  }
  each(
      PriorityPart{Reason::kSeverity, kSeverityPoints[static_cast<std::size_t>(finding.severity)]});
  if (facts.epss > 0) {
    each(PriorityPart{Reason::kEpss,
                      static_cast<int>(std::lround(kEpssPointsMax * std::sqrt(facts.epss)))});
  }
  if (finding.running) each(PriorityPart{Reason::kRunning, kRunningPoints});
  if (finding.severity == Severity::kNone) {
    each(PriorityPart{Reason::kUnimportant, kUnimportantPoints});
  }
}

}  // namespace

int priority(const Finding& finding, const Database& database) {
  int sum = 0;
  each_part(finding, database, [&](const PriorityPart& part) { sum += part.points; });
  return std::clamp(sum, 0, kPriorityMax);
}

std::vector<PriorityPart> priority_parts(const Finding& finding, const Database& database) {
  std::vector<PriorityPart> parts;
  each_part(finding, database, [&](const PriorityPart& part) {
    if (part.points != 0) parts.push_back(part);
  });
  return parts;
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::kKnownExploited:
      return "known-exploited";
    case Reason::kRansomware:
      return "ransomware";
    case Reason::kSsvcActive:
      return "ssvc-active";
    case Reason::kMetasploit:
      return "metasploit";
    case Reason::kExploit:
      return "exploit";
    case Reason::kMalicious:
      return "malicious";
    case Reason::kSeverity:
      return "severity";
    case Reason::kEpss:
      return "epss";
    case Reason::kRunning:
      return "running";
    case Reason::kUnimportant:
      return "unimportant";
    case Reason::kDisputed:
      return "disputed";
  }
  return "severity";
}

}  // namespace azekura::scanner::match

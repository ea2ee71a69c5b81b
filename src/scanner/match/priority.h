// Priority: how urgent a finding is, as a sum that a person can check.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/match/report.h"

namespace azekura::scanner::match {

inline constexpr int kPriorityMax = 1000;
inline constexpr int kPriorityUrgent = 600;
inline constexpr int kPriorityHigh = 350;
inline constexpr int kPriorityMedium = 150;

// One reason and what it is worth.
struct PriorityPart {
  enum class Reason : std::uint8_t {
    kKnownExploited,  // in CISA's or ENISA's catalogue
    kRansomware,
    kSsvcActive,  // CISA: exploitation is active
    kMetasploit,
    kExploit,    // a public exploit
    kMalicious,  // the package is malware
    kSeverity,
    kEpss,
    kRunning,      // a process has it open, or it is the running kernel
    kUnimportant,  // the vendor says so
    kDisputed,
  };
  Reason reason = Reason::kSeverity;
  int points = 0;
};

int priority(const Finding& finding, const Database& database);
std::vector<PriorityPart> priority_parts(const Finding& finding, const Database& database);
std::string_view name_of(PriorityPart::Reason reason);  // "known-exploited"

}  // namespace azekura::scanner::match

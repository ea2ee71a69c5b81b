// Severities: what vendors and scores say in words.

#include <algorithm>
#include <array>
#include <cmath>

#include "scanner/terms/cvss.h"
#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace {

constexpr std::array<std::string_view, 6> kNames{"unknown", "none", "low",
                                                 "medium",  "high", "critical"};

struct Word {
  std::string_view word;
  Severity severity;
};
constexpr std::array kWords{
    Word{"none", Severity::kNone},
    Word{"info", Severity::kNone},
    Word{"informational", Severity::kNone},
    Word{"low", Severity::kLow},
    Word{"negligible", Severity::kLow},
    Word{"unimportant", Severity::kLow},
    Word{"minor", Severity::kLow},
    Word{"medium", Severity::kMedium},
    Word{"moderate", Severity::kMedium},
    Word{"high", Severity::kHigh},
    Word{"important", Severity::kHigh},
    Word{"major", Severity::kHigh},
    Word{"critical", Severity::kCritical},
    Word{"urgent", Severity::kCritical},
    // As IPA words them.
    Word{"なし", Severity::kNone},
    Word{"注意", Severity::kLow},
    Word{"警告", Severity::kMedium},
    Word{"重要", Severity::kHigh},
    Word{"緊急", Severity::kCritical},
};

}  // namespace

std::string_view name_of(Severity severity) {
  const auto index = static_cast<std::size_t>(severity);
  return kNames[index < kNames.size() ? index : 0];
}

Severity parse_severity(std::string_view text) {
  const std::string lower = to_lower(text);
  const auto* found = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const Word& each) { return each.word == lower; });
  return found == kWords.end() ? Severity::kUnknown : found->severity;
}

// CVSS 3.1 §5, 4.0 §6; for 2.0 the scale of the NVD.
Severity severity_of(CvssVersion version, double score) {
  if (!(score >= 0 && score <= 10)) return Severity::kUnknown;
  const long tenths = std::lround(score * 10);
  if (version == CvssVersion::kV2) {
    if (tenths < 40) return Severity::kLow;
    return tenths < 70 ? Severity::kMedium : Severity::kHigh;
  }
  if (tenths == 0) return Severity::kNone;
  if (tenths < 40) return Severity::kLow;
  if (tenths < 70) return Severity::kMedium;
  return tenths < 90 ? Severity::kHigh : Severity::kCritical;
}

}  // namespace azekura::scanner

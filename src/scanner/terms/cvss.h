// Cvss: vectors of the Common Vulnerability Scoring System 2.0, 3.0, 3.1 and 4.0, and their scores.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner {

enum class Severity : std::uint8_t { kUnknown, kNone, kLow, kMedium, kHigh, kCritical };
std::string_view name_of(Severity severity);  // "high"
// What vendors write: Important, Moderate, negligible, CRITICAL, medium…
Severity parse_severity(std::string_view text);

enum class CvssVersion : std::uint8_t { kV2, kV30, kV31, kV40 };

struct Cvss {
  CvssVersion version = CvssVersion::kV31;
  // 0.0 to 10.0 in tenths. The base score (4.0 knows only one: of all metrics given), and the score
  // of all metrics given (temporal, environmental).
  double score = 0;
  double overall = 0;
  // Of `score`.
  Severity severity = Severity::kUnknown;
};
// "CVSS:3.1/AV:N/…", "AV:N/AC:L/Au:N/…" (2.0, with or without parentheses). kInvalid for a missing,
// repeated or unknown metric; in 2.0 and 4.0 also for one out of order, in 2.0 for a group given in
// part.
Result<Cvss> parse_cvss(std::string_view vector);
// The same vector with its metrics in the order of the specification. kInvalid as parse_cvss().
Result<std::string> canonical_cvss(std::string_view vector);
Severity severity_of(CvssVersion version, double score);

}  // namespace azekura::scanner

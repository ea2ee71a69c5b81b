// The section kProblemData: what is known of a problem, as varints. Written and read here.
//
//   data    = flags published modified void-reason
//             n alias*  n record*  n score*  n cwe*  n kev*  [epss]  [ssvc]  n exploit*
//   record  = difference to the record before, the first as it is
//   score   = source vector version tenths
//   kev     = catalogue added due ransomware
//   epss    = probability percentile (floats' bits) model date
//   exploit = kind id
// Texts are offsets in kStrings; times are seconds since 1970.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/database/database.h"

namespace azekura::scanner {

using TextOffset = std::uint32_t;

struct ProblemData {
  struct Score {
    TextOffset source = 0;
    TextOffset vector = 0;
    CvssVersion version = CvssVersion::kV31;
    std::uint8_t tenths = 0;
    bool operator==(const Score&) const = default;
  };
  struct Kev {
    TextOffset catalogue = 0;
    std::uint32_t added = 0;
    std::uint32_t due = 0;
    bool ransomware = false;
  };
  struct Epss {
    float probability = 0;
    float percentile = 0;
    TextOffset model = 0;
    std::uint32_t date = 0;
  };
  struct Ssvc {
    TextOffset exploitation = 0;
    TextOffset automatable = 0;
    TextOffset technical_impact = 0;
  };
  struct Exploit {
    scanner::Exploit::Kind kind = scanner::Exploit::Kind::kExploitDb;
    TextOffset id = 0;
    bool operator==(const Exploit&) const = default;
  };

  std::uint32_t published = 0;
  std::uint32_t modified = 0;
  bool disputed = false;
  bool malicious = false;
  TextOffset void_reason = 0;
  std::vector<TextOffset> aliases;
  std::vector<RecordId> records;  // rising
  std::vector<Score> scores;
  std::vector<TextOffset> cwes;
  std::vector<Kev> known_exploited;
  std::optional<Epss> epss;
  std::optional<Ssvc> ssvc;
  std::vector<Exploit> exploits;
};

void encode_problem(const ProblemData& problem, std::string& out);
// Of whatever octets: what they do not hold is empty.
ProblemData decode_problem(std::string_view octets);

}  // namespace azekura::scanner

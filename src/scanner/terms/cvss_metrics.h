// The metrics of each CVSS version, and a vector taken apart. For this room only.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "scanner/terms/cvss.h"

namespace azekura::scanner::cvss {

enum class Group : std::uint8_t {
  kBase,      // must be given
  kOptional,  // each may be given or not
  // Version 2.0: all of the group or none.
  kTemporal,
  kEnvironmental,
};

struct Metric {
  std::string_view name;
  std::string_view values;  // "N A L P"
  Group group = Group::kBase;
};

struct Vocabulary {
  CvssVersion version;
  std::string_view prefix;  // "CVSS:3.1/"
  std::span<const Metric> metrics;
  bool ordered = false;  // metrics must come in this order
};

inline constexpr std::size_t kMetricsMax = 32;
inline constexpr std::int8_t kNotGiven = -1;

// For each metric of a vocabulary the index of its value.
using Values = std::array<std::int8_t, kMetricsMax>;

struct Vector {
  const Vocabulary* vocabulary = nullptr;
  Values values{};
};
Result<Vector> parse_vector(std::string_view text);

struct Scores {
  double base = 0;
  double overall = 0;
};
// Each is given the values of its own version, in the order of the enumerations below.
Scores score_v2(const Values& values);
Scores score_v3(CvssVersion version, const Values& values);
double score_v4(const Values& values);

namespace v2 {
enum : std::size_t { kAV, kAC, kAu, kC, kI, kA, kE, kRL, kRC, kCDP, kTD, kCR, kIR, kAR };
}
namespace v3 {
enum : std::size_t {
  kAV,
  kAC,
  kPR,
  kUI,
  kS,
  kC,
  kI,
  kA,
  kE,
  kRL,
  kRC,
  kCR,
  kIR,
  kAR,
  kMAV,
  kMAC,
  kMPR,
  kMUI,
  kMS,
  kMC,
  kMI,
  kMA
};
}
namespace v4 {
enum : std::size_t {
  kAV,
  kAC,
  kAT,
  kPR,
  kUI,
  kVC,
  kVI,
  kVA,
  kSC,
  kSI,
  kSA,
  kE,
  kCR,
  kIR,
  kAR,
  kMAV,
  kMAC,
  kMAT,
  kMPR,
  kMUI,
  kMVC,
  kMVI,
  kMVA,
  kMSC,
  kMSI,
  kMSA
  // Supplemental metrics follow, which have no score.
};
}

}  // namespace azekura::scanner::cvss

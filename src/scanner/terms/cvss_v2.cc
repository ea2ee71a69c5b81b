// CVSS 2.0: "A Complete Guide to the Common Vulnerability Scoring System", §3.2.

#include <algorithm>
#include <cmath>

#include "scanner/terms/cvss_metrics.h"

namespace azekura::scanner::cvss {
namespace {

using namespace v2;

// In the order of the values in the vocabulary.
constexpr std::array kAccessVector{0.395, 0.646, 1.0};
constexpr std::array kAccessComplexity{0.35, 0.61, 0.71};
constexpr std::array kAuthentication{0.45, 0.56, 0.704};
constexpr std::array kImpact{0.0, 0.275, 0.660};
constexpr std::array kExploitability{0.85, 0.9, 0.95, 1.0, 1.0};
constexpr std::array kRemediation{0.87, 0.90, 0.95, 1.0, 1.0};
constexpr std::array kConfidence{0.90, 0.95, 1.0, 1.0};
constexpr std::array kCollateral{0.0, 0.1, 0.3, 0.4, 0.5, 0.0};
constexpr std::array kTargets{0.0, 0.25, 0.75, 1.0, 1.0};
constexpr std::array kRequirement{0.5, 1.0, 1.51, 1.0};

// What is not given is as "not defined", the last value.
template <std::size_t kSize>
double weight(const std::array<double, kSize>& weights, std::int8_t value) {
  return value == kNotGiven ? weights.back() : weights[static_cast<std::size_t>(value)];
}

// Halves that are a hair below for want of binary digits go up.
double to_tenths(double score) { return std::floor(score * 10 + 0.5 + 1e-9) / 10; }

double base_of(const Values& values, double impact) {
  const double exploitability = 20 * weight(kAccessVector, values[kAV]) *
                                weight(kAccessComplexity, values[kAC]) *
                                weight(kAuthentication, values[kAu]);
  const double factor = impact == 0 ? 0 : 1.176;
  return to_tenths((0.6 * impact + 0.4 * exploitability - 1.5) * factor);
}

double temporal_of(const Values& values, double base) {
  return to_tenths(base * weight(kExploitability, values[kE]) * weight(kRemediation, values[kRL]) *
                   weight(kConfidence, values[kRC]));
}

}  // namespace

Scores score_v2(const Values& values) {
  const double c = weight(kImpact, values[kC]);
  const double i = weight(kImpact, values[kI]);
  const double a = weight(kImpact, values[kA]);
  const double base = base_of(values, 10.41 * (1 - (1 - c) * (1 - i) * (1 - a)));
  if (values[kCDP] == kNotGiven) return {base, temporal_of(values, base)};

  const double cr = weight(kRequirement, values[kCR]);
  const double ir = weight(kRequirement, values[kIR]);
  const double ar = weight(kRequirement, values[kAR]);
  const double adjusted = std::min(10.0, 10.41 * (1 - (1 - c * cr) * (1 - i * ir) * (1 - a * ar)));
  const double temporal = temporal_of(values, base_of(values, adjusted));
  const double collateral = weight(kCollateral, values[kCDP]);
  return {base,
          to_tenths((temporal + (10 - temporal) * collateral) * weight(kTargets, values[kTD]))};
}

}  // namespace azekura::scanner::cvss

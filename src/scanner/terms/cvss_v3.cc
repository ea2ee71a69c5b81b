// CVSS 3.0 §8 and 3.1 §7: the same but for rounding and one exponent.

#include <algorithm>
#include <cmath>

#include "scanner/terms/cvss_metrics.h"

namespace azekura::scanner::cvss {
namespace {

using namespace v3;

// In the order of the values in the vocabulary.
constexpr std::array kAttackVector{0.85, 0.62, 0.55, 0.2};
constexpr std::array kAttackComplexity{0.77, 0.44};
constexpr std::array kPrivileges{0.85, 0.62, 0.27};
constexpr std::array kPrivilegesChanged{0.85, 0.68, 0.5};
constexpr std::array kInteraction{0.85, 0.62};
constexpr std::array kImpact{0.56, 0.22, 0.0};
constexpr std::array kExploit{1.0, 1.0, 0.97, 0.94, 0.91};
constexpr std::array kRemediation{1.0, 1.0, 0.97, 0.96, 0.95};
constexpr std::array kConfidence{1.0, 1.0, 0.96, 0.92};
constexpr std::array kRequirement{1.0, 1.5, 1.0, 0.5};
constexpr std::int8_t kScopeChanged = 1;

// What is not given is as X, the first value.
template <std::size_t kSize>
double weight(const std::array<double, kSize>& weights, std::int8_t value) {
  return weights[value == kNotGiven ? 0 : static_cast<std::size_t>(value)];
}

// CVSS 3.1, appendix A. 3.0 asks for the same without saying how: the smallest tenth that is not
// below.
double round_up(double score) {
  const long long scaled = std::llround(score * 100'000);
  return scaled % 10'000 == 0 ? static_cast<double>(scaled) / 100'000
                              : (std::floor(static_cast<double>(scaled / 10'000)) + 1) / 10;
}

double impact_of(bool changed, double iss) {
  if (!changed) return 6.42 * iss;
  return 7.52 * (iss - 0.029) - 3.25 * std::pow(iss - 0.02, 15);
}

double modified_impact_of(CvssVersion version, bool changed, double miss) {
  if (!changed || version == CvssVersion::kV30) return impact_of(changed, miss);
  return 7.52 * (miss - 0.029) - 3.25 * std::pow(miss * 0.9731 - 0.02, 13);
}

struct Exploitability {
  std::int8_t vector, complexity, privileges, interaction;
};

double score_of(bool changed, double impact, const Exploitability& how) {
  if (impact <= 0) return 0;
  const double exploitability = 8.22 * weight(kAttackVector, how.vector) *
                                weight(kAttackComplexity, how.complexity) *
                                weight(changed ? kPrivilegesChanged : kPrivileges, how.privileges) *
                                weight(kInteraction, how.interaction);
  const double factor = changed ? 1.08 : 1;
  return round_up(std::min(factor * (impact + exploitability), 10.0));
}

// The modified metric where it is given and not X; its values are those of the base metric after X.
std::int8_t modified(const Values& values, std::size_t base, std::size_t modified) {
  return values[modified] > 0 ? static_cast<std::int8_t>(values[modified] - 1) : values[base];
}

double environmental_of(CvssVersion version, const Values& values) {
  const bool changed = modified(values, kS, kMS) == kScopeChanged;
  const double c = weight(kRequirement, values[kCR]) * weight(kImpact, modified(values, kC, kMC));
  const double i = weight(kRequirement, values[kIR]) * weight(kImpact, modified(values, kI, kMI));
  const double a = weight(kRequirement, values[kAR]) * weight(kImpact, modified(values, kA, kMA));
  const double miss = std::min(1 - (1 - c) * (1 - i) * (1 - a), 0.915);
  return score_of(changed, modified_impact_of(version, changed, miss),
                  {modified(values, kAV, kMAV), modified(values, kAC, kMAC),
                   modified(values, kPR, kMPR), modified(values, kUI, kMUI)});
}

}  // namespace

Scores score_v3(CvssVersion version, const Values& values) {
  const bool changed = values[kS] == kScopeChanged;
  const double iss = 1 - (1 - weight(kImpact, values[kC])) * (1 - weight(kImpact, values[kI])) *
                             (1 - weight(kImpact, values[kA]));
  const double base = score_of(changed, impact_of(changed, iss),
                               {values[kAV], values[kAC], values[kPR], values[kUI]});
  const bool environmental = std::any_of(values.begin() + kCR, values.begin() + kMA + 1,
                                         [](std::int8_t value) { return value > 0; });
  const double before = environmental ? environmental_of(version, values) : base;
  return {base, round_up(before * weight(kExploit, values[kE]) * weight(kRemediation, values[kRL]) *
                         weight(kConfidence, values[kRC]))};
}

}  // namespace azekura::scanner::cvss

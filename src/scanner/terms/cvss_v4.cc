// CVSS 4.0 §8: the score of the vector's equivalence set, lowered by how far the vector lies below
// the set's highest vectors. The numbers are FIRST's (https://www.first.org/cvss/v4-0/).

#include <algorithm>
#include <cmath>
#include <optional>

#include "scanner/terms/cvss_metrics.h"

namespace azekura::scanner::cvss {
namespace {

using namespace v4;

// The levels of the equivalence classes, EQ1 to EQ6 (Tables 24 to 29).
struct Classes {
  int eq1, eq2, eq3, eq4, eq5, eq6;
};

// Scores in tenths, for each (EQ4, EQ5): 00 01 02 10 11 12 20 21 22.
using Row = std::array<std::uint8_t, 9>;
// For each (EQ1, EQ2) and the five possible pairs of EQ3 and EQ6: 00 01 10 11 21.
constexpr std::array kScores{
    Row{100, 98, 95, 100, 93, 91, 93, 89, 81},  // 00 00
    Row{99, 95, 92, 96, 87, 81, 90, 80, 68},    // 00 01
    Row{98, 95, 90, 93, 89, 81, 88, 78, 69},    // 00 10
    Row{95, 92, 84, 92, 81, 65, 80, 70, 48},    // 00 11
    Row{92, 82, 72, 79, 69, 50, 69, 55, 27},    // 00 21
    Row{99, 95, 92, 95, 90, 84, 92, 82, 72},    // 01 00
    Row{97, 92, 85, 91, 83, 71, 81, 71, 53},    // 01 01
    Row{95, 92, 85, 92, 80, 70, 84, 71, 50},    // 01 10
    Row{93, 85, 73, 82, 72, 59, 70, 52, 30},    // 01 11
    Row{86, 75, 52, 71, 52, 29, 63, 29, 17},    // 01 21
    Row{98, 94, 91, 94, 86, 77, 87, 74, 63},    // 10 00
    Row{95, 87, 81, 89, 74, 64, 75, 63, 49},    // 10 01
    Row{94, 88, 76, 86, 74, 59, 72, 57, 52},    // 10 10
    Row{89, 77, 67, 76, 58, 50, 57, 52, 25},    // 10 11
    Row{83, 70, 54, 65, 58, 26, 53, 21, 13},    // 10 21
    Row{95, 88, 76, 90, 75, 61, 77, 68, 52},    // 11 00
    Row{90, 76, 70, 77, 62, 53, 66, 59, 30},    // 11 01
    Row{89, 76, 62, 74, 57, 47, 61, 57, 24},    // 11 10
    Row{78, 67, 58, 59, 57, 23, 52, 29, 16},    // 11 11
    Row{71, 59, 30, 58, 26, 15, 23, 13, 6},     // 11 21
    Row{93, 86, 75, 86, 74, 56, 70, 52, 40},    // 20 00
    Row{87, 72, 58, 74, 61, 34, 54, 40, 22},    // 20 01
    Row{85, 74, 62, 72, 55, 46, 53, 34, 19},    // 20 10
    Row{75, 55, 51, 57, 41, 19, 36, 19, 8},     // 20 11
    Row{64, 51, 20, 47, 21, 11, 24, 9, 4},      // 20 21
    Row{88, 73, 60, 73, 59, 41, 54, 45, 20},    // 21 00
    Row{75, 53, 50, 55, 40, 20, 43, 22, 11},    // 21 01
    Row{75, 58, 40, 61, 48, 20, 46, 17, 8},     // 21 10
    Row{55, 45, 21, 51, 18, 9, 18, 7, 2},       // 21 11
    Row{53, 24, 14, 24, 12, 5, 10, 3, 1},       // 21 21
};

// The five pairs of EQ3 and EQ6; EQ3 2 with EQ6 0 cannot be.
std::optional<int> pair_of(int eq3, int eq6) {
  if (eq3 > 2 || eq6 > 1) return std::nullopt;
  if (eq3 == 2) return eq6 == 1 ? std::optional(4) : std::nullopt;
  return eq3 * 2 + eq6;
}

// In tenths; nothing where there is no such set.
std::optional<int> score_of(const Classes& at) {
  const auto pair = pair_of(at.eq3, at.eq6);
  if (!pair || at.eq1 > 2 || at.eq2 > 1 || at.eq4 > 2 || at.eq5 > 2) return std::nullopt;
  const auto row = static_cast<std::size_t>((at.eq1 * 2 + at.eq2) * 5 + *pair);
  return kScores[row][static_cast<std::size_t>(at.eq4 * 3 + at.eq5)];
}

// The metrics that count, after the environment, in steps below the worst value (0).
struct Steps {
  int av, ac, at, pr, ui, vc, vi, va, sc, si, sa, e, cr, ir, ar;
};

// The base metric or what modifies it; the modified values are those of the base metric after X.
int effective(const Values& values, std::size_t base, std::size_t modified) {
  return values[modified] > 0 ? values[modified] - 1 : values[base];
}

// Subsequent systems: Safety, H, L, N.
int subsequent(const Values& values, std::size_t base, std::size_t modified) {
  constexpr std::int8_t kSafety = 4;
  return values[modified] == kSafety ? 0 : effective(values, base, modified) + 1;
}

// X, which stands first, counts as the worst.
int worst_unless_given(const Values& values, std::size_t metric) {
  return values[metric] > 0 ? values[metric] - 1 : 0;
}

Steps steps_of(const Values& values) {
  return {
      .av = effective(values, kAV, kMAV),
      .ac = effective(values, kAC, kMAC),
      .at = effective(values, kAT, kMAT),
      .pr = effective(values, kPR, kMPR),
      .ui = effective(values, kUI, kMUI),
      .vc = effective(values, kVC, kMVC),
      .vi = effective(values, kVI, kMVI),
      .va = effective(values, kVA, kMVA),
      .sc = effective(values, kSC, kMSC) + 1,
      .si = subsequent(values, kSI, kMSI),
      .sa = subsequent(values, kSA, kMSA),
      .e = worst_unless_given(values, kE),
      .cr = worst_unless_given(values, kCR),
      .ir = worst_unless_given(values, kIR),
      .ar = worst_unless_given(values, kAR),
  };
}

constexpr int kNetwork = 0, kPhysical = 3, kHigh = 0, kNone = 2;
constexpr int kSubsequentHigh = 1, kSubsequentNone = 3;

int eq1_of(const Steps& s) {
  if (s.av == kNetwork && s.pr == 0 && s.ui == 0) return 0;
  const bool some = s.av == kNetwork || s.pr == 0 || s.ui == 0;
  return some && s.av != kPhysical ? 1 : 2;
}

int eq3_of(const Steps& s) {
  if (s.vc == kHigh && s.vi == kHigh) return 0;
  return s.vc == kHigh || s.vi == kHigh || s.va == kHigh ? 1 : 2;
}

int eq4_of(const Steps& s) {
  if (s.si == 0 || s.sa == 0) return 0;
  const bool high = s.sc == kSubsequentHigh || s.si == kSubsequentHigh || s.sa == kSubsequentHigh;
  return high ? 1 : 2;
}

int eq6_of(const Steps& s) {
  const bool all =
      (s.cr == 0 && s.vc == kHigh) || (s.ir == 0 && s.vi == kHigh) || (s.ar == 0 && s.va == kHigh);
  return all ? 0 : 1;
}

Classes classes_of(const Steps& s) {
  const int eq2 = s.ac == 0 && s.at == 0 ? 0 : 1;
  return {eq1_of(s), eq2, eq3_of(s), eq4_of(s), s.e, eq6_of(s)};
}

bool has_no_impact(const Steps& s) {
  return s.vc == kNone && s.vi == kNone && s.va == kNone && s.sc == kSubsequentNone &&
         s.si == kSubsequentNone && s.sa == kSubsequentNone;
}

// The highest vectors of each level (Tables 24 to 29), in steps.
struct Highest1 {
  int level, av, pr, ui;
};
constexpr std::array kHighest1{Highest1{0, 0, 0, 0}, Highest1{1, 1, 0, 0}, Highest1{1, 0, 1, 0},
                               Highest1{1, 0, 0, 1}, Highest1{2, 3, 0, 0}, Highest1{2, 1, 1, 1}};
struct Highest2 {
  int level, ac, at;
};
constexpr std::array kHighest2{Highest2{0, 0, 0}, Highest2{1, 1, 0}, Highest2{1, 0, 1}};
struct Highest36 {
  int eq3, eq6, vc, vi, va, cr, ir, ar;
};
constexpr std::array kHighest36{
    Highest36{0, 0, 0, 0, 0, 0, 0, 0}, Highest36{0, 1, 0, 0, 1, 1, 1, 0},
    Highest36{0, 1, 0, 0, 0, 1, 1, 1}, Highest36{1, 0, 1, 0, 0, 0, 0, 0},
    Highest36{1, 0, 0, 1, 0, 0, 0, 0}, Highest36{1, 1, 1, 0, 1, 0, 1, 0},
    Highest36{1, 1, 1, 0, 0, 0, 1, 1}, Highest36{1, 1, 0, 1, 0, 1, 0, 1},
    Highest36{1, 1, 0, 1, 1, 1, 0, 0}, Highest36{1, 1, 1, 1, 0, 0, 0, 1},
    Highest36{2, 1, 1, 1, 1, 0, 0, 0}};

// How many steps a level is deep.
constexpr std::array kDepth1{1, 4, 5};
constexpr std::array kDepth2{1, 2};
constexpr std::array kDepth36{7, 6, 8, 8, 10};
constexpr std::array kDepth4{6, 5, 4};

// The steps from the first of the level's highest vectors that lies above in every metric.
int distance1(const Steps& s, int level) {
  for (const auto& high : kHighest1) {
    if (high.level == level && s.av >= high.av && s.pr >= high.pr && s.ui >= high.ui) {
      return s.av - high.av + s.pr - high.pr + s.ui - high.ui;
    }
  }
  return 0;
}

int distance2(const Steps& s, int level) {
  for (const auto& high : kHighest2) {
    if (high.level == level && s.ac >= high.ac && s.at >= high.at) {
      return s.ac - high.ac + s.at - high.at;
    }
  }
  return 0;
}

int distance36(const Steps& s, int eq3, int eq6) {
  for (const auto& high : kHighest36) {
    if (high.eq3 != eq3 || high.eq6 != eq6) continue;
    if (s.vc < high.vc || s.vi < high.vi || s.va < high.va) continue;
    if (s.cr < high.cr || s.ir < high.ir || s.ar < high.ar) continue;
    return s.vc - high.vc + s.vi - high.vi + s.va - high.va + s.cr - high.cr + s.ir - high.ir +
           s.ar - high.ar;
  }
  return 0;
}

// The highest vectors of EQ4 are SC:H/SI:S/SA:S, H/H/H and L/L/L.
int distance4(const Steps& s, int level) {
  const int high = level == 0 ? 0 : level;
  const int high_sc = std::max(level, kSubsequentHigh);
  return s.sc - high_sc + s.si - high + s.sa - high;
}

// The set below in EQ3 and EQ6, which go together; of two, the one that scores more.
std::optional<int> lower36(Classes at) {
  if (at.eq3 == 0 && at.eq6 == 0) {
    Classes left = at, right = at;
    left.eq6 = 1;
    right.eq3 = 1;
    return std::max(score_of(left), score_of(right));
  }
  (at.eq3 == 1 && at.eq6 == 0 ? at.eq6 : at.eq3) += 1;
  return score_of(at);
}

// What the distance within one class takes off, as a share of the way to the set below.
class Mean {
 public:
  Mean(int score) : score_(score) {}
  void add(std::optional<int> lower, int distance, int depth) {
    if (!lower) return;
    ++count_;
    sum_ += static_cast<double>(score_ - *lower) * distance / depth;
  }
  double value() const { return count_ == 0 ? 0 : sum_ / count_; }

 private:
  int score_;
  int count_ = 0;
  double sum_ = 0;
};

std::optional<int> lower(Classes at, int Classes::*eq) {
  at.*eq += 1;
  return score_of(at);
}

}  // namespace

double score_v4(const Values& values) {
  const Steps steps = steps_of(values);
  if (has_no_impact(steps)) return 0;
  const Classes at = classes_of(steps);
  const int score = score_of(at).value_or(0);

  Mean mean(score);
  mean.add(lower(at, &Classes::eq1), distance1(steps, at.eq1),
           kDepth1[static_cast<std::size_t>(at.eq1)]);
  mean.add(lower(at, &Classes::eq2), distance2(steps, at.eq2),
           kDepth2[static_cast<std::size_t>(at.eq2)]);
  const auto pair = static_cast<std::size_t>(pair_of(at.eq3, at.eq6).value_or(0));
  mean.add(lower36(at), distance36(steps, at.eq3, at.eq6), kDepth36[pair]);
  mean.add(lower(at, &Classes::eq4), distance4(steps, at.eq4),
           kDepth4[static_cast<std::size_t>(at.eq4)]);
  mean.add(lower(at, &Classes::eq5), 0, 1);  // a level of exploit maturity is one vector deep

  // FIRST's own calculator adds this before it rounds, against what binary fractions lose.
  constexpr double kEpsilon = 1e-5;
  return std::clamp(std::round(score - mean.value() + kEpsilon), 0.0, 100.0) / 10;
}

}  // namespace azekura::scanner::cvss

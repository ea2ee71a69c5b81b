#include "scanner/terms/cvss.h"

#include <algorithm>
#include <string>

#include "scanner/terms/cvss_metrics.h"
#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace cvss {
namespace {

constexpr std::array kMetricsV2{
    Metric{"AV", "L A N"},
    Metric{"AC", "H M L"},
    Metric{"Au", "M S N"},
    Metric{"C", "N P C"},
    Metric{"I", "N P C"},
    Metric{"A", "N P C"},
    Metric{"E", "U POC F H ND", Group::kTemporal},
    Metric{"RL", "OF TF W U ND", Group::kTemporal},
    Metric{"RC", "UC UR C ND", Group::kTemporal},
    Metric{"CDP", "N L LM MH H ND", Group::kEnvironmental},
    Metric{"TD", "N L M H ND", Group::kEnvironmental},
    Metric{"CR", "L M H ND", Group::kEnvironmental},
    Metric{"IR", "L M H ND", Group::kEnvironmental},
    Metric{"AR", "L M H ND", Group::kEnvironmental},
};

constexpr std::array kMetricsV3{
    Metric{"AV", "N A L P"},
    Metric{"AC", "L H"},
    Metric{"PR", "N L H"},
    Metric{"UI", "N R"},
    Metric{"S", "U C"},
    Metric{"C", "H L N"},
    Metric{"I", "H L N"},
    Metric{"A", "H L N"},
    Metric{"E", "X H F P U", Group::kOptional},
    Metric{"RL", "X U W T O", Group::kOptional},
    Metric{"RC", "X C R U", Group::kOptional},
    Metric{"CR", "X H M L", Group::kOptional},
    Metric{"IR", "X H M L", Group::kOptional},
    Metric{"AR", "X H M L", Group::kOptional},
    Metric{"MAV", "X N A L P", Group::kOptional},
    Metric{"MAC", "X L H", Group::kOptional},
    Metric{"MPR", "X N L H", Group::kOptional},
    Metric{"MUI", "X N R", Group::kOptional},
    Metric{"MS", "X U C", Group::kOptional},
    Metric{"MC", "X H L N", Group::kOptional},
    Metric{"MI", "X H L N", Group::kOptional},
    Metric{"MA", "X H L N", Group::kOptional},
};

constexpr std::array kMetricsV4{
    Metric{"AV", "N A L P"},
    Metric{"AC", "L H"},
    Metric{"AT", "N P"},
    Metric{"PR", "N L H"},
    Metric{"UI", "N P A"},
    Metric{"VC", "H L N"},
    Metric{"VI", "H L N"},
    Metric{"VA", "H L N"},
    Metric{"SC", "H L N"},
    Metric{"SI", "H L N"},
    Metric{"SA", "H L N"},
    Metric{"E", "X A P U", Group::kOptional},
    Metric{"CR", "X H M L", Group::kOptional},
    Metric{"IR", "X H M L", Group::kOptional},
    Metric{"AR", "X H M L", Group::kOptional},
    Metric{"MAV", "X N A L P", Group::kOptional},
    Metric{"MAC", "X L H", Group::kOptional},
    Metric{"MAT", "X N P", Group::kOptional},
    Metric{"MPR", "X N L H", Group::kOptional},
    Metric{"MUI", "X N P A", Group::kOptional},
    Metric{"MVC", "X H L N", Group::kOptional},
    Metric{"MVI", "X H L N", Group::kOptional},
    Metric{"MVA", "X H L N", Group::kOptional},
    Metric{"MSC", "X H L N", Group::kOptional},
    Metric{"MSI", "X H L N S", Group::kOptional},
    Metric{"MSA", "X H L N S", Group::kOptional},
    Metric{"S", "X N P", Group::kOptional},
    Metric{"AU", "X N Y", Group::kOptional},
    Metric{"R", "X A U I", Group::kOptional},
    Metric{"V", "X D C", Group::kOptional},
    Metric{"RE", "X L M H", Group::kOptional},
    Metric{"U", "X Clear Green Amber Red", Group::kOptional},
};
static_assert(kMetricsV4.size() == kMetricsMax);

constexpr Vocabulary kV2{CvssVersion::kV2, "", kMetricsV2, true};
constexpr Vocabulary kV30{CvssVersion::kV30, "CVSS:3.0/", kMetricsV3};
constexpr Vocabulary kV31{CvssVersion::kV31, "CVSS:3.1/", kMetricsV3};
constexpr Vocabulary kV40{CvssVersion::kV40, "CVSS:4.0/", kMetricsV4, true};

std::int8_t index_of(std::string_view values, std::string_view wanted) {
  for (std::int8_t index = 0; !values.empty(); ++index) {
    const auto [value, rest] = split_once(values, ' ');
    if (value == wanted) return index;
    values = rest;
  }
  return kNotGiven;
}

std::string_view value_at(std::string_view values, std::int8_t index) {
  for (; index > 0; --index) values = split_once(values, ' ').second;
  return split_once(values, ' ').first;
}

const Vocabulary& vocabulary_of(std::string_view text) {
  for (const Vocabulary* each : {&kV30, &kV31, &kV40}) {
    if (text.starts_with(each->prefix)) return *each;
  }
  return kV2;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Status check_groups(const Vector& vector) {
  const auto metrics = vector.vocabulary->metrics;
  // Whether something of the group was given.
  std::array<bool, 4> given{};
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (vector.values[i] != kNotGiven) given[static_cast<std::size_t>(metrics[i].group)] = true;
  }
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (vector.values[i] != kNotGiven || metrics[i].group == Group::kOptional) continue;
    if (metrics[i].group != Group::kBase && !given[static_cast<std::size_t>(metrics[i].group)])
      continue;
    return fail(Code::kInvalid, "the CVSS vector lacks " + std::string(metrics[i].name));
  }
  return {};
}

}  // namespace

Result<Vector> parse_vector(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  Vector vector{&vocabulary_of(text), {}};
  vector.values.fill(kNotGiven);
  text.remove_prefix(vector.vocabulary->prefix.size());

  const auto metrics = vector.vocabulary->metrics;
  std::size_t next = 0;  // where an ordered vector goes on
  while (true) {
    const std::string_view part = text.substr(0, text.find('/'));
    const auto [name, value] = split_once(part, ':');
    const auto metric =
        std::find_if(metrics.begin(), metrics.end(),
                     [name = name](const Metric& each) { return each.name == name; });
    if (metric == metrics.end()) {
      return fail(Code::kInvalid,
                  "the CVSS vector has an unknown metric: " + std::string(part.substr(0, 32)));
    }
    const auto index = static_cast<std::size_t>(metric - metrics.begin());
    if (vector.values[index] != kNotGiven) {
      return fail(Code::kInvalid, "the CVSS vector repeats " + std::string(name));
    }
    if (vector.vocabulary->ordered && index < next) {
      return fail(Code::kInvalid,
                  "the CVSS vector has " + std::string(name) + " in the wrong place");
    }
    vector.values[index] = index_of(metric->values, value);
    if (vector.values[index] == kNotGiven) {
      return fail(Code::kInvalid, "the CVSS vector has an unknown value of " + std::string(name));
    }
    next = index + 1;
    if (part.size() == text.size()) break;
    text.remove_prefix(part.size() + 1);
  }
  RETURN_IF_ERROR(check_groups(vector));
  return vector;
}

}  // namespace cvss

Result<Cvss> parse_cvss(std::string_view text) {
  ASSIGN_OR_RETURN(const cvss::Vector vector, cvss::parse_vector(text));
  const CvssVersion version = vector.vocabulary->version;
  cvss::Scores scores;
  switch (version) {
    case CvssVersion::kV2:
      scores = cvss::score_v2(vector.values);
      break;
    case CvssVersion::kV30:
    case CvssVersion::kV31:
      scores = cvss::score_v3(version, vector.values);
      break;
    case CvssVersion::kV40:
      scores.base = scores.overall = cvss::score_v4(vector.values);
      break;
  }
  return Cvss{version, scores.base, scores.overall, severity_of(version, scores.base)};
}

Result<std::string> canonical_cvss(std::string_view text) {
  ASSIGN_OR_RETURN(const cvss::Vector vector, cvss::parse_vector(text));
  const auto metrics = vector.vocabulary->metrics;
  std::string canonical(vector.vocabulary->prefix);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (vector.values[i] == cvss::kNotGiven) continue;
    if (i > 0) canonical += '/';
    canonical.append(metrics[i].name).append(":");
    canonical.append(cvss::value_at(metrics[i].values, vector.values[i]));
  }
  return canonical;
}

}  // namespace azekura::scanner

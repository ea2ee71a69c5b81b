#include "scanner/advisories/scores.h"

#include <utility>

#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// CISA's organisation id as an Authorized Data Publisher of the CVE Program.
constexpr std::string_view kCisaAdp = "134c704f-9b21-4f2e-91b3-4a467353bcc0";

std::string without_undefined(std::string_view vector) {
  std::string kept;
  kept.reserve(vector.size());
  while (!vector.empty()) {
    const auto [metric, rest] = split_once(vector, '/');
    vector = rest;
    if (metric.ends_with(":X")) continue;
    if (!kept.empty()) kept += '/';
    kept += metric;
  }
  return kept;
}

}  // namespace

void add_score(Advisory& advisory, Json cvss, std::string source) {
  Score score{.source = std::move(source),
              .vector = without_undefined(cvss["vectorString"].text()),
              .score = cvss["baseScore"].number().value_or(0)};
  if (score.score < 0 || score.score > 10) score.score = 0;
  if (score.vector.empty() && score.score == 0) return;
  for (const Score& other : advisory.scores) {
    if (other.source == score.source && other.vector == score.vector) return;
  }
  advisory.scores.push_back(std::move(score));
}

std::string score_source(std::string_view organisation) {
  if (organisation == "nvd@nist.gov") return "nvd";
  if (organisation == kCisaAdp) return "cisa-adp";
  return "cna:" + std::string(organisation);
}

Ssvc read_ssvc(Json content) {
  Ssvc ssvc;
  for (const Json option : content["options"].items()) {
    for (const auto [key, value] : option.members()) {
      const std::string name = to_lower(key);
      if (name == "exploitation") ssvc.exploitation = to_lower(value.text());
      if (name == "automatable") ssvc.automatable = to_lower(value.text());
      if (name == "technical impact" || name == "technicalimpact") {
        ssvc.technical_impact = to_lower(value.text());
      }
    }
  }
  return ssvc;
}

}  // namespace azekura::scanner::advisories

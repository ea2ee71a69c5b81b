#include <fmt/format.h>

#include <algorithm>

#include "scanner/match/decide.h"
#include "scanner/match/judge.h"
#include "scanner/match/lookup.h"

namespace azekura::scanner::match {
namespace {

using inventory::Component;
using inventory::Inventory;

std::string package_name(const Lookup& lookup) {
  std::string where(name_of(lookup.ecosystem));
  if (!lookup.release.empty()) where += ":" + lookup.release;
  return where + " " + lookup.name;
}

std::string interval_text(const Claim& interval, const Database& database) {
  const std::string_view low = database.version_text(interval.introduced);
  const std::string_view high = database.version_text(interval.end);
  if ((interval.flags & Claim::kSingleVersion) != 0) return fmt::format("{}", low);
  std::string text;
  if (interval.introduced != 0) {
    const bool exclusive = (interval.flags & Claim::kIntroducedExclusive) != 0;
    text = fmt::format("{} {}", exclusive ? "after" : "from", low);
  }
  if (interval.end != 0) {
    const bool inclusive = (interval.flags & Claim::kEndInclusive) != 0;
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", inclusive ? "up to" : "before", high);
  }
  return text.empty() ? "every version" : text;
}

std::string row_text(const Lookup& lookup, const Weighed& weighed, const Database& database) {
  std::string ranges;
  constexpr std::size_t kIntervalsShown = 6;
  for (std::size_t at = 0; at < weighed.claim.size(); ++at) {
    if (at == kIntervalsShown) {
      ranges += fmt::format(", and {} more", weighed.claim.size() - at);
      break;
    }
    ranges += (at == 0 ? "" : ", ") + interval_text(weighed.claim[at], database);
  }
  const Claim& first = weighed.claim.front();
  std::string row = fmt::format("{}{}: {}: {}", package_name(lookup),
                                weighed.subscription ? " (Pro)" : "", name_of(first.state), ranges);
  if (first.qualifier != 0) row += fmt::format(" [{}]", database.text(first.qualifier));
  if (const auto note = database.note_of(first); !note.empty()) row += fmt::format(" ({})", note);
  return row;
}

std::string compared_with(const Lookup& lookup, VersionId id, const Database& database) {
  const std::string_view other = database.version_text(id);
  const auto scheme = scheme_of(lookup.ecosystem);
  const auto compared = version::compare(scheme, lookup.version, other);
  if (!compared) return fmt::format("{} and {} can't be compared", lookup.version, other);
  const char* sign = *compared < 0 ? "<" : *compared > 0 ? ">" : "=";
  return fmt::format("{} {} {} ({})", lookup.version, sign, other, version::name_of(scheme));
}

std::string comparison_text(const Lookup& lookup, const Weighed& weighed,
                            const Database& database) {
  if (!weighed.set_aside.empty()) return "set aside: " + std::string(weighed.set_aside);
  const Claim& interval = *weighed.interval;
  std::string text;
  if (interval.introduced != 0) text = compared_with(lookup, interval.introduced, database);
  const bool single = (interval.flags & Claim::kSingleVersion) != 0;
  if (interval.end != 0 && !single) {
    text += (text.empty() ? "" : ", ") + compared_with(lookup, interval.end, database);
  }
  return text.empty() ? fmt::format("{} is any version", lookup.version) : text;
}

ProofStep step_of(const Lookup& lookup, const Weighed& weighed, const Database& database) {
  const RecordView record = database.record(weighed.interval->record);
  const auto sources = database.sources();
  ProofStep step{.record = std::string(record.id),
                 .row = row_text(lookup, weighed, database),
                 .comparison = comparison_text(lookup, weighed, database),
                 .holds = weighed.holds && weighed.set_aside.empty()};
  if (record.source < sources.size()) {
    step.source = sources[record.source].name;
    step.source_date = sources[record.source].date;
  }
  if (const auto advisory = database.advisory_of(*weighed.interval); advisory != record.id) {
    step.row += fmt::format(", {}", advisory);
  }
  if (!record.void_reason.empty()) {
    step.holds = false;
    step.comparison = fmt::format("set aside: the record is {}", record.void_reason);
  }
  return step;
}

void add_steps(const Component& component, const Inventory& inventory, const Database& database,
               ProblemId problem, Proof& proof) {
  for (const Lookup& lookup : lookups_of(component, inventory.distribution, database).asked) {
    for (const Weighed& weighed : weigh(lookup, database, problem)) {
      proof.steps.push_back(step_of(lookup, weighed, database));
    }
  }
}

bool is_reported(const Report& report, ProblemId problem) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const Finding& finding) { return finding.problem == problem; });
}

std::string ignored_text(const Report& report, ProblemId problem) {
  for (const Ignored& ignored : report.ignored) {
    if (ignored.finding.problem != problem) continue;
    return fmt::format("a rule takes it away: {}{}{}", ignored.rule->source,
                       ignored.rule->reason.empty() ? "" : ": ", ignored.rule->reason);
  }
  return {};
}

}  // namespace

Proof explain(const Inventory& inventory, const Database& database, const Finding& finding) {
  const Component& component = inventory.components.at(finding.component);
  Proof proof;
  add_steps(component, inventory, database, finding.problem, proof);
  proof.conclusion = fmt::format("{} {} is affected by {} ({})", component.name, component.version,
                                 database.problem_id(finding.problem), name_of(finding.state));
  if (finding.fixed != 0) {
    proof.conclusion += fmt::format("; fixed in {}", database.version_text(finding.fixed));
  }
  return proof;
}

Proof explain_not(const Inventory& inventory, const Database& database, const Report& report,
                  ProblemId problem) {
  Proof proof;
  const std::string_view id = database.problem_id(problem);
  std::vector<std::string> seen;
  for (const Component& component : inventory.components) {
    const std::size_t before = proof.steps.size();
    add_steps(component, inventory, database, problem, proof);
    if (proof.steps.size() == before) continue;
    // Binary packages of one source lead to the same rows.
    const std::string& row = proof.steps[before].row;
    if (std::find(seen.begin(), seen.end(), row) != seen.end()) {
      proof.steps.resize(before);
      continue;
    }
    seen.push_back(row);
  }
  if (is_reported(report, problem)) {
    proof.conclusion = fmt::format("{} is reported", id);
  } else if (const std::string ignored = ignored_text(report, problem); !ignored.empty()) {
    proof.conclusion = fmt::format("{} is not reported: {}", id, ignored);
  } else if (proof.steps.empty()) {
    proof.conclusion = fmt::format(
        "{} is not reported: no source says anything about a package that is installed", id);
  } else {
    proof.conclusion = fmt::format("{} is not reported: no row holds for what is installed", id);
  }
  return proof;
}

}  // namespace azekura::scanner::match

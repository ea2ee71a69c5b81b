#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "scanner/match/decide.h"
#include "scanner/match/judge.h"
#include "scanner/match/lookup.h"

namespace azekura::scanner::match {
namespace {

using inventory::Component;
using inventory::Inventory;

constexpr std::size_t kIntervalsShown = 6;

ProofStep::Interval interval_of(const Claim& interval, const Database& database) {
  return {.from = std::string(database.version_text(interval.introduced)),
          .to = std::string(database.version_text(interval.end)),
          .from_exclusive = (interval.flags & Claim::kIntroducedExclusive) != 0,
          .to_inclusive = (interval.flags & Claim::kEndInclusive) != 0,
          .single = (interval.flags & Claim::kSingleVersion) != 0};
}

Comparison compared_with(const Lookup& lookup, VersionId id, const Database& database) {
  const auto scheme = scheme_of(lookup.ecosystem);
  Comparison comparison{.installed = lookup.version,
                        .other = std::string(database.version_text(id)),
                        .scheme = version::name_of(scheme)};
  const auto compared = version::compare(scheme, lookup.version, comparison.other);
  if (compared) comparison.sign = *compared < 0 ? '<' : *compared > 0 ? '>' : '=';
  return comparison;
}

ProofStep step_of(const Lookup& lookup, const Weighed& weighed, const Database& database) {
  const Claim& first = weighed.claim.front();
  const Claim& decided = *weighed.interval;
  const RecordView record = database.record(decided.record);
  ProofStep step{
      .record = std::string(record.id),
      .where = {lookup.ecosystem, lookup.release},
      .package = lookup.name,
      .subscription = weighed.subscription,
      .state = first.state,
      .qualifier = std::string(database.text(first.qualifier)),
      .note = std::string(database.note_of(first)),
      .set_aside = weighed.set_aside,
      .void_reason = std::string(record.void_reason),
      .holds = weighed.holds && weighed.set_aside == SetAside::kNo && record.void_reason.empty()};
  const auto sources = database.sources();
  if (record.source < sources.size()) {
    step.source = sources[record.source].name;
    step.source_date = sources[record.source].date;
  }
  const std::size_t shown = std::min(weighed.claim.size(), kIntervalsShown);
  for (const Claim& interval : weighed.claim.first(shown)) {
    step.intervals.push_back(interval_of(interval, database));
  }
  step.more = weighed.claim.size() - shown;
  if (const auto advisory = database.advisory_of(decided); advisory != record.id) {
    step.advisory = advisory;
  }
  if (decided.introduced != 0) {
    step.comparisons.push_back(compared_with(lookup, decided.introduced, database));
  }
  if (decided.end != 0 && (decided.flags & Claim::kSingleVersion) == 0) {
    step.comparisons.push_back(compared_with(lookup, decided.end, database));
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
    const rules::Rule& rule = *ignored.rule;
    return rule.reason.empty() ? rule.source : fmt::format("{}: {}", rule.source, rule.reason);
  }
  return {};
}

}  // namespace

Proof explain(const Inventory& inventory, const Database& database, const Finding& finding) {
  const Component& component = inventory.components.at(finding.component);
  Proof proof{.conclusion = Proof::Conclusion::kAffected,
              .problem = std::string(database.problem_id(finding.problem)),
              .component = component.name,
              .version = component.version,
              .state = finding.state,
              .fixed = std::string(database.version_text(finding.fixed))};
  add_steps(component, inventory, database, finding.problem, proof);
  return proof;
}

Proof explain_not(const Inventory& inventory, const Database& database, const Report& report,
                  ProblemId problem) {
  Proof proof{.problem = std::string(database.problem_id(problem))};
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  for (const Component& component : inventory.components) {
    const std::size_t before = proof.steps.size();
    add_steps(component, inventory, database, problem, proof);
    // Binary packages of one source lead to the same rows.
    const auto is_known = [&](const ProofStep& step) {
      const std::string& installed =
          step.comparisons.empty() ? component.version : step.comparisons.front().installed;
      return !seen.insert({step.record, step.package, installed}).second;
    };
    proof.steps.erase(std::remove_if(proof.steps.begin() + static_cast<std::ptrdiff_t>(before),
                                     proof.steps.end(), is_known),
                      proof.steps.end());
  }
  proof.rule = ignored_text(report, problem);
  using Conclusion = Proof::Conclusion;
  proof.conclusion = is_reported(report, problem) ? Conclusion::kReported
                     : !proof.rule.empty()        ? Conclusion::kRuleRemoves
                     : proof.steps.empty()        ? Conclusion::kNothingSays
                                                  : Conclusion::kNoRowHolds;
  return proof;
}

}  // namespace azekura::scanner::match

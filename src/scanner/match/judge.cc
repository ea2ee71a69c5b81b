#include "scanner/match/judge.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "scanner/match/decide.h"
#include "scanner/match/gaps.h"
#include "scanner/match/lookup.h"
#include "scanner/match/priority.h"
#include "scanner/terms/purl.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::match {
namespace {

using inventory::Component;
using inventory::Inventory;

// Most binary packages share their source with others: each question is answered once.
class Answers {
 public:
  explicit Answers(const Database& database) : database_(database) {}

  const std::vector<Decision>& to(const Lookup& lookup) {
    key_.clear();
    key_.push_back(static_cast<char>(lookup.ecosystem));
    for (const std::string* part :
         {&lookup.release, &lookup.name, &lookup.version, &lookup.module_stream, &lookup.cpe}) {
      key_.append(*part);
      key_.push_back('\0');
    }
    key_.push_back(static_cast<char>(lookup.confidence));
    const auto found = known_.find(key_);
    if (found != known_.end()) return found->second;
    return known_.emplace(key_, decide(lookup, database_, weigh(lookup, database_))).first->second;
  }

 private:
  const Database& database_;
  std::string key_;
  std::unordered_map<std::string, std::vector<Decision>> known_;
};

class Judging {
 public:
  Judging(const Inventory& inventory, const Database& database, const JudgeOptions& options)
      : inventory_(inventory), database_(database), options_(options), answers_(database) {
    if (inventory.kernel) {
      idle_.insert(inventory.kernel->idle.begin(), inventory.kernel->idle.end());
      if (!inventory.kernel->package.empty()) running_.insert(inventory.kernel->package);
    }
    for (const inventory::Process& process : inventory.processes) {
      running_.insert(process.packages.begin(), process.packages.end());
    }
  }

  void judge(std::uint32_t index) {
    const Component& component = inventory_.components[index];
    if (component.development && !options_.development) return;
    const bool of_distribution = is_distribution(component.ecosystem);
    // What a distribution package owns is the distribution's to judge.
    if (!of_distribution && !component.owner.empty() && distribution_is_judged()) return;
    if (of_distribution && is_among(idle_, component)) {
      gaps_.add(
          {.kind = Gap::Kind::kIdleKernel, .subject = component.name, .detail = component.version});
      return;
    }
    const Asked* asked = of_distribution ? known(component) : nullptr;
    if (asked == nullptr) asked = ask(component);
    if (asked == nullptr) return;
    // What a version has no order against holds for none of the ranges: no finding says nothing.
    if (!asked->has_order) {
      gaps_.add({.kind = Gap::Kind::kUnknownVersion, .subject = component.name});
    }
    if (!asked->is_covered) {
      gaps_.add({.kind = Gap::Kind::kNoFeed, .subject = asked->feed});
      return;
    }
    ++judged_;
    const std::size_t before = findings_.size();
    for (const std::vector<Decision>* decisions : asked->answers) {
      for (const Decision& decision : *decisions) add(index, decision, before);
    }
  }

  Report take(rules::RuleSet* rules) {
    Report report;
    report.when = options_.now;
    report.components_judged = judged_;
    if (rules != nullptr && !rules->all().empty()) set_ignored_apart(*rules, report);
    add_release_gaps(inventory_, database_, options_.now, gaps_);
    add_source_gaps(database_, asked_, options_.now, options_.stale_after_s, gaps_);
    add_inventory_gaps(inventory_, gaps_);
    report.findings = std::move(findings_);
    std::sort(report.findings.begin(), report.findings.end(), worse);
    report.gaps = gaps_.take();
    const bool found =
        std::any_of(report.findings.begin(), report.findings.end(),
                    [](const Finding& finding) { return finding.confidence >= kConfidenceShown; });
    const bool doubt = std::any_of(report.gaps.begin(), report.gaps.end(),
                                   [](const Gap& gap) { return leaves_doubt(gap.kind); });
    report.verdict = found ? Verdict::kFindings : doubt ? Verdict::kNotJudged : Verdict::kClean;
    return report;
  }

 private:
  static bool worse(const Finding& a, const Finding& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.component != b.component) return a.component < b.component;
    return a.problem < b.problem;
  }

  // What a component was asked about, and the answers.
  struct Asked {
    std::vector<const std::vector<Decision>*> answers;  // in answers_
    std::string feed;  // of the first question, for what no source speaks of
    bool has_order = true;
    bool is_covered = true;
  };

  // The packages of one source lead to the same questions: what was asked for another one, if
  // anything.
  const Asked* known(const Component& component) {
    identity_.clear();
    append_identity(component, identity_);
    const auto found = known_.find(identity_);
    return found == known_.end() ? nullptr : &found->second;
  }

  // nullptr where nothing may be asked. Without a gap, the answer is kept for others of its
  // identity.
  const Asked* ask(const Component& component) {
    Lookups lookups = lookups_of(component, inventory_.distribution, database_);
    const bool has_gap = lookups.gap.has_value();
    if (has_gap) gaps_.add(std::move(*lookups.gap));
    if (lookups.asked.empty()) return nullptr;
    // A misspelt name is not a product without problems.
    if (component.evidence == inventory::Evidence::kDeclared && !is_known(lookups.asked)) {
      gaps_.add({.kind = Gap::Kind::kUnknownComponent,
                 .subject = component.name + " " + component.version});
    }
    Asked asked{.answers = {},
                .feed = feed_name(lookups.asked.front()),
                .has_order = has_order(lookups.asked),
                .is_covered = is_covered(lookups.asked)};
    for (const Lookup& lookup : lookups.asked) {
      asked_ |= set_of(lookup.ecosystem);
      asked.answers.push_back(&answers_.to(lookup));
    }
    if (has_gap || !is_distribution(component.ecosystem)) {
      last_ = std::move(asked);
      return &last_;
    }
    return &known_.insert_or_assign(identity_, std::move(asked)).first->second;
  }

  // By name, or by name and version, as kernels of rpm are told apart.
  static bool is_among(const std::unordered_set<std::string_view>& names,
                       const Component& component) {
    return !names.empty() && (names.contains(component.name) ||
                              names.contains(component.name + "-" + component.version));
  }

  bool distribution_is_judged() const {
    if (!inventory_.distribution) return false;
    const EcosystemRelease& release = inventory_.distribution->release;
    return database_.covers(release.ecosystem, release.release);
  }

  static bool has_order(const std::vector<Lookup>& asked) {
    return std::all_of(asked.begin(), asked.end(), [](const Lookup& lookup) {
      const auto same =
          version::compare(scheme_of(lookup.ecosystem), lookup.version, lookup.version);
      return same.has_value();
    });
  }

  bool is_known(const std::vector<Lookup>& asked) const {
    return std::any_of(asked.begin(), asked.end(), [&](const Lookup& lookup) {
      return !database_.claims(lookup.ecosystem, lookup.release, lookup.name).empty();
    });
  }

  bool is_covered(const std::vector<Lookup>& asked) {
    return std::any_of(asked.begin(), asked.end(), [&](const Lookup& lookup) {
      const auto key = std::pair(lookup.ecosystem, lookup.release);
      for (const auto& [known, covered] : covered_) {
        if (known == key) return covered;
      }
      covered_.emplace_back(key, database_.covers(lookup.ecosystem, lookup.release));
      return covered_.back().second;
    });
  }

  static std::string feed_name(const Lookup& lookup) {
    std::string name(name_of(lookup.ecosystem));
    if (!lookup.release.empty()) name += ":" + lookup.release;
    return name;
  }

  // The same problem may be reached in two ways (Bitnami and a CPE): the surer one stays.
  void add(std::uint32_t index, const Decision& decision, std::size_t first_of_component) {
    const ProblemFacts& facts = database_.facts(decision.problem);
    const Component& component = inventory_.components[index];
    Finding finding{
        .component = index,
        .problem = decision.problem,
        .claim = decision.claim,
        .state = decision.state,
        .severity = decision.severity != Severity::kUnknown ? decision.severity : facts.severity,
        .route = decision.route,
        .confidence = decision.confidence,
        .fixed = decision.fixed,
        .running = is_among(running_, component)};
    finding.priority = static_cast<std::uint16_t>(priority(finding, database_));
    if (decision.route != Route::kDistribution || finding_may_repeat(index)) {
      for (std::size_t at = first_of_component; at < findings_.size(); ++at) {
        if (findings_[at].problem != finding.problem) continue;
        if (finding.confidence > findings_[at].confidence) findings_[at] = finding;
        return;
      }
    }
    findings_.push_back(finding);
  }

  bool finding_may_repeat(std::uint32_t index) const {
    return inventory_.components[index].ecosystem == Ecosystem::kRedHat;
  }

  void set_ignored_apart(rules::RuleSet& rules, Report& report) {
    std::vector<Finding> kept;
    kept.reserve(findings_.size());
    for (Finding& finding : findings_) {
      const rules::Rule* rule = rules.find(subject_of(finding), options_.now);
      if (rule == nullptr) {
        kept.push_back(finding);
        continue;
      }
      if (rule->state == State::kNotAffected || rule->state == State::kFixed) {
        report.ignored.push_back({finding, rule});
        continue;
      }
      finding.state = rule->state;
      kept.push_back(finding);
    }
    findings_ = std::move(kept);
  }

  rules::Subject subject_of(const Finding& finding) {
    const Component& component = inventory_.components[finding.component];
    const ProblemView problem = database_.problem(finding.problem);
    rules::Subject subject{.ids = problem.aliases,
                           .ecosystem = name_of(component.ecosystem),
                           .name = component.name,
                           .version = component.version,
                           .source_name = component.source_name,
                           .source_version = component.source_version,
                           .cpe = cpe_of(finding, component),
                           .location = component.location,
                           .sha1 = component.sha1,
                           .cwes = problem.cwes,
                           .cvss = database_.facts(finding.problem).best_score_tenths / 10.0,
                           .state = finding.state,
                           .has_fix = finding.fixed != 0};
    subject.ids.insert(subject.ids.begin(), problem.id);
    EcosystemRelease where{component.ecosystem, {}};
    if (inventory_.distribution &&
        inventory_.distribution->release.ecosystem == component.ecosystem) {
      where.release = inventory_.distribution->release.release;
    }
    subject.purl = to_string(make_purl(where, component.name, component.version));
    return subject;
  }

  // By which the finding was made: a guessed one stands in no component.
  std::string_view cpe_of(const Finding& finding, const Component& component) {
    if (finding.route != Route::kGuessedCpe) return component.cpe;
    for (const Lookup& lookup : lookups_of(component, inventory_.distribution, database_).asked) {
      const auto& decisions = answers_.to(lookup);
      const bool by_this = std::any_of(
          decisions.begin(), decisions.end(),
          [&](const Decision& decision) { return decision.problem == finding.problem; });
      if (by_this) return guessed_cpe_ = lookup.cpe;
    }
    return {};
  }

  const Inventory& inventory_;
  const Database& database_;
  const JudgeOptions& options_;
  Answers answers_;
  std::unordered_map<std::string, Asked> known_;  // by identity
  std::string identity_;                          // of the last of the distribution's packages
  Asked last_;
  std::string guessed_cpe_;  // of the last subject
  Gaps gaps_;
  std::vector<Finding> findings_;
  std::size_t judged_ = 0;
  EcosystemSet asked_ = 0;
  std::unordered_set<std::string_view> idle_;
  std::unordered_set<std::string_view> running_;
  std::vector<std::pair<std::pair<Ecosystem, std::string>, bool>> covered_;
};

}  // namespace

Report judge(const Inventory& inventory, const Database& database, rules::RuleSet* rules,
             const JudgeOptions& options) {
  Judging judging(inventory, database, options);
  for (std::uint32_t index = 0; index < inventory.components.size(); ++index) {
    judging.judge(index);
  }
  return judging.take(rules);
}

}  // namespace azekura::scanner::match

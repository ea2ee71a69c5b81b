// --vex-out: what a scan can state for others.

#include <algorithm>
#include <array>
#include <ctime>
#include <set>

#include "base/bytes.h"
#include "cli/files.h"
#include "cli/output.h"
#include "cli/scan.h"
#include "scanner/match/decide.h"
#include "scanner/match/lookup.h"
#include "scanner/rules/open_vex.h"
#include "scanner/terms/purl.h"

namespace azekura::cli {
namespace {

namespace match = scanner::match;
namespace report = scanner::report;
namespace rules = scanner::rules;
using scanner::Ecosystem;
using scanner::State;
using scanner::inventory::Component;

constexpr mode_t kMode = 0644;
constexpr std::array<std::string_view, 5> kJustifications = {
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};

class Vex {
 public:
  explicit Vex(const Scan& scan) : scan_(scan) {
    for (const match::Finding& finding : scan.report.findings) {
      reported_.emplace(finding.component, finding.problem);
    }
  }

  std::vector<rules::Statement> statements() {
    for (const match::Ignored& ignored : scan_.report.ignored) set_aside(ignored);
    const auto& components = scan_.inventory.components;
    for (std::uint32_t index = 0; index < components.size(); ++index) not_affected(index);
    return std::move(statements_);
  }

 private:
  void set_aside(const match::Ignored& ignored) {
    const rules::Rule& rule = *ignored.rule;
    rules::Statement statement = about(ignored.finding.component, ignored.finding.problem);
    statement.state = rule.state;
    statement.time = rule.stated;
    const bool known = std::find(kJustifications.begin(), kJustifications.end(),
                                 rule.justification) != kJustifications.end();
    if (known) statement.justification = rule.justification;
    statement.impact = rule.reason;
    if (!known && rule.reason.empty()) {
      statement.impact =
          say(scanner::Language::kEnglish, report::Message::kVexSetAside, rule.source);
    }
    add(ignored.finding.component, ignored.finding.problem, std::move(statement));
  }

  // What the sources themselves say of what is installed.
  void not_affected(std::uint32_t index) {
    const Component& component = scan_.inventory.components[index];
    const auto lookups = match::lookups_of(component, scan_.inventory.distribution, scan_.database);
    for (const match::Lookup& lookup : lookups.asked) {
      for (const match::Weighed& weighed : match::weigh(lookup, scan_.database)) {
        const scanner::Claim& claim = weighed.claim.front();
        const bool counts = weighed.holds && weighed.specific &&
                            weighed.set_aside == match::SetAside::kNo &&
                            claim.state == State::kNotAffected;
        if (!counts || reported_.contains({index, weighed.problem})) continue;
        const auto record = scan_.database.record(claim.record);
        if (!record.void_reason.empty()) continue;
        rules::Statement statement = about(index, weighed.problem);
        const std::string note(scan_.database.note_of(claim));
        statement.impact = note.empty()
                               ? say(scanner::Language::kEnglish, report::Message::kVexSourceSays,
                                     scan_.database.sources()[record.source].name, record.id)
                               : note;
        add(index, weighed.problem, std::move(statement));
      }
    }
  }

  void add(std::uint32_t component, scanner::ProblemId problem, rules::Statement statement) {
    if (stated_.emplace(component, problem).second) statements_.push_back(std::move(statement));
  }

  rules::Statement about(std::uint32_t index, scanner::ProblemId problem) const {
    const auto view = scan_.database.problem(problem);
    rules::Statement statement{.product = purl_of(scan_.inventory.components[index]),
                               .id = std::string(view.id)};
    statement.aliases.assign(view.aliases.begin(), view.aliases.end());
    return statement;
  }

  std::string purl_of(const Component& component) const {
    if (component.ecosystem == Ecosystem::kUnknown || component.ecosystem == Ecosystem::kCpe) {
      return to_string(
          scanner::Purl{.type = "generic", .name = component.name, .version = component.version});
    }
    scanner::EcosystemRelease where{component.ecosystem, {}};
    const auto& distribution = scan_.inventory.distribution;
    if (distribution && distribution->release.ecosystem == component.ecosystem) {
      where.release = distribution->release.release;
    }
    return to_string(make_purl(where, component.name, component.version));
  }

  const Scan& scan_;
  std::set<std::pair<std::uint32_t, scanner::ProblemId>> reported_;
  std::set<std::pair<std::uint32_t, scanner::ProblemId>> stated_;
  std::vector<rules::Statement> statements_;
};

}  // namespace

Status write_vex(const Scan& scan, const std::string& path) {
  const std::vector<rules::Statement> statements = Vex(scan).statements();
  if (statements.empty()) {
    cli::say(report::say(scan.language, report::Message::kNothingToState, path));
    return {};
  }
  ASSIGN_OR_RETURN(
      const std::string document,
      rules::open_vex(statements, {.author = scan.inventory.asset, .time = scan.report.when}));
  ASSIGN_OR_RETURN(const auto file, OutputFile::create(path, kMode, Existing::kReplace));
  RETURN_IF_ERROR(file->write(as_bytes(document)));
  RETURN_IF_ERROR(file->finish());
  cli::say(report::say_count(scan.language, report::Message::kVexWritten, statements.size(), path));
  return {};
}

}  // namespace azekura::cli

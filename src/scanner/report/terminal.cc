#include "scanner/report/terminal.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/text_table.h"
#include "scanner/report/actions.h"
#include "scanner/report/processes.h"
#include "scanner/report/proof_words.h"

namespace azekura::scanner::report {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kPackageColumn = 1;
constexpr std::size_t kPackageWidthMin = 20;

// The first octet of the next character.
std::size_t next_character(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return std::min(at, text.size());
}

std::size_t character_before(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
  return at;
}

// Whether so many gaps of this kind are usual that a few stand for all.
bool comes_in_crowds(match::Gap::Kind kind) {
  using Kind = match::Gap::Kind;
  return kind == Kind::kUnreadable || kind == Kind::kUnknownComponent ||
         kind == Kind::kUnknownVersion || kind == Kind::kThirdParty || kind == Kind::kIdleKernel;
}

class Page {
 public:
  Page(const match::Report& report, const inventory::Inventory& inventory, const Database& database,
       const TerminalOptions& options)
      : report_(report),
        inventory_(inventory),
        database_(database),
        options_(options),
        actions_(actions_of(report, inventory, database)) {}

  std::string write(const rules::RuleSet* rules) {
    title();
    upgrades();
    without_fix();
    to_check();
    processes();
    ignored(rules);
    gaps();
    conclusion();
    return std::move(out_);
  }

 private:
  template <typename... Args>
  std::string words(Message message, const Args&... args) const {
    return say(options_.language, message, args...);
  }
  void line(std::string_view text) {
    out_ += printable(text);
    out_ += '\n';
  }
  void section(std::string_view head) {
    out_ += '\n';
    line(head);
  }

  void title() {
    line(inventory_.distribution
             ? words(Message::kTitle, inventory_.asset, inventory_.distribution->name)
             : words(Message::kTitlePlain, inventory_.asset));
    if (const std::string days = days_of_the_data(); !days.empty()) {
      line(say_count(options_.language, Message::kJudged, report_.components_judged, days));
    }
    if (inventory_.kernel && inventory_.kernel->reboot_needed) {
      const auto& idle = inventory_.kernel->idle;
      line(words(Message::kRebootNeeded, inventory_.kernel->release,
                 idle.empty() ? std::string() : idle.back()));
    }
  }

  // Of the sources that speak of what is here: the oldest's, and the newest's if it is another.
  std::string days_of_the_data() const {
    std::uint64_t here = 0;
    for (const inventory::Component& component : inventory_.components) {
      here |= set_of(component.ecosystem);
    }
    Time oldest = 0;
    Time newest = 0;
    for (const SourceInfo& source : database_.sources()) {
      if ((source.ecosystems & here) == 0 || source.date == 0) continue;
      oldest = oldest == 0 ? source.date : std::min(oldest, source.date);
      newest = std::max(newest, source.date);
    }
    const std::string first = day_of(oldest);
    const std::string last = day_of(newest);
    return first == last ? first : fmt::format("{} – {}", first, last);
  }

  std::string count_of(const Action& action) const {
    return action.known_exploited == 0
               ? words(Message::kFixesCount, action.problems)
               : words(Message::kKnownExploitedCount, action.problems, action.known_exploited);
  }

  std::string worst_of(const Action& action) const {
    const match::Finding& worst = *action.findings.front();
    std::string text(database_.problem_id(worst.problem));
    const int tenths = database_.facts(worst.problem).best_score_tenths;
    text += fmt::format(" ({}", words_for(worst.severity, options_.language));
    if (tenths != 0) text += fmt::format(" {}.{}", tenths / 10, tenths % 10);
    return text + ")";
  }

  std::string package_of(const Action& action) const {
    return action.location.empty() ? action.package
                                   : fmt::format("{}  {}", action.package, action.location);
  }

  // The rows of the actions that belong to a section.
  template <typename Belongs, typename Row>
  void rows(Message head, const std::vector<std::string>& heads, const Belongs& belongs,
            const Row& row) {
    Rows shown;
    std::size_t hidden = 0;
    for (const Action& action : actions_) {
      if (!belongs(action)) continue;
      if (!options_.all && shown.size() >= kRowsShown) {
        ++hidden;
        continue;
      }
      shown.push_back(row(action));
    }
    if (shown.empty()) return;
    section(words(head, match::kConfidenceShown));
    fit(heads, shown);
    out_ += table(heads, shown);
    if (hidden != 0) line(words(Message::kMoreHidden, hidden));
  }

  // Cells as wide as is allowed, and the package's less where the terminal is narrow.
  void fit(const std::vector<std::string>& heads, Rows& rows) const {
    std::vector<std::size_t> widths;
    for (const std::string& head : heads) widths.push_back(width_of(head));
    for (auto& row : rows) {
      for (std::size_t at = 0; at < row.size(); ++at) {
        row[at] = shortened(printable(row[at]), kCellWidthMax);
        widths[at] = std::max(widths[at], width_of(row[at]));
      }
    }
    constexpr std::size_t kBetween = 2;
    const std::size_t all =
        std::accumulate(widths.begin(), widths.end(), kBetween * (widths.size() - 1));
    if (options_.width == 0 || all <= options_.width) return;
    const std::size_t others = all - widths[kPackageColumn];
    const std::size_t left = options_.width > others ? options_.width - others : 0;
    for (auto& row : rows) {
      row[kPackageColumn] = shortened(row[kPackageColumn], std::max(left, kPackageWidthMin));
    }
  }

  void upgrades() {
    rows(
        Message::kUpgradeSection,
        {words(Message::kHeadPriority), words(Message::kHeadPackage),
         words(Message::kHeadInstalled), words(Message::kHeadUpgradeTo), words(Message::kHeadFixes),
         words(Message::kHeadWorst)},
        [](const Action& action) { return !action.to_check && !action.target.empty(); },
        [&](const Action& action) {
          return std::vector<std::string>{
              std::string(priority_words(action.priority, options_.language)),
              package_of(action),
              action.installed,
              action.target,
              count_of(action),
              worst_of(action)};
        });
    if (!options_.is_host) return;
    if (const std::string command = upgrade_command(actions_, inventory_); !command.empty()) {
      constexpr std::size_t kCommandSizeMax = 240;
      if (command.size() <= kCommandSizeMax || options_.all) {
        line(words(Message::kHowTo, command));
      }
    }
  }

  void without_fix() {
    rows(
        Message::kNoFixSection,
        {words(Message::kHeadPriority), words(Message::kHeadPackage),
         words(Message::kHeadInstalled), words(Message::kHeadState), words(Message::kHeadProblems),
         words(Message::kHeadWorst)},
        [](const Action& action) { return !action.to_check && action.target.empty(); },
        [&](const Action& action) {
          return std::vector<std::string>{
              std::string(priority_words(action.priority, options_.language)),
              package_of(action),
              action.installed,
              std::string(words_for(action.state, options_.language)),
              count_of(action),
              worst_of(action)};
        });
  }

  void to_check() {
    rows(
        Message::kToCheckSection,
        {words(Message::kHeadPriority), words(Message::kHeadPackage),
         words(Message::kHeadInstalled), words(Message::kHeadProblems), words(Message::kHeadWorst)},
        [](const Action& action) { return action.to_check; },
        [&](const Action& action) {
          return std::vector<std::string>{
              std::string(priority_words(action.priority, options_.language)), package_of(action),
              action.installed, count_of(action), worst_of(action)};
        });
  }

  void processes() {
    constexpr std::size_t kPackagesShown = 4;
    Rows shown;
    const auto all = processes_at_risk(report_, inventory_);
    for (const ProcessAtRisk& at_risk : all) {
      if (!options_.all && shown.size() == kRowsShown) break;
      const bool cut = !options_.all && at_risk.packages.size() > kPackagesShown;
      std::vector<std::string_view> packages = at_risk.packages;
      if (cut) packages.resize(kPackagesShown);
      shown.push_back({fmt::format("{} ({})", at_risk.process->name, at_risk.process->pid),
                       fmt::format("{}{}", fmt::join(packages, ", "), cut ? ", …" : ""),
                       fmt::format("{}", fmt::join(at_risk.process->listens, ", "))});
    }
    if (shown.empty()) return;
    section(words(Message::kProcessesSection));
    out_ += table(
        {words(Message::kHeadProcess), words(Message::kHeadUses), words(Message::kHeadListens)},
        shown);
    if (all.size() > shown.size()) {
      line(words(Message::kMoreHidden, all.size() - shown.size()));
    }
  }

  void ignored(const rules::RuleSet* rules) {
    if (!report_.ignored.empty()) section(words(Message::kIgnoredSection, report_.ignored.size()));
    std::map<std::string_view, std::size_t> by_rule;
    for (const match::Ignored& ignored : report_.ignored) ++by_rule[ignored.rule->source];
    for (const auto& [rule, count] : by_rule) line("  " + words(Message::kIgnoredBy, count, rule));
    if (rules == nullptr) return;
    const auto unused = rules->unused();
    const auto expired = rules->expired(report_.when);
    if (unused.empty() && expired.empty()) return;
    section(words(Message::kRulesSection));
    for (const rules::Rule* rule : expired) line("  " + words(Message::kExpiredRule, rule->source));
    for (const rules::Rule* rule : unused) {
      if (std::find(expired.begin(), expired.end(), rule) != expired.end()) continue;
      line("  " + words(Message::kUnusedRule, rule->source));
    }
  }

  void gaps() {
    if (report_.gaps.empty()) return;
    section(words(Message::kGapsSection));
    std::size_t shown = 0;
    for (std::size_t at = 0; at < report_.gaps.size();) {
      const match::Gap::Kind kind = report_.gaps[at].kind;
      const auto end =
          std::find_if(report_.gaps.begin() + static_cast<std::ptrdiff_t>(at), report_.gaps.end(),
                       [&](const match::Gap& gap) { return gap.kind != kind; });
      const auto last = static_cast<std::size_t>(end - report_.gaps.begin());
      for (std::size_t of_kind = 0; at < last; ++at, ++shown, ++of_kind) {
        if (!options_.all && comes_in_crowds(kind) && of_kind == kGapsOfKindShown) {
          line("  " + words(Message::kGapMoreOfKind, last - at));
          at = last;
          break;
        }
        if (!options_.all && shown == kGapsShown) {
          line("  " + words(Message::kGapMore, report_.gaps.size() - at));
          return;
        }
        line("  " + sentence_for(report_.gaps[at], report_.when, options_.language));
      }
    }
  }

  void conclusion() {
    out_ += '\n';
    if (report_.verdict == match::Verdict::kClean) {
      line(words(report_.ignored.empty() ? Message::kClean : Message::kCleanButRules));
      return;
    }
    if (report_.verdict == match::Verdict::kNotJudged) {
      line(words(Message::kNotJudged));
      return;
    }
    std::set<ProblemId> problems;
    std::set<ProblemId> fixable;
    std::set<std::uint32_t> components;
    std::size_t upgrades = 0;
    for (const Action& action : actions_) {
      if (action.to_check) continue;
      upgrades += action.target.empty() ? 0U : 1U;
      for (const match::Finding* finding : action.findings) {
        problems.insert(finding->problem);
        components.insert(finding->component);
        if (finding->fixed != 0) fixable.insert(finding->problem);
      }
    }
    const Language language = options_.language;
    const std::string what_to_do =
        upgrades == 0 ? words(Message::kNothingToUpgrade)
                      : say_count(language, Message::kUpgradesFix, upgrades, fixable.size());
    line(say_count(language, Message::kFindings, problems.size(),
                   say_count(language, Message::kInComponents, components.size()), what_to_do));
  }

  const match::Report& report_;
  const inventory::Inventory& inventory_;
  const Database& database_;
  const TerminalOptions& options_;
  const std::vector<Action> actions_;
  std::string out_;
};

}  // namespace

std::string terminal_report(const match::Report& report, const inventory::Inventory& inventory,
                            const Database& database, const rules::RuleSet* rules,
                            const TerminalOptions& options) {
  return Page(report, inventory, database, options).write(rules);
}

std::string shortened(std::string_view text, std::size_t width_max) {
  if (text.size() <= width_max || width_of(text) <= width_max) return std::string(text);
  std::size_t left = width_max - 1;  // for the ellipsis
  const auto fits = [&](std::size_t from, std::size_t to, std::size_t part) {
    const std::size_t width = width_of(text.substr(from, to - from));
    if (width > part) return false;
    left -= width;
    return true;
  };
  std::size_t head = 0;
  const std::size_t for_tail = left / 2;
  while (left > for_tail && fits(head, next_character(text, head), left - for_tail)) {
    head = next_character(text, head);
  }
  std::size_t tail = text.size();
  while (fits(character_before(text, tail), tail, left)) tail = character_before(text, tail);
  return std::string(text.substr(0, head)) + "…" + std::string(text.substr(tail));
}

std::string terminal_proof(const match::Proof& proof, Language language) {
  std::string out = printable(conclusion_words(proof, language)) + "\n";
  for (const match::ProofStep& step : proof.steps) {
    const Message verdict = step.holds ? Message::kProofHolds : Message::kProofFails;
    out += printable(fmt::format("  {} {} ({}): {}", step.source, step.record,
                                 day_of(step.source_date), row_words(step, language))) +
           "\n";
    out += printable(fmt::format("    {}: {}", comparison_words(step, proof.version, language),
                                 text_of(verdict, language))) +
           "\n";
  }
  if (proof.steps.empty()) out += fmt::format("  {}\n", text_of(Message::kProofNone, language));
  return out;
}

std::string terminal_sources(const Database& database, Language language) {
  std::string out = say(language, Message::kDatabaseBuilt, timestamp_of(database.built())) + "\n";
  for (const SourceInfo& source : database.sources()) {
    std::string text = source.date == 0
                           ? say_count(language, Message::kSourceNoDay, source.records, source.name)
                           : say_count(language, Message::kSource, source.records, source.name,
                                       day_of(source.date));
    if (source.bad_records != 0) {
      text += "; " + say_count(language, Message::kBadRecords, source.bad_records);
    }
    if (!source.failure.empty()) text += "; " + source.failure;
    out += "  " + printable(text) + "\n";
  }
  return out;
}

}  // namespace azekura::scanner::report

#include "scanner/report/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "crypto/hash.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::report {
namespace {

using inventory::Component;
using match::Finding;

using Key = std::tuple<Ecosystem, std::string, std::string, std::string, bool, State, bool>;

Key key_of(const Finding& finding, const Component& component) {
  const bool of_distribution = is_distribution(component.ecosystem);
  const bool from_source = of_distribution && !component.source_name.empty();
  const bool fixable = finding.fixed != 0;
  return {component.ecosystem,
          from_source ? component.source_name : component.name,
          from_source && !component.source_version.empty() ? component.source_version
                                                           : component.version,
          of_distribution ? std::string() : component.location,
          fixable,
          fixable ? State::kFixed : finding.state,
          finding.confidence < match::kConfidenceShown};
}

void take_later(version::Scheme scheme, std::string_view version, std::string& latest) {
  if (latest.empty()) {
    latest = version;
    return;
  }
  const auto order = version::compare(scheme, version, latest);
  if (order && *order > 0) latest = version;
}

void finish(Action& action, const Database& database) {
  std::set<ProblemId> problems;
  std::set<ProblemId> exploited;
  std::set<std::uint32_t> components;
  const auto scheme = scheme_of(action.ecosystem);
  for (const Finding* finding : action.findings) {
    problems.insert(finding->problem);
    components.insert(finding->component);
    if ((database.facts(finding->problem).flags & ProblemFacts::kKnownExploited) != 0) {
      exploited.insert(finding->problem);
    }
    if (finding->fixed != 0) {
      take_later(scheme, database.version_text(finding->fixed), action.target);
    }
    action.priority = std::max<int>(action.priority, finding->priority);
  }
  action.problems = static_cast<std::uint32_t>(problems.size());
  action.known_exploited = static_cast<std::uint32_t>(exploited.size());
  action.components.assign(components.begin(), components.end());
}

int section_of(const Action& action) {
  if (action.to_check) return 2;
  return action.target.empty() ? 1 : 0;
}

bool comes_first(const Action& a, const Action& b) {
  return std::tuple(section_of(a), -a.priority, -static_cast<int>(a.problems), a.package,
                    a.location) < std::tuple(section_of(b), -b.priority,
                                             -static_cast<int>(b.problems), b.package, b.location);
}

// Shell words out of packages' names: nothing else may get into a command that people paste.
bool is_plain(std::string_view name) {
  return !name.empty() && name.front() != '-' &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "+-._:@") == std::string_view::npos;
}

std::string_view tool_of(Ecosystem ecosystem) {
  switch (ecosystem) {
    case Ecosystem::kDebian:
    case Ecosystem::kUbuntu:
      return "apt-get install --only-upgrade";
    case Ecosystem::kAlpine:
      return "apk upgrade";
    case Ecosystem::kSuse:
    case Ecosystem::kOpenSuse:
      return "zypper update";
    case Ecosystem::kAlmaLinux:
    case Ecosystem::kRockyLinux:
    case Ecosystem::kRedHat:
    case Ecosystem::kOracleLinux:
    case Ecosystem::kAmazonLinux:
    case Ecosystem::kFedora:
      return "dnf upgrade";
    default:
      return {};
  }
}

}  // namespace

std::vector<Action> actions_of(const match::Report& report, const inventory::Inventory& inventory,
                               const Database& database) {
  std::map<Key, Action> by_key;
  for (const Finding& finding : report.findings) {
    const Component& component = inventory.components[finding.component];
    Key key = key_of(finding, component);
    Action& action = by_key[key];
    if (action.findings.empty()) {
      action.ecosystem = component.ecosystem;
      action.package = std::get<1>(key);
      action.installed = std::get<2>(key);
      action.location = std::get<3>(key);
      action.state = std::get<5>(key);
      action.to_check = std::get<6>(key);
    }
    action.findings.push_back(&finding);
  }
  std::vector<Action> actions;
  actions.reserve(by_key.size());
  for (auto& [key, action] : by_key) {
    finish(action, database);
    actions.push_back(std::move(action));
  }
  std::sort(actions.begin(), actions.end(), comes_first);
  return actions;
}

std::string upgrade_command(const std::vector<Action>& actions,
                            const inventory::Inventory& inventory) {
  if (!inventory.distribution) return {};
  const Ecosystem ecosystem = inventory.distribution->release.ecosystem;
  const std::string_view tool = tool_of(ecosystem);
  std::set<std::string_view> names;
  for (const Action& action : actions) {
    if (action.target.empty() || action.to_check || action.ecosystem != ecosystem) continue;
    for (const std::uint32_t index : action.components) {
      const std::string_view name = inventory.components[index].name;
      if (is_plain(name)) names.insert(name);
    }
  }
  if (tool.empty() || names.empty()) return {};
  return fmt::format("{} {}", tool, fmt::join(names, " "));
}

std::string finding_id(const Finding& finding, const inventory::Inventory& inventory,
                       const Database& database) {
  const Component& component = inventory.components[finding.component];
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}", name_of(component.ecosystem), component.name,
                  component.architecture, component.location, database.problem_id(finding.problem));
  constexpr std::size_t kOctets = 6;
  std::array<std::uint8_t, crypto::kHashSizeMax> digest{};
  if (!crypto::digest(crypto::Hash::kSha256, as_bytes(text), digest)) return {};
  return to_hex(ByteView(digest).first(kOctets));
}

}  // namespace azekura::scanner::report

#include "scanner/match/gaps.h"

#include <fmt/format.h>

#include <algorithm>

namespace azekura::scanner::match {
namespace {

std::string release_name(const EcosystemRelease& release) {
  return release.release.empty()
             ? std::string(name_of(release.ecosystem))
             : fmt::format("{}:{}", name_of(release.ecosystem), release.release);
}

// Records of CVEs name products, but are read for their scores.
constexpr EcosystemSet kAlsoKnowledge = set_of(Ecosystem::kCpe);

bool is_of_network(const SourceInfo& source) {
  return source.origin.starts_with("https://") || source.origin.starts_with("http://");
}

Time date_of(const SourceInfo& source) {
  if (is_of_network(source)) return std::max(source.date, source.fetched);
  return source.date != 0 ? source.date : source.fetched;
}

void add_knowledge(const SourceInfo& source, Time date, Gap& gap) {
  if (gap.count++ != 0) gap.subject += ", ";
  gap.subject += source.name;
  if (!source.failure.empty()) gap.subject += fmt::format(" ({})", source.failure);
  if (gap.since == 0 || date < gap.since) gap.since = date;
}

bool has_distribution_packages(const inventory::Inventory& inventory) {
  return std::any_of(inventory.components.begin(), inventory.components.end(),
                     [](const auto& component) { return is_distribution(component.ecosystem); });
}

}  // namespace

void Gaps::add(Gap gap) {
  const auto [at, is_new] = gaps_.try_emplace({gap.kind, gap.subject}, gap);
  if (!is_new) at->second.count += gap.count;
}

std::vector<Gap> Gaps::take() {
  std::vector<Gap> out;
  out.reserve(gaps_.size());
  for (auto& [key, gap] : gaps_) out.push_back(std::move(gap));
  gaps_.clear();
  return out;
}

void add_release_gaps(const inventory::Inventory& inventory, const Database& database, Time now,
                      Gaps& gaps) {
  if (!inventory.distribution || !has_distribution_packages(inventory)) return;
  const inventory::Distribution& distribution = *inventory.distribution;
  const EcosystemRelease& release = distribution.release;
  if (release.ecosystem == Ecosystem::kUnknown) {
    gaps.add({.kind = Gap::Kind::kNoFeed,
              .subject = distribution.name.empty() ? distribution.id : distribution.name});
    return;
  }
  if (!database.covers(release.ecosystem, release.release)) {
    gaps.add({.kind = Gap::Kind::kNoFeed, .subject = release_name(release)});
  }
  const auto life = database.release_life(release);
  if (!life || life->end_of_support == 0 || life->end_of_support > now) return;
  const bool extended = life->end_of_extended_support > now;
  gaps.add({.kind = Gap::Kind::kEndOfLife,
            .subject = release_name(release),
            .since = life->end_of_support,
            .until = extended ? life->end_of_extended_support : 0});
}

void add_source_gaps(const Database& database, EcosystemSet asked, Time now, Time stale_after_s,
                     Gaps& gaps) {
  if (database.sources().empty()) {
    gaps.add({.kind = Gap::Kind::kNoData});
    return;
  }
  Gap knowledge{.kind = Gap::Kind::kStaleKnowledge, .count = 0};
  for (const SourceInfo& source : database.sources()) {
    const Time date = date_of(source);
    if (source.failure.empty() && now - date <= stale_after_s) continue;
    // What could never be read may speak of anything.
    if (source.records == 0 || (source.ecosystems & asked) != 0) {
      gaps.add({.kind = Gap::Kind::kStaleSource,
                .subject = source.name,
                .detail = source.failure,
                .since = source.records == 0 ? 0 : date});
    } else if ((source.ecosystems & ~kAlsoKnowledge) == 0) {
      add_knowledge(source, date, knowledge);
    }
  }
  if (knowledge.count != 0) gaps.add(std::move(knowledge));
}

void add_inventory_gaps(const inventory::Inventory& inventory, Gaps& gaps) {
  using Kind = inventory::Problem::Kind;
  for (const inventory::Problem& problem : inventory.problems) {
    if (problem.kind == Kind::kSkipped) continue;
    gaps.add({.kind = problem.kind == Kind::kUnknown ? Gap::Kind::kUnknownComponent
                                                     : Gap::Kind::kUnreadable,
              .subject = problem.location,
              .detail = problem.why});
  }
  if (inventory.components.empty()) gaps.add({.kind = Gap::Kind::kNoPackages, .count = 0});
}

bool leaves_doubt(Gap::Kind kind) { return kind != Gap::Kind::kIdleKernel; }

}  // namespace azekura::scanner::match

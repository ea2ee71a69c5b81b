#include "scanner/match/gaps.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace azekura::scanner::match {
namespace {

constexpr Time kDay_s = 24 * 3600;

std::string day_of(Time time) {
  const std::time_t seconds = time;
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return {};
  return fmt::format("{:%Y-%m-%d}", parts);
}

std::string release_name(const EcosystemRelease& release) {
  return release.release.empty()
             ? std::string(name_of(release.ecosystem))
             : fmt::format("{}:{}", name_of(release.ecosystem), release.release);
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
  std::string detail = day_of(life->end_of_support);
  if (life->end_of_extended_support > now) {
    detail += fmt::format(" (extended: {})", day_of(life->end_of_extended_support));
  }
  gaps.add({.kind = Gap::Kind::kEndOfLife,
            .subject = release_name(release),
            .detail = std::move(detail)});
}

void add_source_gaps(const Database& database, Time now, Time stale_after_s, Gaps& gaps) {
  if (database.sources().empty()) {
    gaps.add({.kind = Gap::Kind::kNoData});
    return;
  }
  for (const SourceInfo& source : database.sources()) {
    const Time age_s = now - (source.date != 0 ? source.date : source.fetched);
    if (source.failure.empty() && age_s <= stale_after_s) continue;
    std::string detail = fmt::format("{} days old", age_s / kDay_s);
    if (!source.failure.empty()) detail += "; " + source.failure;
    gaps.add(
        {.kind = Gap::Kind::kStaleSource, .subject = source.name, .detail = std::move(detail)});
  }
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

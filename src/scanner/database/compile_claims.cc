#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <unordered_map>

#include "scanner/database/compilation.h"
#include "scanner/database/hashing.h"

namespace azekura::scanner {
namespace {

// How many claims of one record about one package are held against a new one, to find it repeated.
constexpr std::size_t kComparedMax = 32;

Ecosystem ecosystem_of(std::string_view place) {
  return place.empty() ? Ecosystem::kUnknown : static_cast<Ecosystem>(place.front());
}

}  // namespace

void Compilation::collect_groups() {
  std::unordered_map<std::uint64_t, std::uint32_t> known;
  for (std::uint32_t source = 0; source < sources_.size(); ++source) {
    const auto& claims = sources_[source].claims;
    for (std::uint32_t i = 0; i < claims.size(); ++i) {
      if ((claims[i].flags & Claim::kIsFirst) == 0) {
        ++groups_.back().count;
        continue;
      }
      const std::uint64_t key = (std::uint64_t{claims[i].place} << 32) | claims[i].name;
      const auto [at, is_new] =
          known.try_emplace(key, static_cast<std::uint32_t>(packages_.size()));
      if (is_new) packages_.push_back({claims[i].place, claims[i].name});
      groups_.push_back({at->second, record_of_[source][claims[i].record], source, i, 1});
    }
  }
}

void Compilation::sort_packages() {
  const auto place = [&](std::uint32_t package) {
    return tables_.places.text(packages_[package].place);
  };
  const auto name = [&](std::uint32_t package) {
    return tables_.strings.text(packages_[package].name);
  };
  std::vector<std::uint32_t> order(packages_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (packages_[a].place != packages_[b].place) return place(a) < place(b);
    return name(a) < name(b);
  });

  std::vector<PackageKey> sorted;
  std::vector<std::uint32_t> rank(packages_.size());
  sorted.reserve(packages_.size());
  for (const std::uint32_t package : order) {
    rank[package] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(packages_[package]);
  }
  packages_ = std::move(sorted);
  for (ClaimGroup& group : groups_) group.package = rank[group.package];
  std::sort(groups_.begin(), groups_.end(), [](const ClaimGroup& a, const ClaimGroup& b) {
    return std::tie(a.package, a.record, a.source, a.first) <
           std::tie(b.package, b.record, b.source, b.first);
  });
}

void Compilation::write_versions(DatabaseFile& file) {
  const VersionTable& versions = tables_.versions;
  version_of_.resize(versions.limit());
  std::vector<VersionTable::Id> used;
  const auto use = [&](VersionTable::Id id) {
    if (id == 0 || version_of_[id] != 0) return;
    version_of_[id] = 1;
    used.push_back(id);
  };
  for (const Collected& source : sources_) {
    for (const CollectedClaim& claim : source.claims) {
      use(claim.introduced);
      use(claim.end);
    }
  }
  std::sort(used.begin(), used.end(), [&](VersionTable::Id a, VersionTable::Id b) {
    return std::tuple(versions.scheme(a), versions.key(a), versions.text(a)) <
           std::tuple(versions.scheme(b), versions.key(b), versions.text(b));
  });
  file.begin(layout::Section::kVersions);
  file.write_row(layout::Version{});
  for (std::uint32_t i = 0; i < used.size(); ++i) {
    version_of_[used[i]] = i + 1;
    file.write_row(layout::Version{pool_.add_text(versions.text(used[i])),
                                   pool_.add_text(versions.key(used[i]))});
  }
}

std::uint32_t Compilation::detail_number(StringId detail) {
  if (detail == 0) return 0;
  if (detail_of_[detail] == 0) {
    std::array<StringId, 2> parts{};
    std::memcpy(parts.data(), tables_.details.text(detail).data(), sizeof(parts));
    detail_of_[detail] = static_cast<std::uint32_t>(details_.size());
    details_.push_back({pool_.add(parts[0]), pool_.add(parts[1])});
  }
  return detail_of_[detail];
}

std::vector<Claim> Compilation::claims_of(const ClaimGroup& group) {
  std::vector<Claim> out;
  const auto& claims = sources_[group.source].claims;
  for (std::uint32_t i = group.first; i < group.first + group.count; ++i) {
    const CollectedClaim& claim = claims[i];
    out.push_back({.record = group.record,
                   .introduced = version_of_[claim.introduced],
                   .end = version_of_[claim.end],
                   .detail = detail_number(claim.detail),
                   .qualifier = pool_.add(claim.qualifier),
                   .state = claim.state,
                   .flags = claim.flags,
                   .severity = claim.severity});
  }
  return out;
}

// The same claim may come more than once: for each architecture, or out of two files with one
// record.
void Compilation::write_claims(DatabaseFile& file) {
  detail_of_.resize(tables_.details.limit());
  details_.emplace_back();
  std::uint32_t count = 0;
  std::vector<std::vector<Claim>> before;
  file.begin(layout::Section::kClaims);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const ClaimGroup& group = groups_[i];
    layout::Package& package = package_rows_[group.package];
    const bool is_new_package = i == 0 || groups_[i - 1].package != group.package;
    if (is_new_package) package.claims = count;
    if (is_new_package || groups_[i - 1].record != group.record) {
      before.clear();
      record_packages_.add(group.record, group.package);
    }
    std::vector<Claim> claims = claims_of(group);
    if (std::find(before.begin(), before.end(), claims) != before.end()) continue;
    for (const Claim& claim : claims) file.write_row(claim);
    count += static_cast<std::uint32_t>(claims.size());
    package.claim_count = count - package.claims;
    if (before.size() < kComparedMax) before.push_back(std::move(claims));
  }
  groups_ = {};
  file.begin(layout::Section::kPackages);
  for (const layout::Package& package : package_rows_) file.write_row(package);
  file.begin(layout::Section::kDetails);
  for (const layout::Detail& detail : details_) file.write_row(detail);
}

void Compilation::write_packages(DatabaseFile& file) {
  std::vector<layout::Place> places;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> hashes;
  std::uint32_t last_place = 0;
  for (const PackageKey& package : packages_) {
    const std::string_view place = tables_.places.text(package.place);
    const Ecosystem ecosystem = ecosystem_of(place);
    const std::string_view release = place.substr(std::min<std::size_t>(1, place.size()));
    if (places.empty() || package.place != last_place) {
      places.push_back({static_cast<std::uint32_t>(ecosystem), pool_.add_text(release)});
    }
    last_place = package.place;
    hashes.emplace_back(hash_package(ecosystem, release, tables_.strings.text(package.name)),
                        static_cast<std::uint32_t>(package_rows_.size()));
    package_rows_.push_back(
        {static_cast<std::uint32_t>(places.size() - 1), pool_.add(package.name), 0, 0});
  }
  write_slots(file, layout::Section::kPackageSlots, hashes);
  file.begin(layout::Section::kPlaces);
  for (const layout::Place& place : places) file.write_row(place);
}

}  // namespace azekura::scanner

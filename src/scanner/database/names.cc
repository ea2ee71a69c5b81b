#include "scanner/database/names.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "scanner/terms/text.h"

namespace azekura::scanner {
namespace {

constexpr std::string_view kCve = "CVE-";

bool has_cve_prefix(std::string_view name) {
  return name.size() >= kCve.size() && to_lower(name.substr(0, kCve.size())) == "cve-";
}

// The lower, the sooner a name becomes the id.
int preference(std::string_view name) {
  if (is_cve(name)) return 0;
  return name.starts_with("GHSA-") ? 1 : 2;
}

}  // namespace

bool is_cve(std::string_view name) {
  constexpr std::size_t kYear = 4;
  if (!name.starts_with(kCve)) return false;
  const auto [year, number] = split_once(name.substr(kCve.size()), '-');
  return year.size() == kYear && number.size() >= 4 &&
         std::all_of(year.begin(), year.end(), is_digit) &&
         std::all_of(number.begin(), number.end(), is_digit);
}

std::string_view implied_cve(std::string_view name) {
  constexpr std::array<std::string_view, 3> kPrefixes = {"UBUNTU-", "DEBIAN-", "ALPINE-"};
  for (const std::string_view prefix : kPrefixes) {
    if (name.starts_with(prefix) && is_cve(name.substr(prefix.size())))
      return name.substr(prefix.size());
  }
  return {};
}

void NameGroups::add(StringId id, std::span<const StringId> aliases,
                     std::span<const StringId> about) {
  records_.push_back({id, aliases, about});
}

void NameGroups::resolve() {
  join_names();
  number_problems();
  number_records();
}

std::span<const StringId> NameGroups::aliases_of(std::uint32_t problem) const {
  const std::uint32_t first = aliases_first_[problem];
  return std::span(aliases_).subspan(first, aliases_first_[problem + 1] - first);
}

std::span<const std::uint32_t> NameGroups::problems_of(std::size_t record) const {
  const std::uint32_t first = problems_first_[record];
  return std::span(problems_).subspan(first, problems_first_[record + 1] - first);
}

// "cve-2024-1" and "UBUNTU-CVE-2024-1" are CVE-2024-1.
StringId NameGroups::plain(StringId name) {
  const std::string_view text = strings_.text(name);
  if (const std::string_view implied = implied_cve(text); !implied.empty())
    return strings_.intern(implied);
  if (!has_cve_prefix(text) || text.starts_with(kCve)) return name;
  return strings_.intern(std::string(kCve) + std::string(text.substr(kCve.size())));
}

std::uint32_t NameGroups::node(StringId name) {
  if (name >= node_of_.size()) node_of_.resize(strings_.limit());
  std::uint32_t& known = node_of_[name];
  if (known == 0) {
    name_of_.push_back(name);
    parent_.push_back(static_cast<std::uint32_t>(parent_.size()));
    cve_.push_back(is_cve(strings_.text(name)) ? name : 0);
    known = static_cast<std::uint32_t>(name_of_.size());
  }
  return known - 1;
}

std::uint32_t NameGroups::root(std::uint32_t node) {
  while (parent_[node] != node) {
    parent_[node] = parent_[parent_[node]];
    node = parent_[node];
  }
  return node;
}

void NameGroups::join(StringId a, StringId b) {
  std::uint32_t first = root(node(a));
  std::uint32_t second = root(node(b));
  if (first == second || (cve_[first] != 0 && cve_[second] != 0)) return;
  if (second < first) std::swap(first, second);
  parent_[second] = first;
  if (cve_[first] == 0) cve_[first] = cve_[second];
}

void NameGroups::join_names() {
  node_of_.resize(strings_.limit());
  for (Record& record : records_) {
    std::vector<StringId> cves;
    const auto note = [&](StringId name) {
      if (is_cve(strings_.text(plain(name)))) cves.push_back(plain(name));
    };
    note(record.id);
    for (const StringId alias : record.aliases) note(alias);
    std::sort(cves.begin(), cves.end());
    cves.erase(std::unique(cves.begin(), cves.end()), cves.end());
    record.is_about = !record.about.empty() || cves.size() > 1;
    for (const StringId cve : cves) node(cve);
    for (const StringId name : record.about) node(plain(name));
    if (record.is_about) continue;
    node(record.id);
    for (const StringId cve : cves) join(cve, record.id);
  }
  for (const Record& record : records_) {
    if (record.is_about) continue;
    for (const StringId alias : record.aliases) {
      if (!has_cve_prefix(strings_.text(alias))) join(record.id, alias);
    }
  }
}

void NameGroups::number_problems() {
  const auto count = static_cast<std::uint32_t>(name_of_.size());
  std::vector<std::uint32_t> nodes(count);
  std::iota(nodes.begin(), nodes.end(), 0U);
  std::vector<std::uint32_t> roots(count);
  for (const std::uint32_t node : nodes) roots[node] = root(node);
  // By group, the name that is to be the id first.
  std::sort(nodes.begin(), nodes.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (roots[a] != roots[b]) return roots[a] < roots[b];
    const std::string_view first = strings_.text(name_of_[a]);
    const std::string_view second = strings_.text(name_of_[b]);
    const int by_preference = preference(first) - preference(second);
    return by_preference != 0 ? by_preference < 0 : first < second;
  });

  struct Group {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::vector<Group> groups;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i == 0 || roots[nodes[i]] != roots[nodes[i - 1]]) groups.push_back({i, 0});
    ++groups.back().count;
  }
  std::sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
    return strings_.text(name_of_[nodes[a.first]]) < strings_.text(name_of_[nodes[b.first]]);
  });

  problem_of_.resize(count);
  for (const Group& group : groups) {
    problem_of_[roots[nodes[group.first]]] = static_cast<std::uint32_t>(canonical_.size());
    canonical_.push_back(name_of_[nodes[group.first]]);
    aliases_first_.push_back(static_cast<std::uint32_t>(aliases_.size()));
    for (std::uint32_t i = 1; i < group.count; ++i)
      aliases_.push_back(name_of_[nodes[group.first + i]]);
  }
  aliases_first_.push_back(static_cast<std::uint32_t>(aliases_.size()));
}

// Of names that a record is about, those count that are known; of its own, the id always is.
void NameGroups::collect_problems(const Record& record, std::vector<std::uint32_t>& out) {
  const auto take = [&](StringId name) {
    name = plain(name);
    if (name < node_of_.size() && node_of_[name] != 0) {
      out.push_back(problem_of_[root(node_of_[name] - 1)]);
    }
  };
  if (!record.is_about || is_cve(strings_.text(plain(record.id)))) take(record.id);
  for (const StringId alias : record.aliases) take(alias);
  for (const StringId name : record.about) take(name);
}

void NameGroups::number_records() {
  std::vector<std::uint32_t> found;
  for (const Record& record : records_) {
    problems_first_.push_back(static_cast<std::uint32_t>(problems_.size()));
    found.clear();
    collect_problems(record, found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    problems_.insert(problems_.end(), found.begin(), found.end());
  }
  problems_first_.push_back(static_cast<std::uint32_t>(problems_.size()));
}

}  // namespace azekura::scanner

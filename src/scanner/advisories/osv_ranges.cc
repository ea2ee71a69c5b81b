#include "scanner/advisories/osv_ranges.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "scanner/advisories/fields.h"
#include "scanner/terms/ecosystem.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner::advisories {
namespace {

using version::Scheme;

// Equal versions in this order: what begins and ends at a version ends there.
enum class EventKind { kIntroduced, kFixed, kLastAffected };

struct Event {
  EventKind kind;
  std::string_view version;
};

// "0" is before every version.
bool is_less(Scheme scheme, std::string_view a, std::string_view b) {
  if (a == b || b == "0") return false;
  if (a == "0") return true;
  const auto order = version::compare(scheme, a, b);
  return order && *order < 0;
}

struct Events {
  std::vector<Event> events;
  std::vector<std::string_view> limits;
};

Events events_of(Json range) {
  Events found;
  for (const Json item : range["events"].items()) {
    for (const auto [key, value] : item.members()) {
      const std::string_view text = value.text();
      if (text.empty()) continue;
      if (key == "introduced") found.events.push_back({EventKind::kIntroduced, text});
      if (key == "fixed") found.events.push_back({EventKind::kFixed, text});
      if (key == "last_affected") found.events.push_back({EventKind::kLastAffected, text});
      if (key == "limit" && text != "*") found.limits.push_back(text);
    }
  }
  return found;
}

// Insertion: lists are short and nearly always sorted, and versions that the ecosystem refuses stay
// put.
void sort_events(Scheme scheme, std::vector<Event>& events) {
  const auto before = [&](const Event& a, const Event& b) {
    if (a.version == b.version) return a.kind != b.kind && b.kind == EventKind::kLastAffected;
    return is_less(scheme, a.version, b.version);
  };
  for (std::size_t i = 1; i < events.size(); ++i) {
    for (std::size_t j = i; j > 0 && before(events[j], events[j - 1]); --j) {
      std::swap(events[j], events[j - 1]);
    }
  }
}

std::string begin_of(std::string_view introduced) {
  return introduced == "0" ? std::string() : std::string(introduced);
}

std::vector<AffectedRange> evaluate(Scheme scheme, std::vector<Event> events) {
  sort_events(scheme, events);
  std::vector<AffectedRange> ranges;
  const Event* open = nullptr;
  for (const Event& event : events) {
    if (event.kind == EventKind::kIntroduced) {
      if (open == nullptr) open = &event;
      continue;
    }
    if (open == nullptr) continue;
    const bool fixed = event.kind == EventKind::kFixed;
    if (!fixed || event.version != open->version) {
      ranges.push_back({begin_of(open->version), std::string(event.version),
                        fixed ? AffectedRange::End::kFixed : AffectedRange::End::kLastAffected});
    }
    open = nullptr;
  }
  if (open != nullptr) ranges.push_back({begin_of(open->version), {}, AffectedRange::End::kNone});
  return ranges;
}

// A version counts if it is before any of the limits: before the greatest.
void clip(Scheme scheme, const std::vector<std::string_view>& limits,
          std::vector<AffectedRange>& ranges) {
  if (limits.empty()) return;
  const std::string_view limit = *std::max_element(
      limits.begin(), limits.end(),
      [&](std::string_view a, std::string_view b) { return is_less(scheme, a, b); });
  std::erase_if(ranges, [&](const AffectedRange& range) {
    return !range.introduced.empty() && !is_less(scheme, range.introduced, limit);
  });
  for (AffectedRange& range : ranges) {
    if (range.end_kind != AffectedRange::End::kNone && !is_less(scheme, limit, range.end)) continue;
    range.end = limit;
    range.end_kind = AffectedRange::End::kFixed;
  }
}

// GitHub's "<= 1.2.3" or "< 1.2.3", for ranges that it cannot say in events.
void close_open_range(std::string_view known, std::vector<AffectedRange>& ranges) {
  if (ranges.empty() || ranges.back().end_kind != AffectedRange::End::kNone) return;
  const bool inclusive = known.starts_with("<=");
  if (!inclusive && !known.starts_with('<')) return;
  known = trimmed(known.substr(inclusive ? 2 : 1));
  if (known.empty() || known.find(',') != std::string_view::npos) return;
  ranges.back().end = known;
  ranges.back().end_kind =
      inclusive ? AffectedRange::End::kLastAffected : AffectedRange::End::kFixed;
}

bool lies_within(Scheme scheme, std::string_view version, const AffectedRange& range) {
  if (!range.introduced.empty() && is_less(scheme, version, range.introduced)) return false;
  if (range.end_kind == AffectedRange::End::kFixed) return is_less(scheme, version, range.end);
  if (range.end_kind == AffectedRange::End::kLastAffected) {
    return !is_less(scheme, range.end, version);
  }
  return true;
}

// A version that the ecosystem's order refuses can only be found by name.
bool must_be_listed(Scheme scheme, std::string_view version,
                    const std::vector<AffectedRange>& ranges) {
  if (!version::check(scheme, version)) return true;
  return std::none_of(ranges.begin(), ranges.end(), [&](const AffectedRange& range) {
    return lies_within(scheme, version, range);
  });
}

}  // namespace

OsvVersions osv_versions(Json affected, Ecosystem ecosystem) {
  const Scheme scheme = scheme_of(ecosystem);
  const std::string_view known =
      affected["database_specific"]["last_known_affected_version_range"].text();
  OsvVersions versions;
  std::vector<AffectedRange> all;
  std::size_t ranges_given = 0;
  std::size_t commits = 0;
  for (const Json range : affected["ranges"].items()) {
    if (range["type"].text() == "GIT") {
      ++commits;
      continue;
    }
    ++ranges_given;
    Events found = events_of(range);
    std::vector<AffectedRange> ranges = evaluate(scheme, std::move(found.events));
    clip(scheme, found.limits, ranges);
    close_open_range(known, ranges);
    std::move(ranges.begin(), ranges.end(), std::back_inserter(all));
  }

  // Distributions list every version that was ever published within the ranges.
  const Json listed = affected["versions"];
  if (!is_distribution(ecosystem) || ranges_given == 0) {
    for (const Json item : listed.items()) {
      std::string version = item.scalar();
      if (!version.empty() && must_be_listed(scheme, version, all)) {
        versions.listed.push_back(std::move(version));
      }
    }
  }
  versions.nothing_said = commits != 0 && ranges_given == 0 && listed.size() == 0;
  versions.every_version = commits == 0 && ranges_given == 0 && listed.size() == 0;
  versions.none = ranges_given != 0 && all.empty() && versions.listed.empty();
  for (AffectedRange& range : all) {
    auto& list = range.end_kind == AffectedRange::End::kFixed ? versions.fixed : versions.unfixed;
    list.push_back(std::move(range));
  }
  return versions;
}

}  // namespace azekura::scanner::advisories

#include "scanner/advisories/cve_affected.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scanner/advisories/fields.h"
#include "scanner/advisories/version_ranges.h"
#include "scanner/terms/text.h"
#include "scanner/version/range.h"

namespace azekura::scanner::advisories {
namespace {

// What an entry's versions come to.
struct Extent {
  bool everything = false;
  std::vector<AffectedRange> ranges;
  std::vector<std::string> versions;

  bool is_nothing() const { return !everything && ranges.empty() && versions.empty(); }
};

// Words that people put where a version belongs.
bool is_no_version(std::string_view text) {
  constexpr std::array<std::string_view, 12> kWords{"",     "0",       "*",           "-",
                                                    "n/a",  "na",      "unspecified", "unknown",
                                                    "none", "next of", "various",     "all"};
  const std::string lower = to_lower(trimmed(text));
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

bool means_every_version(std::string_view text) {
  const std::string lower = to_lower(trimmed(text));
  return lower == "*" || lower == "all" || lower == "all versions";
}

// The words with which texts begin where a version belongs: "v1.2", "< 1.2", "1.0 and earlier" is
// no version.
bool is_version_like(std::string_view text) {
  constexpr std::size_t kLengthMax = 64;
  return !text.empty() && text.size() <= kLengthMax &&
         std::none_of(text.begin(), text.end(),
                      [](char c) {
                        return c == ' ' || c == ',' || c == '<' || c == '>' || c == '=' ||
                               c == '*' || c == '(' || static_cast<unsigned char>(c) >= 0x80;
                      }) &&
         std::any_of(text.begin(), text.end(), is_digit);
}

struct End {
  std::string version;
  AffectedRange::End kind = AffectedRange::End::kNone;
};

// "5.4.*" → before 5.5. nullopt where what stands before the star is no number.
std::optional<std::string> after_wildcard(std::string_view text) {
  if (!text.ends_with(".*")) return std::nullopt;
  text.remove_suffix(2);
  const auto dot = text.rfind('.');
  const std::string_view last = text.substr(dot == std::string_view::npos ? 0 : dot + 1);
  constexpr std::size_t kDigitsMax = 9;
  if (last.empty() || last.size() > kDigitsMax ||
      !std::all_of(last.begin(), last.end(), is_digit)) {
    return std::nullopt;
  }
  return std::string(text.substr(0, text.size() - last.size())) +
         std::to_string(std::stol(std::string(last)) + 1);
}

std::optional<End> end_of(Json version) {
  for (const char* const key : {"lessThan", "lessThanOrEqual"}) {
    const std::string text = tidy(version[key].text());
    if (version[key].missing()) continue;
    if (auto after = after_wildcard(text))
      return End{std::move(*after), AffectedRange::End::kFixed};
    if (is_no_version(text) || text.ends_with("*")) return End{};
    if (!is_version_like(text)) return std::nullopt;
    const bool inclusive = key == std::string_view("lessThanOrEqual");
    return End{text, inclusive ? AffectedRange::End::kLastAffected : AffectedRange::End::kFixed};
  }
  return End{};
}

bool is_bounded(Json version) {
  return !version["lessThan"].missing() || !version["lessThanOrEqual"].missing();
}

// The ranges of one bounded version in which its status, as its changes leave it, is the one that
// is wanted.
std::vector<AffectedRange> ranges_with(Json version, std::string_view wanted) {
  std::vector<AffectedRange> ranges;
  const auto end = end_of(version);
  std::string begin = tidy(version["version"].text());
  if (is_no_version(begin)) begin.clear();
  if (!end || (!begin.empty() && !is_version_like(begin))) return ranges;

  bool inside = version["status"].text() == wanted;
  for (const Json change : version["changes"].items()) {
    const std::string at = tidy(change["at"].text());
    const bool becomes = change["status"].text() == wanted;
    if (becomes == inside || !is_version_like(at)) continue;
    if (inside)
      ranges.push_back({.introduced = begin, .end = at, .end_kind = AffectedRange::End::kFixed});
    begin = at;
    inside = becomes;
  }
  if (inside) ranges.push_back({.introduced = begin, .end = end->version, .end_kind = end->kind});
  return ranges;
}

// "6.6" alone with changes begins there and has no end.
bool is_range(Json version) { return is_bounded(version) || version["changes"].size() > 0; }

Extent extent_of_affected(Json versions) {
  Extent extent;
  for (const Json version : versions.items()) {
    if (version["versionType"].text() == "git") continue;
    if (is_range(version)) {
      for (AffectedRange& range : ranges_with(version, "affected")) {
        const bool open = range.introduced.empty() && range.end_kind == AffectedRange::End::kNone;
        // "n/a" to "unspecified" says nothing; "0" to "*" says everything.
        if (!open) {
          extent.ranges.push_back(std::move(range));
        } else if (version["version"].text() == "0" ||
                   means_every_version(version["version"].text())) {
          extent.everything = true;
        }
      }
      continue;
    }
    const std::string single = tidy(version["version"].text());
    if (version["status"].text() != "affected") continue;
    if (means_every_version(single)) extent.everything = true;
    if (!is_no_version(single) && is_version_like(single)) extent.versions.push_back(single);
  }
  return extent;
}

version::Interval interval_of(AffectedRange range) {
  return {.low = std::move(range.introduced),
          .low_inclusive = true,
          .high = std::move(range.end),
          .high_inclusive = range.end_kind == AffectedRange::End::kLastAffected};
}

// Everything but what is unaffected.
Extent extent_of_the_rest(Json versions, version::Scheme scheme) {
  std::vector<version::Interval> unaffected;
  for (const Json version : versions.items()) {
    if (version["versionType"].text() == "git") continue;
    if (is_range(version)) {
      for (AffectedRange& range : ranges_with(version, "unaffected")) {
        unaffected.push_back(interval_of(std::move(range)));
      }
    } else if (version["status"].text() == "unaffected") {
      const std::string single = tidy(version["version"].text());
      if (is_no_version(single) || !is_version_like(single)) continue;
      unaffected.push_back(
          {.low = single, .low_inclusive = true, .high = single, .high_inclusive = true});
    }
  }
  Extent extent;
  if (unaffected.empty()) {
    extent.everything = true;
    return extent;
  }
  auto rest = version::complement(scheme, std::move(unaffected));
  // Versions that nobody can compare: say only what is affected by name.
  if (!rest) return extent_of_affected(versions);
  extent.ranges = from_intervals(std::move(*rest));
  return extent;
}

Extent extent_of(Json entry, version::Scheme scheme) {
  const Json versions = entry["versions"];
  if (entry["defaultStatus"].text() == "affected") return extent_of_the_rest(versions, scheme);
  return extent_of_affected(versions);
}

void apply(const Extent& extent, Affected& claim) {
  claim.ranges = extent.everything ? std::vector<AffectedRange>{} : extent.ranges;
  claim.versions = extent.everything ? std::vector<std::string>{} : extent.versions;
  if (!claim.ranges.empty()) claim.state = state_of(claim.ranges);
}

// Registries by a part of their hosts' names: "pypi" of the host and of its mirrors.
struct Collection {
  std::string_view part;
  Ecosystem ecosystem;
};
constexpr std::array kCollections{
    Collection{"pypi", Ecosystem::kPyPI},       Collection{"npmjs", Ecosystem::kNpm},
    Collection{"maven", Ecosystem::kMaven},     Collection{"go", Ecosystem::kGo},
    Collection{"golang", Ecosystem::kGo},       Collection{"packagist", Ecosystem::kPackagist},
    Collection{"crates", Ecosystem::kCratesIo}, Collection{"rubygems", Ecosystem::kRubyGems},
    Collection{"nuget", Ecosystem::kNuGet},     Collection{"hex", Ecosystem::kHex},
    Collection{"pub", Ecosystem::kPub},
};

Ecosystem ecosystem_of_collection(std::string_view url) {
  for (const std::string_view prefix : {"https://", "http://"}) {
    if (url.starts_with(prefix)) url.remove_prefix(prefix.size());
  }
  const std::string host = "." + to_lower(split_once(url, '/').first) + ".";
  for (const Collection& collection : kCollections) {
    const std::string part = "." + std::string(collection.part) + ".";
    if (host.find(part) != std::string::npos) return collection.ecosystem;
  }
  return Ecosystem::kUnknown;
}

void read_package(Json entry, CpeClaims& claims) {
  Affected claim;
  claim.where.ecosystem = ecosystem_of_collection(entry["collectionURL"].text());
  claim.name = tidy(entry["packageName"].text());
  if (claim.where.ecosystem == Ecosystem::kUnknown || claim.name.empty()) return;
  if (claim.where.ecosystem == Ecosystem::kMaven && claim.name.find(':') == std::string::npos) {
    const auto slash = claim.name.find('/');
    if (slash == std::string::npos) return;
    claim.name[slash] = ':';
  }
  const Extent extent = extent_of(entry, scheme_of(claim.where.ecosystem));
  if (extent.is_nothing()) return;
  apply(extent, claim);
  claims.add(std::move(claim));
}

std::string letters_and_digits(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (is_alphanumeric(c)) kept += to_lower(c);
  }
  return kept;
}

// Whether the CPE's product is what packageName names.
bool is_about_package(const Affected& claim, std::string_view package) {
  if (package.empty()) return true;
  const std::string product = letters_and_digits(claim.name.substr(claim.name.rfind(':') + 1));
  const std::string name = letters_and_digits(package);
  return product.find(name) != std::string::npos || name.find(product) != std::string::npos;
}

// The CPE as such says which versions, where `versions` has nothing to say.
void read_cpes(Json entry, std::string_view record, CpeClaims& claims, AdvisorySink& sink) {
  const Extent extent = extent_of(entry, version::Scheme::kGeneric);
  std::set<std::string> seen;
  for (const Json cpe : entry["cpes"].items()) {
    auto claim = cpe_frame(cpe.text());
    if (!claim) {
      claims.refuse(record, cpe.text(), std::move(claim).error(), sink);
      continue;
    }
    if (!is_about_package(*claim, entry["packageName"].text())) continue;
    if (extent.is_nothing()) {
      if (!claim->versions.empty() && claim->versions.front() != "-") claims.add(std::move(*claim));
      continue;
    }
    if (!seen.insert(claim->name + '\0' + claim->qualifier).second) continue;
    apply(extent, *claim);
    claims.add(std::move(*claim));
  }
}

}  // namespace

void read_affected(Json entry, std::string_view record, CpeClaims& claims, AdvisorySink& sink) {
  if (entry["cpes"].size() > 0) {
    read_cpes(entry, record, claims, sink);
  } else {
    read_package(entry, claims);
  }
}

}  // namespace azekura::scanner::advisories

#include "scanner/match/decide.h"

#include <algorithm>

#include "scanner/terms/cpe.h"

namespace azekura::scanner::match {
namespace {

constexpr std::string_view kAnyModule = "module";
constexpr int kConfidenceNameOnly = 10;
constexpr int kConfidencePlatform = 80;

// <0, 0, >0, or nullopt where there is no order.
std::optional<int> order(version::Scheme scheme, std::string_view version, std::string_view key,
                         VersionId other, const Database& database) {
  const std::string_view other_key = database.version_key(other);
  if (!key.empty() && !other_key.empty()) return key.compare(other_key);
  const auto compared = version::compare(scheme, version, database.version_text(other));
  if (!compared) {
    if (version == database.version_text(other)) return 0;
    return std::nullopt;
  }
  return *compared < 0 ? -1 : *compared > 0 ? 1 : 0;
}

// A stream such as "php:7.4" whose packages carry its number ("7.4.33-1.module…") is compared only
// with fixes that carry it too: the feeds of the clones don't name streams.
bool other_stream(const Lookup& lookup, std::span<const Claim> claim, const Database& database) {
  const std::size_t colon = lookup.module_stream.find(':');
  if (colon == std::string::npos) return false;
  const std::string stream = lookup.module_stream.substr(colon + 1);
  const auto carries = [&](std::string_view version) {
    version.remove_prefix(std::min(version.size(), version.find(':') + 1));
    return version.starts_with(stream) &&
           (version.size() == stream.size() || version[stream.size()] == '.' ||
            version[stream.size()] == '-');
  };
  return carries(lookup.version) && claim.front().end != 0 &&
         !carries(database.version_text(claim.front().end));
}

// "4.14" of "0:4.14.355-1.amzn2".
std::string_view line_of(std::string_view version) {
  version.remove_prefix(std::min(version.size(), version.find(':') + 1));
  const std::size_t first = version.find('.');
  if (first == std::string_view::npos) return version.substr(0, version.find('-'));
  return version.substr(0, version.find_first_not_of("0123456789", first + 1));
}

// Amazon's extras offer other lines of packages that the core has too, under the same names, and no
// package says where it came from: where the core speaks of the package as well, an extra's fix is
// only held against its own line.
bool other_extra(const Lookup& lookup, std::span<const Claim> claim, std::span<const Claim> all,
                 const Database& database) {
  const bool core_speaks =
      std::any_of(all.begin(), all.end(), [](const Claim& other) { return other.qualifier == 0; });
  return core_speaks && claim.front().end != 0 &&
         line_of(database.version_text(claim.front().end)) != line_of(lookup.version);
}

SetAside set_aside_by_qualifier(const Lookup& lookup, std::span<const Claim> claim,
                                std::span<const Claim> all, const std::optional<Cpe>& installed,
                                const Database& database) {
  const std::string_view qualifier = database.text(claim.front().qualifier);
  if (lookup.ecosystem == Ecosystem::kCpe) {
    if (qualifier.empty() || !installed) return SetAside::kNo;
    const auto pattern = parse_cpe(qualifier);
    const bool other = pattern && !covers_attributes(*pattern, *installed);
    return other ? SetAside::kOtherEdition : SetAside::kNo;
  }
  if (qualifier.empty()) {
    return lookup.module_stream.empty() ? SetAside::kNo : SetAside::kNoStream;
  }
  if (qualifier == kAnyModule) {
    if (lookup.module_stream.empty()) return SetAside::kOnlyStream;
    return other_stream(lookup, claim, database) ? SetAside::kOtherStream : SetAside::kNo;
  }
  if (qualifier.starts_with("extras:")) {
    return other_extra(lookup, claim, all, database) ? SetAside::kOtherStream : SetAside::kNo;
  }
  if (qualifier.find(':') != std::string_view::npos) {
    return qualifier == lookup.module_stream ? SetAside::kNo : SetAside::kOtherStream;
  }
  return SetAside::kNo;
}

// One lookup's claims, one after the other.
class Weigher {
 public:
  Weigher(const Lookup& lookup, const Database& database, std::optional<ProblemId> only)
      : lookup_(lookup), database_(database), only_(only), scheme_(scheme_of(lookup.ecosystem)) {
    if (auto key = version::key(scheme_, lookup.version)) key_ = std::move(*key);
    if (lookup.ecosystem == Ecosystem::kCpe && !lookup.cpe.empty()) {
      if (auto cpe = parse_cpe(lookup.cpe)) installed_ = std::move(*cpe);
    }
  }

  void weigh(std::string_view release, bool subscription, std::vector<Weighed>& out) const {
    const auto claims = database_.claims(lookup_.ecosystem, release, lookup_.name);
    for (std::size_t at = 0; at < claims.size();) {
      std::size_t end = at + 1;
      while (end < claims.size() && (claims[end].flags & Claim::kIsFirst) == 0) ++end;
      weigh_one(claims.subspan(at, end - at), claims, subscription, out);
      at = end;
    }
  }

 private:
  void weigh_one(std::span<const Claim> claim, std::span<const Claim> all, bool subscription,
                 std::vector<Weighed>& out) const {
    const auto problems = database_.problems_of(claim.front().record);
    if (only_ && std::find(problems.begin(), problems.end(), *only_) == problems.end()) return;
    Weighed weighed{.claim = claim,
                    .interval = &claim.front(),
                    .specific = problems.size() == 1,
                    .subscription = subscription};
    for (const Claim& interval : claim) {
      if (!lies_in(interval, scheme_, lookup_.version, key_, database_)) continue;
      weighed.interval = &interval;
      weighed.holds = true;
      break;
    }
    if (claim.front().qualifier != 0 || !lookup_.module_stream.empty()) {
      weighed.set_aside = set_aside_by_qualifier(lookup_, claim, all, installed_, database_);
    }
    for (const ProblemId problem : problems) {
      if (only_ && problem != *only_) continue;
      weighed.problem = problem;
      out.push_back(weighed);
    }
  }

  const Lookup& lookup_;
  const Database& database_;
  const std::optional<ProblemId> only_;
  const version::Scheme scheme_;
  std::string key_;
  std::optional<Cpe> installed_;
};

// The state that tells more comes first.
int rank(State state) {
  switch (state) {
    case State::kFixed:
      return 0;
    case State::kWontFix:
      return 1;
    case State::kPostponed:
      return 2;
    case State::kEndOfLife:
      return 3;
    case State::kAffected:
      return 4;
    case State::kInvestigating:
      return 5;
    case State::kNotAffected:
      return 6;
  }
  return 6;
}

State state_of(const Claim& claim) {
  // An upstream range that closes says where it is fixed, whatever its record calls it.
  if (claim.end != 0 && (claim.flags & Claim::kEndInclusive) == 0) return State::kFixed;
  return claim.state == State::kFixed ? State::kAffected : claim.state;
}

std::uint8_t confidence_of(const Lookup& lookup, const Claim& claim, const Database& database) {
  int confidence = lookup.confidence;
  if (lookup.ecosystem == Ecosystem::kCpe) {
    if (claim.introduced == 0 && claim.end == 0) {
      confidence = std::min(confidence, kConfidenceNameOnly);
    } else if (database.note_of(claim).starts_with("with ")) {
      confidence = std::min(confidence, kConfidencePlatform);
    }
  }
  return static_cast<std::uint8_t>(confidence);
}

bool is_void(const Weighed& weighed, const Database& database) {
  return (database.facts(weighed.problem).flags & ProblemFacts::kVoid) != 0 ||
         !database.record(weighed.interval->record).void_reason.empty();
}

// Whether the record is the problem's own. A distribution's advisory stays one even if it repairs a
// single problem: what a later one says of that problem and others must not be lost over it.
bool speaks_of_one(const Lookup& lookup, const Weighed& weighed, const Database& database) {
  if (!weighed.specific || !is_distribution(lookup.ecosystem)) return weighed.specific;
  const std::string_view id = database.record(weighed.interval->record).id;
  return id.ends_with(database.problem_id(weighed.problem)) || id.find("CVE-") != id.npos;
}

// All that is said about one problem.
std::optional<Decision> decide_one(const Lookup& lookup, const Database& database,
                                   std::span<const Weighed> said) {
  const bool specific =
      said.size() > 1 && std::any_of(said.begin(), said.end(), [&](const auto& one) {
        return !one.subscription && one.set_aside == SetAside::kNo &&
               speaks_of_one(lookup, one, database) && !is_void(one, database);
      });
  const Weighed* best = nullptr;
  const Weighed* subscription = nullptr;
  for (const Weighed& weighed : said) {
    if (weighed.set_aside != SetAside::kNo) continue;
    if (weighed.subscription) {
      if (weighed.interval->end != 0 && subscription == nullptr) subscription = &weighed;
      continue;
    }
    if (!weighed.holds || is_void(weighed, database)) continue;
    if (specific && !speaks_of_one(lookup, weighed, database)) continue;
    if (weighed.interval->state == State::kNotAffected) return std::nullopt;
    if (best == nullptr || rank(state_of(*weighed.interval)) < rank(state_of(*best->interval))) {
      best = &weighed;
    }
  }
  if (best == nullptr) return std::nullopt;
  if (state_of(*best->interval) != State::kFixed && subscription != nullptr) {
    if (!subscription->holds) return std::nullopt;
    best = subscription;
  }
  const Claim& claim = *best->interval;
  const State state = state_of(claim);
  Severity severity = claim.severity;
  if (severity == Severity::kUnknown) severity = database.record(claim.record).severity;
  return Decision{.problem = best->problem,
                  .claim = &claim,
                  .state = state,
                  .severity = severity,
                  .fixed = state == State::kFixed ? claim.end : 0,
                  .confidence = confidence_of(lookup, claim, database),
                  .route = lookup.route};
}

}  // namespace

bool lies_in(const Claim& interval, version::Scheme scheme, std::string_view version,
             std::string_view key, const Database& database) {
  if (interval.introduced != 0) {
    const auto low = order(scheme, version, key, interval.introduced, database);
    if (!low || *low < 0) return false;
    if (*low == 0 && (interval.flags & Claim::kIntroducedExclusive) != 0) return false;
  }
  if (interval.end != 0) {
    const auto high = order(scheme, version, key, interval.end, database);
    if (!high) return false;
    return (interval.flags & Claim::kEndInclusive) != 0 ? *high <= 0 : *high < 0;
  }
  return true;
}

std::vector<Weighed> weigh(const Lookup& lookup, const Database& database,
                           std::optional<ProblemId> only) {
  std::vector<Weighed> out;
  const Weigher weigher(lookup, database, only);
  weigher.weigh(lookup.release, false, out);
  if (lookup.ecosystem == Ecosystem::kUbuntu) {
    weigher.weigh(lookup.release + ":Pro", true, out);
  }
  return out;
}

std::vector<Decision> decide(const Lookup& lookup, const Database& database,
                             std::vector<Weighed> weighed) {
  std::stable_sort(weighed.begin(), weighed.end(),
                   [](const Weighed& a, const Weighed& b) { return a.problem < b.problem; });
  std::vector<Decision> decisions;
  for (std::size_t at = 0; at < weighed.size();) {
    std::size_t end = at + 1;
    while (end < weighed.size() && weighed[end].problem == weighed[at].problem) ++end;
    if (auto decision = decide_one(lookup, database, std::span(weighed).subspan(at, end - at))) {
      decisions.push_back(*decision);
    }
    at = end;
  }
  return decisions;
}

}  // namespace azekura::scanner::match

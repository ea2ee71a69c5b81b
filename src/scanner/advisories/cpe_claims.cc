#include "scanner/advisories/cpe_claims.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "scanner/terms/cpe.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

bool is_said(const std::string& attribute) { return attribute != "*" && attribute != "-"; }

// "-" in the edition and so on says that there is none, which is what an installed thing looks
// like.
bool says_more(const Cpe& cpe) {
  for (const std::string* attribute : {&cpe.edition, &cpe.language, &cpe.software_edition,
                                       &cpe.target_software, &cpe.target_hardware, &cpe.other}) {
    if (is_said(*attribute)) return true;
  }
  return false;
}

// How people write a version and its update in one: 9.8 and p1 is 9.8p1, 8.0 and update_342 is
// 8.0-update_342: two numbers must not run into each other.
std::string full_version(const Cpe& cpe) {
  if (!is_said(cpe.update) || !is_said(cpe.version)) return cpe.version;
  const bool separate = is_digit(cpe.update.front()) || cpe.update.find('_') != std::string::npos;
  return cpe.version + (separate ? "-" : "") + cpe.update;
}

AffectedRange range_of(const CpeBounds& bounds) {
  AffectedRange range;
  range.introduced_exclusive = bounds.start_including.empty() && !bounds.start_excluding.empty();
  range.introduced = range.introduced_exclusive ? bounds.start_excluding : bounds.start_including;
  if (!bounds.end_excluding.empty()) {
    range.end = bounds.end_excluding;
    range.end_kind = AffectedRange::End::kFixed;
  } else if (!bounds.end_including.empty()) {
    range.end = bounds.end_including;
    range.end_kind = AffectedRange::End::kLastAffected;
  }
  return range;
}

bool is_bounded(const CpeBounds& bounds) {
  return !bounds.start_including.empty() || !bounds.start_excluding.empty() ||
         !bounds.end_including.empty() || !bounds.end_excluding.empty();
}

bool same_range(const AffectedRange& a, const AffectedRange& b) {
  return a.introduced == b.introduced && a.end == b.end && a.end_kind == b.end_kind &&
         a.introduced_exclusive == b.introduced_exclusive;
}

bool is_everything(const Affected& claim) { return claim.ranges.empty() && claim.versions.empty(); }

std::string key_of(const Affected& claim) {
  std::string key;
  for (const std::string* part : {&claim.name, &claim.qualifier, &claim.note}) {
    key += *part;
    key += '\0';
  }
  key += static_cast<char>(claim.state);
  key += static_cast<char>(claim.where.ecosystem);
  return key;
}

}  // namespace

Result<Affected> cpe_frame(std::string_view criteria) {
  ASSIGN_OR_RETURN(Cpe cpe, parse_cpe(criteria));
  if (!is_said(cpe.vendor) || !is_said(cpe.product)) {
    return fail(Code::kInvalid, "a CPE name without vendor or product: " + std::string(criteria));
  }
  Affected claim;
  claim.where.ecosystem = Ecosystem::kCpe;
  claim.name = product_key(cpe);
  if (cpe.version != "*") claim.versions.push_back(full_version(cpe));
  if (says_more(cpe)) {
    cpe.version = cpe.update = "*";
    claim.qualifier = to_formatted_string(cpe);
  }
  return claim;
}

Result<Affected> cpe_claim(std::string_view criteria, const CpeBounds& bounds) {
  ASSIGN_OR_RETURN(Affected claim, cpe_frame(criteria));
  if (!is_bounded(bounds)) return claim;
  claim.versions.clear();
  claim.ranges.push_back(range_of(bounds));
  if (claim.ranges.back().end_kind == AffectedRange::End::kFixed) claim.state = State::kFixed;
  return claim;
}

void CpeClaims::add(Affected claim) {
  const auto [place, is_new] = places_.try_emplace(key_of(claim), claims_.size());
  if (is_new) {
    claims_.push_back(std::move(claim));
    return;
  }
  Affected& same = claims_[place->second];
  if (is_everything(same)) return;
  if (is_everything(claim)) {
    same.ranges.clear();
    same.versions.clear();
    return;
  }
  std::move(claim.ranges.begin(), claim.ranges.end(), std::back_inserter(same.ranges));
  std::move(claim.versions.begin(), claim.versions.end(), std::back_inserter(same.versions));
}

void CpeClaims::refuse(std::string_view record, std::string_view name, Error why,
                       AdvisorySink& sink) {
  if (refused_.emplace(name).second) sink.bad_record(std::string(record), std::move(why));
}

std::vector<Affected> CpeClaims::take() {
  for (Affected& claim : claims_) {
    std::sort(claim.versions.begin(), claim.versions.end());
    claim.versions.erase(std::unique(claim.versions.begin(), claim.versions.end()),
                         claim.versions.end());
    std::sort(claim.ranges.begin(), claim.ranges.end(),
              [](const AffectedRange& a, const AffectedRange& b) {
                return std::tie(a.introduced, a.end, a.end_kind, a.introduced_exclusive) <
                       std::tie(b.introduced, b.end, b.end_kind, b.introduced_exclusive);
              });
    claim.ranges.erase(std::unique(claim.ranges.begin(), claim.ranges.end(), same_range),
                       claim.ranges.end());
  }
  places_.clear();
  return std::move(claims_);
}

}  // namespace azekura::scanner::advisories

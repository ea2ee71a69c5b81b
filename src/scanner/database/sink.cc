#include "scanner/database/sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "scanner/database/text_choice.h"

namespace azekura::scanner {
namespace {

constexpr std::size_t kTextPartMax = std::size_t{64} << 10;

bool speaks(const Advisory& advisory) {
  const auto has_text = [](const Text& text) { return !text.title.empty() || !text.body.empty(); };
  return !advisory.affected.empty() || has_text(advisory.english) || has_text(advisory.japanese) ||
         !advisory.void_reason.empty() || advisory.severity != Severity::kUnknown;
}

// Between two characters of UTF-8.
void cut(std::string& text, std::size_t size_max) {
  if (text.size() <= size_max) return;
  while (size_max > 0 && (text[size_max] & 0xC0) == 0x80) --size_max;
  text.resize(size_max);
}

}  // namespace

void CollectingSink::add(Advisory advisory) {
  if (advisory.id.empty())
    return bad_record("", Error{Code::kInvalid, "a record without an id", {}});
  const auto index = static_cast<std::uint32_t>(collected_.records.size());
  CollectedRecord record{.id = tables_.strings.intern(advisory.id),
                         .link = tables_.strings.intern(advisory.link),
                         .void_reason = tables_.strings.intern(advisory.void_reason),
                         .lists = add_lists(advisory),
                         .published = stored_time(advisory.published),
                         .modified = stored_time(advisory.modified),
                         .severity = advisory.severity,
                         .disputed = advisory.disputed,
                         .malicious = advisory.malicious,
                         .speaks = speaks(advisory)};
  const auto keep = [&](Text& text, TextStore::Place& place, std::uint8_t& rank) {
    if (text.title.empty() && text.body.empty()) return;
    cut(text.body, kTextBodyMax);
    for (std::string* part : {&text.title, &text.source, &text.link}) cut(*part, kTextPartMax);
    place = collected_.texts.add(encode_text(text));
    rank = text_rank(text, advisory.id);
  };
  keep(advisory.english, record.english, record.english_rank);
  keep(advisory.japanese, record.japanese, record.japanese_rank);
  collected_.records.push_back(record);
  note_date(advisory.modified);

  add_facts(advisory, index);
  std::string bad_version;
  for (const Affected& affected : advisory.affected) {
    std::string bad = add_claim(affected, index);
    if (bad_version.empty()) bad_version = std::move(bad);
  }
  if (!bad_version.empty()) {
    bad_record(advisory.id,
               Error{Code::kInvalid, fmt::format("{} is no version", bad_version), {}});
  }
}

// A date that is yet to come is a mistake, and must not make old data look fresh.
void CollectingSink::note_date(Time date) {
  if (date <= begun_) newest_ = std::max(newest_, date);
}

void CollectingSink::bad_record(std::string name, Error why) {
  ++bad_records_;
  if (bad_examples_.size() < kExamplesMax) {
    bad_examples_.push_back(fmt::format("{}: {}", name, why.message));
  }
}

Collected CollectingSink::take(SourceInfo source) {
  source.records += collected_.records.size() + collected_.weaknesses.size() +
                    collected_.products.size() + collected_.components.size() +
                    collected_.lives.size() + collected_.signatures.size();
  source.bad_records += bad_records_;
  source.ecosystems |= ecosystems_;
  for (std::string& example : bad_examples_) {
    if (source.bad_examples.size() < kExamplesMax)
      source.bad_examples.push_back(std::move(example));
  }
  if (source.date == 0) source.date = newest_;
  if (source.records == 0 && source.failure.empty()) source.failure = "no advisory could be read";
  collected_.source = std::move(source);
  collected_.texts.close();
  collected_.records.shrink_to_fit();
  collected_.lists.shrink_to_fit();
  collected_.claims.shrink_to_fit();
  return std::move(collected_);
}

std::uint32_t CollectingSink::add_lists(const Advisory& advisory) {
  const auto first = static_cast<std::uint32_t>(collected_.lists.size());
  add_list(advisory.aliases);
  add_list(advisory.about);
  add_list(advisory.cwes);
  add_list(advisory.references);
  return first;
}

void CollectingSink::add_list(const std::vector<std::string>& texts) {
  collected_.lists.push_back(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) collected_.lists.push_back(tables_.strings.intern(text));
}

void CollectingSink::add_facts(const Advisory& advisory, std::uint32_t record) {
  StringTable& strings = tables_.strings;
  for (const Score& score : advisory.scores) add_score(score, record);
  for (const Exploit& exploit : advisory.exploits) {
    collected_.exploits.push_back({record, strings.intern(exploit.id), exploit.kind});
  }
  if (const auto& kev = advisory.known_exploited) {
    note_date(kev->added);
    collected_.known_exploited.push_back({record, strings.intern(kev->catalogue),
                                          stored_time(kev->added), stored_time(kev->due),
                                          kev->ransomware});
  }
  if (const auto& epss = advisory.epss) {
    note_date(epss->date);
    collected_.epss.push_back({record, strings.intern(epss->model), stored_time(epss->date),
                               static_cast<float>(epss->probability),
                               static_cast<float>(epss->percentile)});
  }
  if (const auto& ssvc = advisory.ssvc) {
    collected_.ssvc.push_back({record, strings.intern(ssvc->exploitation),
                               strings.intern(ssvc->automatable),
                               strings.intern(ssvc->technical_impact)});
  }
}

void CollectingSink::add_score(const Score& score, std::uint32_t record) {
  CollectedScore row{.record = record,
                     .source = tables_.strings.intern(score.source),
                     .vector = tables_.strings.intern(score.vector)};
  double value = score.score;
  if (const auto cvss = parse_cvss(score.vector)) {
    row.version = cvss->version;
    if (value <= 0) value = cvss->score;
  } else if (value <= 0) {
    return;  // says nothing
  }
  row.tenths = static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 10.0) * 10));
  collected_.scores.push_back(row);
}

std::string CollectingSink::add_claim(const Affected& affected, std::uint32_t record) {
  ecosystems_ |= set_of(affected.where.ecosystem);
  std::string bad_version = collect_intervals(affected);
  std::string place(1, static_cast<char>(affected.where.ecosystem));
  place += affected.where.release;

  CollectedClaim claim{
      .record = record,
      .place = tables_.places.intern(place),
      .name = tables_.strings.intern(normalized_name(affected.where.ecosystem, affected.name)),
      .qualifier = tables_.strings.intern(affected.qualifier),
      .state = affected.state,
      .severity = affected.severity};
  if (!affected.advisory.empty() || !affected.note.empty()) {
    const std::array<StringId, 2> detail = {tables_.strings.intern(affected.advisory),
                                            tables_.strings.intern(affected.note)};
    std::array<char, sizeof(detail)> octets{};
    std::memcpy(octets.data(), detail.data(), octets.size());
    claim.detail = tables_.details.intern({octets.data(), octets.size()});
  }
  for (const Interval& interval : intervals_) {
    claim.introduced = interval.introduced;
    claim.end = interval.end;
    claim.flags = interval.flags;
    if (&interval == intervals_.data()) claim.flags |= Claim::kIsFirst;
    collected_.claims.push_back(claim);
  }
  return bad_version;
}

std::string CollectingSink::collect_intervals(const Affected& affected) {
  const version::Scheme scheme = scheme_of(affected.where.ecosystem);
  VersionTable& versions = tables_.versions;
  std::string bad;
  const auto number = [&](const std::string& text) {
    const VersionTable::Id id = versions.intern(scheme, text);
    if (bad.empty() && !versions.is_valid(id)) bad = text;
    return id;
  };

  intervals_.clear();
  for (const AffectedRange& range : affected.ranges) {
    Interval interval{.introduced = number(range.introduced)};
    if (range.end_kind != AffectedRange::End::kNone) interval.end = number(range.end);
    if (range.end_kind == AffectedRange::End::kLastAffected) interval.flags |= Claim::kEndInclusive;
    if (range.introduced_exclusive) interval.flags |= Claim::kIntroducedExclusive;
    intervals_.push_back(interval);
  }
  const std::size_t range_count = intervals_.size();
  for (const std::string& text : affected.versions) {
    const VersionTable::Id id = number(text);
    if (id == 0 || is_covered(id, range_count)) continue;
    intervals_.push_back({id, id, Claim::kSingleVersion | Claim::kEndInclusive});
  }
  sort_intervals();
  if (intervals_.empty()) intervals_.emplace_back();
  return bad;
}

bool CollectingSink::is_covered(VersionTable::Id version, std::size_t range_count) const {
  const VersionTable& versions = tables_.versions;
  for (std::size_t i = 0; i < range_count; ++i) {
    const Interval& range = intervals_[i];
    if (range.introduced != 0) {
      const auto order = versions.compare(version, range.introduced);
      if (!order || *order < 0) continue;
      if (*order == 0 && (range.flags & Claim::kIntroducedExclusive) != 0) continue;
    }
    if (range.end == 0) return true;
    const auto order = versions.compare(version, range.end);
    if (!order || *order > 0) continue;
    if (*order < 0 || (range.flags & Claim::kEndInclusive) != 0) return true;
  }
  return false;
}

// Schemes without keys keep the order of the source.
void CollectingSink::sort_intervals() {
  const VersionTable& versions = tables_.versions;
  std::stable_sort(intervals_.begin(), intervals_.end(), [&](const Interval& a, const Interval& b) {
    const auto by_introduced = versions.key(a.introduced) <=> versions.key(b.introduced);
    if (by_introduced != 0) return by_introduced < 0;
    return versions.key(a.end) < versions.key(b.end);
  });
  intervals_.erase(std::unique(intervals_.begin(), intervals_.end()), intervals_.end());
}

}  // namespace azekura::scanner

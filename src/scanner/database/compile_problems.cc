#include <algorithm>

#include "scanner/database/compilation.h"
#include "scanner/database/hashing.h"
#include "scanner/database/problem_codec.h"

namespace azekura::scanner {
namespace {

ProblemFacts facts_of(const ProblemData& problem, bool is_active) {
  ProblemFacts facts;
  if (problem.epss) facts.epss = problem.epss->probability;
  CvssVersion newest = CvssVersion::kV2;
  for (const ProblemData::Score& score : problem.scores) {
    if (score.tenths == 0 || score.version < newest) continue;
    if (score.version > newest || score.tenths > facts.best_score_tenths) {
      facts.best_score_tenths = score.tenths;
    }
    newest = score.version;
  }
  if (facts.best_score_tenths != 0) {
    facts.severity = severity_of(newest, facts.best_score_tenths / 10.0);
  }
  const auto flag = [&](bool holds, std::uint8_t bit) {
    if (holds) facts.flags |= bit;
  };
  const auto& kev = problem.known_exploited;
  flag(!kev.empty(), ProblemFacts::kKnownExploited);
  flag(std::any_of(kev.begin(), kev.end(), [](const auto& entry) { return entry.ransomware; }),
       ProblemFacts::kRansomware);
  flag(!problem.exploits.empty(), ProblemFacts::kExploit);
  flag(std::any_of(problem.exploits.begin(), problem.exploits.end(),
                   [](const auto& exploit) { return exploit.kind == Exploit::Kind::kMetasploit; }),
       ProblemFacts::kMetasploit);
  flag(problem.disputed, ProblemFacts::kDisputed);
  flag(problem.malicious, ProblemFacts::kMalicious);
  flag(is_active, ProblemFacts::kSsvcActive);
  flag(problem.void_reason != 0, ProblemFacts::kVoid);
  return facts;
}

template <typename T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

void Compilation::group_facts() {
  for (std::uint32_t source = 0; source < sources_.size(); ++source) {
    const Collected& from = sources_[source];
    const auto group = [&](const auto& rows, Grouped<RecordRef>& to, bool only_if_one) {
      for (std::uint32_t i = 0; i < rows.size(); ++i) {
        const RecordRef record{source, rows[i].record};
        if (only_if_one && !is_about_one(record)) continue;
        for (const std::uint32_t problem : problems_of(record)) to.add(problem, {source, i});
      }
    };
    group(from.scores, scores_, true);
    group(from.ssvc, ssvc_, true);
    group(from.epss, epss_, true);
    group(from.known_exploited, known_exploited_, false);
    group(from.exploits, exploits_, false);
    for (std::uint32_t index = 0; index < from.records.size(); ++index) {
      for (const std::uint32_t problem : problems_of({source, index})) {
        problem_members_.add(problem, {source, index});
      }
    }
  }
  for (auto* grouped :
       {&scores_, &ssvc_, &epss_, &known_exploited_, &exploits_, &problem_members_}) {
    grouped->sort();
  }
}

void Compilation::add_records(std::uint32_t problem, ProblemData& data) {
  bool is_void = true;
  bool is_spoken_of = false;
  StringId void_reason = 0;
  std::vector<StringId> cwes;
  for (const auto& [number, member] : problem_members_.of(problem)) {
    const CollectedRecord& record = sources_[member.source].records[member.index];
    const bool is_one = is_about_one(member);
    data.disputed = data.disputed || (is_one && record.disputed);
    data.malicious = data.malicious || (is_one && record.malicious);
    if (record.published != 0 && (data.published == 0 || record.published < data.published)) {
      data.published = record.published;
    }
    data.modified = std::max(data.modified, record.modified);
    if (is_one) {
      for (const StringId cwe : lists_of(member).cwes) add_once(cwes, cwe);
    }
    if (!record.speaks) continue;
    is_spoken_of = true;
    is_void = is_void && record.void_reason != 0;
    if (void_reason == 0) void_reason = record.void_reason;
  }
  if (is_spoken_of && is_void) data.void_reason = pool_.add(void_reason);
  std::sort(cwes.begin(), cwes.end(), [&](StringId a, StringId b) {
    const std::string_view first = tables_.strings.text(a);
    const std::string_view second = tables_.strings.text(b);
    return first.size() != second.size() ? first.size() < second.size() : first < second;
  });
  for (const StringId cwe : cwes) data.cwes.push_back(pool_.add(cwe));
  for (const auto& [number, record] : problem_records_.of(problem)) data.records.push_back(record);
  for (const StringId alias : names_.aliases_of(problem)) data.aliases.push_back(pool_.add(alias));
}

// Gives whether somebody saw it exploited.
bool Compilation::add_facts(std::uint32_t problem, ProblemData& data) {
  for (const auto& [number, item] : scores_.of(problem)) {
    const CollectedScore& score = sources_[item.source].scores[item.index];
    add_once(data.scores,
             {pool_.add(score.source), pool_.add(score.vector), score.version, score.tenths});
  }
  for (const auto& [number, item] : known_exploited_.of(problem)) {
    const CollectedKev& kev = sources_[item.source].known_exploited[item.index];
    const TextOffset catalogue = pool_.add(kev.catalogue);
    if (std::any_of(data.known_exploited.begin(), data.known_exploited.end(),
                    [&](const auto& known) { return known.catalogue == catalogue; })) {
      continue;
    }
    data.known_exploited.push_back({catalogue, kev.added, kev.due, kev.ransomware});
  }
  for (const auto& [number, item] : epss_.of(problem)) {
    const CollectedEpss& epss = sources_[item.source].epss[item.index];
    if (data.epss && data.epss->date >= epss.date) continue;
    data.epss = {epss.probability, epss.percentile, pool_.add(epss.model), epss.date};
  }
  bool is_active = false;
  for (const auto& [number, item] : ssvc_.of(problem)) {
    const CollectedSsvc& ssvc = sources_[item.source].ssvc[item.index];
    if (data.ssvc) break;
    data.ssvc = {pool_.add(ssvc.exploitation), pool_.add(ssvc.automatable),
                 pool_.add(ssvc.technical_impact)};
    is_active = tables_.strings.text(ssvc.exploitation) == "active";
  }
  for (const auto& [number, item] : exploits_.of(problem)) {
    const CollectedExploit& exploit = sources_[item.source].exploits[item.index];
    add_once(data.exploits, {exploit.kind, pool_.add(exploit.id)});
  }
  return is_active;
}

void Compilation::write_problems(DatabaseFile& file) {
  group_facts();
  std::vector<layout::Problem> rows;
  std::vector<ProblemFacts> facts;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> hashes;
  std::string octets;
  for (std::uint32_t problem = 0; problem < names_.problem_count(); ++problem) {
    ProblemData data;
    add_records(problem, data);
    const bool is_active = add_facts(problem, data);
    rows.push_back({pool_.add(names_.id_of(problem)), static_cast<std::uint32_t>(octets.size()),
                    english_at_[problem], japanese_at_[problem], references_at_[problem]});
    facts.push_back(facts_of(data, is_active));
    encode_problem(data, octets);
    hashes.emplace_back(hash_name(tables_.strings.text(names_.id_of(problem))), problem);
    for (const StringId alias : names_.aliases_of(problem)) {
      hashes.emplace_back(hash_name(tables_.strings.text(alias)), problem);
    }
  }
  write_slots(file, layout::Section::kNameSlots, hashes);
  file.begin(layout::Section::kProblems);
  for (const layout::Problem& row : rows) file.write_row(row);
  file.begin(layout::Section::kFacts);
  file.write({reinterpret_cast<const char*>(facts.data()), facts.size() * sizeof(ProblemFacts)});
  file.begin(layout::Section::kProblemData);
  file.write(octets);
  is_too_large_ = is_too_large_ || octets.size() > UINT32_MAX;
}

}  // namespace azekura::scanner

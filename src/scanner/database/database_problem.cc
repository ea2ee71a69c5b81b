// What a Database says of problems.
#include <algorithm>
#include <array>

#include "scanner/database/database_state.h"
#include "scanner/database/hashing.h"
#include "scanner/database/problem_codec.h"
#include "scanner/database/text_store.h"

namespace azekura::scanner {
namespace {

bool is_same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

}  // namespace

std::string_view Database::State_::problem_octets(ProblemId id) const {
  if (id >= problems.size()) return {};
  const std::uint64_t first = problems[id].data;
  const std::uint64_t last = id + 1 < problems.size() ? problems[id + 1].data : problem_data.size();
  if (first > last || last > problem_data.size()) return {};
  return problem_data.substr(first, last - first);
}

std::shared_ptr<const std::string> Database::State_::block(std::size_t number) const {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& entry) { return entry.first == number; });
  if (known != kept_.end()) return known->second;
  const layout::Block& row = blocks[number];
  if (row.size > layout::kBlockSizeMax || row.offset > block_data.size()) return nullptr;
  auto octets = decompress(block_data.substr(row.offset, row.compressed_size), row.size);
  if (!octets) return nullptr;
  auto shared = std::make_shared<const std::string>(std::move(*octets));
  if (kept_.size() == kKeptBlocks) kept_.erase(kept_.begin());
  kept_.emplace_back(number, shared);
  return shared;
}

std::string Database::State_::cold(std::uint32_t place) const {
  if (place == 0) return {};
  const auto after = std::upper_bound(
      blocks.begin(), blocks.end(), place,
      [](std::uint32_t wanted, const layout::Block& block) { return wanted < block.start; });
  if (after == blocks.begin()) return {};
  const auto number = static_cast<std::size_t>(after - blocks.begin() - 1);
  const auto octets = block(number);
  if (!octets) return {};
  return std::string(VarintCursor(*octets, place - blocks[number].start).text());
}

const ProblemFacts& Database::facts(ProblemId id) const {
  static constexpr ProblemFacts kNone;
  return id < state_->facts.size() ? state_->facts[id] : kNone;
}

std::string_view Database::problem_id(ProblemId id) const {
  return state_->text(State_::row(state_->problems, id).id);
}

std::size_t Database::problem_count() const { return state_->problems.size(); }

std::optional<ProblemId> Database::find(std::string_view id_or_alias) const {
  return state_->find_slot(state_->name_slots, hash_name(id_or_alias), [&](ProblemId problem) {
    if (problem >= state_->problems.size()) return false;
    if (is_same_name(problem_id(problem), id_or_alias)) return true;
    const ProblemData data = decode_problem(state_->problem_octets(problem));
    return std::any_of(data.aliases.begin(), data.aliases.end(), [&](TextOffset alias) {
      return is_same_name(state_->text(alias), id_or_alias);
    });
  });
}

ProblemView Database::problem(ProblemId id) const {
  const ProblemData data = decode_problem(state_->problem_octets(id));
  const auto text = [&](TextOffset offset) { return state_->text(offset); };
  const auto string = [&](TextOffset offset) { return std::string(state_->text(offset)); };
  ProblemView view{.id = problem_id(id),
                   .records = data.records,
                   .published = data.published,
                   .modified = data.modified,
                   .disputed = data.disputed,
                   .malicious = data.malicious,
                   .void_reason = text(data.void_reason)};
  for (const TextOffset alias : data.aliases) view.aliases.push_back(text(alias));
  for (const TextOffset cwe : data.cwes) view.cwes.push_back(text(cwe));
  for (const ProblemData::Score& score : data.scores) {
    view.scores.push_back(
        {text(score.source), text(score.vector), score.version, score.tenths / 10.0});
  }
  for (const ProblemData::Kev& kev : data.known_exploited) {
    view.known_exploited.push_back({string(kev.catalogue), kev.added, kev.due, kev.ransomware});
  }
  if (data.epss) {
    view.epss = {data.epss->probability, data.epss->percentile, string(data.epss->model),
                 data.epss->date};
  }
  if (data.ssvc) {
    view.ssvc = {string(data.ssvc->exploitation), string(data.ssvc->automatable),
                 string(data.ssvc->technical_impact)};
  }
  for (const ProblemData::Exploit& exploit : data.exploits) {
    view.exploits.push_back({exploit.kind, string(exploit.id)});
  }
  return view;
}

std::optional<Text> Database::problem_text(ProblemId id, Language language) const {
  const layout::Problem row = State_::row(state_->problems, id);
  const std::string octets =
      state_->cold(language == Language::kJapanese ? row.japanese : row.english);
  if (octets.empty()) return std::nullopt;
  return decode_text(octets);
}

std::vector<std::string> Database::problem_references(ProblemId id) const {
  const std::string octets = state_->cold(State_::row(state_->problems, id).references);
  VarintCursor in(octets);
  std::vector<std::string> links;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.done(); ++i) links.emplace_back(in.text());
  return links;
}

}  // namespace azekura::scanner

#include "scanner/database/problem_codec.h"

#include <algorithm>

#include "scanner/database/varint.h"

namespace azekura::scanner {
namespace {

constexpr std::uint64_t kDisputed = 1;
constexpr std::uint64_t kMalicious = 2;
constexpr std::uint64_t kHasEpss = 4;
constexpr std::uint64_t kHasSsvc = 8;

template <typename List, typename Put>
void put_list(std::string& out, const List& list, const Put& put) {
  put_varint(out, list.size());
  for (const auto& item : list) put(item);
}

template <typename List, typename Get>
void get_list(VarintCursor& in, List& list, const Get& get) {
  const std::size_t count = in.count();
  list.reserve(std::min<std::size_t>(count, 64));
  for (std::size_t i = 0; i < count && !in.done(); ++i) list.push_back(get());
}

void put_extras(const ProblemData& problem, std::string& out) {
  if (const auto& epss = problem.epss) {
    put_float(out, epss->probability);
    put_float(out, epss->percentile);
    put_varint(out, epss->model);
    put_varint(out, epss->date);
  }
  if (const auto& ssvc = problem.ssvc) {
    put_varint(out, ssvc->exploitation);
    put_varint(out, ssvc->automatable);
    put_varint(out, ssvc->technical_impact);
  }
}

}  // namespace

void encode_problem(const ProblemData& problem, std::string& out) {
  put_varint(out, (problem.disputed ? kDisputed : 0) | (problem.malicious ? kMalicious : 0) |
                      (problem.epss ? kHasEpss : 0) | (problem.ssvc ? kHasSsvc : 0));
  put_varint(out, problem.published);
  put_varint(out, problem.modified);
  put_varint(out, problem.void_reason);
  put_list(out, problem.aliases, [&](TextOffset alias) { put_varint(out, alias); });
  RecordId last = 0;
  put_list(out, problem.records, [&](RecordId record) {
    put_varint(out, record - last);
    last = record;
  });
  put_list(out, problem.scores, [&](const ProblemData::Score& score) {
    put_varint(out, score.source);
    put_varint(out, score.vector);
    put_varint(out, static_cast<std::uint64_t>(score.version));
    put_varint(out, score.tenths);
  });
  put_list(out, problem.cwes, [&](TextOffset cwe) { put_varint(out, cwe); });
  put_list(out, problem.known_exploited, [&](const ProblemData::Kev& kev) {
    put_varint(out, kev.catalogue);
    put_varint(out, kev.added);
    put_varint(out, kev.due);
    put_varint(out, kev.ransomware ? 1 : 0);
  });
  put_extras(problem, out);
  put_list(out, problem.exploits, [&](const ProblemData::Exploit& exploit) {
    put_varint(out, static_cast<std::uint64_t>(exploit.kind));
    put_varint(out, exploit.id);
  });
}

ProblemData decode_problem(std::string_view octets) {
  VarintCursor in(octets);
  ProblemData problem;
  const std::uint64_t flags = in.number();
  problem.disputed = (flags & kDisputed) != 0;
  problem.malicious = (flags & kMalicious) != 0;
  problem.published = in.number32();
  problem.modified = in.number32();
  problem.void_reason = in.number32();
  get_list(in, problem.aliases, [&] { return in.number32(); });
  RecordId last = 0;
  get_list(in, problem.records, [&] { return last += in.number32(); });
  get_list(in, problem.scores, [&] {
    ProblemData::Score score{.source = in.number32(), .vector = in.number32()};
    score.version = static_cast<CvssVersion>(in.number() & 3);
    score.tenths = static_cast<std::uint8_t>(in.number());
    return score;
  });
  get_list(in, problem.cwes, [&] { return in.number32(); });
  get_list(in, problem.known_exploited, [&] {
    ProblemData::Kev kev{.catalogue = in.number32(), .added = in.number32(), .due = in.number32()};
    kev.ransomware = in.number() != 0;
    return kev;
  });
  if ((flags & kHasEpss) != 0) {
    problem.epss = {.probability = in.real(),
                    .percentile = in.real(),
                    .model = in.number32(),
                    .date = in.number32()};
  }
  if ((flags & kHasSsvc) != 0) {
    problem.ssvc = {.exploitation = in.number32(),
                    .automatable = in.number32(),
                    .technical_impact = in.number32()};
  }
  get_list(in, problem.exploits, [&] {
    ProblemData::Exploit exploit;
    exploit.kind = static_cast<Exploit::Kind>(in.number() % 3);
    exploit.id = in.number32();
    return exploit;
  });
  return problem;
}

}  // namespace azekura::scanner

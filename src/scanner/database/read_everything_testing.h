// Asks a database for everything that it may be asked for, for the test and the fuzz target that
// hand it damaged files. What comes back is of no interest but that its octets can be read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scanner/database/database.h"

namespace azekura::scanner {

class EverythingReader {
 public:
  explicit EverythingReader(const Database& database) : database_(database) {}

  // A sum over all octets that were read.
  std::uint64_t read() {
    for (ProblemId problem = 0; problem <= database_.problem_count(); ++problem) {
      read_problem(problem);
    }
    for (const EcosystemRelease& place : database_.covered()) {
      touch(place.release);
      sum_ += database_.covers(place.ecosystem, place.release) ? 1 : 0;
      touch(database_.release_life(place).value_or(ReleaseLife{}).codename);
    }
    for (const std::string_view name : {"CVE-2024-0001", "GHSA-1", "", "nobody"}) {
      sum_ += database_.find(name).value_or(0);
      for (const Claim& claim : database_.claims(Ecosystem::kDebian, "12", name)) read_claim(claim);
      touch(database_.cwe_name(name, Language::kJapanese).value_or(""));
      touch(database_.product_name(name).value_or(ProductName{}).vendor);
      touch(database_.component_cpe(name).value_or(ComponentCpe{}).vendor);
    }
    for (const auto& signature : database_.javascript_signatures()) touch(signature.pattern);
    for (const SourceInfo& source : database_.sources()) {
      touch(source.name);
      for (const std::string& example : source.bad_examples) touch(example);
    }
    return sum_;
  }

 private:
  void touch(std::string_view text) {
    for (const char c : text) sum_ += static_cast<std::uint8_t>(c);
  }
  void read_problem(ProblemId id) {
    const ProblemView problem = database_.problem(id);
    touch(problem.id);
    touch(problem.void_reason);
    for (const std::string_view alias : problem.aliases) touch(alias);
    for (const std::string_view cwe : problem.cwes) touch(cwe);
    for (const ScoreView& score : problem.scores) touch(score.vector);
    for (const RecordId record : problem.records) read_record(record);
    for (const std::string& link : database_.problem_references(id)) touch(link);
    for (const Language language : {Language::kEnglish, Language::kJapanese}) {
      touch(database_.problem_text(id, language).value_or(Text{}).body);
    }
    for (const auto& package : database_.packages_of(id)) {
      touch(package.name);
      for (const Claim& claim : package.claims) read_claim(claim);
      sum_ += database_.claims(package.where.ecosystem, package.where.release, package.name).size();
    }
    sum_ += database_.facts(id).flags;
    sum_ += database_.find(problem.id).value_or(0);
  }
  void read_record(RecordId id) {
    const RecordView record = database_.record(id);
    touch(record.id);
    touch(database_.record_link(id));
    for (const ProblemId problem : record.problems) sum_ += problem;
  }
  void read_claim(const Claim& claim) {
    touch(database_.version_text(claim.introduced));
    touch(database_.version_key(claim.end));
    touch(database_.text(claim.qualifier));
    touch(database_.advisory_of(claim));
    touch(database_.note_of(claim));
    read_record(claim.record);
  }

  const Database& database_;
  std::uint64_t sum_ = 0;
};

}  // namespace azekura::scanner

// CollectingSink: turns advisories into rows at once.
#pragma once

#include <ctime>
#include <string>
#include <vector>

#include "scanner/database/collected.h"

namespace azekura::scanner {

// How many bad records, and how many files that are no advisories, are named.
inline constexpr std::size_t kExamplesMax = 5;
// Octets of a text's body; what is longer is cut.
inline constexpr std::size_t kTextBodyMax = std::size_t{1} << 20;

class CollectingSink : public AdvisorySink {
 public:
  explicit CollectingSink(SharedTables& tables) : tables_(tables) {}

  void add(Advisory advisory) override;
  void add(CweName name) override { collected_.weaknesses.push_back(std::move(name)); }
  void add(ProductName name) override { collected_.products.push_back(std::move(name)); }
  void add(ComponentCpe component) override {
    collected_.components.push_back(std::move(component));
  }
  void add(ReleaseLife life) override { collected_.lives.push_back(std::move(life)); }
  void add(JavaScriptSignature signature) override {
    ecosystems_ |= set_of(Ecosystem::kJavaScript);
    collected_.signatures.push_back(std::move(signature));
  }
  void bad_record(std::string name, Error why) override;

  // Ends the source. add() no more.
  Collected take(SourceInfo source);

 private:
  struct Interval {
    VersionTable::Id introduced = 0;
    VersionTable::Id end = 0;
    std::uint8_t flags = 0;
    bool operator==(const Interval&) const = default;
  };

  void note_date(Time date);
  std::uint32_t add_lists(const Advisory& advisory);
  void add_list(const std::vector<std::string>& texts);
  void add_facts(const Advisory& advisory, std::uint32_t record);
  void add_score(const Score& score, std::uint32_t record);
  // Gives the first version that is none, or an empty text.
  std::string add_claim(const Affected& affected, std::uint32_t record);
  std::string collect_intervals(const Affected& affected);
  bool is_covered(VersionTable::Id version, std::size_t range_count) const;
  void sort_intervals();

  SharedTables& tables_;
  Collected collected_;
  std::uint64_t bad_records_ = 0;
  EcosystemSet ecosystems_ = 0;
  std::vector<std::string> bad_examples_;
  const Time begun_ = std::time(nullptr);
  Time newest_ = 0;
  std::vector<Interval> intervals_;
};

}  // namespace azekura::scanner

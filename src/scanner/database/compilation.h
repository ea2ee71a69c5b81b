// Compilation: what was collected from all sources becomes the sections of a file.
//
// The order of everything depends on the content alone, so that the same sources give the same
// file. The steps go in the order in which they stand here: records and problems get their numbers,
// then the sections are written one by one, the pool of texts last.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "scanner/database/collected.h"
#include "scanner/database/database_file.h"
#include "scanner/database/names.h"
#include "scanner/database/problem_codec.h"
#include "scanner/database/string_pool.h"

namespace azekura::scanner {

// One of the records that were collected.
struct RecordRef {
  std::uint32_t source = 0;
  std::uint32_t index = 0;
};

inline constexpr RecordId kNoRecord = UINT32_MAX;

// Everything of one kind that belongs to numbered things, by number.
template <typename T>
class Grouped {
 public:
  void add(std::uint32_t number, T item) { items_.emplace_back(number, item); }
  // Keeps the order of adding within a number.
  void sort() {
    std::stable_sort(items_.begin(), items_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  std::span<const std::pair<std::uint32_t, T>> of(std::uint32_t number) const {
    const auto first = std::lower_bound(
        items_.begin(), items_.end(), number,
        [](const auto& item, std::uint32_t wanted) { return item.first < wanted; });
    auto last = first;
    while (last != items_.end() && last->first == number) ++last;
    return {first, last};
  }

 private:
  std::vector<std::pair<std::uint32_t, T>> items_;
};

class Compilation {
 public:
  // The sources in the order in which they are to be numbered.
  Compilation(SharedTables& tables, std::vector<Collected> sources);

  Status write(DatabaseFile& file);

 private:
  // The four lists of a record (collected.h).
  struct Lists {
    std::span<const StringId> aliases, about, cwes, references;
  };
  // Where the text of a problem is, and how good it is.
  struct Choice {
    std::uint32_t worth = UINT32_MAX;
    std::uint32_t source = 0;
    TextStore::Place place;
  };
  // One text that is taken over, and whose it becomes.
  struct Chosen {
    Choice choice;
    std::uint32_t problem = 0;
  };
  // The claims of one Affected.
  struct ClaimGroup {
    std::uint32_t package = 0;
    RecordId record = 0;
    std::uint32_t source = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  struct PackageKey {
    std::uint32_t place = 0;  // SharedTables::places
    StringId name = 0;
  };

  Lists lists_of(RecordRef record) const;
  std::span<const std::uint32_t> problems_of(RecordRef record) const {
    return names_.problems_of(first_record_[record.source] + record.index);
  }
  bool is_about_one(RecordRef record) const { return problems_of(record).size() == 1; }

  void name_problems();  // compile_records.cc
  void number_records();
  layout::Record record_row(RecordId id, std::vector<std::uint32_t>& problems);
  void write_records(DatabaseFile& file);

  void collect_groups();  // compile_claims.cc
  void sort_packages();
  void write_versions(DatabaseFile& file);
  void write_claims(DatabaseFile& file);
  std::vector<Claim> claims_of(const ClaimGroup& group);
  void write_packages(DatabaseFile& file);
  std::uint32_t detail_number(StringId detail);

  void choose_texts();  // compile_texts.cc
  void offer(std::vector<Choice>& choices, RecordRef record, TextStore::Place place,
             std::uint8_t rank);
  void write_texts(DatabaseFile& file);

  void group_facts();  // compile_problems.cc
  void add_records(std::uint32_t problem, ProblemData& data);
  bool add_facts(std::uint32_t problem, ProblemData& data);
  void write_problems(DatabaseFile& file);

  void write_tables(DatabaseFile& file);  // compile_tables.cc

  SharedTables& tables_;
  std::vector<Collected> sources_;
  bool is_too_large_ = false;  // for offsets of 32 bits
  StringPool pool_;
  NameGroups names_;
  std::vector<std::size_t> first_record_;  // of each source, among all that were collected

  std::vector<std::vector<RecordId>> record_of_;  // by source and index
  std::vector<RecordRef> members_;                // of the records, in their order
  std::vector<std::uint32_t> members_first_;      // one more than there are records
  Grouped<RecordId> problem_records_;

  // By problem: what was collected, by source and index in its own table.
  Grouped<RecordRef> problem_members_;
  Grouped<RecordRef> scores_;
  Grouped<RecordRef> ssvc_;
  Grouped<RecordRef> epss_;
  Grouped<RecordRef> known_exploited_;
  Grouped<RecordRef> exploits_;

  std::vector<ClaimGroup> groups_;
  std::vector<PackageKey> packages_;
  std::vector<std::uint32_t> version_of_;  // by VersionTable::Id
  std::vector<std::uint32_t> detail_of_;   // by id in SharedTables::details
  std::vector<layout::Detail> details_;
  std::vector<layout::Package> package_rows_;
  Grouped<std::uint32_t> record_packages_;

  std::vector<Choice> english_;
  std::vector<Choice> japanese_;
  std::vector<std::uint32_t> english_at_;  // places in the stream of cold texts, by problem
  std::vector<std::uint32_t> japanese_at_;
  std::vector<std::uint32_t> references_at_;
};

// Puts the numbers from 0 on into a hash table (layout.h), by their hashes.
void write_slots(DatabaseFile& file, layout::Section section,
                 const std::vector<std::pair<std::uint64_t, std::uint32_t>>& hashes);

}  // namespace azekura::scanner

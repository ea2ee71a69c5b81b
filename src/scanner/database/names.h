// Names: which ids and aliases, over all sources, name one problem.
//
// Union-find, with one rule above all: no problem has two CVE ids. A record that is called by two
// or more CVE ids, or that says what it is about, is about those problems and joins no names.
// "UBUNTU-CVE-…", "DEBIAN-CVE-…" and their like are the CVE. Where records contradict each other,
// what joins a name to its CVE directly goes before what joins it by a third name.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "scanner/database/interned.h"

namespace azekura::scanner {

// CVE-2024-1234, four digits or more.
bool is_cve(std::string_view name);
// "CVE-2024-1" of "UBUNTU-CVE-2024-1"; empty for the rest.
std::string_view implied_cve(std::string_view name);

class NameGroups {
 public:
  explicit NameGroups(StringTable& strings) : strings_(strings) {}

  // What a record is called and what it is about. Call for every record, in an order that does not
  // depend on chance; the index of the record counts from zero. The lists must live until resolve()
  // has returned.
  void add(StringId id, std::span<const StringId> aliases, std::span<const StringId> about);
  // Joins the names. Then the problems and records can be asked for.
  void resolve();

  std::size_t problem_count() const { return canonical_.size(); }
  // By the id of the problem, in the order of ids.
  StringId id_of(std::uint32_t problem) const { return canonical_[problem]; }
  // Sorted, without the id.
  std::span<const StringId> aliases_of(std::uint32_t problem) const;
  // Of a record, sorted.
  std::span<const std::uint32_t> problems_of(std::size_t record) const;

 private:
  struct Record {
    StringId id = 0;
    std::span<const StringId> aliases;
    std::span<const StringId> about;
    bool is_about = false;
  };

  StringId plain(StringId name);
  std::uint32_t node(StringId name);
  std::uint32_t root(std::uint32_t node);
  void join(StringId a, StringId b);
  void join_names();
  void number_problems();
  void number_records();
  void collect_problems(const Record& record, std::vector<std::uint32_t>& out);

  StringTable& strings_;
  std::vector<Record> records_;

  std::vector<std::uint32_t> node_of_;  // by StringId, plus one
  std::vector<StringId> name_of_;       // by node
  std::vector<std::uint32_t> parent_;
  std::vector<StringId> cve_;              // of a root; 0: none
  std::vector<std::uint32_t> problem_of_;  // of a root

  std::vector<StringId> canonical_;
  std::vector<StringId> aliases_;
  std::vector<std::uint32_t> aliases_first_;  // one more than there are problems
  std::vector<std::uint32_t> problems_;
  std::vector<std::uint32_t> problems_first_;  // one more than there are records
};

}  // namespace azekura::scanner

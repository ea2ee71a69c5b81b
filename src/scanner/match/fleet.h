// Fleet: the inventories of many hosts, held so that a change of the data re-judges them all at
// once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/decide.h"

namespace azekura::scanner::match {

// Hosts share most of what they have installed: each distinct question is kept once, with its
// hosts.
class Fleet {
 public:
  Fleet();
  ~Fleet();
  Fleet(Fleet&&) noexcept;
  Fleet& operator=(Fleet&&) noexcept;

  void add(std::string host, const inventory::Inventory& inventory, const Database& database);
  std::size_t host_count() const;
  std::size_t question_count() const;

  struct Affected {
    ProblemId problem = 0;
    std::uint32_t question = 0;
    Decision decision;
  };
  // Every problem of every question, by problem. The decisions live in `database`.
  std::vector<Affected> judge(const Database& database) const;

  // The hosts that a question was asked for, in the order in which they were added, without
  // repetition.
  const std::vector<std::uint32_t>& hosts_of(std::uint32_t question) const;
  const Lookup& lookup(std::uint32_t question) const;
  std::string_view host(std::uint32_t index) const;

 private:
  struct State_;
  std::unique_ptr<State_> state_;
};

}  // namespace azekura::scanner::match

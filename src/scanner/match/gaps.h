// Gaps: what a scan did not judge, gathered by kind and subject.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/report.h"

namespace azekura::scanner::match {

class Gaps {
 public:
  // The same kind and subject are counted together; the first detail is kept.
  void add(Gap gap);
  // By kind, then by subject.
  std::vector<Gap> take();

 private:
  std::map<std::tuple<Gap::Kind, std::string>, Gap> gaps_;
};

// The release of the host: whether there is a feed for it, and whether anybody still looks after
// it.
void add_release_gaps(const inventory::Inventory& inventory, const Database& database, Time now,
                      Gaps& gaps);
// Sources whose last refresh failed or whose data is old, if they speak of what was asked for.
// Those that make no claims but know of exploits, scores and texts are told together. What comes
// from the network is as old as its last refresh, other data as its newest record.
void add_source_gaps(const Database& database, EcosystemSet asked, Time now, Time stale_after_s,
                     Gaps& gaps);
// What the inventory could not read.
void add_inventory_gaps(const inventory::Inventory& inventory, Gaps& gaps);

// Whether such a gap means that "clean" would be too much said. (An idle kernel does not.)
bool leaves_doubt(Gap::Kind kind);

}  // namespace azekura::scanner::match

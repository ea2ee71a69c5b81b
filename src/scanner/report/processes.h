// Processes at risk: what runs with files of packages in which something was found, and where it
// listens.
#pragma once

#include <string_view>
#include <vector>

#include "scanner/inventory/component.h"
#include "scanner/match/report.h"

namespace azekura::scanner::report {

struct ProcessAtRisk {
  const inventory::Process* process = nullptr;
  std::vector<std::string_view> packages;  // only those with a finding of sure confidence, sorted
};

// Those that listen first, then by process id. Empty unless the inventory looked at processes.
std::vector<ProcessAtRisk> processes_at_risk(const match::Report& report,
                                             const inventory::Inventory& inventory);

}  // namespace azekura::scanner::report

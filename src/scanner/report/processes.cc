#include "scanner/report/processes.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace azekura::scanner::report {

std::vector<ProcessAtRisk> processes_at_risk(const match::Report& report,
                                             const inventory::Inventory& inventory) {
  std::set<std::string_view> found;
  for (const match::Finding& finding : report.findings) {
    if (finding.confidence < match::kConfidenceShown) continue;
    found.insert(inventory.components[finding.component].name);
  }
  std::vector<ProcessAtRisk> out;
  for (const inventory::Process& process : inventory.processes) {
    ProcessAtRisk at_risk{.process = &process, .packages = {}};
    for (const std::string& package : process.packages) {
      if (found.contains(package)) at_risk.packages.push_back(package);
    }
    if (!at_risk.packages.empty()) out.push_back(std::move(at_risk));
  }
  std::sort(out.begin(), out.end(), [](const ProcessAtRisk& a, const ProcessAtRisk& b) {
    return std::tuple(a.process->listens.empty(), a.process->pid) <
           std::tuple(b.process->listens.empty(), b.process->pid);
  });
  return out;
}

}  // namespace azekura::scanner::report

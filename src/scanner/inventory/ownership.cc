#include "scanner/inventory/ownership.h"

#include <set>

#include "scanner/inventory/packages.h"

namespace azekura::scanner::inventory {
namespace {

std::string path_of(const std::string& location) { return location.substr(0, location.find('!')); }

}  // namespace

void set_owners(const Root& root, Inventory& found) {
  std::set<std::string> paths;
  for (const Component& component : found.components) paths.insert(path_of(component.location));
  for (const Problem& problem : found.problems) {
    if (problem.kind == Problem::Kind::kUnknown) paths.insert(path_of(problem.location));
  }
  if (paths.empty()) return;
  const std::vector<std::string> asked(paths.begin(), paths.end());
  const Owners owners = find_owners(root, asked);
  for (Component& component : found.components) {
    const auto owner = owners.find(path_of(component.location));
    if (owner != owners.end()) component.owner = owner->second;
  }
  std::erase_if(found.problems, [&owners](const Problem& problem) {
    return problem.kind == Problem::Kind::kUnknown && owners.contains(path_of(problem.location));
  });
}

}  // namespace azekura::scanner::inventory

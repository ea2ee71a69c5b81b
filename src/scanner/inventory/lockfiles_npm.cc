// package-lock.json and npm-shrinkwrap.json (lockfileVersion 1 to 3), and the package.json of an
// installed package. docs.npmjs.com: package-lock.json.
#include <string>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "scanner/document/json.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/npm.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kModules = "node_modules/";

// Of a key of `packages`: "node_modules/a/node_modules/@b/c" is "@b/c"; a folder of the project is
// named by its last part.
std::string_view name_of_place(std::string_view place) {
  const std::size_t at = place.rfind(kModules);
  return at == std::string_view::npos ? file_name(place) : place.substr(at + kModules.size());
}

// What the project and its workspaces ask for by name.
std::unordered_set<std::string_view> asked_for(Json packages) {
  std::unordered_set<std::string_view> names;
  for (auto [place, package] : packages.members()) {
    if (contains(place, kModules)) continue;
    for (const auto* group : kNpmGroups) {
      for (auto [name, range] : package[group].members()) names.insert(name);
    }
  }
  return names;
}

void read_places(Json packages, Collector& found) {
  const auto asked = asked_for(packages);
  for (auto [place, package] : packages.members()) {
    // The project itself, and links to folders that have their own entry.
    if (place.empty() || package["link"].boolean().value_or(false)) continue;
    const std::string_view placed = name_of_place(place);
    const std::string_view name = package["name"].text();
    const bool top = place.size() == kModules.size() + placed.size() && place.starts_with(kModules);
    found.add(name.empty() ? placed : name, package["version"].text(),
              {.development = package["dev"].boolean().value_or(false),
               .direct = top && asked.contains(placed)});
  }
}

// lockfileVersion 1: as deep as the tree of folders.
void read_nested(Json dependencies, Collector& found) {
  for (auto [name, entry] : dependencies.members()) {
    const NpmPackage package = npm_package(name, entry["version"].text());
    found.add(package.name, package.version,
              {.development = entry["dev"].boolean().value_or(false)});
    read_nested(entry["dependencies"], found);
  }
}

}  // namespace

NpmPackage npm_package(std::string_view name, std::string_view version) {
  constexpr std::string_view kAlias = "npm:";
  if (version.starts_with(kAlias)) {
    version.remove_prefix(kAlias.size());
    // The first '@' may be the scope's.
    const std::size_t at = version.find('@', 1);
    if (at != std::string_view::npos)
      return npm_package(version.substr(0, at), version.substr(at + 1));
  }
  const bool is_version = !version.empty() && version.front() >= '0' && version.front() <= '9' &&
                          version.find_first_of("/:") == std::string_view::npos;
  return {name, is_version ? version : std::string_view()};
}

Result<ReadOutcome> read_package_lock(std::string_view octets, const ReadContext& context) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  const Json root = document.root();
  if (!root.is_object()) return fail(Code::kInvalid, "package-lock.json: not an object");
  Collector found(Ecosystem::kNpm, Evidence::kLockfile);
  // npm itself does not look at the one where the other is.
  if (file_name(context.path) == "package-lock.json" && context.open &&
      context.open("npm-shrinkwrap.json")) {
    found.problem(Problem::Kind::kSkipped, "npm-shrinkwrap.json stands in its place");
    return found.take();
  }
  if (root["packages"].is_object()) {
    read_places(root["packages"], found);
  } else {
    read_nested(root["dependencies"], found);
  }
  return found.take();
}

Result<ReadOutcome> read_node_package(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  const Json root = document.root();
  if (!root.is_object()) return fail(Code::kInvalid, "package.json: not an object");
  Collector found(Ecosystem::kNpm, Evidence::kInstalled);
  found.add(root["name"].text(), root["version"].text());
  return found.take();
}

}  // namespace azekura::scanner::inventory

// Cargo.lock, versions 1 to 4.
#include <string_view>
#include <unordered_set>

#include "scanner/document/text.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

// A dependency is written "name", "name version" or "name version (source)".
void note_asked(Json package, std::unordered_set<std::string_view>& asked) {
  for (Json dependency : package["dependencies"].items()) {
    const std::string_view text = dependency.text();
    asked.insert(text.substr(0, text.find(' ')));
  }
}

}  // namespace

Result<ReadOutcome> read_cargo_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, parse_toml(octets));
  const Json root = document.root();
  // Members of the workspace and crates by path have no source.
  std::unordered_set<std::string_view> asked;
  note_asked(root["root"], asked);
  for (Json package : root["package"].items()) {
    if (package["source"].missing()) note_asked(package, asked);
  }
  Collector found(Ecosystem::kCratesIo, Evidence::kLockfile);
  for (Json package : root["package"].items()) {
    const std::string_view name = package["name"].text();
    found.add(name, package["version"].text(), {.direct = asked.contains(name)});
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory

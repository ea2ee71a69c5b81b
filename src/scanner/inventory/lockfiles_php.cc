// composer.lock, and vendor/composer/installed.json of Composer 1 (an array) and 2.
#include <string_view>
#include <unordered_set>

#include "scanner/document/json.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

void read_packages(Json packages, Collector& found, bool development) {
  for (Json package : packages.items()) {
    found.add(package["name"].text(), package["version"].text(), {.development = development});
  }
}

}  // namespace

Result<ReadOutcome> read_composer_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  if (!document.root().is_object()) return fail(Code::kInvalid, "composer.lock: not an object");
  Collector found(Ecosystem::kPackagist, Evidence::kLockfile);
  read_packages(document.root()["packages"], found, false);
  read_packages(document.root()["packages-dev"], found, true);
  return found.take();
}

Result<ReadOutcome> read_composer_installed(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  const Json root = document.root();
  const Json packages = root.is_array() ? root : root["packages"];
  if (!packages.is_array()) return fail(Code::kInvalid, "installed.json: no packages");
  std::unordered_set<std::string_view> development;
  for (Json name : root["dev-package-names"].items()) development.insert(name.text());
  Collector found(Ecosystem::kPackagist, Evidence::kInstalled);
  for (Json package : packages.items()) {
    const std::string_view name = package["name"].text();
    found.add(name, package["version"].text(), {.development = development.contains(name)});
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory

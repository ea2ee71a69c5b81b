#include "cli/scan.h"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <filesystem>

#include "cli/output.h"
#include "cli/progress.h"
#include "scanner/document/files.h"
#include "scanner/feeds/places.h"
#include "scanner/inventory/declared.h"
#include "scanner/inventory/inventory.h"
#include "scanner/match/judge.h"

namespace azekura::cli {
namespace {

namespace fs = std::filesystem;
namespace inventory = scanner::inventory;
namespace match = scanner::match;
namespace rules = scanner::rules;

constexpr std::uint64_t kRulesSizeMax = std::uint64_t{64} << 20;

// Read without being named, if they lie at the top of what is scanned.
constexpr std::array kRuleFiles = {".trivyignore", ".trivyignore.yaml", ".grype.yaml",
                                   "osv-scanner.toml", "dependency-check-suppression.xml"};
constexpr const char* kDeclaredFile = "azekura-scan.toml";
constexpr const char* kSystemDeclaredFile = "/etc/azekura/scan.toml";

Result<inventory::Inventory> take_inventory(const ScanOptions& options,
                                            const scanner::Database& database) {
  if (options.path.empty()) return inventory::take_host({.processes = options.processes});
  inventory::TreeOptions tree{.javascript = database.javascript_signatures()};
  Progress progress("reading " + options.path, std::nullopt, Unit::kFiles);
  tree.progress = [&](std::uint64_t files) { progress.show(files); };
  return inventory::take_tree(options.path, tree);
}

Status add_declared(const ScanOptions& options, inventory::Inventory& inventory) {
  for (const std::string& text : options.declared) {
    ASSIGN_OR_RETURN(inventory::Component component, inventory::parse_declared(text));
    inventory.components.push_back(std::move(component));
  }
  std::string file = options.declared_file;
  if (file.empty()) {
    file = options.path.empty() ? kSystemDeclaredFile
                                : (fs::path(options.path) / kDeclaredFile).string();
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return {};
  }
  ASSIGN_OR_RETURN(const std::string octets, scanner::read_data_file(file, kRulesSizeMax));
  auto components = inventory::read_declared(octets);
  if (!components) {
    return fail(components.error().code, fmt::format("{}: {}", file, components.error().message),
                components.error().hint);
  }
  for (inventory::Component& component : *components) {
    inventory.components.push_back(std::move(component));
  }
  return {};
}

Status add_rules(const std::string& file, const std::string& folder,
                 std::vector<rules::Rule>& out) {
  ASSIGN_OR_RETURN(const std::string octets, scanner::read_data_file(file, kRulesSizeMax));
  auto read = rules::read_rules(file, octets, folder);
  if (!read) return fail(read.error().code, fmt::format("{}: {}", file, read.error().message));
  for (const std::string& problem : read->problems) {
    say(fmt::format("azekura: {}: not taken over: {}", file, problem));
  }
  out.insert(out.end(), std::make_move_iterator(read->rules.begin()),
             std::make_move_iterator(read->rules.end()));
  return {};
}

Result<std::optional<rules::RuleSet>> load_rules(const ScanOptions& options) {
  std::vector<rules::Rule> all;
  for (const std::string& file : options.rules) RETURN_IF_ERROR(add_rules(file, "", all));
  std::error_code ignored;
  if (!options.path.empty() && fs::is_directory(options.path, ignored)) {
    for (const char* name : kRuleFiles) {
      const std::string file = (fs::path(options.path) / name).string();
      if (fs::is_regular_file(file, ignored)) RETURN_IF_ERROR(add_rules(file, "", all));
    }
  }
  if (all.empty()) return std::optional<rules::RuleSet>();
  ASSIGN_OR_RETURN(rules::RuleSet set, rules::RuleSet::create(std::move(all)));
  return std::optional<rules::RuleSet>(std::move(set));
}

}  // namespace

Result<scanner::Language> language_of(const ScanOptions& options) {
  if (options.language.empty()) return scanner::report::language_of_environment();
  const auto language = scanner::report::parse_language(options.language);
  if (language) return *language;
  return fail(Code::kInvalid, fmt::format("{} is not spoken here", options.language),
              "--lang ja or --lang en");
}

Result<scanner::Database> open_database(const std::string& folder) {
  const std::string place = folder.empty() ? scanner::feeds::default_folder() : folder;
  auto database = scanner::Database::open(scanner::feeds::database_path(place));
  if (!database && database.error().code == Code::kNotFound) {
    return fail(Code::kNotFound, fmt::format("there are no advisories in {} yet", place),
                "azekura scan update (from the network), or azekura scan update --from DIR");
  }
  return database;
}

Result<std::unique_ptr<Scan>> run_scan(const ScanOptions& options) {
  ASSIGN_OR_RETURN(const scanner::Language language, language_of(options));
  ASSIGN_OR_RETURN(scanner::Database database, open_database(options.folder));
  ASSIGN_OR_RETURN(inventory::Inventory inventory, take_inventory(options, database));
  RETURN_IF_ERROR(add_declared(options, inventory));
  ASSIGN_OR_RETURN(std::optional<rules::RuleSet> rules, load_rules(options));
  auto scan = std::make_unique<Scan>(
      Scan{language, std::move(database), std::move(inventory), std::move(rules), {}});
  scan->report =
      match::judge(scan->inventory, scan->database, scan->rules ? &*scan->rules : nullptr,
                   {.now = std::time(nullptr), .development = !options.production});
  return scan;
}

}  // namespace azekura::cli

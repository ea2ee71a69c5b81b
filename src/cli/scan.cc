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
#include "scanner/rules/rule.h"

namespace azekura::cli {
namespace {

namespace fs = std::filesystem;
namespace inventory = scanner::inventory;
namespace match = scanner::match;
namespace report = scanner::report;
namespace rules = scanner::rules;

constexpr std::uint64_t kRulesSizeMax = std::uint64_t{64} << 20;

// Read without being named, if they lie at the top of what is scanned.
constexpr std::array kRuleFiles = {".trivyignore", ".trivyignore.yaml", ".grype.yaml",
                                   "dependency-check-suppression.xml"};
// In any folder, for which it holds.
constexpr const char* kFolderRules = "osv-scanner.toml";
constexpr std::size_t kEntriesMax = 5'000'000;
constexpr int kFolderDepthMax = 200;
constexpr const char* kDeclaredFile = "azekura-scan.toml";
constexpr const char* kSystemDeclaredFile = "/etc/azekura/scan.toml";

Result<inventory::Inventory> take_inventory(const ScanOptions& options,
                                            const scanner::Database& database,
                                            scanner::Language language) {
  if (options.path.empty()) return inventory::take_host({.processes = options.processes});
  inventory::TreeOptions tree{.javascript = database.javascript_signatures()};
  Progress progress(report::say(language, report::Message::kReading, options.path), std::nullopt,
                    Unit::kFiles);
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
    const fs::file_status status =
        options.path.empty() ? fs::status(file, ignored) : fs::symlink_status(file, ignored);
    if (!fs::is_regular_file(status)) return {};
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

// `folder`: where the file lies below what is scanned.
Status add_rules(const std::string& file, const std::string& folder, scanner::Language language,
                 std::vector<rules::Rule>& out) {
  ASSIGN_OR_RETURN(const std::string octets, scanner::read_data_file(file, kRulesSizeMax));
  auto read = rules::read_rules(file, octets, folder);
  if (!read) return tl::make_unexpected(read.error());
  for (const std::string& problem : read->problems) {
    say("azekura: " +
        printable(report::say(language, report::Message::kRuleNotTaken, file, problem)));
  }
  out.insert(out.end(), std::make_move_iterator(read->rules.begin()),
             std::make_move_iterator(read->rules.end()));
  return {};
}

// A file that lies in what is scanned may be a stranger's: a link is not followed, and one that
// cannot be read is told and ends nothing.
void add_found_rules(const std::string& file, const std::string& folder, scanner::Language language,
                     std::vector<rules::Rule>& out) {
  std::error_code ignored;
  if (!fs::is_regular_file(fs::symlink_status(file, ignored))) return;
  const Status added = add_rules(file, folder, language, out);
  if (added) return;
  say("azekura: " + printable(report::say(language, report::Message::kRuleNotTaken, file,
                                          added.error().message)));
}

// The osv-scanner.toml of every folder below.
void add_folder_rules(const fs::path& root, scanner::Language language,
                      std::vector<rules::Rule>& out) {
  std::error_code error;
  auto at =
      fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, error);
  std::size_t entries = 0;
  for (; !error && at != fs::recursive_directory_iterator() && entries < kEntriesMax;
       at.increment(error), ++entries) {
    if (at.depth() >= kFolderDepthMax) at.disable_recursion_pending();
    if (at->path().filename() != kFolderRules) continue;
    const fs::path folder = at->path().parent_path().lexically_relative(root);
    add_found_rules(at->path().string(), folder == "." ? "" : folder.string(), language, out);
  }
}

Result<std::optional<rules::RuleSet>> load_rules(const ScanOptions& options,
                                                 scanner::Language language) {
  std::vector<rules::Rule> all;
  for (const std::string& file : options.rules) {
    RETURN_IF_ERROR(add_rules(file, "", language, all));
  }
  std::error_code ignored;
  if (!options.path.empty() && fs::is_directory(options.path, ignored)) {
    for (const char* name : kRuleFiles) {
      add_found_rules((fs::path(options.path) / name).string(), "", language, all);
    }
    add_folder_rules(options.path, language, all);
  }
  if (all.empty()) return std::optional<rules::RuleSet>();
  ASSIGN_OR_RETURN(rules::RuleSet set, rules::RuleSet::create(std::move(all)));
  return std::optional<rules::RuleSet>(std::move(set));
}

}  // namespace

Result<scanner::Language> language_of(const std::string& option) {
  const scanner::Language spoken = report::language_of_environment();
  if (option.empty()) return spoken;
  if (const auto language = report::parse_language(option)) return *language;
  return fail(Code::kInvalid, report::say(spoken, report::Message::kNotSpoken, option),
              report::say(spoken, report::Message::kSpokenHint));
}

Result<scanner::Database> open_database(const std::string& folder, scanner::Language language) {
  const std::string place = folder.empty() ? scanner::feeds::folder_to_read() : folder;
  const std::string path = scanner::feeds::database_path(place);
  auto database = scanner::Database::open(path);
  if (!database && database.error().code == Code::kNotFound) {
    return fail(Code::kNotFound, report::say(language, report::Message::kNoAdvisories, place),
                report::say(language, report::Message::kNoAdvisoriesHint));
  }
  if (!database) {
    return fail(database.error().code, fmt::format("{}: {}", path, database.error().message),
                report::say(language, report::Message::kRebuildHint));
  }
  return database;
}

Result<std::unique_ptr<Scan>> run_scan(const ScanOptions& options) {
  ASSIGN_OR_RETURN(const scanner::Language language, language_of(options.language));
  ASSIGN_OR_RETURN(scanner::Database database, open_database(options.folder, language));
  ASSIGN_OR_RETURN(inventory::Inventory inventory, take_inventory(options, database, language));
  RETURN_IF_ERROR(add_declared(options, inventory));
  ASSIGN_OR_RETURN(std::optional<rules::RuleSet> rules, load_rules(options, language));
  auto scan = std::make_unique<Scan>(
      Scan{language, std::move(database), std::move(inventory), std::move(rules), {}});
  scan->report =
      match::judge(scan->inventory, scan->database, scan->rules ? &*scan->rules : nullptr,
                   {.now = std::time(nullptr), .development = !options.production});
  return scan;
}

}  // namespace azekura::cli

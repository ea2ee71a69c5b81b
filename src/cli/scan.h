// Scan: what every `azekura scan` command needs: the database, the rules, the inventory, the
// judgement.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/report.h"
#include "scanner/report/messages.h"
#include "scanner/rules/rule.h"

namespace azekura::cli {

// Exit statuses of `azekura scan`, beside 1 (error) and 2 (wrong usage).
inline constexpr int kExitFindings = 3;
inline constexpr int kExitNotJudged = 4;

struct ScanOptions {
  std::string path;                   // empty: this host
  std::string folder;                 // of the scanner's data; empty: the default
  std::string language;               // "ja", "en"; empty: the environment's
  std::vector<std::string> rules;     // files of rules and VEX
  std::vector<std::string> declared;  // parse_declared()
  std::string declared_file;
  std::string vex_out;      // where to write what the rules took away; empty: nowhere
  bool production = false;  // leave out what only builds and tests need
  bool processes = false;
  bool all = false;
  bool json = false;
};

// Everything about one scan. Nothing in it may be moved apart: findings point into the database and
// rules.
struct Scan {
  scanner::Language language = scanner::Language::kEnglish;
  scanner::Database database;
  scanner::inventory::Inventory inventory;
  std::optional<scanner::rules::RuleSet> rules;
  scanner::match::Report report;
};

// kNotFound with a hint if there is no database yet.
Result<std::unique_ptr<Scan>> run_scan(const ScanOptions& options);

// Of an option --lang; empty: the environment's.
Result<scanner::Language> language_of(const std::string& option);
Result<scanner::Database> open_database(const std::string& folder, scanner::Language language);

// What rules have taken away, and what the sources say is not affected, as an OpenVEX document.
Status write_vex(const Scan& scan, const std::string& path);

}  // namespace azekura::cli

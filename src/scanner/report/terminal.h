// The report for a person at a terminal: what to upgrade first, then what cannot be fixed, then
// what was not judged.
#pragma once

#include <string>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/judge.h"
#include "scanner/match/report.h"
#include "scanner/report/messages.h"
#include "scanner/rules/rule.h"

namespace azekura::scanner::report {

// Rows of a section that are shown unless all are asked for.
inline constexpr std::size_t kRowsShown = 25;
inline constexpr std::size_t kGapsShown = 12;
// Of one kind, of gaps that may be many.
inline constexpr std::size_t kGapsOfKindShown = 3;
// Columns that a cell of a table may take: what a stranger named may be of any length.
inline constexpr std::size_t kCellWidthMax = 72;

struct TerminalOptions {
  Language language = Language::kEnglish;
  bool all = false;       // every row, also of low priority
  bool is_host = false;   // of the machine that this runs on: how to upgrade may be said
  std::size_t width = 0;  // of the terminal, in columns; 0: none
};

// `rules` may be nullptr.
std::string terminal_report(const match::Report& report, const inventory::Inventory& inventory,
                            const Database& database, const rules::RuleSet* rules,
                            const TerminalOptions& options);

// The text in so many columns, its middle left out where it is longer.
std::string shortened(std::string_view text, std::size_t width_max);

// "CVE-… in openssl 3.0.11: …": a proof, a step a paragraph.
std::string terminal_proof(const match::Proof& proof, Language language);

// The sources of a database with their dates, counts and failures.
std::string terminal_sources(const Database& database, Language language);

}  // namespace azekura::scanner::report

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

struct TerminalOptions {
  Language language = Language::kEnglish;
  bool all = false;  // every row, also of low priority
};

// `rules` may be nullptr.
std::string terminal_report(const match::Report& report, const inventory::Inventory& inventory,
                            const Database& database, const rules::RuleSet* rules,
                            const TerminalOptions& options);

// "CVE-… in openssl 3.0.11: …": a proof, a step a paragraph.
std::string terminal_proof(const match::Proof& proof, Language language);

// The sources of a database with their dates, counts and failures.
std::string terminal_sources(const Database& database, Language language);

}  // namespace azekura::scanner::report

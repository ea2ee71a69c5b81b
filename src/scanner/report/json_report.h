// The report for programs: docs/scan-report.schema.json is its schema.
#pragma once

#include "base/json_writer.h"
#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/judge.h"
#include "scanner/match/report.h"
#include "scanner/report/messages.h"
#include "scanner/rules/rule.h"

namespace azekura::scanner::report {

// Raised when a member changes its meaning or goes; new members may come at any time.
inline constexpr int kReportFormat = 1;

// `rules` may be nullptr. Texts are in `language`, names of states and kinds never are.
void write_report(JsonWriter& json, const match::Report& report,
                  const inventory::Inventory& inventory, const Database& database,
                  const rules::RuleSet* rules, Language language);

void write_proof(JsonWriter& json, const match::Proof& proof);
void write_sources(JsonWriter& json, const Database& database);

}  // namespace azekura::scanner::report

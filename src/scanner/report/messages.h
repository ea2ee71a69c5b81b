// Messages: every word of the scanner's interface, in each of its languages.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/database/database.h"
#include "scanner/match/priority.h"
#include "scanner/match/report.h"

namespace azekura::scanner::report {

// One for each text of messages.cc, whose table has the words. {} are filled in order, or by number
// where a language needs another order. A text with a | has two forms: for one, and for all other
// numbers (say_count).
enum class Message : std::uint16_t {
  kTitle,          // asset, distribution
  kTitlePlain,     // asset
  kJudged,         // n components, day
  kDatabaseBuilt,  // day
  kHeadPriority,
  kHeadPackage,
  kHeadInstalled,
  kHeadUpgradeTo,
  kHeadFixes,
  kHeadWorst,
  kHeadState,
  kHeadProblems,
  kHeadWhere,
  kUpgradeSection,
  kNoFixSection,
  kToCheckSection,  // confidence
  kIgnoredSection,
  kIgnoredBy,  // n, rule
  kGapsSection,
  kProcessesSection,
  kHeadProcess,
  kHeadUses,
  kHeadListens,
  kRulesSection,
  kFixesCount,           // n
  kKnownExploitedCount,  // n
  kMoreHidden,           // n actions
  kClean,
  kCleanButRules,
  kFindings,      // n problems, kInComponents, kUpgradesFix
  kInComponents,  // n
  kUpgradesFix,   // n upgrades, problems
  kNotJudged,
  kNothingToUpgrade,
  kRebootNeeded,  // running kernel, newest
  kUnusedRule,    // source
  kExpiredRule,   // source
  kHowTo,         // command
  kGapNoData,
  kGapNoFeed,             // n, subject
  kGapEndOfLife,          // subject, day
  kGapEndOfLifeExtended,  // subject, day, day of the end of what is paid for
  kGapThirdParty,         // n, subject, detail
  kGapUnknownVersion,     // n, subject
  kGapUnknownComponent,   // subject and detail
  kGapStaleSource,        // n days, subject
  kGapFailedSource,       // n days, subject, why
  kGapMissingSource,      // subject, why
  kGapStaleKnowledge,     // subjects
  kGapUnreadable,         // subject, detail
  kGapIdleKernel,         // subject, detail
  kGapNoPackages,
  kGapMore,        // n
  kGapMoreOfKind,  // n
  kPriorityUrgent,
  kPriorityHigh,
  kPriorityMedium,
  kPriorityLow,
  kSeverityUnknown,
  kSeverityNone,
  kSeverityLow,
  kSeverityMedium,
  kSeverityHigh,
  kSeverityCritical,
  kStateFixed,
  kStateAffected,
  kStateWontFix,
  kStatePostponed,
  kStateNotAffected,
  kStateInvestigating,
  kStateEndOfLife,
  kSource,       // n records, name, day
  kSourceNoDay,  // n records, name
  kBadRecords,   // n
  kProofHolds,
  kProofFails,
  kProofNone,
  kProofAffected,       // problem, component, version, state
  kProofAffectedFixed,  // problem, component, version, state, fixed
  kProofReported,       // problem
  kProofRule,           // problem, rule
  kProofNothingSays,    // problem
  kProofNoRowHolds,     // problem
  kEveryVersion,
  kOnlyVersion,  // version
  kFromVersion,  // version
  kAfterVersion,
  kBeforeVersion,
  kUpToVersion,
  kMoreIntervals,    // n
  kIncomparable,     // version, version
  kAnyVersionHolds,  // version
  kSetAsideEdition,
  kSetAsideOtherStream,
  kSetAsideOnlyStream,
  kSetAsideNoStream,
  kSetAsideVoid,  // reason
  kNoReasonFound,
  // Of the commands.
  kHeadSource,
  kHeadDataOf,
  kHeadRecords,
  kHeadBad,
  kDatabaseSize,    // size
  kNothingChanged,  // size
  kFetched,
  kUnchanged,
  kKept,
  kFailed,
  kFetching,      // source
  kImporting,     // source
  kReading,       // path
  kNothingFresh,  // n
  kNetworkHint,
  kNotSpoken,  // tag
  kSpokenHint,
  kNoAdvisories,  // folder
  kNoAdvisoriesHint,
  kRebuildHint,
  kRuleNotTaken,      // file, why
  kNotAmongFindings,  // what
  kExplainNotHint,    // what
  kNothingToState,    // file
  kVexWritten,        // n, file
  kVexSetAside,       // rule
  kVexSourceSays,     // source, record
  kCount,
};

std::string_view text_of(Message message, Language language);

// The message with its places filled.
template <typename... Args>
std::string say(Language language, Message message, const Args&... args) {
  return fmt::format(fmt::runtime(text_of(message, language)), args...);
}

// The form for `count`, with its places filled: count first.
std::string_view form_for(std::string_view text, std::uint64_t count);
template <typename... Args>
std::string say_count(Language language, Message message, std::uint64_t count,
                      const Args&... args) {
  return fmt::format(fmt::runtime(form_for(text_of(message, language), count)), count, args...);
}

std::string_view words_for(Severity severity, Language language);
std::string_view words_for(State state, Language language);
std::string_view priority_words(int priority, Language language);
// A sentence about what was not judged, at `now`.
std::string sentence_for(const match::Gap& gap, Time now, Language language);

// "ja", "ja_JP.UTF-8" → Japanese; "en", "C", "" → English; nullopt for what is not spoken here.
std::optional<Language> parse_language(std::string_view tag);
// Of the environment: LC_ALL, LC_MESSAGES, LANG.
Language language_of_environment();

// "2025-02-12", UTC; empty for 0.
std::string day_of(Time time);
// "2025-02-12T10:20:30Z".
std::string timestamp_of(Time time);

}  // namespace azekura::scanner::report

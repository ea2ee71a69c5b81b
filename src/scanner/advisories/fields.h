// Fields: what the records of distributions and of OSV have in common, and the limits on what is
// kept.
#pragma once

#include <string>
#include <string_view>

#include "scanner/advisories/records.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

inline constexpr std::size_t kReferencesMax = 20;
inline constexpr std::size_t kRelatedMax = 100;
inline constexpr std::size_t kNoteSizeMax = 2048;

// Whether an advisory repairs rather than secures: ALBA, RHEA, RLBA… Without a CVE it is no
// problem.
bool is_bug_fix_advisory(std::string_view id);

// "https://security-tracker.debian.org/tracker/CVE-…": the page for people, for ids whose page is
// known by rule; empty for the rest.
std::string page_of(std::string_view id);

void add_reference(Advisory& advisory, std::string_view url);
// Puts an id into `about` if it is a CVE, else into `related`.
void add_subject(Advisory& advisory, std::string_view id);
// Takes what texts say about themselves: "** REJECT **", "Rejected reason:", "** DISPUTED **".
void note_state_of_text(Advisory& advisory, std::string_view text);
// Cut at a character, not inside one.
std::string cut_note(std::string_view note);

// From the beginning up to a fixed version.
AffectedRange fixed_at(std::string_view version);
// "module" for builds of a module stream whose name the version does not tell
// (".module_el8.5.0+…").
std::string module_qualifier(std::string_view version);

void report_bad(AdvisorySink& sink, std::string_view name, std::string why);

std::string_view trimmed(std::string_view text);

}  // namespace azekura::scanner::advisories

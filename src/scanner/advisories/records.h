// Records: what the records of all formats hold: texts, times, names of problems and of weaknesses.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"
#include "scanner/document/json.h"

namespace azekura::scanner::advisories {

// Without white space at both ends (the ideographic space too) and without carriage returns.
std::string tidy(std::string_view text);

// "2021-12-14", "2021-12-14T16:37+09:00", "2021-12-14 16:37:27.123", "…Z", "… +0000"; without a
// zone it is UTC. 0 for everything else, and for days that no calendar has.
Time parse_time(std::string_view text);
// "17/01/25", day first, as ENISA writes.
Time parse_european_date(std::string_view text);

// Full-width ASCII (０ to ９, Ａ to Ｚ, －) as ASCII: what Japanese input methods leave in ids.
std::string half_width(std::string_view text);

bool is_cve(std::string_view text);   // CVE-2021-44228: four digits and more
bool is_ghsa(std::string_view text);  // GHSA-xxxx-xxxx-xxxx
// All CVE ids that stand in a text as words of their own, each once, in upper case.
std::vector<std::string> cves_in(std::string_view text);

// "CWE-79" of "CWE-79", "cwe-79: XSS" and "79"; empty for "NVD-CWE-noinfo" and the like.
std::string cwe_id(std::string_view text);

// The last part of a path; the part before that.
std::string_view base_name(std::string_view path);
std::string_view folder_name(std::string_view path);
bool starts_with_word(std::string_view text, std::string_view prefix);  // case ignored

// Appends what is neither empty nor there.
void add_once(std::vector<std::string>& list, std::string value);

// "CVE-2024-1: why" instead of an advisory.
void deliver(AdvisorySink& sink, std::string_view name, Result<Advisory> advisory);

// The text of the first English entry ("en", "en-US", "eng") of [{lang, value}], or of the first
// one.
std::string_view english_value(Json descriptions);

}  // namespace azekura::scanner::advisories

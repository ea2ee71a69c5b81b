// Scores and what stands beside them, as NVD and CVE records write CVSS and SSVC.
#pragma once

#include <string>
#include <string_view>

#include "scanner/database/advisory.h"
#include "scanner/document/json.h"

namespace azekura::scanner::advisories {

// {vectorString, baseScore} of the CVSS schemas; the metrics that are not defined ("/E:X") are left
// out of the vector, for they say nothing. Nothing is added where both are missing.
void add_score(Advisory& advisory, Json cvss, std::string source);

// Whose organisation id, mail address or short name it is: "nvd", "cisa-adp", "cna:…".
std::string score_source(std::string_view organisation);

// {options: [{"Exploitation": "none"}, …]}, with keys in any of the spellings there are.
Ssvc read_ssvc(Json content);

}  // namespace azekura::scanner::advisories

// Which versions an OSV record's `affected` speaks of.
#pragma once

#include <string>
#include <vector>

#include "scanner/database/advisory.h"
#include "scanner/document/json.h"

namespace azekura::scanner::advisories {

// Ranges by what ends them, and what is listed and in none of them.
struct OsvVersions {
  std::vector<AffectedRange> fixed;
  std::vector<AffectedRange> unfixed;
  std::vector<std::string> listed;
  bool every_version = false;  // neither ranges nor versions are given
  bool none = false;           // there are ranges, and nothing lies within them
  bool nothing_said = false;   // only ranges of commits
};

// OSV schema, "Evaluation": events are sorted by the ecosystem's order of versions; GIT ranges are
// left out.
OsvVersions osv_versions(Json affected, Ecosystem ecosystem);

}  // namespace azekura::scanner::advisories

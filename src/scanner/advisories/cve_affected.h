// The `affected` of CVE records (CVE Record Format 5.x), as claims.
#pragma once

#include "scanner/advisories/cpe_claims.h"
#include "scanner/document/json.h"

namespace azekura::scanner::advisories {

// Claims of one product entry:
//   - with CPE names: of Ecosystem::kCpe, one for each product named. Left out where packageName
//   names another
//     thing than the CPE (Red Hat: the CPE is the platform's, the versions are the package's);
//   - with collectionURL and packageName of an ecosystem of ours: of that package;
//   - else none: vendor and product as words are no identity.
// What versions say:
//   - "affected" entries are ranges or single versions; changes[] split them;
//   - with defaultStatus "affected" all that no "unaffected" entry covers is affected;
//   - "0", "n/a", "unspecified" and the like as a beginning are the beginning; as an end they are
//   none;
//     "5.4.*" as an end is everything before 5.5;
//   - entries in git commits are left out: packages are not numbered by them.
// An entry that names nothing usable gives no claim. Names that are no CPE go to sink.bad_record
// under the name of the record.
void read_affected(Json entry, std::string_view record, CpeClaims& claims, AdvisorySink& sink);

}  // namespace azekura::scanner::advisories

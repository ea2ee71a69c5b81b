// Claims out of CPE names, as NVD, its overrides and CVE records write them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

// The bounds beside a CPE name; empty where there are none.
struct CpeBounds {
  std::string_view start_including;
  std::string_view start_excluding;
  std::string_view end_including;
  std::string_view end_excluding;
};

// A claim of Ecosystem::kCpe about the name's own version, with its update ("9.8" and "p1" as
// "9.8p1"; "-" is a version of its own), or about every version where the name leaves it open.
// Where the name says more than part, vendor, product, version and update, the qualifier is the
// name without these two. kInvalid for what is no CPE name, and for one without vendor or product.
Result<Affected> cpe_frame(std::string_view criteria);
// The same; bounds, where there are any, take the place of the name's version.
Result<Affected> cpe_claim(std::string_view criteria, const CpeBounds& bounds);

// Joins claims about the same thing (name, qualifier, note, state): their ranges and versions add
// up, each once, unless one of them is of every version.
class CpeClaims {
 public:
  void add(Affected claim);
  std::vector<Affected> take();
  // A name of the record that is no CPE: a bad record, once for each name.
  void refuse(std::string_view record, std::string_view name, Error why, AdvisorySink& sink);

 private:
  std::set<std::string, std::less<>> refused_;
  std::vector<Affected> claims_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace azekura::scanner::advisories

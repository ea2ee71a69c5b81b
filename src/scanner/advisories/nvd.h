// NVD: what its formats of all ages and its overrides have in common: configurations of CPE names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/advisories/cpe_claims.h"
#include "scanner/database/advisory.h"
#include "scanner/document/json.h"

namespace azekura::scanner::advisories {

// Collects the claims of a record's configurations.
//
// Each match with vulnerable = true is a claim. Where it holds only together with others (operator
// AND), the names of these are its note, "with <cpe>; <cpe>": a scanner cannot decide about
// hardware. A match with vulnerable = false is only ever such a platform. What is negated cannot be
// said as a claim: it is left out and counted.
class NvdConfigurations {
 public:
  explicit NvdConfigurations(AdvisorySink& sink, std::string_view cve) : sink_(sink), cve_(cve) {}

  void read_2_0(
      Json configurations);   // [{operator, negate, nodes: [{operator, negate, cpeMatch}]}]
  void read_1_1(Json nodes);  // [{operator, negate, cpe_match, children}]
  std::vector<Affected> take() { return claims_.take(); }

 private:
  struct Node;
  void read_together(const std::vector<Node>& nodes, bool all_needed);
  void add(Json match, const std::string& note);
  void refuse_negation();

  AdvisorySink& sink_;
  std::string_view cve_;
  CpeClaims claims_;
  bool negation_told_ = false;
};

}  // namespace azekura::scanner::advisories

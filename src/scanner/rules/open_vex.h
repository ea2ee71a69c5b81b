// OpenVEX: statements about our own products, written as an OpenVEX 0.2.0 document.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner::rules {

struct Statement {
  std::string product;  // a purl
  std::vector<std::string>
      subcomponents;  // purls of what in it the statement is about; none: the product
  std::string id;     // "CVE-2024-1234"
  std::vector<std::string> aliases;
  State state = State::kNotAffected;
  // For kNotAffected one of these two is needed; the justification is one of OpenVEX's five words.
  std::string justification;
  std::string impact;
  std::string action;  // what to do, for what is affected
  Time time = 0;       // 0: the document's
};

struct OpenVexOptions {
  std::string author;
  Time time = 0;  // of the document
  std::string tooling = "azekura";
};

// The document. Its @id follows from its content, so that the same statements at the same time are
// the same document. kInvalid for no statement, one without a product or id, or one that OpenVEX
// does not allow.
Result<std::string> open_vex(const std::vector<Statement>& statements,
                             const OpenVexOptions& options);

}  // namespace azekura::scanner::rules

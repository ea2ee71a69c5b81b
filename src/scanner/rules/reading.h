// The readers of the single formats, and what they write into. For this room only.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "scanner/document/json.h"
#include "scanner/document/xml.h"
#include "scanner/rules/rule.h"

namespace azekura::scanner::rules {

// A file while it is read.
class Reading {
 public:
  Reading(Format format, std::string_view file) : file_(file) { result_.format = format; }

  // A rule of this file, from this place in it ("statement 3").
  Rule rule(std::string_view place) const;
  // Takes a rule over, if its patterns are regular expressions and its range is one.
  void add(Rule rule);
  // Something that was not taken over. The same is told once.
  void problem(std::string_view place, std::string_view why);

  Result<RuleFile> take();

 private:
  std::string file_;
  RuleFile result_;
  std::set<std::string> told_;
  bool full_ = false;
};

inline constexpr std::size_t kProblemsMax = 1000;

// Says which of `keys` has a list or an object where a single value must be: read as nothing, it
// would let the rule hold for more than was meant. Empty: none.
std::string not_single(Json entry, std::span<const std::string_view> keys);

void read_open_vex(Json root, Reading& reading);
void read_csaf(Json root, Reading& reading);
void read_cyclone_dx(Json root, Reading& reading);
void read_dependency_check(XmlNode root, Reading& reading);
void read_trivy_ignore(std::string_view text, Reading& reading);
void read_trivy_ignore_yaml(Json root, Reading& reading);
void read_grype(Json root, Reading& reading);
// `folder`: where the file lies.
void read_osv_scanner(Json root, std::string_view folder, Reading& reading);

}  // namespace azekura::scanner::rules

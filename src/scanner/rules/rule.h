// Rules: what people have decided not to hear of, and what vendors say about their products (VEX), in one store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner::rules {

enum class Format : std::uint8_t {
  kOpenVex,
  kCsafVex,
  kCycloneDxVex,
  kDependencyCheck,  // suppression XML 1.0 to 1.3
  kTrivyIgnore,      // .trivyignore
  kTrivyIgnoreYaml,
  kGrype,            // .grype.yaml: ignore
  kOsvScanner,       // osv-scanner.toml
};
std::string_view name_of(Format format);

// A rule holds for a finding if everything that it names agrees.
struct Rule {
  // What it says of the finding. kNotAffected and kFixed take it away; kAffected and kInvestigating only
  // change its state (VEX).
  State state = State::kNotAffected;
  std::vector<std::string> ids;  // CVE, GHSA, …, aliases included; none: any
  std::string id_pattern;        // a regular expression over the id; empty: none

  // The component: each empty one says nothing.
  std::string purl;              // without a version: any version
  std::string purl_pattern;
  std::string name;
  std::string name_pattern;
  std::string version;
  std::string ecosystem;         // as OSV writes it
  std::string cpe;               // a prefix or a whole name
  std::string path_pattern;      // of the location
  std::string sha1;
  std::string gav_pattern;
  std::string cwe;
  double cvss_below = 0;         // 0: says nothing
  std::string only_state;        // Grype's fix-state: "wont-fix", "not-fixed", "fixed", "unknown"
  bool case_sensitive = true;

  std::string folder;            // holds below this folder only; empty: everywhere
  std::string reason;
  std::string justification;     // VEX: "vulnerable_code_not_present"
  std::string owner;
  Time expires = 0;              // 0: never
  Format format = Format::kTrivyIgnore;
  std::string source;            // the file, and where in it
};

// What is known of a finding when rules are asked.
struct Subject {
  std::vector<std::string_view> ids;   // the problem's id and its aliases
  std::string_view ecosystem;          // as OSV writes it
  std::string_view name;
  std::string_view version;
  std::string purl;
  std::string_view cpe;
  std::string_view location;
  std::string_view sha1;
  std::vector<std::string_view> cwes;
  double cvss = 0;
  State state = State::kAffected;
  bool has_fix = false;
};

// Reads a file of any of the formats; the format is found by content and name. kInvalid, with the place.
// `folder`: where it lies below the root of the scan (osv-scanner.toml holds for its own folder).
Result<std::vector<Rule>> read_rules(std::string_view name, std::string_view octets,
                                     std::string_view folder);

class RuleSet {
 public:
  // kInvalid for a pattern that is no regular expression.
  static Result<RuleSet> create(std::vector<Rule> rules);
  ~RuleSet();
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;

  // The first rule that holds at `now`, or nullptr. Remembers that it was used.
  const Rule* find(const Subject& subject, Time now);
  // Rules that held for nothing, and rules that have expired.
  std::vector<const Rule*> unused() const;
  std::vector<const Rule*> expired(Time now) const;
  const std::vector<Rule>& all() const;

 private:
  struct State_;
  explicit RuleSet(std::unique_ptr<State_> state);
  std::unique_ptr<State_> state_;
};

}  // namespace azekura::scanner::rules

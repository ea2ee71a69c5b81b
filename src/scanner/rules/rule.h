// Rules: what people have decided not to hear of, and what vendors say about their products (VEX),
// in one store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
  kGrype,       // .grype.yaml: ignore
  kOsvScanner,  // osv-scanner.toml
};
std::string_view name_of(Format format);  // "OpenVEX"

// Whether a format is somebody's statement about a product, in contrast to a wish not to hear.
bool is_vex(Format format);

// A rule holds for a finding if everything that it names agrees. One entry of a file may become
// several rules (its products, its alternatives); these have the same `source`.
//
// Patterns are regular expressions of RE2 and must match the whole text.
struct Rule {
  // What it says of the finding. kNotAffected and kFixed take it away; kAffected and kInvestigating
  // only change its state (VEX).
  State state = State::kNotAffected;
  std::vector<std::string> ids;  // CVE, GHSA, …, aliases included; none: any
  std::string id_pattern;        // over each id; empty: none

  // The component: each empty one says nothing.
  std::string purl;           // without a version: any version; its qualifiers must agree
  std::string version_range;  // vers: "vers:npm/>=1.0.0|<2.0.0", with `purl`
  // A purl or a CPE of what the component lies in, or which it is itself: an image, an application,
  // a platform.
  std::string product;
  std::string purl_pattern;
  std::string name;
  std::string name_pattern;
  std::string version;
  std::string ecosystem;  // as OSV writes it; without a release: any release
  std::string cpe;        // the beginning of the CPE by which it was found, as a URI: "cpe:/a:v:p"
  std::string cpe_pattern;   // over that URI
  std::string path_pattern;  // of the location
  std::string sha1;
  std::string gav_pattern;  // of "group:artifact:version"
  std::string cwe;          // "CWE-79"
  double cvss_below = 0;    // 0: says nothing
  std::string only_state;   // Grype's fix-state: "wont-fix", "not-fixed", "fixed", "unknown"

  // Holds for what lies right in this folder ("" is the root of the scan), and not below it.
  std::optional<std::string> folder;
  std::string reason;
  std::string justification;  // VEX: "vulnerable_code_not_present"
  std::string owner;          // who says so
  Time stated = 0;            // VEX: of several statements the last one counts
  Time expires = 0;           // holds before this moment; 0: for ever
  bool stock = false;         // belongs to a stock of rules ("base"): no use of it is normal
  Format format = Format::kTrivyIgnore;
  std::string source;  // the file, and where in it
};

// What is known of a finding when rules are asked.
struct Subject {
  std::vector<std::string_view> ids;  // the problem's id and its aliases
  std::string_view ecosystem;         // as OSV writes it
  std::string_view name;
  std::string_view version;
  // Of a distribution's package: what it was built from. Rules for arch=source speak of that.
  std::string_view source_name;
  std::string_view source_version;
  std::string purl;
  // Purls and CPEs of what it lies in: the image, the application of an SBOM, the platform.
  std::vector<std::string_view> products;
  std::string_view cpe;  // by which it was found; either binding
  std::string_view location;
  std::string_view sha1;
  std::vector<std::string_view> cwes;
  double cvss = 0;
  State state = State::kAffected;
  bool has_fix = false;
};

// A file of rules. What could not be taken over of it is told, each with its place and why; the
// rest holds.
struct RuleFile {
  Format format = Format::kTrivyIgnore;
  std::vector<Rule> rules;
  std::vector<std::string> problems;
};

inline constexpr std::size_t kRulesMax = 1'000'000;  // in one file
inline constexpr std::size_t kPatternSizeMax = 4096;

// Reads a file of any of the formats; the format is found by content and name. kInvalid, with the
// place; kUnsupported for what is none of the formats; kExhausted. `folder`: where it lies below
// the root of the scan (osv-scanner.toml holds for its own folder).
Result<RuleFile> read_rules(std::string_view name, std::string_view octets,
                            std::string_view folder);

// Threads: find() may be called from several at once.
class RuleSet {
 public:
  // kInvalid for a pattern that is no regular expression (read_rules() gives none).
  static Result<RuleSet> create(std::vector<Rule> rules);
  ~RuleSet();
  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;

  // The first rule that holds at `now`, or nullptr: what people wish before what vendors state, and
  // of statements the latest. Remembers that it was used.
  const Rule* find(const Subject& subject, Time now);
  // Entries of files of which no rule held for anything, the first rule of each; and those that
  // have expired. What belongs to a stock is in neither.
  std::vector<const Rule*> unused() const;
  std::vector<const Rule*> expired(Time now) const;
  // In the order in which find() tries them.
  const std::vector<Rule>& all() const;

 private:
  struct State_;
  explicit RuleSet(std::unique_ptr<State_> state);
  std::unique_ptr<State_> state_;
};

}  // namespace azekura::scanner::rules

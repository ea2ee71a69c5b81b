// Advisory: what an importer reads out of one record of a source, before it is compiled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/terms/cvss.h"
#include "scanner/terms/ecosystem.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner {

// Seconds since 1970, UTC; 0 is unknown.
using Time = std::int64_t;

// What a source says about a package. The values are stored.
enum class State : std::uint8_t {
  kFixed,          // affected up to the fixed version
  kAffected,       // affected, no fix (yet)
  kWontFix,        // affected, will not be fixed
  kPostponed,      // affected, the fix is put off (deferred, no DSA)
  kNotAffected,    // looked at, not affected
  kInvestigating,  // under investigation
  kEndOfLife,      // affected or unknown, and nobody looks any more
};
std::string_view name_of(State state);  // "fixed", "affected", "will-not-fix", …

// The versions from `introduced` (inclusive, empty: from the beginning) to an end.
struct AffectedRange {
  enum class End : std::uint8_t { kNone, kFixed /* exclusive */, kLastAffected /* inclusive */ };

  std::string introduced;
  std::string end;
  End end_kind = End::kNone;
  // `introduced` itself is not affected, only what is later: NVD's versionStartExcluding, RustSec's
  // unaffected "<= 1.0".
  bool introduced_exclusive = false;
};

// One claim about one package.
struct Affected {
  EcosystemRelease where;
  std::string name;  // as the source writes it; the builder normalises
  // What else must agree for the claim to hold: an RPM module stream "nodejs:18", a CPE in which
  // more than part, vendor, product and version is said ("cpe:2.3:a:v:p:*:*:*:*:*:wordpress:*:*").
  std::string qualifier;
  State state = State::kAffected;
  std::vector<AffectedRange> ranges;  // none and no versions: every version
  std::vector<std::string> versions;  // affected too, one by one
  std::string advisory;               // who fixes it: "RHSA-2024:1234"; empty: the record itself
  Severity severity = Severity::kUnknown;  // the vendor's, for this package
  // For the reader: Ubuntu's note, Debian's urgency, the Go symbols, the platform that a CPE needs.
  std::string note;
};

struct Score {
  std::string source;  // "nvd", "ghsa", "redhat", "cna:…", "cisa-adp"
  std::string vector;  // a CVSS vector, or empty where only the number is given
  double score = 0;    // 0: computed from the vector
};

struct Exploit {
  enum class Kind : std::uint8_t { kExploitDb, kMetasploit, kProofOfConcept };
  Kind kind = Kind::kExploitDb;
  std::string id;  // "12345", "exploit/unix/…", a URL
};

struct KnownExploited {
  std::string catalogue;  // "cisa", "enisa"
  Time added = 0;
  Time due = 0;
  bool ransomware = false;
};

struct Epss {
  double probability = 0;
  double percentile = 0;  // 0 where the model gives none
  std::string model;      // "v2023.03.01"
  Time date = 0;
};

struct Ssvc {
  std::string exploitation;      // none, poc, active
  std::string automatable;       // yes, no
  std::string technical_impact;  // partial, total
};

// A text in one language, and whose it is.
struct Text {
  std::string title;
  std::string body;
  std::string source;  // "GHSA", "NVD", "JVN iPedia"
  std::string link;
};

struct Advisory {
  std::string id;  // "DSA-5343-1", "GHSA-…", "CVE-…", "JVNDB-…"
  // Other names of the same problem. A record with several CVE ids is no alias of theirs: it is
  // about them all, and they belong in `about`.
  std::vector<std::string> aliases;
  // The problems that an advisory is about: the CVEs of a DSA, an RHSA, a USN.
  std::vector<std::string> about;
  // What else belongs to it, for the reader only.
  std::vector<std::string> related;

  Time published = 0;
  Time modified = 0;
  // Why the record counts for nothing ("withdrawn", "rejected"). It is kept, so that it can be
  // said.
  std::string void_reason;
  bool disputed = false;
  bool malicious = false;  // the package itself is malware (MAL-)

  Text english;
  Text japanese;
  std::string link;
  Severity severity = Severity::kUnknown;  // the vendor's word
  std::vector<Score> scores;
  std::vector<std::string> cwes;  // "CWE-79"
  std::vector<std::string> references;
  std::vector<Affected> affected;

  std::optional<KnownExploited> known_exploited;
  std::optional<Epss> epss;
  std::optional<Ssvc> ssvc;
  std::vector<Exploit> exploits;
};

// Words that are not about a problem.
struct CweName {
  std::string id;  // "CWE-79"
  std::string english;
  std::string japanese;
};
struct ProductName {
  std::string product_key;  // of Ecosystem::kCpe: "a:f5:nginx"
  std::string vendor;       // as people write it, often Japanese
  std::string product;
};
// A component of Bitnami and the CPE under which others know it.
struct ComponentCpe {
  std::string component;
  std::string vendor;
  std::string product;
};
// How long a distribution's release is looked after.
struct ReleaseLife {
  EcosystemRelease release;
  std::string codename;
  Time end_of_support = 0;           // of the free support
  Time end_of_extended_support = 0;  // of what is paid for; 0: none
};
// A signature of a library in browser JavaScript (retire.js). `pattern` holds §§version§§.
struct JavaScriptSignature {
  enum class Kind : std::uint8_t { kUri, kFileName, kContent, kContentReplace, kHash, kAst };
  std::string library;
  Kind kind = Kind::kContent;
  std::string pattern;  // for kHash the SHA-1 in hexadecimal
  std::string version;  // for kHash
};

// Where importers put what they read. Called from several threads at once, each with its own sink.
class AdvisorySink {
 public:
  virtual ~AdvisorySink() = default;
  virtual void add(Advisory advisory) = 0;
  virtual void add(CweName name) = 0;
  virtual void add(ProductName name) = 0;
  virtual void add(ComponentCpe component) = 0;
  virtual void add(ReleaseLife life) = 0;
  virtual void add(JavaScriptSignature signature) = 0;
  // A record that could not be read: counted, and the first ones of each source named.
  virtual void bad_record(std::string name, Error why) = 0;
};

}  // namespace azekura::scanner

// Database: the compiled advisories, an immutable file mapped into memory.
//
// docs/advisory-database.md has the grammar of the file. Opening costs a check of the header;
// whatever is read afterwards is checked where it is read, so that a damaged file gives errors and
// wrong answers never memory of others. All views live as long as the Database.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner {

enum class Language : std::uint8_t { kEnglish, kJapanese };

// Numbers of things in one database file.
using RecordId = std::uint32_t;
using ProblemId = std::uint32_t;
using VersionId = std::uint32_t;  // 0: none

// One interval of one claim about one package. 24 octets, as stored. The intervals of one claim
// stand side by side, first the one with `is_first`.
struct Claim {
  RecordId record = 0;
  VersionId introduced = 0;     // 0: from the beginning
  VersionId end = 0;            // 0: no end
  std::uint32_t detail = 0;     // advisory and note; 0: none
  std::uint32_t qualifier = 0;  // a text; 0: none
  State state = State::kAffected;
  std::uint8_t flags = 0;
  Severity severity = Severity::kUnknown;
  std::uint8_t reserved = 0;

  bool operator==(const Claim&) const = default;

  static constexpr std::uint8_t kEndInclusive = 1;
  static constexpr std::uint8_t kIsFirst = 2;
  static constexpr std::uint8_t kSingleVersion = 4;  // out of a list of versions: introduced == end
  static constexpr std::uint8_t kIntroducedExclusive = 8;  // AffectedRange::introduced_exclusive
};
static_assert(sizeof(Claim) == 24);

// Sets of ecosystems, one bit each.
using EcosystemSet = std::uint64_t;
constexpr EcosystemSet set_of(Ecosystem ecosystem) {
  return EcosystemSet{1} << static_cast<unsigned>(ecosystem);
}

struct SourceInfo {
  std::string name;    // "debian"
  std::string format;  // "osv"
  std::string origin;  // the URL, or what the user gave
  Time date = 0;       // of the data
  Time fetched = 0;
  std::string digest;  // SHA-256 of the octets as they came, hexadecimal
  std::uint64_t files = 0;
  std::uint64_t records = 0;
  std::uint64_t bad_records = 0;
  std::vector<std::string> bad_examples;  // "name: why", the first few
  std::uint64_t unrecognised_files = 0;   // no format of advisories, left out
  // Whose packages its claims are about; none: pure knowledge (exploits, scores, names).
  EcosystemSet ecosystems = 0;
  std::vector<std::string> unrecognised_examples;  // names, the first few
  std::string failure;  // why the last attempt to refresh it failed; empty: it did not
};

struct RecordView {
  std::string_view id;
  std::uint32_t source = 0;  // index into sources()
  std::span<const ProblemId> problems;
  Time published = 0;
  Time modified = 0;
  Severity severity = Severity::kUnknown;
  std::string_view void_reason;
};

struct ScoreView {
  std::string_view source;
  std::string_view vector;
  CvssVersion version = CvssVersion::kV31;
  double score = 0;
};

struct ProblemView {
  std::string_view id;  // CVE if there is one, else GHSA, else the first by name
  std::vector<std::string_view> aliases;
  std::vector<RecordId> records;
  Time published = 0;
  Time modified = 0;
  bool disputed = false;
  bool malicious = false;
  std::string_view void_reason;  // if all of its records count for nothing
  std::vector<ScoreView> scores;
  std::vector<std::string_view> cwes;
  std::vector<KnownExploited> known_exploited;
  std::optional<Epss> epss;
  std::optional<Ssvc> ssvc;
  std::vector<Exploit> exploits;
};

// What the order of findings needs, without a detour: 8 octets, as stored.
struct ProblemFacts {
  float epss = 0;
  std::uint8_t best_score_tenths = 0;      // of the newest CVSS version there is
  Severity severity = Severity::kUnknown;  // of that score
  std::uint8_t flags = 0;
  std::uint8_t reserved = 0;  // padding would make files differ by chance
  static constexpr std::uint8_t kKnownExploited = 1;
  static constexpr std::uint8_t kRansomware = 2;
  static constexpr std::uint8_t kExploit = 4;  // a public exploit
  static constexpr std::uint8_t kMetasploit = 8;
  static constexpr std::uint8_t kDisputed = 16;
  static constexpr std::uint8_t kMalicious = 32;
  static constexpr std::uint8_t kSsvcActive = 64;
  static constexpr std::uint8_t kVoid = 128;  // withdrawn or rejected by all who speak of it
};
static_assert(sizeof(ProblemFacts) == 8);

class Database {
 public:
  // kNotFound; kCorrupt; kUnsupported for a file of a newer format.
  static Result<Database> open(const std::string& path);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  // The claims about a package, whose name is normalised already; empty if there are none.
  std::span<const Claim> claims(Ecosystem ecosystem, std::string_view release,
                                std::string_view normalized_name) const;
  // Whether any package of that release is spoken of.
  bool covers(Ecosystem ecosystem, std::string_view release) const;
  std::vector<EcosystemRelease> covered() const;
  // The claims of one problem, for "who is affected by it" and "why not".
  struct PackageClaims {
    EcosystemRelease where;
    std::string_view name;
    std::span<const Claim> claims;  // all of that package's
  };
  std::vector<PackageClaims> packages_of(ProblemId problem) const;

  std::string_view version_text(VersionId id) const;
  // The order-preserving key (version/scheme.h); empty if the scheme has none or the text is no
  // version.
  std::string_view version_key(VersionId id) const;
  std::string_view text(std::uint32_t id) const;           // of `qualifier`
  std::string_view advisory_of(const Claim& claim) const;  // or the record's own id
  std::string_view note_of(const Claim& claim) const;

  RecordView record(RecordId id) const;
  // Where people read it; empty if there is none. Put together, so not part of the view.
  std::string record_link(RecordId id) const;
  std::span<const ProblemId> problems_of(RecordId id) const;
  const ProblemFacts& facts(ProblemId id) const;
  std::string_view problem_id(ProblemId id) const;
  ProblemView problem(ProblemId id) const;
  // By any of its names, case-insensitive.
  std::optional<ProblemId> find(std::string_view id_or_alias) const;
  std::size_t problem_count() const;

  // From the cold part: decompressed. nullopt where there is no text in that language.
  std::optional<Text> problem_text(ProblemId id, Language language) const;
  // The links of all records that are about this problem alone, sorted.
  std::vector<std::string> problem_references(ProblemId id) const;
  std::optional<std::string> cwe_name(std::string_view cwe, Language language) const;
  std::optional<ProductName> product_name(std::string_view product_key) const;
  std::optional<ComponentCpe> component_cpe(std::string_view bitnami_component) const;
  std::vector<JavaScriptSignature> javascript_signatures() const;
  // What the data says; else what was known when this program was made (release_life.h).
  std::optional<ReleaseLife> release_life(const EcosystemRelease& release) const;

  std::span<const SourceInfo> sources() const;
  Time built() const;
  // SHA-256 over the file but the time of its making, hexadecimal: names the exact data.
  std::string digest() const;
  // Reads the whole file and compares it with digest(). kCorrupt.
  Status verify() const;

 private:
  struct State_;
  explicit Database(std::unique_ptr<State_> state);
  std::unique_ptr<State_> state_;
};

}  // namespace azekura::scanner

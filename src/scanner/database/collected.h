// Collected: the records of one source in the form in which 400,000 of them fit into memory.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/database/interned.h"
#include "scanner/database/text_store.h"

namespace azekura::scanner {

using PlaceId = std::uint16_t;

// What all sources share.
struct SharedTables {
  StringTable strings;
  VersionTable versions;
  StringTable places;   // an octet for the ecosystem, then the release
  StringTable details;  // the StringIds of advisory and note, eight octets
};

struct CollectedRecord {
  StringId id = 0;
  StringId link = 0;
  StringId void_reason = 0;
  // In `lists`: four lists, each a count and StringIds: aliases, about, cwes, references.
  std::uint32_t lists = 0;
  std::uint32_t published = 0;
  std::uint32_t modified = 0;
  TextStore::Place english;
  TextStore::Place japanese;
  std::uint8_t english_rank = 0;  // text_choice.h; the lower, the better
  std::uint8_t japanese_rank = 0;
  Severity severity = Severity::kUnknown;
  bool disputed = false;
  bool malicious = false;
  // Says more than numbers about a problem: it becomes a record of the database.
  bool speaks = false;
};

struct CollectedClaim {
  std::uint32_t record = 0;  // index into `records`
  std::uint32_t place = 0;
  StringId name = 0;  // normalised
  VersionTable::Id introduced = 0;
  VersionTable::Id end = 0;
  StringId detail = 0;
  StringId qualifier = 0;
  State state = State::kAffected;
  std::uint8_t flags = 0;
  Severity severity = Severity::kUnknown;
};

struct CollectedScore {
  std::uint32_t record = 0;
  StringId source = 0;
  StringId vector = 0;
  CvssVersion version = CvssVersion::kV31;
  std::uint8_t tenths = 0;
};
struct CollectedExploit {
  std::uint32_t record = 0;
  StringId id = 0;
  Exploit::Kind kind = Exploit::Kind::kExploitDb;
};
struct CollectedKev {
  std::uint32_t record = 0;
  StringId catalogue = 0;
  std::uint32_t added = 0;
  std::uint32_t due = 0;
  bool ransomware = false;
};
struct CollectedEpss {
  std::uint32_t record = 0;
  StringId model = 0;
  std::uint32_t date = 0;
  float probability = 0;
  float percentile = 0;
};
struct CollectedSsvc {
  std::uint32_t record = 0;
  StringId exploitation = 0;
  StringId automatable = 0;
  StringId technical_impact = 0;
};

struct Collected {
  SourceInfo source;
  std::vector<CollectedRecord> records;
  std::vector<std::uint32_t> lists;
  std::vector<CollectedClaim> claims;
  std::vector<CollectedScore> scores;
  std::vector<CollectedExploit> exploits;
  std::vector<CollectedKev> known_exploited;
  std::vector<CollectedEpss> epss;
  std::vector<CollectedSsvc> ssvc;
  TextStore texts;

  std::vector<CweName> weaknesses;
  std::vector<ProductName> products;
  std::vector<ComponentCpe> components;
  std::vector<ReleaseLife> lives;
  std::vector<JavaScriptSignature> signatures;
};

// Seconds since 1970 as they are stored: what lies outside is 0 or the last second there is.
inline std::uint32_t stored_time(Time time) {
  if (time <= 0) return 0;
  return time >= Time{UINT32_MAX} ? UINT32_MAX : static_cast<std::uint32_t>(time);
}

}  // namespace azekura::scanner

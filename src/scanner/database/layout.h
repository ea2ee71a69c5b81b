// Layout: what lies in a database file. docs/advisory-database.md has the grammar; this is the same
// in C++.
//
// Little-endian, each section aligned to eight octets. An offset of a text points into the section
// kStrings, at its length (a varint) and its octets; offset 0 is the empty text.
#pragma once

#include <bit>
#include <cstdint>

namespace azekura::scanner::layout {

static_assert(std::endian::native == std::endian::little);

inline constexpr char kMagic[8] = {'A', 'Z', 'K', 'A', 'D', 'V', '\r', '\n'};
inline constexpr std::uint32_t kFormat = 2;
inline constexpr std::uint64_t kAlignment = 8;

// The values are stored: add at the end only, and raise kFormat where a reader cannot do without.
enum class Section : std::uint32_t {
  kStrings,         // varint length, octets
  kVersions,        // Version
  kDetails,         // Detail
  kPlaces,          // Place, by (ecosystem, release)
  kPackages,        // Package, by (place, name)
  kPackageSlots,    // Slot: a hash table of packages
  kClaims,          // Claim (database.h), by package, then record
  kRecords,         // Record, by (source, id)
  kRecordProblems,  // u32: problems
  kRecordPackages,  // u32: packages
  kProblems,        // Problem, by id
  kFacts,           // ProblemFacts (database.h), one for each problem
  kProblemData,     // problem_codec.h
  kNameSlots,       // Slot: a hash table of all names of problems, case folded
  kBlocks,          // Block, by `start`
  kBlockData,       // zstd frames
  kWeaknesses,      // Weakness, by id
  kProducts,        // Product, by key
  kComponents,      // Component, by component
  kLives,           // Life, by (ecosystem, release)
  kSignatures,      // Signature
  kSources,         // source_codec.h
};
inline constexpr std::uint32_t kSectionCount = 22;

struct SectionBounds {
  std::uint64_t offset;  // from the beginning of the file
  std::uint64_t size;
};

struct Header {
  char magic[8];
  std::uint32_t format;
  std::uint32_t section_count;
  std::int64_t built;
  // SHA-256 of everything that follows the header, then of the header from `file_size` on.
  std::uint8_t digest[32];
  std::uint64_t file_size;
  SectionBounds sections[kSectionCount];
};
static_assert(sizeof(Header) == 64 + 16 * kSectionCount);

// Number 0 is none. Sorted by (scheme, key, text).
struct Version {
  std::uint32_t text;
  std::uint32_t key;  // version/scheme.h; the empty text if there is none
};

// Number 0 is none.
struct Detail {
  std::uint32_t advisory;
  std::uint32_t note;
};

struct Place {
  std::uint32_t ecosystem;
  std::uint32_t release;
};

struct Package {
  std::uint32_t place;
  std::uint32_t name;
  std::uint32_t claims;  // the first one
  std::uint32_t claim_count;
};

// Open addressing, linear probing, a power of two of slots; `index_plus_one` 0 is free.
struct Slot {
  std::uint32_t hash;  // the upper half of the 64-bit hash; its lower half says where to begin
  std::uint32_t index_plus_one;
};

// In a link, an octet 1 stands for the id: the links of a source then are one text.
inline constexpr char kIdInLink = '\x01';

struct Record {
  std::uint32_t id;
  std::uint32_t link;
  std::uint32_t void_reason;
  std::uint32_t problems;  // the first one in kRecordProblems
  std::uint32_t problem_count;
  std::uint32_t packages;  // the first one in kRecordPackages
  std::uint32_t package_count;
  std::uint32_t published;  // seconds since 1970
  std::uint32_t modified;
  std::uint16_t source;
  std::uint8_t severity;
  std::uint8_t reserved;
};
static_assert(sizeof(Record) == 40);

struct Problem {
  std::uint32_t id;
  std::uint32_t data;  // offset in kProblemData
  // Places in the stream of cold texts; 0 is none.
  std::uint32_t english;
  std::uint32_t japanese;
  std::uint32_t references;
};

// The stream of cold texts in pieces, compressed one by one.
struct Block {
  std::uint32_t start;   // the place of its first octet in the stream
  std::uint32_t size;    // decompressed
  std::uint32_t offset;  // in kBlockData
  std::uint32_t compressed_size;
};
inline constexpr std::uint32_t kBlockSizeMax = 4U << 20;

struct Weakness {
  std::uint32_t id;
  std::uint32_t english;
  std::uint32_t japanese;
};

struct Product {
  std::uint32_t key;
  std::uint32_t vendor;
  std::uint32_t product;
};

struct Component {
  std::uint32_t component;
  std::uint32_t vendor;
  std::uint32_t product;
};

struct Life {
  std::uint32_t ecosystem;
  std::uint32_t release;
  std::uint32_t codename;
  std::uint32_t end_of_support;
  std::uint32_t end_of_extended_support;
};

struct Signature {
  std::uint32_t library;
  std::uint32_t kind;
  std::uint32_t pattern;
  std::uint32_t version;
};

}  // namespace azekura::scanner::layout

// Archives from strangers: tar, zip (jar, war), cpio and the compressions gzip, xz, bzip2, zstd,
// lz4, over libarchive, with a limit on everything.
//
// What is hostile is named and left out, and the rest is read: bombs (limits), names that would
// leave the folder (".." and absolute names are normalised or refused), devices, cycles.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace azekura::scanner {

struct ArchiveLimits {
  std::uint64_t entries_max = 4'000'000;
  // An entry that is larger is still listed, but cannot be read.
  std::uint64_t entry_octets_max = std::uint64_t{512} << 20;
  // Of everything that is read out of this archive and those inside it.
  std::uint64_t total_octets_max = std::uint64_t{16} << 30;
};

enum class EntryKind : std::uint8_t { kFile, kFolder, kSymbolicLink, kHardLink, kOther };

struct ArchiveEntry {
  std::string path;  // normalised: no leading slash, no "." and no ".." parts
  EntryKind kind = EntryKind::kFile;
  std::uint64_t size = 0;  // as the archive claims
  std::string link;        // of links, as it stands there
};

// Reads an archive once, forward.
class ArchiveReader {
 public:
  // Of a file, of a descriptor (borrowed, read from its beginning) of one, or of octets that must
  // live as long as the reader. A file that is compressed but no archive is an archive of one entry
  // named "data". kInvalid if it is no archive or damaged at once; kNotFound, kIo, kCorrupt;
  // kExhausted (a zip's directory).
  static Result<ArchiveReader> open_file(const std::string& path, ArchiveLimits limits = {});
  static Result<ArchiveReader> open_descriptor(int descriptor, ArchiveLimits limits = {});
  static Result<ArchiveReader> open_octets(std::string_view octets, ArchiveLimits limits = {});
  ~ArchiveReader();
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) noexcept;

  // An archive inside this one, which draws on the same limits: the last entry as it streams by (a
  // tar; not a zip, whose directory is at its end; this reader must live and rest meanwhile), or
  // what was read.
  Result<ArchiveReader> open_entry();
  Result<ArchiveReader> open_inside(std::string_view octets);
  Result<ArchiveReader> open_inside(int descriptor);

  // Whether it is but one compressed file.
  bool is_compressed_file() const;

  // What this archive and those inside it have used of total_octets_max.
  std::uint64_t octets_used() const;

  // False at the end. kExhausted (a limit), kCorrupt (damaged from here on: the rest is lost).
  // An entry whose name leads out of the archive comes with an empty path.
  Result<bool> next(ArchiveEntry& entry);
  // The first octets of the last entry, as many as are at hand (512, if it has as many); what reads
  // or opens the entry begins with them all the same. Valid until the next call.
  Result<std::string_view> peek();
  // The content of the last entry. kExhausted, kCorrupt; next() may still find the entry after it.
  Result<std::string> read();
  // The same without a copy where that is possible, else in `buffer`; valid until the next call.
  Result<std::string_view> read(std::string& buffer);
  // The same in pieces, for what is large, without the limit of entry_octets_max; return an error
  // to stop.
  Status read(const std::function<Status(std::string_view)>& piece);

 private:
  struct State;
  explicit ArchiveReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether the first octets are those of an archive or a compressed file.
bool looks_like_archive(std::string_view octets);
// gzip, xz, bzip2, zstd; what is not compressed comes back as it is. kExhausted, kCorrupt.
Result<std::string> decompressed(std::string_view octets, std::uint64_t octets_max);
// A zlib stream (RFC 1950); its checksum is not looked at. kExhausted, kCorrupt.
Result<std::string> decompressed_zlib(std::string_view octets, std::uint64_t octets_max);

}  // namespace azekura::scanner

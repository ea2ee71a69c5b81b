// Archives from strangers: tar, zip (jar, war), cpio and the compressions gzip, xz, bzip2, zstd, lz4, over
// libarchive, with a limit on everything.
//
// What is hostile is named and left out, and the rest is read: bombs (limits), names that would leave the
// folder (".." and absolute names are normalised or refused), devices, cycles.
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
  // Of a file, or of octets that must live as long as the reader. kInvalid if it is no archive;
  // kNotFound, kIo.
  static Result<ArchiveReader> open_file(const std::string& path, ArchiveLimits limits = {});
  static Result<ArchiveReader> open_octets(std::string_view octets, ArchiveLimits limits = {});
  // A file that is compressed but no archive is an archive of one entry named "data".
  ~ArchiveReader();
  ArchiveReader(ArchiveReader&&) noexcept;
  ArchiveReader& operator=(ArchiveReader&&) noexcept;

  // False at the end. kExhausted (a limit), kCorrupt (damaged from here on: the rest is lost).
  // An entry whose name leads out of the archive comes with an empty path.
  Result<bool> next(ArchiveEntry& entry);
  // The content of the last entry. kExhausted, kCorrupt.
  Result<std::string> read();
  // The same in pieces, for what is large; return an error to stop.
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

}  // namespace azekura::scanner

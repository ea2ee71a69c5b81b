// The part of TreeScan that looks into archives.
#include <algorithm>

#include <fmt/format.h>

#include "scanner/inventory/executable.h"
#include "scanner/inventory/reading.h"
#include "scanner/inventory/tree_scan.h"

namespace azekura::scanner::inventory {
namespace {

// Restores what it was given when it goes.
class Around {
 public:
  Around(ArchiveReader*& slot, ArchiveReader* now) : slot_(slot), before_(slot) { slot_ = now; }
  ~Around() { slot_ = before_; }
  Around(const Around&) = delete;
  Around& operator=(const Around&) = delete;

 private:
  ArchiveReader*& slot_;
  ArchiveReader* before_;
};

// The content of an entry: in `memory` while it is small, else in `spool`.
Result<Content> gather(ArchiveReader& reader, std::uint64_t octets_max, std::string& memory,
                       Spool& spool) {
  const auto keep = [&](std::string_view piece) -> Status {
    if (spool.size() + memory.size() + piece.size() > octets_max) {
      return fail(Code::kExhausted, fmt::format("larger than {} octets", octets_max));
    }
    if (spool.size() == 0 && memory.size() + piece.size() <= kInMemoryMax) {
      memory += piece;
      return {};
    }
    if (spool.size() == 0) {
      RETURN_IF_ERROR(spool.append(memory));
      std::string().swap(memory);
    }
    return spool.append(piece);
  };
  RETURN_IF_ERROR(reader.read(keep));
  return spool.size() == 0 ? Content::of_octets(memory) : spool.content();
}

}  // namespace

void TreeScan::archive(ArchiveReader& reader, const Content* whole, const Place& place, Java java) {
  const Around around(around_, &reader);
  JarIdentity identity(place.location);
  std::uint64_t hostile_names = 0;
  // One compressed file is no archive: pages of manuals, logs, …
  const bool single = reader.is_compressed_file();
  if (single && place.is_root) {
    problem(Problem::Kind::kUnknown, place.location, "one compressed file: unpack it first");
  }
  for (ArchiveEntry at; !single;) {
    const auto more = reader.next(at);
    if (!more) problem(more.error(), place.location);
    if (!more || !*more || !count_file()) break;
    if (at.path.empty()) hostile_names += at.kind == EntryKind::kFolder ? 0 : 1;
    if (at.path.empty() || at.kind != EntryKind::kFile) continue;
    if (java == Java::kYes) {
      identity.add_entry(at.path);
      if (is_jar_metadata(at.path)) {
        jar_entry(reader, at, place, identity);
        continue;
      }
    }
    const FileGuess guess = guess_file(at.path);
    if (guess.kind == FileKind::kNothing || (guess.kind == FileKind::kScript && !javascript_))
      continue;
    Place inner{place.location + "!" + at.path, at.path, place.depth + 1, false, {}};
    inner.context.path = inner.path;
    entry(reader, at, inner, guess);
  }
  if (hostile_names > 0) {
    problem(Problem::Kind::kHostile, place.location,
            fmt::format("{} names that lead out of the archive", hostile_names));
  }
  if (java == Java::kYes)
    take(identity.finish(whole == nullptr ? "" : whole->sha1()), place.location, "Java archive");
}

void TreeScan::jar_entry(ArchiveReader& reader, const ArchiveEntry& entry, const Place& place,
                         JarIdentity& identity) {
  const std::string location = place.location + "!" + entry.path;
  if (entry.size > kJarMetadataMax) {
    return problem(Problem::Kind::kLimit, location,
                   fmt::format("larger than {} octets", kJarMetadataMax));
  }
  std::string memory;
  Spool spool;
  const auto content = gather(reader, kJarMetadataMax, memory, spool);
  if (!content) return problem(content.error(), location);
  identity.add_metadata(entry.path, memory);
}

void TreeScan::entry(ArchiveReader& reader, const ArchiveEntry& entry, const Place& place,
                     const FileGuess& guess) {
  const auto head = reader.peek();
  if (!head) return problem(head.error(), place.location);
  const bool by_content = guess.kind == FileKind::kJava || guess.kind == FileKind::kArchive ||
                          guess.kind == FileKind::kAny;
  if (by_content && is_tar(*head, guess.kind)) return stream_archive(reader, place);
  // A Java archive that is none is said to be so; the rest is of no interest.
  const bool said = guess.kind == FileKind::kJava && !head->empty();
  if (by_content && !said && !is_zip(*head) && !looks_like_executable(*head)) return;
  if (guess.kind == FileKind::kDocument && sbom_reader_for_octets(*head) == nullptr) return;
  if (entry.size > options_.file_octets_max) {
    return problem(Problem::Kind::kLimit, place.location,
                   fmt::format("larger than {} octets", options_.file_octets_max));
  }
  const std::uint64_t octets_max = guess.kind == FileKind::kReader   ? kReadableMax
                                   : guess.kind == FileKind::kScript ? kScriptMax
                                                                     : options_.file_octets_max;
  std::string memory;
  Spool spool;
  const auto content = gather(reader, octets_max, memory, spool);
  if (!content) return problem(content.error(), place.location);
  const Around around(around_, &reader);
  file(*content, place, guess);
}

// A tar is read as it streams by; nothing of it is kept.
void TreeScan::stream_archive(ArchiveReader& reader, const Place& place) {
  if (place.depth >= options_.archive_depth_max) {
    return problem(
        Problem::Kind::kLimit, place.location,
        fmt::format("archives inside archives, deeper than {}", options_.archive_depth_max));
  }
  auto inner = reader.open_entry();
  if (!inner) return problem(inner.error(), place.location);
  archive(*inner, nullptr, place, Java::kNo);
}

}  // namespace azekura::scanner::inventory

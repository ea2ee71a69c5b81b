// Reading whole sources into a database: folders, files and archives, on several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/builder.h"

namespace azekura::scanner::advisories {

// Where a source lies, and what is known of it already.
struct SourceLocation {
  std::string name;    // "debian"
  std::string format;  // for the reader only
  std::string origin;  // the URL, or what the user gave
  std::string path;    // a folder, a file or an archive
  Time date = 0;       // of the data; 0: that of its newest record
  Time fetched = 0;
  std::string failure;  // why it could not be refreshed, where `path` is what was there before
};

struct ReadProgress {
  std::string_view source;
  std::uint64_t files = 0;   // of this source, so far
  std::uint64_t octets = 0;  // decompressed
  bool done = false;
};
// Called now and then, from every thread that reads.
using ReportProgress = std::function<void(const ReadProgress&)>;

// Reads one source into the builder: every file of it goes to import_file(). Files that cannot be
// read, records that are bad and files that no format knows are counted, and the first ones named,
// in the SourceInfo. The digest is SHA-256 of the file, or for a folder of the names and octets of
// its files. kNotFound, kIo for `path`, kNotFound where it holds no advisory at all; the builder
// gets the source then as well, with that as its failure.
Result<SourceInfo> read_source(const SourceLocation& source, DatabaseBuilder& builder,
                               const ReportProgress& progress = {});

struct BuildOptions {
  unsigned threads = 2;
  ReportProgress progress;
};

// Reads all sources, the largest first, and writes the database. A source that fails stops none of
// the others. The infos come in the order of `sources`. kNotFound if no source has any data: what
// lies at `path` stays then; or as DatabaseBuilder::write().
Result<std::vector<SourceInfo>> build_database(const std::vector<SourceLocation>& sources,
                                               const std::string& path,
                                               const BuildOptions& options = {});

}  // namespace azekura::scanner::advisories

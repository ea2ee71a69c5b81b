// TreeScan: what is done with one file of a tree, wherever it lies; and where what was found is
// collected.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "scanner/document/archive.h"
#include "scanner/inventory/content.h"
#include "scanner/inventory/file_kind.h"
#include "scanner/inventory/inventory.h"
#include "scanner/inventory/jar.h"
#include "scanner/inventory/javascript.h"
#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

// A lockfile or bill of materials; the file that was named itself may be larger.
inline constexpr std::uint64_t kReadableMax = std::uint64_t{32} << 20;
inline constexpr std::uint64_t kReadableRootMax = std::uint64_t{512} << 20;
// An entry of an archive that must be had as a whole lies in memory up to here, above in a
// temporary file.
inline constexpr std::uint64_t kInMemoryMax = std::uint64_t{4} << 20;
// More problems are only counted.
inline constexpr std::size_t kTreeProblemsMax = 10'000;

// Where a file lies.
struct Place {
  std::string location;   // from the root of what is scanned: "app.war!WEB-INF/lib/x.jar"
  std::string_view path;  // from the root of its tree or archive: "WEB-INF/lib/x.jar"
  int depth = 0;          // archives around it
  bool is_root = false;   // the file that was named itself
  ReadContext context;    // for readers
};

class TreeScan {
 public:
  explicit TreeScan(const TreeOptions& options);

  // False when files_max is reached: said once.
  bool count_file();

  // A file whose octets can be had anywhere in it.
  void file(const Content& content, const Place& place, const FileGuess& guess);
  // All entries of an archive, and what is in them. `java`: it is a Java archive, whose identity is
  // looked for.
  enum class Java : bool { kNo, kYes };
  void archive(ArchiveReader& reader, const Content* whole, const Place& place, Java java);
  // The last entry of an archive: `place` is the entry's.
  void entry(ArchiveReader& reader, const ArchiveEntry& entry, const Place& place,
             const FileGuess& guess);

  // Opens an archive on disk; what it unpacks counts from then on (close_archive).
  Result<ArchiveReader> open_archive(const Content& content);
  void close_archive(const ArchiveReader& reader);

  void take(ReadOutcome outcome, const std::string& location, std::string_view format);
  void problem(Problem::Kind kind, std::string location, std::string why);
  void problem(const Error& error, std::string location);

  // Adds what was found elsewhere.
  void merge(Inventory found);

  // Where what is found goes from now on; returns where it went before.
  Inventory* collect_into(Inventory* out);
  const TreeOptions& options() const { return options_; }
  bool looks_at_scripts() const { return !options_.javascript.empty(); }
  // Only after the first script: compiling its expressions takes longer than most scans.
  const std::optional<JavaScriptMatcher>& javascript() const { return javascript_; }

 private:
  void read(const Content& content, const Place& place, const ReaderEntry& reader);
  void document(const Content& content, const Place& place);
  void script(const Content& content, const Place& place);
  void program(const Content& content, const Place& place);
  void packed(const Content& content, const Place& place, Java java);
  void stream_archive(ArchiveReader& reader, const Place& place);
  void jar_entry(ArchiveReader& reader, const ArchiveEntry& entry, const Place& place,
                 JarIdentity& identity);

  const TreeOptions& options_;
  std::optional<JavaScriptMatcher> javascript_;
  Inventory* out_ = nullptr;
  ArchiveReader* around_ = nullptr;  // the archive whose entry is being looked at
  std::uint64_t files_ = 0;
  std::uint64_t octets_left_ = 0;
};

}  // namespace azekura::scanner::inventory

// DatabaseBuilder: compiles advisories into a database file.
//
//   auto sink = builder.begin();  sink->add(…)*;  builder.finish(std::move(sink), source);   //
//   each source builder.write(path);
//
// Records of one source with the same id are one record. Names of one problem (ids and aliases) are
// merged over all sources, but no problem ever has two CVE ids: a record that names several is
// about them all (names.h). Which text of a problem is kept: text_choice.h.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "scanner/database/advisory.h"
#include "scanner/database/database.h"

namespace azekura::scanner {

class DatabaseBuilder {
 public:
  DatabaseBuilder();
  ~DatabaseBuilder();

  // A sink for the records of one source; several sources may be read at once, each by its own
  // thread. The sink must not outlive the builder.
  std::unique_ptr<AdvisorySink> begin();
  // Takes the sink's source in, and gives what the database will say of it: `source` with what the
  // sink counted (records, bad records and their examples), and, where no date is given, that of
  // the newest record. A source without any record has failed, and says so. From any thread.
  SourceInfo finish(std::unique_ptr<AdvisorySink> sink, SourceInfo source);

  // Merges, sorts and writes the file beside `path`, syncs it and renames it over `path`: readers
  // see the old or the new one, whole. Once, and the builder is used up. kNotFound without its
  // folder, kConflict, kIo; kExhausted where the format ends.
  Status write(const std::string& path);

 private:
  struct State_;
  std::unique_ptr<State_> state_;
};

}  // namespace azekura::scanner

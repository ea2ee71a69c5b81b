// DatabaseBuilder: compiles advisories into a database file.
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

  // A sink for the records of one source; several sources may be read at once, each by its own thread.
  // The sink lives until finish() of that source. Fields of `source` that are counts are counted here.
  std::unique_ptr<AdvisorySink> begin(SourceInfo source);
  // Takes the sink's source in.
  void finish(std::unique_ptr<AdvisorySink> sink);

  // Merges, sorts and writes the file beside `path`, syncs it and renames it over `path`: readers see the
  // old or the new one, whole. kIo.
  Status write(const std::string& path);

 private:
  struct State_;
  std::unique_ptr<State_> state_;
};

}  // namespace azekura::scanner

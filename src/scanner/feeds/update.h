// Updating: download what has changed, keep what can't be refreshed, build the database anew.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/database.h"
#include "scanner/feeds/sources.h"

namespace azekura::scanner::feeds {

struct UpdateProgress {
  enum class Step : std::uint8_t { kDownload, kImport, kWrite };
  Step step = Step::kDownload;
  std::string_view source;  // the one that has just gone on
  // Of all sources together: octets for downloads, files for imports.
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: unknown
};

struct UpdateOptions {
  std::string folder;  // places.h
  std::string from;    // a folder of data to read in place of downloading; empty: download
  // Names of sources, also of such that are not enabled; the other enabled ones keep what they
  // have.
  std::vector<std::string> only;
  std::function<void(const UpdateProgress&)> progress;  // from any thread, one at a time
};

struct SourceOutcome {
  enum class What : std::uint8_t {
    kFetched,
    kUnchanged,
    kKept /* failed, the last good data stays */,
    kFailed /* and there is none */
  };
  std::string name;
  What what = What::kUnchanged;
  std::string why;  // of a failure
  std::uint64_t octets = 0;
};

struct UpdateOutcome {
  std::vector<SourceOutcome> sources;
  std::vector<SourceInfo> imported;  // what the database now has
  std::uint64_t database_octets = 0;
  bool rebuilt = true;  // false: nothing had changed
};

// Another update of the same folder at the same time: kUnavailable. kIo. A source that fails is in
// the outcome, not an error, unless there is nothing to build from. The database is built anew if
// any data has changed, a failure has come or gone, or it is a day old: it tells when each source
// was last looked at.
Result<UpdateOutcome> update(const SourceList& sources, const UpdateOptions& options);

}  // namespace azekura::scanner::feeds

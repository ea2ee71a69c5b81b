// SQLite's write-ahead log, applied to a copy of the database in memory.
#pragma once

#include <string>
#include <string_view>

namespace azekura::scanner::inventory {

// Puts the pages of the log's whole transactions into `database` (file format §4). What follows the
// last whole transaction, or belongs to an earlier use of the log, counts for nothing. False where
// the log is none of this database's: it is left as it was.
bool apply_journal(std::string& database, std::string_view journal);

}  // namespace azekura::scanner::inventory

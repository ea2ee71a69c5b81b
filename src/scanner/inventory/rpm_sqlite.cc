#include <sqlite3.h>

#include <memory>

#include "scanner/inventory/rpm_blobs.h"
#include "scanner/inventory/rpm_header.h"
#include "scanner/inventory/sqlite_journal.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeaderSize = 100;
// Steps of SQLite's machine: a database of a million packages takes a tenth of this, and a
// stranger's that would run for ever ends.
constexpr int kStepsBetweenLooks = 1'000'000;
constexpr int kLooksMax = 200;

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

tl::unexpected<Error> corrupt(sqlite3* database) {
  return fail(Code::kCorrupt, std::string("SQLite: ") + sqlite3_errmsg(database));
}

// Opens the octets in their place, as what a stranger sent.
Result<Database> open(std::string& octets) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) return fail(Code::kInternal, "SQLite does not start");
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, static_cast<int>(kRpmStoreSizeMax));
  auto* data = reinterpret_cast<unsigned char*>(octets.data());
  const auto size = static_cast<sqlite3_int64>(octets.size());
  if (sqlite3_deserialize(raw, "main", data, size, size, SQLITE_DESERIALIZE_READONLY) !=
      SQLITE_OK) {
    return corrupt(raw);
  }
  return database;
}

Result<Statement> prepare(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) != SQLITE_OK) {
    return corrupt(database);
  }
  return Statement(statement);
}

// A view or a virtual table of that name would run what a stranger wrote.
Status require_table(sqlite3* database) {
  ASSIGN_OR_RETURN(const auto statement,
                   prepare(database,
                           "SELECT 1 FROM sqlite_schema"
                           " WHERE type = 'table' AND name = 'Packages' AND rootpage > 0"));
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_ROW) return {};
  if (code == SQLITE_DONE) return fail(Code::kCorrupt, "SQLite: there is no table of packages");
  return corrupt(database);
}

}  // namespace

bool is_rpm_sqlite(std::string_view octets) { return octets.starts_with(kMagic); }

Status for_each_sqlite_blob(std::string octets, std::string_view journal, const RpmBlobSink& sink) {
  if (octets.size() < kHeaderSize) return fail(Code::kCorrupt, "it is cut off");
  if (!journal.empty() && !apply_journal(octets, journal)) {
    sink.problem("its journal is damaged: the latest changes may be missing");
  }
  // In memory there is no journal, so the file must not claim to have one (file format §1.3.3).
  octets[18] = octets[19] = 1;

  ASSIGN_OR_RETURN(const auto database, open(octets));
  int looks = 0;
  sqlite3_progress_handler(
      database.get(), kStepsBetweenLooks,
      [](void* count) { return ++*static_cast<int*>(count) > kLooksMax ? 1 : 0; }, &looks);
  RETURN_IF_ERROR(require_table(database.get()));
  ASSIGN_OR_RETURN(const auto statement, prepare(database.get(), "SELECT blob FROM Packages"));
  for (;;) {
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return {};
    if (code != SQLITE_ROW) return corrupt(database.get());
    const void* blob = sqlite3_column_blob(statement.get(), 0);
    const int size = sqlite3_column_bytes(statement.get(), 0);
    if (blob == nullptr) {
      sink.problem("a package without a header");
      continue;
    }
    RETURN_IF_ERROR(sink.blob({static_cast<const char*>(blob), static_cast<std::size_t>(size)}));
  }
}

}  // namespace azekura::scanner::inventory

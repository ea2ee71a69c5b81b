#include "store/sqlite.h"

#include <cstring>
#include <utility>

#include "store/store.h"

namespace azekura::store {

namespace {

// Another program may hold the database for a moment, such as a backup by `sqlite3 .backup`.
constexpr int kBusyTimeoutMs = 5'000;
// A longer row can only be a forged or damaged one. SQL of ours is shorter too.
constexpr int kRowSizeMax = static_cast<int>(kKeySizeMax + kValueSizeMax + 64);

Code code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_TOOBIG:
      return Code::kCorrupt;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return Code::kExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Code::kDenied;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
      return Code::kIo;
    default:
      return Code::kInternal;
  }
}

tl::unexpected<Error> fail_sqlite(sqlite3* handle) {
  const int code = sqlite3_extended_errcode(handle);
  std::string message = "database: ";
  std::string hint;
  switch (code & 0xff) {
    case SQLITE_FULL:
      message += "no space left on its disk";
      hint = "free some space; nothing of the refused change was written";
      break;
    case SQLITE_BUSY:
      message += "another program holds it";
      break;
    default:
      message += sqlite3_errmsg(handle);
  }
  const int errno_value = sqlite3_system_errno(handle);
  if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN) {
    char text[128];
    message += " (" + std::to_string(code);
    if (errno_value != 0) {
      message += std::string(": ") + strerror_r(errno_value, text, sizeof text);
    }
    message += ")";
  }
  return fail(code_of(code), std::move(message), std::move(hint));
}

}  // namespace

Status Statement::bind(int index, ByteView octets) {
  // A null pointer would bind NULL, which is not an empty blob.
  const int code = octets.empty() ? sqlite3_bind_zeroblob(handle_.get(), index, 0)
                                  : sqlite3_bind_blob64(handle_.get(), index, octets.data(),
                                                        octets.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) return fail_sqlite(sqlite3_db_handle(handle_.get()));
  return {};
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail_sqlite(sqlite3_db_handle(handle_.get()));
}

ByteView Statement::blob(int index) const {
  const void* data = sqlite3_column_blob(handle_.get(), index);
  const int size = sqlite3_column_bytes(handle_.get(), index);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

void Statement::reset() {
  // The code of a reset repeats that of the step before it.
  (void)sqlite3_reset(handle_.get());
  (void)sqlite3_clear_bindings(handle_.get());
}

Result<Connection> Connection::open(const std::string& path, Access access) {
  const int flags = (access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW |
                    SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Connection connection(handle);
  if (handle == nullptr) return fail(Code::kExhausted, "database: out of memory");
  if (code != SQLITE_OK) return fail_sqlite(handle);
  connection.tidy_at_close(false);
  (void)sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  (void)sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kRowSizeMax);
  // The schema is not trusted to run anything, nor a page to be well-formed.
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  RETURN_IF_ERROR(connection.execute("PRAGMA cell_size_check=ON"));
  // Nothing of the values ever goes to a file of its own in /tmp.
  RETURN_IF_ERROR(connection.execute("PRAGMA temp_store=MEMORY"));
  return connection;
}

Status Connection::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return fail_sqlite(handle_.get());
  }
  return {};
}

Result<Statement> Connection::prepare(const char* sql) {
  sqlite3_stmt* handle = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr) !=
      SQLITE_OK) {
    return fail_sqlite(handle_.get());
  }
  return Statement(handle);
}

Result<std::int64_t> Connection::query_integer(const char* sql) {
  ASSIGN_OR_RETURN(Statement statement, prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.step());
  if (!row) return fail(Code::kCorrupt, "database: no answer to " + std::string(sql));
  return statement.integer(0);
}

Result<std::string> Connection::query_text(const char* sql) {
  ASSIGN_OR_RETURN(Statement statement, prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.step());
  if (!row) return fail(Code::kCorrupt, "database: no answer to " + std::string(sql));
  return std::string(as_text(statement.blob(0)));
}

void Connection::tidy_at_close(bool tidy) {
  (void)sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, tidy ? 0 : 1, nullptr);
}

}  // namespace azekura::store

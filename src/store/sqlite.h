// Connection and Statement: SQLite with Results instead of return codes. Inside this room only.
//
// Threads: none of these is for more than one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace azekura::store {

class Statement {
 public:
  Statement() = default;

  // The octets must live until reset(). `index` counts from 1.
  Status bind(int index, ByteView octets);
  // True when there is a row.
  Result<bool> step();
  // Valid until the next step() or reset(). `index` counts from 0.
  ByteView blob(int index) const;
  std::int64_t integer(int index) const { return sqlite3_column_int64(handle_.get(), index); }
  // Ends what step() began, so that no read transaction stays open.
  void reset();

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// Resets a statement at the end of a block.
class ResetAtExit {
 public:
  explicit ResetAtExit(Statement& statement) : statement_(statement) {}
  ~ResetAtExit() { statement_.reset(); }
  ResetAtExit(const ResetAtExit&) = delete;
  ResetAtExit& operator=(const ResetAtExit&) = delete;

 private:
  Statement& statement_;
};

class Connection {
 public:
  enum class Access { kReadOnly, kReadWrite };

  Connection() = default;
  // Opens a file that exists. Until tidy_at_close(), closing leaves all files as they are.
  static Result<Connection> open(const std::string& path, Access access);

  Status execute(const char* sql);
  Result<Statement> prepare(const char* sql);
  // The first column of the first row.
  Result<std::int64_t> query_integer(const char* sql);
  Result<std::string> query_text(const char* sql);

  // The extended code of the last call that failed.
  int last_code() const { return sqlite3_extended_errcode(handle_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  // Whether closing moves the log into the database file and removes it.
  void tidy_at_close(bool tidy);

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  explicit Connection(sqlite3* handle) : handle_(handle) {}
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace azekura::store

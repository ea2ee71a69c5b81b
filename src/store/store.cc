#include "store/store.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <span>
#include <utility>

#include "store/place.h"
#include "store/sqlite.h"

namespace azekura::store {

namespace {

// What one transaction takes at most, so that nobody waits behind an endless group.
constexpr std::size_t kGroupBatchesMax = 512;
constexpr std::size_t kGroupSizeMax = 4 * kBatchSizeMax;

// A file up to this size is checked as a whole at open() (under a second). In a larger one, damage
// is found when the damaged page is read.
constexpr std::uint64_t kWholeCheckSizeMax = 64 << 20;
// What the log file is cut to when it was written back.
constexpr const char* kLogSizeLimit = "PRAGMA journal_size_limit=67108864";

// A row that fits a quarter of a page lies in it whole, and an object with its attributes is 1 to 3
// KiB. With SQLite's own 4 KiB such rows took 1.5 to 3 times the space, and longer to read.
constexpr std::uint32_t kPageSize = 16'384;

constexpr const char* kTable =
    "CREATE TABLE kv(key BLOB NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID";

int compare(ByteView a, ByteView b) {
  const std::size_t shared = std::min(a.size(), b.size());
  const int order = shared == 0 ? 0 : std::memcmp(a.data(), b.data(), shared);
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
}

Status check_key(ByteView key) {
  if (key.empty()) return fail(Code::kInvalid, "store: an empty key");
  if (key.size() > kKeySizeMax) {
    return fail(Code::kInvalid, "store: a key of " + std::to_string(key.size()) +
                                    " octets; at most " + std::to_string(kKeySizeMax));
  }
  return {};
}

// The first key after all that begin with `prefix`, or nothing when there is no such key.
std::optional<Bytes> end_of(ByteView prefix) {
  Bytes end = to_bytes(prefix);
  while (!end.empty() && end.back() == 0xff) end.pop_back();
  if (end.empty()) return std::nullopt;
  ++end.back();
  return end;
}

std::string number_pragma(const char* name, std::uint32_t value) {
  return std::string("PRAGMA ") + name + "=" + std::to_string(value);
}

// A new database appears under its name only when it is whole.
Status create_database(const Place& place) {
  ASSIGN_OR_RETURN(const std::string path, place.begin_new());
  {
    ASSIGN_OR_RETURN(Connection connection, Connection::open(path, Connection::Access::kReadWrite));
    RETURN_IF_ERROR(connection.execute("PRAGMA synchronous=FULL"));
    RETURN_IF_ERROR(connection.execute(number_pragma("page_size", kPageSize).c_str()));
    RETURN_IF_ERROR(connection.execute(number_pragma("application_id", kApplicationId).c_str()));
    RETURN_IF_ERROR(connection.execute(number_pragma("user_version", kFormatVersion).c_str()));
    RETURN_IF_ERROR(connection.execute(kTable));
    RETURN_IF_ERROR(connection.execute("PRAGMA journal_mode=WAL"));
    connection.tidy_at_close(true);
  }
  return place.finish_new();
}

// The header that look() saw may be older than the log; now both are known.
Status check_format(Connection& connection, const Place& place) {
  ASSIGN_OR_RETURN(const std::int64_t version, connection.query_integer("PRAGMA user_version"));
  if (version != kFormatVersion) {
    return fail(Code::kUnsupported, place.path() + " has format " + std::to_string(version) +
                                        ", and this program knows " +
                                        std::to_string(kFormatVersion));
  }
  ASSIGN_OR_RETURN(const std::string schema,
                   connection.query_text("SELECT group_concat(sql, ';') FROM sqlite_schema"));
  if (schema != kTable) return fail(Code::kCorrupt, "it has not the table of its format");
  ASSIGN_OR_RETURN(const std::int64_t pages, connection.query_integer("PRAGMA page_count"));
  ASSIGN_OR_RETURN(const std::int64_t page_size, connection.query_integer("PRAGMA page_size"));
  // Beside a log that was not written back yet the file may well be shorter.
  if (place.log_size() == 0 &&
      place.database_size() < static_cast<std::uint64_t>(pages * page_size)) {
    return fail(Code::kCorrupt, "its end is missing");
  }
  if (place.database_size() > kWholeCheckSizeMax) return {};
  ASSIGN_OR_RETURN(const std::string verdict, connection.query_text("PRAGMA quick_check(1)"));
  if (verdict != "ok") return fail(Code::kCorrupt, verdict);
  return {};
}

Result<Connection> open_writer(const Place& place) {
  ASSIGN_OR_RETURN(Connection connection,
                   Connection::open(place.path(), Connection::Access::kReadWrite));
  RETURN_IF_ERROR(check_format(connection, place));
  ASSIGN_OR_RETURN(const std::string mode, connection.query_text("PRAGMA journal_mode=WAL"));
  if (mode != "wal") {
    return fail(Code::kUnsupported, place.path() + ": this file system cannot keep its log",
                "put the database on a local file system");
  }
  RETURN_IF_ERROR(connection.execute("PRAGMA synchronous=FULL"));
  RETURN_IF_ERROR(connection.execute("PRAGMA secure_delete=ON"));
  RETURN_IF_ERROR(connection.execute(kLogSizeLimit));
  return connection;
}

// A page that cannot be understood is reported with what to do about it.
Error explain(Error error, const Place& place) {
  if (error.code == Code::kCorrupt && error.hint.empty()) {
    error.message = place.path() + " is damaged: " + error.message;
    error.hint = "it was left as it is; restore it from a backup";
  }
  return error;
}

}  // namespace

Batch& Batch::put(ByteView key, ByteView value) {
  changes_.push_back({to_bytes(key), to_bytes(value)});
  return *this;
}

Batch& Batch::erase(ByteView key) {
  changes_.push_back({to_bytes(key), std::nullopt});
  return *this;
}

Batch& Batch::expect_absent(ByteView key) {
  expectations_.push_back({to_bytes(key), std::nullopt});
  return *this;
}

Batch& Batch::expect_value(ByteView key, ByteView value) {
  expectations_.push_back({to_bytes(key), to_bytes(value)});
  return *this;
}

// The writing half is used by one thread at a time: the one whose batch is first in the queue
// leads, takes what arrived behind it into its transaction, and answers the others.
class Store::Impl {
 public:
  static Result<std::unique_ptr<Impl>> open(Place place);
  ~Impl();

  Result<std::optional<Bytes>> get(ByteView key);
  Status scan(ByteView prefix, const Visitor& visit);
  Status commit(const Batch& batch);
  Stats stats() const;

 private:
  struct Waiting {
    const Batch* batch;
    std::size_t size;
    Status status;
    bool answered = false;
    std::condition_variable wake;
  };
  using Group = std::span<Waiting* const>;

  explicit Impl(Place place) : place_(std::move(place)) {}
  Status prepare();

  static Result<std::size_t> check(const Batch& batch);
  void lead(std::unique_lock<std::mutex>& lock);
  std::size_t take_arrived(std::vector<Waiting*>& group, std::size_t& group_size) const;
  // REQUIRES: the caller leads.
  Status apply(Group group, bool& wrote);
  Status meets_expectations(const Batch& batch);
  Status change(const Batch& batch);
  Status commit_transaction(bool wrote);
  void abandon(Group group, const Error& error);

  const Place place_;

  mutable std::mutex queue_mutex_;
  std::deque<Waiting*> queue_;
  Stats stats_;

  Connection writer_;
  Statement begin_;
  Statement commit_;
  Statement rollback_;
  Statement current_;
  Statement put_;
  Statement erase_;
  // Set for good when the disk failed in the middle: what it holds now is not known.
  std::optional<Error> broken_;

  // After the writer, so that it is closed first: the last to be closed writes the log back.
  std::mutex reader_mutex_;
  Connection reader_;
  Statement get_;
  Statement scan_from_;
  Statement scan_between_;
};

Result<std::unique_ptr<Store::Impl>> Store::Impl::open(Place place) {
  std::unique_ptr<Impl> impl(new Impl(std::move(place)));
  if (Status status = impl->prepare(); !status) {
    return tl::make_unexpected(explain(std::move(status).error(), impl->place_));
  }
  return impl;
}

Status Store::Impl::prepare() {
  ASSIGN_OR_RETURN(writer_, open_writer(place_));
  ASSIGN_OR_RETURN(begin_, writer_.prepare("BEGIN IMMEDIATE"));
  ASSIGN_OR_RETURN(commit_, writer_.prepare("COMMIT"));
  ASSIGN_OR_RETURN(rollback_, writer_.prepare("ROLLBACK"));
  ASSIGN_OR_RETURN(current_, writer_.prepare("SELECT value FROM kv WHERE key=?1"));
  ASSIGN_OR_RETURN(put_, writer_.prepare("INSERT INTO kv(key, value) VALUES(?1, ?2) "
                                         "ON CONFLICT(key) DO UPDATE SET value=excluded.value"));
  ASSIGN_OR_RETURN(erase_, writer_.prepare("DELETE FROM kv WHERE key=?1"));

  ASSIGN_OR_RETURN(reader_, Connection::open(place_.path(), Connection::Access::kReadOnly));
  ASSIGN_OR_RETURN(get_, reader_.prepare("SELECT value FROM kv WHERE key=?1"));
  ASSIGN_OR_RETURN(scan_from_,
                   reader_.prepare("SELECT key, value FROM kv WHERE key>=?1 ORDER BY key"));
  ASSIGN_OR_RETURN(
      scan_between_,
      reader_.prepare("SELECT key, value FROM kv WHERE key>=?1 AND key<?2 ORDER BY key"));
  writer_.tidy_at_close(true);
  return {};
}

Store::Impl::~Impl() {
  // After a failure the log is evidence of what was acknowledged; it stays for the next open().
  if (broken_) writer_.tidy_at_close(false);
}

Result<std::optional<Bytes>> Store::Impl::get(ByteView key) {
  RETURN_IF_ERROR(check_key(key));
  const std::lock_guard lock(reader_mutex_);
  const ResetAtExit reset(get_);
  RETURN_IF_ERROR(get_.bind(1, key));
  ASSIGN_OR_RETURN(const bool row, get_.step());
  if (!row) return std::nullopt;
  return to_bytes(get_.blob(0));
}

Status Store::Impl::scan(ByteView prefix, const Visitor& visit) {
  if (prefix.size() > kKeySizeMax) return check_key(prefix);
  const std::optional<Bytes> end = end_of(prefix);
  const std::lock_guard lock(reader_mutex_);
  Statement& statement = end ? scan_between_ : scan_from_;
  const ResetAtExit reset(statement);
  RETURN_IF_ERROR(statement.bind(1, prefix));
  if (end) RETURN_IF_ERROR(statement.bind(2, *end));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, statement.step());
    if (!row || !visit(statement.blob(0), statement.blob(1))) return {};
  }
}

Result<std::size_t> Store::Impl::check(const Batch& batch) {
  if (batch.expectations_.size() + batch.changes_.size() > kBatchOperationsMax) {
    return fail(Code::kExhausted, "store: a batch of more than " +
                                      std::to_string(kBatchOperationsMax) + " operations");
  }
  std::size_t size = 0;
  for (const auto* operations : {&batch.expectations_, &batch.changes_}) {
    for (const Batch::Operation& operation : *operations) {
      RETURN_IF_ERROR(check_key(operation.key));
      size += operation.key.size();
      if (!operation.value) continue;
      if (operation.value->size() > kValueSizeMax) {
        return fail(Code::kInvalid, "store: a value of " + std::to_string(operation.value->size()) +
                                        " octets; at most " + std::to_string(kValueSizeMax));
      }
      size += operation.value->size();
    }
  }
  if (size > kBatchSizeMax) {
    return fail(Code::kExhausted, "store: a batch of " + std::to_string(size) +
                                      " octets; at most " + std::to_string(kBatchSizeMax));
  }
  std::vector<ByteView> keys;
  keys.reserve(batch.changes_.size());
  for (const Batch::Operation& operation : batch.changes_) keys.emplace_back(operation.key);
  std::sort(keys.begin(), keys.end(), [](ByteView a, ByteView b) { return compare(a, b) < 0; });
  if (std::adjacent_find(keys.begin(), keys.end(),
                         [](ByteView a, ByteView b) { return compare(a, b) == 0; }) != keys.end()) {
    return fail(Code::kInvalid, "store: a batch that changes a key twice");
  }
  return size;
}

Status Store::Impl::commit(const Batch& batch) {
  ASSIGN_OR_RETURN(const std::size_t size, check(batch));
  Waiting self{&batch, size, {}, false, {}};
  std::unique_lock lock(queue_mutex_);
  queue_.push_back(&self);
  self.wake.wait(lock, [&] { return self.answered || queue_.front() == &self; });
  if (!self.answered) lead(lock);
  return std::move(self.status);
}

// Adds to the group what arrived since, in order, and answers how many.
std::size_t Store::Impl::take_arrived(std::vector<Waiting*>& group, std::size_t& group_size) const {
  const std::size_t before = group.size();
  while (group.size() < queue_.size() && group.size() < kGroupBatchesMax) {
    Waiting* next = queue_[group.size()];
    if (!group.empty() && group_size + next->size > kGroupSizeMax) break;
    group_size += next->size;
    group.push_back(next);
  }
  return group.size() - before;
}

void Store::Impl::lead(std::unique_lock<std::mutex>& lock) {
  std::vector<Waiting*> group;
  std::size_t group_size = 0;
  Status status;
  bool wrote = false;
  // What arrives while the group is applied still joins it, up to the commit.
  while (const std::size_t arrived = take_arrived(group, group_size)) {
    lock.unlock();
    if (status) status = apply(Group(group).last(arrived), wrote);
    lock.lock();
    if (!status) break;
  }
  lock.unlock();
  if (status) status = commit_transaction(wrote);
  if (!status) abandon(group, status.error());
  lock.lock();

  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(group.size()));
  if (status && wrote) ++stats_.transactions;
  for (Waiting* waiting : group) {
    if (waiting->status) ++stats_.batches;
    if (!waiting->status && waiting->status.error().code == Code::kConflict) ++stats_.conflicts;
    waiting->answered = true;
    // Under the lock: the waiting thread owns the condition variable and may take it away.
    if (waiting != group.front()) waiting->wake.notify_one();
  }
  if (!queue_.empty()) queue_.front()->wake.notify_one();
}

// Begins the transaction when there is none. An error ends the whole group.
Status Store::Impl::apply(Group group, bool& wrote) {
  if (broken_) return tl::make_unexpected(*broken_);
  if (!writer_.in_transaction()) {
    const ResetAtExit reset(begin_);
    RETURN_IF_ERROR(begin_.step());
  }
  for (Waiting* waiting : group) {
    waiting->status = meets_expectations(*waiting->batch);
    if (!waiting->status) {
      // It has changed nothing, so the others go on; but not after the disk itself failed.
      if (waiting->status.error().code == Code::kConflict) continue;
      return waiting->status;
    }
    if (waiting->batch->changes_.empty()) continue;
    RETURN_IF_ERROR(change(*waiting->batch));
    wrote = true;
  }
  return {};
}

Status Store::Impl::meets_expectations(const Batch& batch) {
  for (const Batch::Operation& expected : batch.expectations_) {
    const ResetAtExit reset(current_);
    RETURN_IF_ERROR(current_.bind(1, expected.key));
    ASSIGN_OR_RETURN(const bool present, current_.step());
    if (!expected.value && present) return fail(Code::kConflict, "store: the key exists already");
    if (!expected.value) continue;
    if (!present) return fail(Code::kConflict, "store: the key is gone");
    if (compare(current_.blob(0), *expected.value) != 0) {
      return fail(Code::kConflict, "store: the value has changed");
    }
  }
  return {};
}

Status Store::Impl::change(const Batch& batch) {
  for (const Batch::Operation& operation : batch.changes_) {
    Statement& statement = operation.value ? put_ : erase_;
    const ResetAtExit reset(statement);
    RETURN_IF_ERROR(statement.bind(1, operation.key));
    if (operation.value) RETURN_IF_ERROR(statement.bind(2, *operation.value));
    RETURN_IF_ERROR(statement.step());
  }
  return {};
}

Status Store::Impl::commit_transaction(bool wrote) {
  Statement& end = wrote ? commit_ : rollback_;
  const ResetAtExit reset(end);
  RETURN_IF_ERROR(end.step());
  return {};
}

// Takes the transaction back and answers all with the error.
void Store::Impl::abandon(Group group, const Error& error) {
  const int code = writer_.last_code() & 0xff;
  if (writer_.in_transaction()) {
    const ResetAtExit reset(rollback_);
    if (!rollback_.step()) broken_ = error;
  }
  // A full disk and a busy database are refused before the commit mark is written. After anything
  // else, and above all after a failed sync, only a new open() can tell what the disk holds.
  if (!broken_ && code != SQLITE_FULL && code != SQLITE_BUSY) {
    broken_ = Error{Code::kIo, "the store stopped after an error: " + error.message,
                    "look at the disk, then restart; what was acknowledged is kept"};
  }
  for (Waiting* waiting : group) waiting->status = tl::make_unexpected(error);
}

Stats Store::Impl::stats() const {
  const std::lock_guard lock(queue_mutex_);
  Stats stats = stats_;
  stats.waiting = queue_.size();
  return stats;
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const Options& options) {
  ASSIGN_OR_RETURN(Place place, Place::claim(options.path));
  ASSIGN_OR_RETURN(const Place::Found found, place.look());
  if (found == Place::Found::kNothing) {
    if (options.create == Create::kNever) {
      return fail(Code::kNotFound, place.path() + " does not exist");
    }
    RETURN_IF_ERROR(create_database(place));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Impl> impl, Impl::open(std::move(place)));
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<std::optional<Bytes>> Store::get(ByteView key) { return impl_->get(key); }

Status Store::scan(ByteView prefix, const Visitor& visit) { return impl_->scan(prefix, visit); }

Status Store::commit(const Batch& batch) { return impl_->commit(batch); }

Stats Store::stats() const { return impl_->stats(); }

}  // namespace azekura::store

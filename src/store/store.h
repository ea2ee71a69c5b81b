// Store: ordered keys and values that are durable when commit() returns.
//
// A store knows nothing of what it keeps. Keys are ordered by their octets (memcmp, a prefix before
// what it begins). Reads see only what is already durable, and all of a batch or nothing of it.
//
//   store->commit(Batch().expect_absent(key).put(key, value))
//
// Threads: every method may be called from any number of threads at once. Batches that arrive
// together share one transaction and one sync of the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace azekura::store {

inline constexpr std::size_t kKeySizeMax = 512;
inline constexpr std::size_t kValueSizeMax = 1 << 20;
// Preconditions and changes together.
inline constexpr std::size_t kBatchOperationsMax = 1024;
// The keys and values of all its operations together.
inline constexpr std::size_t kBatchSizeMax = 4 << 20;

// Batch: changes that happen together or not at all, if every precondition holds.
//
// Preconditions are about the state before the batch. A key is changed at most once in a batch.
// Limits are checked by commit(), which answers kInvalid or kExhausted.
class Batch {
 public:
  Batch& put(ByteView key, ByteView value);
  // Erasing what is not there is no error; add a precondition where it should be one.
  Batch& erase(ByteView key);
  Batch& expect_absent(ByteView key);
  Batch& expect_value(ByteView key, ByteView value);

 private:
  friend class Store;
  // A value, or nothing: to be erased, or expected to be absent.
  struct Operation {
    Bytes key;
    std::optional<Bytes> value;
  };

  std::vector<Operation> expectations_;
  std::vector<Operation> changes_;
};

// What the store did since it was opened.
struct Stats {
  std::uint64_t transactions = 0;  // durable ones; each cost one sync
  std::uint64_t batches = 0;       // answered with success
  std::uint64_t conflicts = 0;     // answered with kConflict
  std::uint64_t waiting = 0;       // not answered yet
};

enum class Create { kNever, kIfMissing };

struct Options {
  // The database file. Beside it appear PATH-wal, PATH-shm and PATH.lock. Its folder exists,
  // belongs to the daemon's user or root, and nobody else may write to it.
  std::string path;
  Create create = Create::kNever;
};

class Store {
 public:
  // Opens, and holds against every other opener until destruction or the death of the process.
  // Never changes a file that it cannot use. Errors:
  //   kNotFound     no folder, or no file and Create::kNever
  //   kDenied       permissions are missing, or others could read the file or write to the folder
  //   kConflict     in use by another process
  //   kUnsupported  written by a newer format
  //   kCorrupt      not a database of ours, or damaged
  static Result<std::unique_ptr<Store>> open(const Options& options);

  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  // REQUIRES: no call is under way.
  ~Store();

  Result<std::optional<Bytes>> get(ByteView key);

  // Calls `visit` for every key that begins with `prefix`, in order, over one state of the store,
  // until it answers false. The views live until it returns.
  // REQUIRES: `visit` does not call the store.
  using Visitor = std::function<bool(ByteView key, ByteView value)>;
  Status scan(ByteView prefix, const Visitor& visit);

  // Success: the whole batch is durable. Any error: nothing of it is visible.
  //   kConflict     a precondition does not hold
  //   kInvalid      an empty or too long key, a too long value, or a key changed twice
  //   kExhausted    a limit of the batch, or no space on the disk
  //   kUnavailable  another program holds the database for seconds; trying again helps
  //   kIo, kCorrupt the disk failed, or holds damage. Whether the batch is there will be known at
  //                 the next open(); until then every commit is refused with kIo.
  Status commit(const Batch& batch);

  Stats stats() const;

 private:
  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace azekura::store

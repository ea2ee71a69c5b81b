// FaultyDisk: a disk between SQLite and the real one. It counts syncs, holds them back, fails on
// demand, and records what is written, so that a test can cut the power at any moment.
#pragma once

#include <sqlite3.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace azekura::store {

class FaultyDisk {
 public:
  // From construction to destruction every database that is opened is on this disk. One at a time.
  FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  std::uint64_t syncs() const;
  // While held, a sync does not return.
  void hold_syncs();
  void release_syncs();
  bool sync_is_held() const;
  // The next writes or syncs answer this SQLite code, until it is set to SQLITE_OK.
  void fail_writes_with(int code);
  void fail_syncs_with(int code);

  struct Event {
    enum class Kind { kWrite, kTruncate, kSync, kMark } kind;
    std::string file;
    std::uint64_t at = 0;  // the offset, the new size, or the mark
    Bytes octets;
  };
  void start_recording();
  // A moment that the test wants to find again, such as an acknowledgement.
  void mark(std::uint64_t value);
  std::vector<Event> take_recording();

  // Called by the file system layer.
  int on_write(const std::string& file, ByteView octets, std::uint64_t offset);
  void on_truncate(const std::string& file, std::uint64_t size);
  int on_sync(const std::string& file);

 private:
  void record(Event event);

  mutable std::mutex mutex_;
  std::condition_variable released_;
  bool held_ = false;
  int in_held_sync_ = 0;
  bool recording_ = false;
  std::uint64_t syncs_ = 0;
  int write_code_ = SQLITE_OK;
  int sync_code_ = SQLITE_OK;
  std::vector<Event> events_;
};

// What a disk holds while a recording is played: what was synced, and what may or may not be there.
class PlayedDisk {
 public:
  explicit PlayedDisk(std::map<std::string, Bytes> files) : durable_(std::move(files)) {}
  void play(const FaultyDisk::Event& event);
  // The files after the power failed now: of what was not synced each write is there, is not, or is
  // there in part, by chance.
  std::map<std::string, Bytes> cut(std::mt19937& random) const;

 private:
  std::map<std::string, Bytes> durable_;
  std::map<std::string, std::vector<FaultyDisk::Event>> pending_;
};

}  // namespace azekura::store

#include "store/faulty_disk_testing.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace azekura::store {

namespace {

FaultyDisk* disk_now = nullptr;
sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs faulty_vfs;

// The real file's own structure follows in memory.
struct File {
  sqlite3_file base;
  std::string name;
};

sqlite3_file* real_file(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}
const std::string& name_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->name; }

int file_close(sqlite3_file* file) {
  sqlite3_file* real = real_file(file);
  const int code = real->pMethods->xClose(real);
  reinterpret_cast<File*>(file)->name.~basic_string();
  return code;
}

int file_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const ByteView octets{static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
  const int code = disk_now->on_write(name_of(file), octets, static_cast<std::uint64_t>(offset));
  if (code != SQLITE_OK) return code;
  sqlite3_file* real = real_file(file);
  return real->pMethods->xWrite(real, data, size, offset);
}

int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  disk_now->on_truncate(name_of(file), static_cast<std::uint64_t>(size));
  sqlite3_file* real = real_file(file);
  return real->pMethods->xTruncate(real, size);
}

// The real disk need not sync: the tests cut the power of this one only.
int file_sync(sqlite3_file* file, int) { return disk_now->on_sync(name_of(file)); }

#define FORWARD(method, ...) \
  real_file(file)->pMethods->method(real_file(file) __VA_OPT__(, ) __VA_ARGS__)

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = [](sqlite3_file* file, void* data, int size,
                sqlite3_int64 offset) { return FORWARD(xRead, data, size, offset); },
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = [](sqlite3_file* file, sqlite3_int64* size) { return FORWARD(xFileSize, size); },
    .xLock = [](sqlite3_file* file, int level) { return FORWARD(xLock, level); },
    .xUnlock = [](sqlite3_file* file, int level) { return FORWARD(xUnlock, level); },
    .xCheckReservedLock = [](sqlite3_file* file,
                             int* held) { return FORWARD(xCheckReservedLock, held); },
    .xFileControl = [](sqlite3_file* file, int operation,
                       void* data) { return FORWARD(xFileControl, operation, data); },
    .xSectorSize = [](sqlite3_file* file) { return FORWARD(xSectorSize); },
    .xDeviceCharacteristics = [](sqlite3_file* file) { return FORWARD(xDeviceCharacteristics); },
    .xShmMap = [](sqlite3_file* file, int region, int size, int extend,
                  void volatile** out) { return FORWARD(xShmMap, region, size, extend, out); },
    .xShmLock = [](sqlite3_file* file, int offset, int count,
                   int flags) { return FORWARD(xShmLock, offset, count, flags); },
    .xShmBarrier = [](sqlite3_file* file) { FORWARD(xShmBarrier); },
    .xShmUnmap = [](sqlite3_file* file, int remove) { return FORWARD(xShmUnmap, remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int vfs_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  sqlite3_file* real = real_file(file);
  const int code = real_vfs->xOpen(real_vfs, name, real, flags, out_flags);
  if (real->pMethods == nullptr) return code;
  const std::string path = name == nullptr ? "" : name;
  new (&reinterpret_cast<File*>(file)->name) std::string(path.substr(path.rfind('/') + 1));
  file->pMethods = &kMethods;
  return code;
}

void write_at(Bytes& file, ByteView octets, std::uint64_t offset) {
  if (file.size() < offset + octets.size()) file.resize(offset + octets.size());
  std::copy(octets.begin(), octets.end(), file.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

FaultyDisk::FaultyDisk() {
  if (disk_now != nullptr) throw std::logic_error("two faulty disks");
  real_vfs = sqlite3_vfs_find(nullptr);
  faulty_vfs = *real_vfs;
  faulty_vfs.zName = "faulty";
  faulty_vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  faulty_vfs.xOpen = vfs_open;
  disk_now = this;
  sqlite3_vfs_register(&faulty_vfs, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&faulty_vfs);
  sqlite3_vfs_register(real_vfs, 1);
  disk_now = nullptr;
}

std::uint64_t FaultyDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

void FaultyDisk::hold_syncs() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FaultyDisk::release_syncs() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  released_.notify_all();
}

bool FaultyDisk::sync_is_held() const {
  const std::lock_guard lock(mutex_);
  return in_held_sync_ > 0;
}

void FaultyDisk::fail_writes_with(int code) {
  const std::lock_guard lock(mutex_);
  write_code_ = code;
}

void FaultyDisk::fail_syncs_with(int code) {
  const std::lock_guard lock(mutex_);
  sync_code_ = code;
}

void FaultyDisk::start_recording() {
  const std::lock_guard lock(mutex_);
  recording_ = true;
}

void FaultyDisk::mark(std::uint64_t value) {
  const std::lock_guard lock(mutex_);
  record({Event::Kind::kMark, "", value, {}});
}

std::vector<FaultyDisk::Event> FaultyDisk::take_recording() {
  const std::lock_guard lock(mutex_);
  recording_ = false;
  return std::exchange(events_, {});
}

void FaultyDisk::record(Event event) {
  if (recording_) events_.push_back(std::move(event));
}

int FaultyDisk::on_write(const std::string& file, ByteView octets, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  if (write_code_ != SQLITE_OK) return write_code_;
  record({Event::Kind::kWrite, file, offset, to_bytes(octets)});
  return SQLITE_OK;
}

void FaultyDisk::on_truncate(const std::string& file, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  record({Event::Kind::kTruncate, file, size, {}});
}

int FaultyDisk::on_sync(const std::string& file) {
  std::unique_lock lock(mutex_);
  ++in_held_sync_;
  released_.wait(lock, [&] { return !held_; });
  --in_held_sync_;
  if (sync_code_ != SQLITE_OK) return sync_code_;
  ++syncs_;
  record({Event::Kind::kSync, file, 0, {}});
  return SQLITE_OK;
}

void PlayedDisk::play(const FaultyDisk::Event& event) {
  using Kind = FaultyDisk::Event::Kind;
  if (event.kind == Kind::kMark) return;
  std::vector<FaultyDisk::Event>& pending = pending_[event.file];
  if (event.kind != Kind::kSync) {
    pending.push_back(event);
    return;
  }
  Bytes& file = durable_[event.file];
  for (const FaultyDisk::Event& earlier : pending) {
    if (earlier.kind == Kind::kTruncate) {
      file.resize(earlier.at);
    } else {
      write_at(file, earlier.octets, earlier.at);
    }
  }
  pending.clear();
}

std::map<std::string, Bytes> PlayedDisk::cut(std::mt19937& random) const {
  std::map<std::string, Bytes> files = durable_;
  for (const auto& [name, pending] : pending_) {
    for (const FaultyDisk::Event& event : pending) {
      const std::uint32_t chance = random() % 8;
      if (chance < 3) continue;
      if (event.kind == FaultyDisk::Event::Kind::kTruncate) {
        files[name].resize(event.at);
        continue;
      }
      const ByteView octets = event.octets;
      const std::size_t size = chance == 3 ? random() % (octets.size() + 1) : octets.size();
      write_at(files[name], octets.first(size), event.at);
    }
  }
  return files;
}

}  // namespace azekura::store

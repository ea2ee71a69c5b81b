// Place: where a database file lies: its folder checked, and claimed for this process.
//
// The claim is a lock (flock) on PATH.lock, so it ends with the process, however that dies.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace azekura::store {

// "AZST": what the header of a database file of ours says at offset 68.
inline constexpr std::uint32_t kApplicationId = 0x415a5354;
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::size_t kPathSizeMax = 1024;

class Place {
 public:
  enum class Found { kNothing, kDatabase };

  // Errors are those of Store::open().
  static Result<Place> claim(const std::string& path);

  Place(Place&& other) noexcept;
  Place& operator=(Place&&) = delete;
  ~Place();

  // The database file; no part of its folder is a symbolic link.
  const std::string& path() const { return path_; }
  // Looks at the file without changing it, and refuses one that is not ours, is newer, or could be
  // read by others.
  Result<Found> look() const;
  // 0 where there is no such file.
  std::uint64_t database_size() const;
  std::uint64_t log_size() const;

  // Makes an empty private file in which a new database is prepared, and answers its path.
  Result<std::string> begin_new() const;
  // Puts the prepared file at path(), durably and at once.
  Status finish_new() const;

 private:
  Place(std::string path, std::string folder, int lock_fd)
      : path_(std::move(path)), folder_(std::move(folder)), lock_fd_(lock_fd) {}

  std::string path_;
  std::string folder_;
  int lock_fd_ = -1;
};

}  // namespace azekura::store

// Root: a root file system to read from: a folder of this machine, or the files kept of an image.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace azekura::scanner::inventory {

// Paths are written from the root, without a leading slash: "var/lib/dpkg/status".
class Root {
 public:
  virtual ~Root() = default;
  // A whole regular file. kNotFound, kIo, kDenied (no right to read), kExhausted (larger than
  // `octets_max`).
  virtual Result<std::string> read(std::string_view path, std::uint64_t octets_max) const = 0;
  // The names in a folder, sorted; none if there is no such folder.
  virtual std::vector<std::string> list(std::string_view folder) const = 0;
};

// A folder. Links are followed as a process whose root it is would follow them: never out of it.
class FolderRoot final : public Root {
 public:
  // kNotFound, kIo. On a kernel that cannot keep links inside a folder (before 5.6), files behind
  // links are not found, unless the folder is "/".
  static Result<FolderRoot> open(const std::string& folder);
  ~FolderRoot() override;
  FolderRoot(FolderRoot&& other) noexcept;
  FolderRoot& operator=(FolderRoot&&) = delete;

  Result<std::string> read(std::string_view path, std::uint64_t octets_max) const override;
  std::vector<std::string> list(std::string_view folder) const override;

 private:
  FolderRoot(int descriptor, bool whole) : descriptor_(descriptor), whole_(whole) {}
  int open_below(std::string_view path, int flags) const;

  int descriptor_ = -1;
  bool whole_ = false;  // the folder is "/": nothing is out of it
};

// Files in memory: what was kept of an image, with its links already followed.
class FilesRoot final : public Root {
 public:
  void add(std::string path, std::string octets) { files_[std::move(path)] = std::move(octets); }
  bool empty() const { return files_.empty(); }

  Result<std::string> read(std::string_view path, std::uint64_t octets_max) const override;
  std::vector<std::string> list(std::string_view folder) const override;

 private:
  std::map<std::string, std::string, std::less<>> files_;
};

}  // namespace azekura::scanner::inventory

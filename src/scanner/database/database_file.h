// DatabaseFile: a database file while it is written.
//
// It grows as PATH.new, under a lock that keeps a second writer away, and becomes PATH at once and
// whole; whatever happens before that leaves PATH as it was. A PATH.new that a crash left behind is
// overwritten.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/hash.h"
#include "scanner/database/advisory.h"
#include "scanner/database/layout.h"

namespace azekura::scanner {

class DatabaseFile {
 public:
  // kConflict if another process writes to the same path; kIo.
  static Result<DatabaseFile> create(const std::string& path);
  ~DatabaseFile();
  DatabaseFile(DatabaseFile&& other) noexcept;
  DatabaseFile& operator=(DatabaseFile&&) = delete;

  // Sections come one after the other: begin, write as often as one likes. The first error stays
  // and is returned by commit().
  void begin(layout::Section section);
  void write(std::string_view octets);
  template <typename Row>
  void write_row(const Row& row) {
    static_assert(std::has_unique_object_representations_v<Row>);
    write({reinterpret_cast<const char*>(&row), sizeof(Row)});
  }
  // Syncs and puts the file in its place. kIo.
  Status commit(Time built);

 private:
  DatabaseFile(std::string path, int fd, crypto::Hasher hasher);
  void flush();
  void end_section();
  Status write_header(Time built);
  Status put_in_place();

  std::string path_;
  int fd_ = -1;
  crypto::Hasher hasher_;
  layout::Header header_{};
  bool in_section_ = false;
  layout::Section section_{};
  std::uint64_t at_ = sizeof(layout::Header);
  std::string buffer_;
  Status outcome_;
};

}  // namespace azekura::scanner

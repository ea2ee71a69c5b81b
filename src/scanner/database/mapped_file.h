// MappedFile: a database file in memory: its header checked, its sections as they are.
//
// A file that is made shorter under a mapping ends the process; writers replace, and never shorten
// (database_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scanner/database/layout.h"

namespace azekura::scanner {

class MappedFile {
 public:
  // kNotFound, kIo; kCorrupt; kUnsupported for a newer format.
  static Result<MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;

  const layout::Header& header() const { return *reinterpret_cast<const layout::Header*>(data_); }
  std::string_view octets() const { return {data_, size_}; }
  std::string_view section(layout::Section section) const;
  // As rows; what is left over at the end is not there.
  template <typename Row>
  std::span<const Row> rows(layout::Section which) const {
    const std::string_view octets = section(which);
    return {reinterpret_cast<const Row*>(octets.data()), octets.size() / sizeof(Row)};
  }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}
  Status check() const;

  const char* data_;
  std::size_t size_;
};

}  // namespace azekura::scanner

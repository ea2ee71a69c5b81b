// Content: the octets of one file, wherever they lie: in memory, or in a file on disk that is not
// read as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner::inventory {

class Content {
 public:
  // Borrowed: `octets` and `descriptor` must live as long.
  static Content of_octets(std::string_view octets) { return Content(octets, -1, octets.size()); }
  static Content of_descriptor(int descriptor, std::uint64_t size) {
    return Content({}, descriptor, size);
  }

  std::uint64_t size() const { return size_; }
  // The descriptor, or -1 if the octets lie in memory.
  int descriptor() const { return descriptor_; }
  std::string_view octets() const { return octets_; }

  // `size` octets from `offset`: fewer at the end, none behind it or where they cannot be read.
  std::string read(std::uint64_t offset, std::uint64_t size) const;
  // SHA-1 of the whole, hexadecimal; empty if it cannot be read.
  std::string sha1() const;

 private:
  Content(std::string_view octets, int descriptor, std::uint64_t size)
      : octets_(octets), descriptor_(descriptor), size_(size) {}

  std::string_view octets_;
  int descriptor_;
  std::uint64_t size_;
};

// A file without a name, for what is too large to be kept in memory: it is gone with the object.
class Spool {
 public:
  // In TMPDIR or /tmp, at the first write.
  Spool() = default;
  ~Spool();
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&&) = delete;

  // kIo (no space).
  Status append(std::string_view octets);
  Status clear();
  std::uint64_t size() const { return size_; }
  int descriptor() const { return descriptor_; }
  Content content() const { return Content::of_descriptor(descriptor_, size_); }

 private:
  Status open();

  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace azekura::scanner::inventory

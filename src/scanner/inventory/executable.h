// Executable: sections and addresses of a program file: ELF (System V gABI), PE (Microsoft
// PE/COFF), Mach-O. Only as much as is needed to find what compilers leave in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/inventory/content.h"

namespace azekura::scanner::inventory {

inline constexpr std::size_t kSectionsMax = 4096;

struct Section {
  std::string name;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t size = 0;    // in the file
};

// What of the file is mapped where.
struct Segment {
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // in the file
  bool writable = false;
};

struct Executable {
  bool big_endian = false;
  std::vector<Section> sections;
  std::vector<Segment> segments;

  const Section* section(std::string_view name) const;
  // Where in the file the octet of that address lies.
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const;
};

// Whether the first octets are those of a program or a shared library: not of an object file or a
// kernel module.
bool looks_like_executable(std::string_view head);
// kInvalid for what is none, or has tables that lead out of the file.
Result<Executable> read_executable(const Content& content);

}  // namespace azekura::scanner::inventory

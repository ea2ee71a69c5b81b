// The directory of a zip is read into memory as a whole by libarchive, so its size is looked at
// first. Not a face of the room.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner {

// Some 300,000 files with names of ordinary length.
inline constexpr std::uint64_t kZipDirectoryMax = std::uint64_t{32} << 20;
// Inside another archive, where several may be open at once.
inline constexpr std::uint64_t kZipDirectoryInsideMax = std::uint64_t{8} << 20;

// kExhausted if it is a zip whose directory is larger.
Status check_zip_directory(int descriptor, std::uint64_t size, std::uint64_t octets_max);
Status check_zip_directory(std::string_view octets, std::uint64_t octets_max);

}  // namespace azekura::scanner

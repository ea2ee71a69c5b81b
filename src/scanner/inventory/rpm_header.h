// One package's header, as RPM keeps it in its database: an index of tags, and a store of data
// (rpm's format manual, "Header structure", without the leading magic).
//
//   header := entries:u32 size:u32 entry{entries} octet{size}     all numbers big-endian
//   entry  := tag:u32 type:u32 offset:u32 count:u32               the offset counts from the store
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner::inventory {

// RPM's own limits.
inline constexpr std::uint32_t kRpmEntriesMax = 65'535;
inline constexpr std::uint32_t kRpmStoreSizeMax = std::uint32_t{256} << 20;

enum class RpmTag : std::uint32_t {
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kEpoch = 1003,
  kVendor = 1011,
  kArchitecture = 1022,
  kSourceRpm = 1044,
  kFolderIndexes = 1116,
  kBaseNames = 1117,
  kFolderNames = 1118,
  kModularityLabel = 5096,
};

class RpmHeader {
 public:
  // The octets must live as long as the header. kCorrupt, kExhausted.
  static Result<RpmHeader> read(std::string_view octets);

  // Of a text (or the first of several); empty where it is missing or of another type.
  std::string_view text(RpmTag tag) const;
  std::optional<std::uint32_t> number(RpmTag tag) const;
  // The files, absolute as RPM writes them: stops at the first that is not whole.
  void for_each_file(
      const std::function<void(std::string_view folder, std::string_view name)>& file) const;

 private:
  struct Entry {
    std::uint32_t type = 0;
    std::uint32_t count = 0;
    std::string_view data;  // from its offset to the store's end
  };
  RpmHeader(std::string_view index, std::string_view store) : index_(index), store_(store) {}
  std::optional<Entry> find(RpmTag tag) const;

  std::string_view index_;
  std::string_view store_;
};

}  // namespace azekura::scanner::inventory

// StringPool: the section kStrings while it is made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scanner/database/interned.h"
#include "scanner/database/varint.h"

namespace azekura::scanner {

class StringPool {
 public:
  explicit StringPool(const StringTable& strings) : strings_(strings), offsets_(strings.limit()) {}

  // The offset of an interned text; of any text, which is then kept once as well.
  std::uint32_t add(StringId id);
  std::uint32_t add_text(std::string_view text);

  // Offsets are of 32 bits: beyond that the pool is of no use.
  bool is_full() const { return octets_.size() > UINT32_MAX; }
  const std::string& octets() const { return octets_; }

 private:
  std::uint32_t append(std::string_view text);

  const StringTable& strings_;
  std::vector<std::uint32_t> offsets_;  // by StringId; 0: not yet
  std::unordered_map<std::string, std::uint32_t> others_;
  std::string octets_ = std::string(1, '\0');
};

}  // namespace azekura::scanner

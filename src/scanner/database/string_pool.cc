#include "scanner/database/string_pool.h"

namespace azekura::scanner {

std::uint32_t StringPool::add(StringId id) {
  if (id == 0) return 0;
  if (id >= offsets_.size()) offsets_.resize(strings_.limit());
  if (offsets_[id] == 0) offsets_[id] = append(strings_.text(id));
  return offsets_[id];
}

std::uint32_t StringPool::add_text(std::string_view text) {
  if (text.empty()) return 0;
  const auto [known, is_new] = others_.try_emplace(std::string(text), 0);
  if (is_new) known->second = append(text);
  return known->second;
}

std::uint32_t StringPool::append(std::string_view text) {
  const auto offset = static_cast<std::uint32_t>(octets_.size());
  put_text(octets_, text);
  return offset;
}

}  // namespace azekura::scanner

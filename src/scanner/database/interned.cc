#include "scanner/database/interned.h"

#include <cstring>

namespace azekura::scanner {

std::string_view Arena::keep(std::string_view octets) {
  constexpr std::size_t kChunk = std::size_t{64} << 10;
  if (octets.size() > left_) {
    const std::size_t size = std::max(kChunk, octets.size());
    chunks_.push_back(std::make_unique<char[]>(size));
    at_ = chunks_.back().get();
    left_ = size;
  }
  std::memcpy(at_, octets.data(), octets.size());
  const std::string_view kept(at_, octets.size());
  at_ += octets.size();
  left_ -= octets.size();
  return kept;
}

StringId StringTable::intern(std::string_view text) {
  return table_.intern(text, [](std::string_view kept, Arena&) { return Entry{kept}; });
}

VersionTable::Id VersionTable::intern(version::Scheme scheme, std::string_view text) {
  if (text.empty()) return 0;
  std::string name;
  name.reserve(text.size() + 1);
  name.push_back(static_cast<char>(scheme));
  name.append(text);
  return table_.intern(name, [&](std::string_view kept, Arena& arena) {
    Entry entry{kept, {}, true};
    if (!version::has_keys(scheme)) {
      entry.valid = version::check(scheme, text).has_value();
    } else if (const auto key = version::key(scheme, text)) {
      entry.key = arena.keep(*key);
    } else {
      entry.valid = false;
    }
    return entry;
  });
}

std::string_view VersionTable::text(Id id) const {
  const std::string_view name = table_.at(id).text;
  return name.substr(std::min<std::size_t>(1, name.size()));
}

version::Scheme VersionTable::scheme(Id id) const {
  const std::string_view name = table_.at(id).text;
  return name.empty() ? version::Scheme::kExact : static_cast<version::Scheme>(name.front());
}

std::optional<std::strong_ordering> VersionTable::compare(Id a, Id b) const {
  if (a == b) return std::strong_ordering::equal;
  const Entry& first = table_.at(a);
  const Entry& second = table_.at(b);
  if (!first.valid || !second.valid) return std::nullopt;
  if (!first.key.empty() && !second.key.empty()) return first.key <=> second.key;
  const auto order = version::compare(scheme(a), text(a), text(b));
  if (!order) return std::nullopt;
  return *order;
}

}  // namespace azekura::scanner

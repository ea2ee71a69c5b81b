// Hashing: the function behind the hash tables in the file (part of the format).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "scanner/terms/ecosystem.h"
#include "scanner/terms/text.h"

namespace azekura::scanner {

// Eight octets at a time, multiplied and folded; nothing in it resists an enemy, and nothing needs
// to: a table in the file is only read.
class StableHash {
 public:
  void add(std::string_view text) {
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, sizeof(word));
      mix(word);
    }
    std::uint64_t word = 0;
    text.copy(reinterpret_cast<char*>(&word), sizeof(word), at);
    mix(word);
    mix(text.size());
  }
  void add(std::uint64_t number) { mix(number); }
  std::uint64_t value() const {
    std::uint64_t hash = state_ ^ (state_ >> 32);
    hash *= 0xD6E8FEB86659FD93U;
    return hash ^ (hash >> 32);
  }

 private:
  void mix(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9E3779B97F4A7C15U;
    state_ ^= state_ >> 29;
  }
  std::uint64_t state_ = 0x243F6A8885A308D3U;
};

inline std::uint64_t hash_package(Ecosystem ecosystem, std::string_view release,
                                  std::string_view name) {
  StableHash hash;
  hash.add(static_cast<std::uint64_t>(ecosystem));
  hash.add(release);
  hash.add(name);
  return hash.value();
}

// The same for all cases of letters.
inline std::uint64_t hash_name(std::string_view name) {
  StableHash hash;
  hash.add(to_lower(name));
  return hash.value();
}

}  // namespace azekura::scanner

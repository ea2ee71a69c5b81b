// Interned: each text once, under a number, for threads that read sources at the same time.
//
// Adding takes one of sixteen locks; reading what one has the number of takes none. Numbers depend
// on the order of adding, so they never go into a file.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/version/scheme.h"

namespace azekura::scanner {

// Octets that stay where they are.
class Arena {
 public:
  std::string_view keep(std::string_view octets);

 private:
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t left_ = 0;
  char* at_ = nullptr;
};

// Entry has a member `text`, which is the key.
template <typename Entry>
class InternTable {
 public:
  // `make(text, arena)` builds the entry the first time; `text` is kept already.
  template <typename Make>
  std::uint32_t intern(std::string_view text, const Make& make) {
    if (text.empty()) return 0;
    const std::size_t hash = std::hash<std::string_view>{}(text);
    Shard& shard = shards_[hash % kShards];
    const std::lock_guard lock(shard.mutex);
    return shard.intern(text, hash / kShards, make) * kShards +
           static_cast<std::uint32_t>(hash % kShards);
  }
  const Entry& at(std::uint32_t id) const { return shards_[id % kShards].at(id / kShards); }
  // Above all numbers given.
  std::uint32_t limit() const {
    std::uint32_t most = 0;
    for (const Shard& shard : shards_) most = std::max(most, shard.count);
    return (most + 1) * kShards;
  }

 private:
  static constexpr std::uint32_t kShards = 16;
  static constexpr std::uint32_t kChunkSize = 1024;
  static constexpr std::uint32_t kChunks = 1U << 14;

  struct Shard {
    struct Slot {
      std::uint32_t hash = 0;
      std::uint32_t index = 0;  // 0: free
    };
    mutable std::mutex mutex;
    std::vector<Slot> slots = std::vector<Slot>(1024);
    std::uint32_t count = 0;  // entries have the numbers 1 to count
    // Its size is fixed, so that readers need no lock.
    std::vector<std::unique_ptr<Entry[]>> chunks = std::vector<std::unique_ptr<Entry[]>>(kChunks);
    Arena arena;
    Entry none{};

    const Entry& at(std::uint32_t index) const {
      return index == 0 ? none : chunks[index / kChunkSize][index % kChunkSize];
    }
    template <typename Make>
    std::uint32_t intern(std::string_view text, std::size_t hash, const Make& make) {
      if (count * 2 >= slots.size()) grow();
      const auto short_hash = static_cast<std::uint32_t>(hash);
      std::size_t slot = short_hash & (slots.size() - 1);
      for (; slots[slot].index != 0; slot = (slot + 1) & (slots.size() - 1)) {
        if (slots[slot].hash == short_hash && at(slots[slot].index).text == text) {
          return slots[slot].index;
        }
      }
      ++count;
      auto& chunk = chunks.at(count / kChunkSize);
      if (!chunk) chunk = std::make_unique<Entry[]>(kChunkSize);
      chunk[count % kChunkSize] = make(arena.keep(text), arena);
      slots[slot] = {short_hash, count};
      return count;
    }
    void grow() {
      std::vector<Slot> old(slots.size() * 2);
      old.swap(slots);
      for (const Slot& entry : old) {
        if (entry.index == 0) continue;
        std::size_t slot = entry.hash & (slots.size() - 1);
        while (slots[slot].index != 0) slot = (slot + 1) & (slots.size() - 1);
        slots[slot] = entry;
      }
    }
  };
  std::array<Shard, kShards> shards_;
};

using StringId = std::uint32_t;  // 0: the empty text

class StringTable {
 public:
  StringId intern(std::string_view text);
  std::string_view text(StringId id) const { return table_.at(id).text; }
  StringId limit() const { return table_.limit(); }

 private:
  struct Entry {
    std::string_view text;
  };
  InternTable<Entry> table_;
};

// Versions of all schemes, with their keys.
class VersionTable {
 public:
  using Id = std::uint32_t;  // 0: none

  Id intern(version::Scheme scheme, std::string_view text);
  std::string_view text(Id id) const;
  std::string_view key(Id id) const { return table_.at(id).key; }
  version::Scheme scheme(Id id) const;
  bool is_valid(Id id) const { return table_.at(id).valid; }
  Id limit() const { return table_.limit(); }
  // Nothing if the scheme cannot say.
  std::optional<std::strong_ordering> compare(Id a, Id b) const;

 private:
  struct Entry {
    std::string_view text;  // an octet for the scheme, then the version
    std::string_view key;
    bool valid = true;
  };
  InternTable<Entry> table_;
};

}  // namespace azekura::scanner

// TextStore: long texts, compressed as they come, and the blocks in which a database keeps them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner {

// Title, body, source, link as varint-counted texts, and back.
std::string encode_text(const Text& text);
Text decode_text(std::string_view octets);

std::string compress(std::string_view octets, int level);
// kCorrupt unless it is a frame of exactly `size` octets.
Result<std::string> decompress(std::string_view frame, std::size_t size);

class TextStore {
 public:
  struct Place {
    std::uint32_t block_plus_one = 0;  // 0: no text
    std::uint32_t offset = 0;
  };

  Place add(std::string_view octets);
  // Compresses what is still open; add() no more.
  void close();

  std::size_t block_count() const { return blocks_.size(); }
  // The octets of a block; each text in it stands after its varint length.
  Result<std::string> block(std::size_t index) const;
  void forget(std::size_t index) { blocks_[index].frame = {}; }

 private:
  struct Block {
    std::string frame;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::string open_;
};

}  // namespace azekura::scanner

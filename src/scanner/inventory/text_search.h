// TextSearch: which of many words stand in a text, in one pass (Aho and Corasick, 1975).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace azekura::scanner::inventory {

// Words are lower case; the text is folded as it is read (ASCII).
class TextSearch {
 public:
  explicit TextSearch(const std::vector<std::string>& words);

  // The indexes of the words that occur, each once, sorted.
  std::vector<int> find(std::string_view text) const;

 private:
  // Steps by class of octet: octets that are in no word share one.
  std::int32_t& step(std::int32_t state, std::uint8_t octet) {
    return steps_[static_cast<std::size_t>(state) * classes_ + class_of_[octet]];
  }
  std::int32_t add_state();

  std::array<std::uint8_t, 256> class_of_{};
  std::size_t classes_ = 1;
  std::vector<std::int32_t> steps_;
  std::vector<std::vector<int>> ends_;  // of each state: the words that end there
  std::vector<std::int32_t> shorter_;   // the next state whose words end here as well; 0: none
};

}  // namespace azekura::scanner::inventory

#include "scanner/inventory/text_search.h"

#include <algorithm>
#include <deque>

namespace azekura::scanner::inventory {
namespace {

constexpr std::int32_t kNone = -1;

std::uint8_t folded(char c) {
  return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

}  // namespace

std::int32_t TextSearch::add_state() {
  steps_.resize(steps_.size() + classes_, kNone);
  ends_.emplace_back();
  shorter_.push_back(0);
  return static_cast<std::int32_t>(ends_.size() - 1);
}

TextSearch::TextSearch(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    for (const char c : word) {
      std::uint8_t& known = class_of_[static_cast<std::uint8_t>(c)];
      if (known == 0 && classes_ < 256) known = static_cast<std::uint8_t>(classes_++);
    }
  }
  add_state();
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::int32_t state = 0;
    for (const char c : words[i]) {
      const auto octet = static_cast<std::uint8_t>(c);
      if (step(state, octet) == kNone) {
        const std::int32_t added = add_state();
        step(state, octet) = added;
      }
      state = step(state, octet);
    }
    ends_[static_cast<std::size_t>(state)].push_back(static_cast<int>(i));
  }

  // Breadth first: where a word breaks off, the search goes on in the longest beginning that still
  // fits.
  std::vector<std::int32_t> fallback(ends_.size(), 0);
  std::deque<std::int32_t> waiting = {0};
  while (!waiting.empty()) {
    const std::int32_t state = waiting.front();
    waiting.pop_front();
    const std::int32_t back = fallback[static_cast<std::size_t>(state)];
    if (state != 0) {
      shorter_[static_cast<std::size_t>(state)] = ends_[static_cast<std::size_t>(back)].empty()
                                                      ? shorter_[static_cast<std::size_t>(back)]
                                                      : back;
    }
    for (std::size_t c = 0; c < classes_; ++c) {
      std::int32_t& next = steps_[static_cast<std::size_t>(state) * classes_ + c];
      const std::int32_t after_back =
          state == 0 ? 0 : steps_[static_cast<std::size_t>(back) * classes_ + c];
      if (next == kNone) {
        next = after_back;
      } else {
        fallback[static_cast<std::size_t>(next)] = after_back;
        waiting.push_back(next);
      }
    }
  }
}

std::vector<int> TextSearch::find(std::string_view text) const {
  std::vector<bool> seen(ends_.size());
  std::vector<int> found;
  std::int32_t state = 0;
  for (const char c : text) {
    state = steps_[static_cast<std::size_t>(state) * classes_ + class_of_[folded(c)]];
    for (std::int32_t at = state; at != 0 && !seen[static_cast<std::size_t>(at)];
         at = shorter_[static_cast<std::size_t>(at)]) {
      seen[static_cast<std::size_t>(at)] = true;
      const auto& words = ends_[static_cast<std::size_t>(at)];
      found.insert(found.end(), words.begin(), words.end());
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace azekura::scanner::inventory

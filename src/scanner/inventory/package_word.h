// What a name or a version of a distribution's package may look like.
#pragma once

#include <algorithm>
#include <string_view>

#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {

// One word of a sensible length.
inline bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kNameSizeMax &&
         std::ranges::none_of(text,
                              [](unsigned char octet) { return octet <= 0x20 || octet == 0x7F; });
}

}  // namespace azekura::scanner::inventory

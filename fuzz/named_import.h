// Inputs whose first line is a file's name and whose rest is what it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisory_checks.h"

namespace azekura::scanner::advisories {

inline void import_named(const std::uint8_t* data, std::size_t size) {
  static JsonParser parser;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const std::size_t end = octets.find('\n');
  if (end == 0 || end == std::string_view::npos) return;
  CheckingSink sink;
  import_file({octets.substr(0, end), parser}, octets.substr(end + 1), sink);
}

}  // namespace azekura::scanner::advisories

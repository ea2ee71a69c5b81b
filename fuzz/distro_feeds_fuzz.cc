// Reads the distributions' own formats. The first line is the file's name, the rest what it holds.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisory_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace azekura::scanner;
  static JsonParser parser;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const std::size_t end = octets.find('\n');
  if (end == 0 || end == std::string_view::npos) return 0;
  advisories::CheckingSink sink;
  advisories::import_file({octets.substr(0, end), parser}, octets.substr(end + 1), sink);
  return 0;
}

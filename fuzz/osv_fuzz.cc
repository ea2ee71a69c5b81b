// Reads OSV records: JSON if it begins with a brace or a bracket, else YAML.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisory_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace azekura::scanner;
  static JsonParser parser;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const bool json = octets.starts_with('{') || octets.starts_with('[');
  advisories::CheckingSink sink;
  advisories::import_file({json ? "a.json" : "a.yaml", parser}, octets, sink);
  return 0;
}

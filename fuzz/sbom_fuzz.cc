// Reads what it is given as each kind of bill of materials. Whatever comes out must be bounded, and
// names must be such as can be shown.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scanner/inventory/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace azekura::scanner::inventory;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  for (const ReaderEntry& reader : sbom_readers()) {
    const auto outcome = reader.read(octets, {});
    if (!outcome) continue;
    if (outcome->problems.size() > kProblemsMax) std::abort();
    for (const Component& component : outcome->components) {
      if (component.name.empty() || component.name.find('\n') != std::string::npos) std::abort();
    }
  }
  return 0;
}

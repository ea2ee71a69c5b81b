// Reads what it is given as one of the lockfiles and manifests: the first octet says which.
// Whatever comes out must be bounded, and names and versions must be such as can be shown.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scanner/inventory/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace azekura;
  using namespace azekura::scanner::inventory;
  if (size == 0) return 0;
  const auto readers = lockfile_readers();
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  ReadContext context;
  context.path = "a/requirements-dev.txt";
  // A file that leads to itself.
  context.open = [&](std::string_view) -> Result<std::string> { return std::string(octets); };
  const auto outcome = readers[data[0] % readers.size()].read(octets, context);
  if (!outcome) return 0;
  if (outcome->components.size() > kComponentsMax) std::abort();
  if (outcome->problems.size() > kProblemsMax) std::abort();
  for (const Component& component : outcome->components) {
    if (component.name.empty() || component.name.find('\n') != std::string::npos) std::abort();
    if (component.version.find('\n') != std::string::npos) std::abort();
  }
  return 0;
}

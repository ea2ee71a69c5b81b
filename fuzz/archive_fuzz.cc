// Reads the input as an archive, with what is in it, three levels deep, under small limits.

#include <cstdint>
#include <string>
#include <string_view>

#include "scanner/document/archive.h"

namespace {

using namespace azekura;
using namespace azekura::scanner;

constexpr int kDepthMax = 3;

void walk(ArchiveReader& reader, int depth) {
  std::string buffer;
  for (ArchiveEntry entry; reader.next(entry).value_or(false);) {
    const auto head = reader.peek();
    if (!head) continue;
    const bool inside = depth < kDepthMax && looks_like_archive(*head);
    if (inside && !head->starts_with("PK")) {
      if (auto inner = reader.open_entry()) walk(*inner, depth + 1);
      continue;
    }
    const auto octets = reader.read(buffer);
    if (!octets || !inside) continue;
    if (auto inner = reader.open_inside(*octets)) walk(*inner, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const ArchiveLimits limits = {
      .entries_max = 1000, .entry_octets_max = 1 << 20, .total_octets_max = 8 << 20};
  if (auto reader = ArchiveReader::open_octets(octets, limits)) walk(*reader, 0);
  (void)decompressed(octets, 1 << 16);
  (void)decompressed_zlib(octets, 1 << 16);
  return 0;
}

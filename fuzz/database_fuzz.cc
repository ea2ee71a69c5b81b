// Opens arbitrary octets as an advisory database and reads everything in it. What every file must
// have at its head (magic, format, size) is put there first, so that the rest is what is tried.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "scanner/database/layout.h"
#include "scanner/database/read_everything_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace azekura::scanner;
  constexpr std::size_t kSizeMax = 64'000;
  std::string octets(reinterpret_cast<const char*>(data), std::min(size, kSizeMax));
  octets.resize(std::max(octets.size(), sizeof(layout::Header)));
  layout::Header header;
  std::memcpy(&header, octets.data(), sizeof(header));
  std::memcpy(header.magic, layout::kMagic, sizeof(header.magic));
  header.format = layout::kFormat;
  header.section_count = layout::kSectionCount;
  header.file_size = octets.size();
  std::memcpy(octets.data(), &header, sizeof(header));

  const int fd = memfd_create("database", MFD_CLOEXEC);
  if (fd < 0 || write(fd, octets.data(), octets.size()) != static_cast<ssize_t>(octets.size())) {
    std::abort();
  }
  const auto database = Database::open("/proc/self/fd/" + std::to_string(fd));
  close(fd);
  if (database) EverythingReader(*database).read();
  return 0;
}

// Reads NVD, CVE records, known exploitation, EPSS, exploits and names of weaknesses.

#include "named_import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  azekura::scanner::advisories::import_named(data, size);
  return 0;
}

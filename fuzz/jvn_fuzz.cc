// Reads JVN iPedia in XML and JSON.

#include "named_import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  azekura::scanner::advisories::import_named(data, size);
  return 0;
}

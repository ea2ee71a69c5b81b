// Reads RustSec, rubysec, FriendsOfPHP, retire.js, components and ends of life.

#include "named_import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  azekura::scanner::advisories::import_named(data, size);
  return 0;
}

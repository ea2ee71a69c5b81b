// Reads the input as a program: ELF, PE or Mach-O, and what Go and cargo-auditable leave in it.

#include <cstdint>
#include <string_view>

#include "scanner/inventory/binaries.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace azekura::scanner::inventory;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Content content = Content::of_octets(octets);
  const auto program = read_executable(content);
  if (!program) return 0;
  (void)read_go_binary(content, *program);
  (void)read_rust_binary(content, *program);
  return 0;
}

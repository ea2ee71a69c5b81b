#include "crypto/vectors_testing.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace azekura::crypto {
namespace {

std::string archive() {
  const char* folder = std::getenv("AZEKURA_CORPORA");
  return std::string(folder != nullptr ? folder : AZEKURA_CORPORA_DEFAULT) +
         "/wycheproof/wycheproof.tar.zst";
}

}  // namespace

std::string missing_vectors() {
  if (std::filesystem::exists(archive())) return {};
  return "no corpora at " + archive() + " (set AZEKURA_CORPORA)";
}

std::optional<Json> read_vectors(const std::string& file) {
  // The path goes through the environment, so that no shell reads it.
  setenv("AZEKURA_WYCHEPROOF", archive().c_str(), 1);
  const std::string command =
      "tar --zstd -xOf \"$AZEKURA_WYCHEPROOF\" testvectors_v1/" + file + "_test.json";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 65536> piece;
  std::size_t size = 0;
  while (pipe != nullptr && (size = fread(piece.data(), 1, piece.size(), pipe.get())) > 0) {
    text.append(piece.data(), size);
  }
  return Json::parse(text);
}

}  // namespace azekura::crypto

// The module's own names, and how PKCS#11 writes texts: padded with blanks, never cut in a
// character.
#pragma once

#include <cstring>
#include <string_view>

#include "hsm/cryptoki/pkcs11.h"

namespace azekura::hsm::pkcs11 {

inline constexpr std::string_view kManufacturer = "Azekura";
inline constexpr std::string_view kModel = "Azekura HSM";
inline constexpr CK_VERSION kLibraryVersion{0, 1};

template <std::size_t kSize>
void put_text(CK_UTF8CHAR (&out)[kSize], std::string_view text) {
  if (text.size() > kSize) {
    std::size_t size = kSize;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    text = text.substr(0, size);
  }
  std::memset(out, ' ', kSize);
  std::memcpy(out, text.data(), text.size());
}

}  // namespace azekura::hsm::pkcs11

// Short words for octets, for the tests of this room.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace azekura::crypto {

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }
inline std::string hex_of(const Secret& secret) { return to_hex(secret.reveal(Purpose::kCipher)); }
inline std::string hex_of(ByteView octets) { return to_hex(octets); }
template <typename T>
bool failed_with(const Result<T>& result, Code code) {
  return !result && result.error().code == code;
}

}  // namespace azekura::crypto

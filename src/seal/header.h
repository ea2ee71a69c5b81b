// Header: what a sealed file begins with. docs/sealed-file.md is the grammar.
//
// Pure. A header says under which key the file's data key is wrapped, and is bound to every chunk:
// the chunk key is derived over it, so a file whose header was touched opens nowhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "seal/key_wrapper.h"

namespace azekura::seal {

inline constexpr std::string_view kMagic = "azekura-seal";
inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kTokenSerialSizeMax = 16;
inline constexpr std::size_t kKeyIdSizeMax = 64;
inline constexpr std::size_t kSaltSize = 32;
inline constexpr std::size_t kDataKeySize = 32;
inline constexpr std::size_t kWrappedKeySize = 12 + kDataKeySize + 16;
// magic, version, size of the body.
inline constexpr std::size_t kPreambleSize = 12 + 2 + 4;
inline constexpr std::size_t kBodySizeMax =
    4 + kTokenSerialSizeMax + 4 + kKeyIdSizeMax + kSaltSize + kWrappedKeySize;

struct Header {
  KeyName key;
  Bytes salt;         // kSaltSize
  Bytes wrapped_key;  // kWrappedKeySize

  bool operator==(const Header&) const = default;
};

// What the wrapped key is bound to: all of the header in front of it.
// REQUIRES: the sizes above.
Bytes wrapping_context(const Header& header);
// The whole header. REQUIRES: the sizes above.
Bytes write_header(const Header& header);

// The size of the body that follows a preamble of kPreambleSize octets. kInvalid when this is not a
// sealed file, kUnsupported when it is one of a newer format, kCorrupt for a size beyond
// kBodySizeMax.
Result<std::size_t> read_preamble(ByteView preamble);
// kCorrupt unless the body is exactly one header's.
Result<Header> read_body(ByteView body);

// The key of the file's chunks: HKDF-SHA-256 of the data key over salt and header.
Result<Secret> derive_chunk_key(const Secret& data_key, const Header& header);

}  // namespace azekura::seal

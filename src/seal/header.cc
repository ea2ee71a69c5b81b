#include "seal/header.h"

#include <fmt/format.h>

#include <array>

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"

namespace azekura::seal {

namespace {

constexpr std::string_view kChunkKeyInfo = "azekura-seal chunks v1";

tl::unexpected<Error> damaged_header() {
  return fail(Code::kCorrupt, "the sealed file's header is damaged",
              "nothing can be read from it; use another copy of the file");
}

}  // namespace

Bytes wrapping_context(const Header& header) {
  ByteBuilder body;
  body.string(as_bytes(header.key.token_serial))
      .string(as_bytes(header.key.key_id))
      .raw(header.salt);
  ByteBuilder out;
  out.raw(as_bytes(kMagic))
      .number(kVersion)
      .number(static_cast<std::uint32_t>(body.bytes().size() + kWrappedKeySize))
      .raw(body.bytes());
  return out.take();
}

Bytes write_header(const Header& header) {
  Bytes out = wrapping_context(header);
  out.insert(out.end(), header.wrapped_key.begin(), header.wrapped_key.end());
  return out;
}

Result<std::size_t> read_preamble(ByteView preamble) {
  ByteReader in(preamble);
  ByteView magic;
  if (!in.take(kMagic.size(), magic) || as_text(magic) != kMagic) {
    return fail(Code::kInvalid, "this is not a sealed file",
                "sealed files are made by `azekura seal FILE`");
  }
  std::uint16_t version = 0;
  std::uint32_t body_size = 0;
  if (!in.number(version)) return damaged_header();
  if (version > kVersion) {
    return fail(
        Code::kUnsupported,
        fmt::format("the file was sealed in format {}, and this program knows formats up to {}",
                    version, kVersion),
        "unseal it with a newer azekura");
  }
  if (version != kVersion || !in.number(body_size) || body_size > kBodySizeMax) {
    return damaged_header();
  }
  return body_size;
}

Result<Header> read_body(ByteView body) {
  ByteReader in(body);
  ByteView serial, key_id, salt, wrapped_key;
  in.string(serial, kTokenSerialSizeMax);
  in.string(key_id, kKeyIdSizeMax);
  in.take(kSaltSize, salt);
  in.take(kWrappedKeySize, wrapped_key);
  if (!in.done() || serial.empty() || key_id.empty()) return damaged_header();
  return Header{.key = {std::string(as_text(serial)), std::string(as_text(key_id))},
                .salt = to_bytes(salt),
                .wrapped_key = to_bytes(wrapped_key)};
}

Result<Secret> derive_chunk_key(const Secret& data_key, const Header& header) {
  // The digest of the header, and not the header, keeps the info of one size.
  std::array<std::uint8_t, 32> digest{};
  ASSIGN_OR_RETURN([[maybe_unused]] const auto size,
                   crypto::digest(crypto::Hash::kSha256, write_header(header), digest));
  ByteBuilder info;
  info.raw(as_bytes(kChunkKeyInfo)).raw(digest);
  return crypto::hkdf_sha256(data_key.reveal(Purpose::kDerive), header.salt, info.bytes(),
                             crypto::AesGcm::kKeySize);
}

}  // namespace azekura::seal

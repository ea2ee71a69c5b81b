#include "seal/chunks.h"

#include <fmt/format.h>

#include <array>

namespace azekura::seal {

namespace {

using Nonce = std::array<std::uint8_t, crypto::AesGcm::kNonceSize>;

Nonce nonce_of(std::uint64_t number, Place place) {
  Nonce nonce{};
  for (std::size_t i = 0; i < sizeof number; ++i) {
    nonce[10 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  nonce[11] = static_cast<std::uint8_t>(place);
  return nonce;
}

tl::unexpected<Error> too_long() {
  return fail(Code::kExhausted, "the file is too long to be sealed in one piece (256 TiB)");
}

tl::unexpected<Error> damaged(std::uint64_t number) {
  return fail(
      Code::kCorrupt,
      fmt::format("the sealed file is damaged, cut or edited: chunk {} (from octet {} of the "
                  "original) is not what was sealed",
                  number, number * kChunkSize),
      "use another copy of the file; into a pipe, only what is before this place was written");
}

}  // namespace

Result<ChunkSealer> ChunkSealer::create(const Secret& chunk_key) {
  ASSIGN_OR_RETURN(auto aead, crypto::AesGcm::create(chunk_key.reveal(Purpose::kCipher)));
  return ChunkSealer(std::move(aead));
}

Result<ByteView> ChunkSealer::seal(ByteView plaintext, Place place, MutableByteView out) {
  if (number_ >= kChunksMax) return too_long();
  const std::size_t size = plaintext.size() + crypto::AesGcm::kTagSize;
  if (plaintext.size() > kChunkSize || out.size() < size) {
    return fail(Code::kInternal, "a chunk of a wrong size was to be sealed");
  }
  RETURN_IF_ERROR(aead_.seal_into(nonce_of(number_, place), {}, plaintext, out.first(size)));
  ++number_;
  return out.first(size);
}

Result<ChunkOpener> ChunkOpener::create(const Secret& chunk_key) {
  ASSIGN_OR_RETURN(auto aead, crypto::AesGcm::create(chunk_key.reveal(Purpose::kCipher)));
  return ChunkOpener(std::move(aead));
}

Result<ByteView> ChunkOpener::open(ByteView sealed, Place place, MutableByteView out) {
  if (number_ >= kChunksMax) return too_long();
  if (sealed.size() > kSealedChunkSize || sealed.size() < crypto::AesGcm::kTagSize) {
    return damaged(number_);
  }
  const std::size_t size = sealed.size() - crypto::AesGcm::kTagSize;
  // One way to write each message: no empty chunk behind others, only full ones before the last.
  if (place == Place::kInner ? size != kChunkSize : size == 0 && number_ > 0) {
    return damaged(number_);
  }
  if (out.size() < size) return fail(Code::kInternal, "no room for a chunk to be opened");
  if (auto opened = aead_.open_into(nonce_of(number_, place), {}, sealed, out.first(size));
      !opened) {
    if (opened.error().code != Code::kCorrupt) return tl::make_unexpected(opened.error());
    return damaged(number_);
  }
  ++number_;
  return out.first(size);
}

}  // namespace azekura::seal

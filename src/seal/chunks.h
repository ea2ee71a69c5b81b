// ChunkSealer and ChunkOpener: a message in chunks, each authenticated with its place and with
// whether it is the last one (STREAM, Hoang, Reyhanitabar, Rogaway, Vizár 2015).
//
// A chunk's nonce is its number, 11 octets big-endian, and one octet that is 1 for the last chunk:
// cut, appended, repeated, exchanged or edited chunks do not open. The key is used for one message.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/aead.h"

namespace azekura::seal {

// Of plaintext. Every chunk but the last is full; the last may be empty only if it is the first.
inline constexpr std::size_t kChunkSize = std::size_t{64} * 1024;
inline constexpr std::size_t kSealedChunkSize = kChunkSize + crypto::AesGcm::kTagSize;
// 256 TiB of plaintext.
inline constexpr std::uint64_t kChunksMax = std::uint64_t{1} << 32;

enum class Place : std::uint8_t { kInner = 0, kLast = 1 };

class ChunkSealer {
 public:
  static Result<ChunkSealer> create(const Secret& chunk_key);

  // Seals the next chunk into the first plaintext.size() + tag octets of `out` and returns them.
  // REQUIRES: kChunkSize octets (kInner) or at most that (kLast); no call after kLast.
  Result<ByteView> seal(ByteView plaintext, Place place, MutableByteView out);

 private:
  explicit ChunkSealer(crypto::AesGcm aead) : aead_(std::move(aead)) {}

  crypto::AesGcm aead_;
  std::uint64_t number_ = 0;
};

class ChunkOpener {
 public:
  static Result<ChunkOpener> create(const Secret& chunk_key);

  // Opens the next chunk into `out`, of at least kChunkSize octets, and returns the plaintext in
  // it. kCorrupt, and nothing in `out`, when the chunk is not what was sealed in this place.
  Result<ByteView> open(ByteView sealed, Place place, MutableByteView out);

 private:
  explicit ChunkOpener(crypto::AesGcm aead) : aead_(std::move(aead)) {}

  crypto::AesGcm aead_;
  std::uint64_t number_ = 0;
};

}  // namespace azekura::seal

#include "seal/seal.h"

#include <array>
#include <utility>

#include "crypto/random.h"

namespace azekura::seal {

namespace {

// Fills `out` unless the source ends before.
Result<std::size_t> read_fully(Source& source, MutableByteView out) {
  std::size_t used = 0;
  while (used < out.size()) {
    ASSIGN_OR_RETURN(const std::size_t size, source.read(out.subspan(used)));
    if (size == 0) break;
    used += size;
  }
  return used;
}

// Gives the chunks of a source, and knows of each whether it is the last: it reads one ahead.
class ChunkReader {
 public:
  struct Chunk {
    ByteView octets;
    Place place = Place::kInner;
  };

  ChunkReader(Source& source, std::size_t chunk_size)
      : source_(source), here_(chunk_size), ahead_(chunk_size) {}

  // The views live until the next call.
  Result<Chunk> next() {
    if (!started_) {
      ASSIGN_OR_RETURN(here_size_, read_fully(source_, here_.fill(Purpose::kCipher)));
      started_ = true;
    } else {
      std::swap(here_, ahead_);
      here_size_ = ahead_size_;
    }
    ahead_size_ = 0;
    if (here_size_ == here_.size()) {
      ASSIGN_OR_RETURN(ahead_size_, read_fully(source_, ahead_.fill(Purpose::kCipher)));
    }
    return Chunk{here_.reveal(Purpose::kCipher).first(here_size_),
                 ahead_size_ == 0 ? Place::kLast : Place::kInner};
  }

 private:
  Source& source_;
  Secret here_;  // plaintext, when sealing
  Secret ahead_;
  std::size_t here_size_ = 0;
  std::size_t ahead_size_ = 0;
  bool started_ = false;
};

}  // namespace

std::uint64_t sealed_size(std::uint64_t plaintext_size, const KeyName& key) {
  const std::uint64_t chunks =
      plaintext_size == 0 ? 1 : plaintext_size / kChunkSize + (plaintext_size % kChunkSize != 0);
  return kPreambleSize + 4 + key.token_serial.size() + 4 + key.key_id.size() + kSaltSize +
         kWrappedKeySize + plaintext_size + chunks * crypto::AesGcm::kTagSize;
}

Status seal_stream(KeyWrapper& wrapper, Source& source, Sink& sink) {
  Header header;
  ASSIGN_OR_RETURN(header.key, wrapper.key_for_sealing());
  if (header.key.token_serial.empty() || header.key.token_serial.size() > kTokenSerialSizeMax ||
      header.key.key_id.empty() || header.key.key_id.size() > kKeyIdSizeMax) {
    return fail(Code::kInternal, "the wrapping key has a name that the format cannot hold");
  }
  header.salt.resize(kSaltSize);
  RETURN_IF_ERROR(crypto::random_bytes(header.salt));
  ASSIGN_OR_RETURN(const Secret data_key, crypto::random_secret(kDataKeySize));
  ASSIGN_OR_RETURN(header.wrapped_key,
                   wrapper.wrap(header.key, data_key, wrapping_context(header)));
  if (header.wrapped_key.size() != kWrappedKeySize) {
    return fail(Code::kInternal, "the wrapped key has a size that the format cannot hold");
  }
  ASSIGN_OR_RETURN(const Secret chunk_key, derive_chunk_key(data_key, header));
  ASSIGN_OR_RETURN(auto sealer, ChunkSealer::create(chunk_key));
  RETURN_IF_ERROR(sink.write(write_header(header)));

  ChunkReader chunks(source, kChunkSize);
  Bytes sealed(kSealedChunkSize);
  while (true) {
    ASSIGN_OR_RETURN(const auto chunk, chunks.next());
    ASSIGN_OR_RETURN(const ByteView octets, sealer.seal(chunk.octets, chunk.place, sealed));
    RETURN_IF_ERROR(sink.write(octets));
    if (chunk.place == Place::kLast) return {};
  }
}

Result<Header> read_header(Source& source) {
  std::array<std::uint8_t, kPreambleSize> preamble{};
  ASSIGN_OR_RETURN(const std::size_t preamble_size, read_fully(source, preamble));
  ASSIGN_OR_RETURN(const std::size_t body_size,
                   read_preamble(ByteView(preamble).first(preamble_size)));
  std::array<std::uint8_t, kBodySizeMax> body{};
  const MutableByteView whole = MutableByteView(body).first(body_size);
  ASSIGN_OR_RETURN(const std::size_t read, read_fully(source, whole));
  if (read < body_size) return fail(Code::kCorrupt, "the sealed file ends within its header");
  return read_body(whole);
}

Status unseal_stream(KeyWrapper& wrapper, Source& source, Sink& sink) {
  ASSIGN_OR_RETURN(const Header header, read_header(source));
  ASSIGN_OR_RETURN(const Secret data_key,
                   wrapper.unwrap(header.key, header.wrapped_key, wrapping_context(header)));
  ASSIGN_OR_RETURN(const Secret chunk_key, derive_chunk_key(data_key, header));
  ASSIGN_OR_RETURN(auto opener, ChunkOpener::create(chunk_key));

  ChunkReader chunks(source, kSealedChunkSize);
  Secret plaintext(kChunkSize);
  while (true) {
    ASSIGN_OR_RETURN(const auto chunk, chunks.next());
    ASSIGN_OR_RETURN(const ByteView octets,
                     opener.open(chunk.octets, chunk.place, plaintext.fill(Purpose::kCipher)));
    RETURN_IF_ERROR(sink.write(octets));
    if (chunk.place == Place::kLast) return {};
  }
}

}  // namespace azekura::seal

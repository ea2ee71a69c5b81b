// Sealing and unsealing a stream of any length in the format of docs/sealed-file.md.
//
// Pure over where octets come from and go to. Memory is two chunks, whatever the length.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/chunks.h"
#include "seal/header.h"
#include "seal/key_wrapper.h"

namespace azekura::seal {

class Source {
 public:
  virtual ~Source() = default;
  // Octets written to the front of `out`, which is not empty. Zero means the end, and only that.
  virtual Result<std::size_t> read(MutableByteView out) = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // All of it or an error.
  virtual Status write(ByteView octets) = 0;
};

// The octets that a file of `plaintext_size` takes when it is sealed under this key.
std::uint64_t sealed_size(std::uint64_t plaintext_size, const KeyName& key);

// Draws a data key, has it wrapped, and seals all of `source`.
Status seal_stream(KeyWrapper& wrapper, Source& source, Sink& sink);

// Writes to `sink` only plaintext of chunks that were authenticated, in their order. When it
// fails, what was written is a true beginning of the original, and no more. Errors of the format:
//   kInvalid      not a sealed file          kUnsupported  a newer format
//   kCorrupt      cut, appended to, or edited
// and the wrapper's, the source's and the sink's own.
Status unseal_stream(KeyWrapper& wrapper, Source& source, Sink& sink);

// Reads the header alone, to tell which key a file needs.
Result<Header> read_header(Source& source);

}  // namespace azekura::seal

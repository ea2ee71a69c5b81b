// Unseals what it is given. What opens must be what sealing gives; what does not must write nothing
// that was not authenticated, which nothing that a fuzzer makes up can be.
//
// The data key is fixed, so that inputs with a good header reach the chunks; the corpus has whole
// sealed files for that.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "seal/seal.h"

namespace {

using namespace azekura;

// Gives every file the same data key, whatever its header says.
class FixedKey : public seal::KeyWrapper {
 public:
  Result<seal::KeyName> key_for_sealing() override { return seal::KeyName{"serial", "key"}; }
  Result<Bytes> wrap(const seal::KeyName&, const Secret&, ByteView) override {
    return Bytes(seal::kWrappedKeySize, 2);
  }
  Result<Secret> unwrap(const seal::KeyName&, ByteView, ByteView) override {
    return Secret::copy_of(Bytes(seal::kDataKeySize, 3));
  }
};

class Input : public seal::Source {
 public:
  explicit Input(ByteView octets) : rest_(octets) {}
  Result<std::size_t> read(MutableByteView out) override {
    // Short reads, as a pipe gives them, in sizes that hit no boundary.
    const std::size_t size = std::min({out.size(), rest_.size(), std::size_t{4093}});
    std::copy_n(rest_.begin(), size, out.begin());
    rest_ = rest_.subspan(size);
    return size;
  }

 private:
  ByteView rest_;
};

class Count : public seal::Sink {
 public:
  Status write(ByteView octets) override {
    total += octets.size();
    return {};
  }
  std::uint64_t total = 0;
};

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  FixedKey wrapper;
  Input for_header(octets);
  const auto header = seal::read_header(for_header);
  if (header) {
    // There is one way to write a header.
    const Bytes written = seal::write_header(*header);
    require(written.size() <= size && std::equal(written.begin(), written.end(), data));
  }

  Input input(octets);
  Count output;
  const auto status = seal::unseal_stream(wrapper, input, output);
  if (status) {
    require(header.has_value());
    require(seal::sealed_size(output.total, header->key) == size);
  } else {
    require(!status.error().message.empty());
    require(output.total <= size);
    if (!header) require(output.total == 0);
  }
  return 0;
}

// Fakes for sealing: a wrapper with its key in memory, sources and sinks over octets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "crypto/aead.h"
#include "crypto/random.h"
#include "seal/seal.h"

namespace azekura::seal {

class FakeWrapper : public KeyWrapper {
 public:
  explicit FakeWrapper(KeyName name = {"0123456789abcdef", "6b1e4c0e-0000-4000-8000-000000000001"})
      : name_(std::move(name)), key_(crypto::AesGcm::create(Bytes(32, 7)).value()) {}

  Result<KeyName> key_for_sealing() override { return name_; }
  Result<Bytes> wrap(const KeyName&, const Secret& data_key, ByteView context) override {
    Bytes out(crypto::AesGcm::kNonceSize);
    RETURN_IF_ERROR(crypto::random_bytes(out));
    ASSIGN_OR_RETURN(const Bytes sealed,
                     key_.seal(Bytes(out), context, data_key.reveal(Purpose::kWrap)));
    out.insert(out.end(), sealed.begin(), sealed.end());
    return out;
  }
  Result<Secret> unwrap(const KeyName& key, ByteView wrapped, ByteView context) override {
    if (!(key == name_)) return fail(Code::kNotFound, "no such key");
    return key_.open(wrapped.first(12), context, wrapped.subspan(12));
  }

 private:
  KeyName name_;
  crypto::AesGcm key_;
};

// Gives at most `step` octets at a time, as a pipe does.
class BytesSource : public Source {
 public:
  explicit BytesSource(ByteView octets, std::size_t step = SIZE_MAX) : rest_(octets), step_(step) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t size = std::min({out.size(), rest_.size(), step_});
    std::copy_n(rest_.begin(), size, out.begin());
    rest_ = rest_.subspan(size);
    return size;
  }

 private:
  ByteView rest_;
  std::size_t step_;
};

class BytesSink : public Sink {
 public:
  Status write(ByteView octets) override {
    bytes.insert(bytes.end(), octets.begin(), octets.end());
    return {};
  }
  Bytes bytes;
};

}  // namespace azekura::seal

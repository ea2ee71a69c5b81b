// Hmac (FIPS 198-1): keyed once, used for many messages.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/handles.h"
#include "crypto/hash.h"

namespace azekura::crypto {

// Time depends on the sizes alone.
bool equal_constant_time(ByteView a, ByteView b);

// Not to be used by two threads at once.
class Hmac {
 public:
  // Any size of key, the empty one included; whether it is long enough is the caller's policy.
  static Result<Hmac> create(Hash hash, ByteView key);

  Status update(ByteView data);
  // Writes the first hash_size() octets of `out`, returns their number, and is then ready for the
  // next message under the same key. kInvalid if `out` is smaller.
  Result<std::size_t> finish(MutableByteView out);
  // Forgets what was updated, keeps the key.
  Status reset();
  // A whole message; forgets an unfinished one.
  Result<std::size_t> compute(ByteView data, MutableByteView out);

  Hash hash() const { return hash_; }

 private:
  Hmac(Hash hash, MacContext context) : hash_(hash), context_(std::move(context)) {}

  Hash hash_;
  MacContext context_;
  bool fresh_ = true;  // nothing was updated since the last init
};

}  // namespace azekura::crypto

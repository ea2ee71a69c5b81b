// Mechanisms: what keys do. This face is what the service calls; a file per family stands behind
// it.
//
// Callers have checked: the object is visible to the application, the slot's login suffices. Here
// is checked: the key's class, type, size, usage flag and CKA_ALLOWED_MECHANISMS, the mechanism and
// its parameter, the data's length, and the policies for wrapping (policy.h). Errors are those that
// PKCS#11 3.2 §5 names for the function.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "hsm/cryptoki/outcome.h"
#include "hsm/token/object.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

// Keyed contexts of one thread, by (object, mechanism, parameters that need another context). A hit
// costs no lock and no allocation; an entry whose object is stale is dropped on sight. Bounded,
// least recently used goes first (context_cache.h). Not thread-safe: one a thread.
class ContextCache;
struct ContextCacheDeleter {
  void operator()(ContextCache*) const;
};
std::unique_ptr<ContextCache, ContextCacheDeleter> make_context_cache();

// One whole operation. `in` may be exactly `out`'s beginning. Returns octets written to `out`.
// `in_shared`: a hostile peer may change `in` while this runs (wire::Exchange::data_shared):
// what must not see that happen (decryption, verification, padding) copies first.
Outcome<std::size_t> operate(ContextCache& contexts, const ObjectPtr& key,
                             const wire::Operate& request, ByteView in, bool in_shared,
                             MutableByteView out);

// A multi-part operation with AES or HMAC, owned by the session that began it. Not thread-safe.
// `in` must not change while a call runs (copy what is shared first). A refusal ends the stream.
// GCM decryption gives all its plaintext in finish, after the tag was found good; more than
// kHeldBackBytesMax of it is CKR_DATA_LEN_RANGE.
inline constexpr std::size_t kHeldBackBytesMax = 64 * 1024 * 1024;
// The streams of one application together; beyond it CKR_DEVICE_MEMORY.
inline constexpr std::size_t kHeldBackTogetherMax = 4 * kHeldBackBytesMax;

// What streams hold back together.
class HeldBack {
 public:
  explicit HeldBack(std::size_t octets_max) : octets_max_(octets_max) {}
  // False, and nothing is taken, beyond the most.
  bool take(std::size_t octets);
  void give_back(std::size_t octets) { octets_.fetch_sub(octets, std::memory_order_relaxed); }

 private:
  const std::size_t octets_max_;
  std::atomic<std::size_t> octets_{0};
};

class Stream {
 public:
  virtual ~Stream() = default;
  virtual const ObjectPtr& key() const = 0;
  virtual Outcome<std::size_t> update(ByteView in, MutableByteView out) = 0;
  // `more` is set when the result did not fit and finish is to be called again with no data.
  virtual Outcome<std::size_t> finish(ByteView in, ByteView signature, MutableByteView out,
                                      bool& more) = 0;
};
Outcome<std::unique_ptr<Stream>> begin_stream(
    const ObjectPtr& key, const wire::StreamBegin& request,
    std::shared_ptr<HeldBack> held_back = std::make_shared<HeldBack>(kHeldBackTogetherMax));

// Key generation. The drafts come completed from templates (attributes.h), history included, and
// leave with the key's values, check value and public key info.
Outcome<void> generate_key(const wire::Mechanism& mechanism, Draft& key);
Outcome<void> generate_key_pair(const wire::Mechanism& mechanism, Draft& public_key,
                                Draft& private_key);
// Which class and key type a generation mechanism makes (CKO_SECRET_KEY/CKK_AES …), before
// templates are completed; CKR_MECHANISM_INVALID for others.
Outcome<CK_KEY_TYPE> key_type_made_by(CK_MECHANISM_TYPE mechanism);

// For C_CreateObject: checks that the given values are a key (sizes, point on the curve, pair
// consistent), and adds what follows from them (modulus bits, check value, missing CRT parts).
Outcome<void> complete_created(Draft& object);

// Octets written to `out`. Policy: policy.h.
Outcome<std::size_t> wrap_key(const wire::Mechanism& mechanism, const Object& wrapping_key,
                              const Object& key, MutableByteView out);
// The draft comes completed from the template and leaves with the unwrapped values.
Outcome<void> unwrap_key(const wire::Mechanism& mechanism, const Object& unwrapping_key,
                         ByteView wrapped, Draft& key);
Outcome<void> derive_key(const wire::Mechanism& mechanism, const Object& base_key, Draft& key);

}  // namespace azekura::hsm::token

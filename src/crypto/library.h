// The one place that owns the cryptographic library's context and says which implementations are
// allowed. Internal to src/crypto.
//
// The context is our own, so that nothing that an application or a configuration file does to the
// library's default context reaches us. It is made once, on first use, and never taken down: a
// thread that outlives main() may still be using it, and nothing may be registered at exit.
#pragma once

#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/handles.h"
#include "crypto/hash.h"

namespace azekura::crypto {

// Made on first use, by any thread.
OSSL_LIB_CTX* library_context();
// The property query for every fetch, or null for none.
const char* library_properties();

// Fetched once and kept. Null if the library does not have it.
EVP_MD* fetch_hash(Hash hash);
enum class AesAlgorithm : std::uint8_t { kCbc, kCtr, kGcm, kWrap, kWrapPad };
inline constexpr std::size_t kAesAlgorithms = 5;
// REQUIRES: is_aes_key_size(key_size).
EVP_CIPHER* fetch_aes(AesAlgorithm algorithm, std::size_t key_size);
EVP_MAC* fetch_hmac();
EVP_SIGNATURE* fetch_ed25519();

// The name that the library's parameters know a hash by.
const char* library_name(Hash hash);
OSSL_PARAM hash_param(const char* key, Hash hash);

// An error that ends with the library's own reason, if it gave one. Empties its queue.
tl::unexpected<Error> fail_library(Code code, std::string what);
// For failures whose reason is known, or must not be told.
void forget_library_errors();

// The library takes a null pointer for "not given" even where the size is 0.
inline const std::uint8_t* non_null(ByteView view) {
  static constexpr std::uint8_t kNothing = 0;
  return view.data() == nullptr ? &kNothing : view.data();
}

}  // namespace azekura::crypto

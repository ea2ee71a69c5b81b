#include "crypto/library.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <array>
#include <atomic>

namespace azekura::crypto {
namespace {

OSSL_LIB_CTX* make_context() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  OSSL_LIB_CTX* context = OSSL_LIB_CTX_new();
  // Without memory for a context, the null one (the library's default) serves: it is as private to
  // us as the library itself, which is linked statically.
  OSSL_PROVIDER_load(context, "default");
  return context;
}

// What was fetched first stays; a thread that loses the race frees its own.
template <typename T, typename Fetch, typename Free>
T* keep(std::atomic<T*>& slot, Fetch fetch, Free free) {
  T* kept = slot.load(std::memory_order_acquire);
  if (kept != nullptr) return kept;
  T* fetched = fetch();
  if (fetched == nullptr) return nullptr;
  if (slot.compare_exchange_strong(kept, fetched, std::memory_order_acq_rel)) return fetched;
  free(fetched);
  return kept;
}

}  // namespace

OSSL_LIB_CTX* library_context() {
  static OSSL_LIB_CTX* const context = make_context();
  return context;
}

const char* library_properties() { return nullptr; }

const char* library_name(Hash hash) {
  switch (hash) {
    case Hash::kSha1:
      return "SHA1";
    case Hash::kSha224:
      return "SHA2-224";
    case Hash::kSha256:
      return "SHA2-256";
    case Hash::kSha384:
      return "SHA2-384";
    case Hash::kSha512:
      return "SHA2-512";
  }
  return "";
}

OSSL_PARAM hash_param(const char* key, Hash hash) {
  return OSSL_PARAM_construct_utf8_string(key, const_cast<char*>(library_name(hash)), 0);
}

EVP_MD* fetch_hash(Hash hash) {
  static constinit std::array<std::atomic<EVP_MD*>, kAllHashes.size()> slots{};
  return keep(
      slots[static_cast<std::size_t>(hash)],
      [hash] { return EVP_MD_fetch(library_context(), library_name(hash), library_properties()); },
      EVP_MD_free);
}

EVP_CIPHER* fetch_aes(AesAlgorithm algorithm, std::size_t key_size) {
  static constexpr const char* kNames[kAesAlgorithms][3] = {
      {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"},
      {"AES-128-CTR", "AES-192-CTR", "AES-256-CTR"},
      {"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"},
      {"AES-128-WRAP", "AES-192-WRAP", "AES-256-WRAP"},
      {"AES-128-WRAP-PAD", "AES-192-WRAP-PAD", "AES-256-WRAP-PAD"},
  };
  static constinit std::array<std::atomic<EVP_CIPHER*>, kAesAlgorithms * 3> slots{};
  const std::size_t row = static_cast<std::size_t>(algorithm);
  const std::size_t column = key_size / 8 - 2;
  return keep(
      slots[row * 3 + column],
      [&] {
        return EVP_CIPHER_fetch(library_context(), kNames[row][column], library_properties());
      },
      EVP_CIPHER_free);
}

EVP_MAC* fetch_hmac() {
  static constinit std::atomic<EVP_MAC*> slot{};
  return keep(
      slot, [] { return EVP_MAC_fetch(library_context(), "HMAC", library_properties()); },
      EVP_MAC_free);
}

EVP_SIGNATURE* fetch_ed25519() {
  static constinit std::atomic<EVP_SIGNATURE*> slot{};
  return keep(
      slot, [] { return EVP_SIGNATURE_fetch(library_context(), "ED25519", library_properties()); },
      EVP_SIGNATURE_free);
}

tl::unexpected<Error> fail_library(Code code, std::string what) {
  const unsigned long reason = ERR_peek_last_error();
  const char* text = reason == 0 ? nullptr : ERR_reason_error_string(reason);
  if (text != nullptr) what.append(" (").append(text).append(")");
  ERR_clear_error();
  return fail(code, std::move(what));
}

void forget_library_errors() { ERR_clear_error(); }

}  // namespace azekura::crypto

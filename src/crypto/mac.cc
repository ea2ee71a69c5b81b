#include "crypto/mac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "crypto/library.h"

namespace azekura::crypto {
namespace {

tl::unexpected<Error> fail_hmac() { return fail_library(Code::kInternal, "HMAC failed"); }

}  // namespace

bool equal_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

Result<Hmac> Hmac::create(Hash hash, ByteView key) {
  EVP_MAC* method = fetch_hmac();
  MacContext context(method == nullptr ? nullptr : EVP_MAC_CTX_new(method));
  const OSSL_PARAM params[] = {hash_param(OSSL_MAC_PARAM_DIGEST, hash), OSSL_PARAM_construct_end()};
  if (context == nullptr || EVP_MAC_init(context.get(), non_null(key), key.size(), params) != 1) {
    return fail_hmac();
  }
  return Hmac(hash, std::move(context));
}

Status Hmac::update(ByteView data) {
  if (data.empty()) return {};
  fresh_ = false;
  if (EVP_MAC_update(context_.get(), data.data(), data.size()) != 1) return fail_hmac();
  return {};
}

Result<std::size_t> Hmac::finish(MutableByteView out) {
  const std::size_t size = hash_size(hash_);
  if (out.size() < size) return fail(Code::kInvalid, "the buffer is too small for the HMAC");
  std::size_t written = 0;
  fresh_ = false;
  if (EVP_MAC_final(context_.get(), out.data(), &written, out.size()) != 1 || written != size) {
    return fail_hmac();
  }
  RETURN_IF_ERROR(reset());
  return size;
}

Status Hmac::reset() {
  if (fresh_) return {};
  if (EVP_MAC_init(context_.get(), nullptr, 0, nullptr) != 1) return fail_hmac();
  fresh_ = true;
  return {};
}

Result<std::size_t> Hmac::compute(ByteView data, MutableByteView out) {
  RETURN_IF_ERROR(reset());
  RETURN_IF_ERROR(update(data));
  return finish(out);
}

}  // namespace azekura::crypto

#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include "crypto/library.h"

namespace azekura::crypto {
namespace {

OSSL_PARAM octets_param(const char* key, ByteView octets) {
  return OSSL_PARAM_construct_octet_string(key, const_cast<std::uint8_t*>(non_null(octets)),
                                           octets.size());
}

Result<Secret> derive(const char* name, std::size_t size, const OSSL_PARAM* params) {
  EVP_KDF* method = EVP_KDF_fetch(library_context(), name, library_properties());
  EVP_KDF_CTX* context = method == nullptr ? nullptr : EVP_KDF_CTX_new(method);
  EVP_KDF_free(method);
  Secret derived(size);
  const bool ok = context != nullptr &&
                  EVP_KDF_derive(context, derived.fill(Purpose::kDerive).data(), size, params) == 1;
  EVP_KDF_CTX_free(context);
  if (!ok) return fail_library(Code::kInternal, std::string(name) + " failed");
  return derived;
}

Status check_size(std::size_t size) {
  if (size < 1 || size > kDerivedSizeMax) {
    return fail(Code::kInvalid, "a derived key has 1 to 1024 octets");
  }
  return {};
}

Status check_cost(const Argon2Cost& cost) {
  if (cost.lanes < 1 || cost.lanes > Argon2Cost::kLanesMax || cost.passes < 1 ||
      cost.passes > Argon2Cost::kPassesMax || cost.memory_kib < 8 * cost.lanes ||
      cost.memory_kib > Argon2Cost::kMemoryKibMax) {
    return fail(Code::kInvalid, "the cost of the password hash is out of range");
  }
  return {};
}

}  // namespace

Result<Secret> argon2id(ByteView password, ByteView salt, const Argon2Cost& cost,
                        std::size_t size) {
  RETURN_IF_ERROR(check_size(size));
  RETURN_IF_ERROR(check_cost(cost));
  if (size < 4) return fail(Code::kInvalid, "argon2id gives at least 4 octets");
  if (salt.size() < kArgon2SaltSizeMin) return fail(Code::kInvalid, "the salt is too short");
  Argon2Cost copy = cost;
  const OSSL_PARAM params[] = {
      octets_param(OSSL_KDF_PARAM_PASSWORD, password),
      octets_param(OSSL_KDF_PARAM_SALT, salt),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ITER, &copy.passes),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ARGON2_LANES, &copy.lanes),
      OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_ARGON2_MEMCOST, &copy.memory_kib),
      OSSL_PARAM_construct_end()};
  return derive("ARGON2ID", size, params);
}

Result<Secret> hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size) {
  RETURN_IF_ERROR(check_size(size));
  const OSSL_PARAM params[] = {hash_param(OSSL_KDF_PARAM_DIGEST, Hash::kSha256),
                               octets_param(OSSL_KDF_PARAM_KEY, key),
                               octets_param(OSSL_KDF_PARAM_SALT, salt),
                               octets_param(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  return derive("HKDF", size, params);
}

Result<Secret> x963_kdf(Hash hash, ByteView shared_secret, ByteView shared_info, std::size_t size) {
  RETURN_IF_ERROR(check_size(size));
  const OSSL_PARAM params[] = {
      hash_param(OSSL_KDF_PARAM_DIGEST, hash), octets_param(OSSL_KDF_PARAM_KEY, shared_secret),
      octets_param(OSSL_KDF_PARAM_INFO, shared_info), OSSL_PARAM_construct_end()};
  return derive("X963KDF", size, params);
}

}  // namespace azekura::crypto

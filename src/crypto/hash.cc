#include "crypto/hash.h"

#include "crypto/library.h"

namespace azekura::crypto {
namespace {

tl::unexpected<Error> fail_hash(Hash hash) {
  return fail_library(Code::kInternal, std::string(hash_name(hash)) + " failed");
}

tl::unexpected<Error> fail_room() {
  return fail(Code::kInvalid, "the buffer is too small for the digest");
}

}  // namespace

std::string_view hash_name(Hash hash) {
  switch (hash) {
    case Hash::kSha1:
      return "SHA-1";
    case Hash::kSha224:
      return "SHA-224";
    case Hash::kSha256:
      return "SHA-256";
    case Hash::kSha384:
      return "SHA-384";
    case Hash::kSha512:
      return "SHA-512";
  }
  return "unknown hash";
}

Result<std::size_t> digest(Hash hash, ByteView data, MutableByteView out) {
  if (out.size() < hash_size(hash)) return fail_room();
  EVP_MD* method = fetch_hash(hash);
  if (method == nullptr ||
      EVP_Digest(data.data(), data.size(), out.data(), nullptr, method, nullptr) != 1) {
    return fail_hash(hash);
  }
  return hash_size(hash);
}

Result<Hasher> Hasher::create(Hash hash) {
  DigestContext context(EVP_MD_CTX_new());
  EVP_MD* method = fetch_hash(hash);
  if (context == nullptr || method == nullptr ||
      EVP_DigestInit_ex2(context.get(), method, nullptr) != 1) {
    return fail_hash(hash);
  }
  return Hasher(hash, std::move(context));
}

Status Hasher::update(ByteView data) {
  if (data.empty()) return {};
  if (EVP_DigestUpdate(context_.get(), data.data(), data.size()) != 1) return fail_hash(hash_);
  return {};
}

Result<std::size_t> Hasher::finish(MutableByteView out) {
  if (out.size() < hash_size(hash_)) return fail_room();
  if (EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) != 1) return fail_hash(hash_);
  RETURN_IF_ERROR(reset());
  return hash_size(hash_);
}

Status Hasher::reset() {
  if (EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) != 1) return fail_hash(hash_);
  return {};
}

Result<Hasher> Hasher::clone() const {
  DigestContext copy(EVP_MD_CTX_new());
  if (copy == nullptr || EVP_MD_CTX_copy_ex(copy.get(), context_.get()) != 1) {
    return fail_hash(hash_);
  }
  return Hasher(hash_, std::move(copy));
}

}  // namespace azekura::crypto

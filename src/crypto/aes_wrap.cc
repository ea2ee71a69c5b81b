#include "crypto/aes_wrap.h"

#include "crypto/cipher.h"
#include "crypto/library.h"

namespace azekura::crypto {
namespace {

Result<CipherContext> begin(KeyWrap kind, ByteView key, Direction direction) {
  if (!is_aes_key_size(key.size())) {
    return fail(Code::kInvalid, "an AES key has 16, 24 or 32 octets");
  }
  CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER* method =
      fetch_aes(kind == KeyWrap::kKw ? AesAlgorithm::kWrap : AesAlgorithm::kWrapPad, key.size());
  if (context == nullptr || method == nullptr) {
    return fail_library(Code::kInternal, "AES key wrap could not begin");
  }
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  if (EVP_CipherInit_ex2(context.get(), method, key.data(), nullptr,
                         direction == Direction::kEncrypt ? 1 : 0, nullptr) != 1) {
    return fail_library(Code::kInternal, "AES key wrap could not begin");
  }
  return context;
}

}  // namespace

Result<Bytes> aes_wrap(KeyWrap kind, ByteView wrapping_key, ByteView key) {
  const bool fits = kind == KeyWrap::kKw ? key.size() >= 16 && key.size() % 8 == 0 : !key.empty();
  if (!fits || key.size() > kWrapSizeMax) {
    return fail(Code::kInvalid, "the key has a size that this key wrap does not allow");
  }
  ASSIGN_OR_RETURN(const CipherContext context, begin(kind, wrapping_key, Direction::kEncrypt));
  // The library may use one block more than it keeps.
  Bytes out(wrapped_size(key.size()) + kAesBlockSize);
  int size = 0;
  if (EVP_CipherUpdate(context.get(), out.data(), &size, key.data(),
                       static_cast<int>(key.size())) != 1 ||
      static_cast<std::size_t>(size) != wrapped_size(key.size())) {
    return fail_library(Code::kInternal, "AES key wrap failed");
  }
  out.resize(wrapped_size(key.size()));
  return out;
}

Result<Secret> aes_unwrap(KeyWrap kind, ByteView wrapping_key, ByteView wrapped) {
  const std::size_t size_min = kind == KeyWrap::kKw ? 24 : 16;
  if (wrapped.size() < size_min || wrapped.size() % 8 != 0 ||
      wrapped.size() > wrapped_size(kWrapSizeMax)) {
    return fail(Code::kInvalid, "the wrapped key has a size that this key wrap does not give");
  }
  ASSIGN_OR_RETURN(const CipherContext context, begin(kind, wrapping_key, Direction::kDecrypt));
  Secret out(wrapped.size() + kAesBlockSize);
  int size = 0;
  if (EVP_CipherUpdate(context.get(), out.fill(Purpose::kCipher).data(), &size, wrapped.data(),
                       static_cast<int>(wrapped.size())) != 1 ||
      size <= 0) {
    forget_library_errors();
    return fail(Code::kCorrupt, "the wrapped key does not unwrap under this key");
  }
  out.truncate(static_cast<std::size_t>(size));
  return out;
}

}  // namespace azekura::crypto

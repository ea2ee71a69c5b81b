#include "crypto/rsa_cipher.h"

#include <openssl/core_names.h>

#include <array>
#include <string>

#include "base/secret.h"
#include "crypto/library.h"

namespace azekura::crypto {
namespace {

enum class Use { kEncrypt, kDecrypt };

// RFC 8017 §7.1.1 and §7.2.1.
constexpr std::size_t kPkcs1Overhead = 11;
std::size_t overhead(const RsaScheme& scheme) {
  return scheme.padding == RsaPadding::kPkcs1 ? kPkcs1Overhead : 2 * hash_size(scheme.hash) + 2;
}

Status check_scheme(const PublicKey& key, const RsaScheme& scheme) {
  if (key.type() != KeyType::kRsa) return fail(Code::kInvalid, "RSA encryption needs an RSA key");
  if ((key.bits() + 7) / 8 < overhead(scheme)) {
    return fail(Code::kInvalid, "the RSA key is too small for this hash");
  }
  if (scheme.label.size() > kOaepLabelSizeMax) {
    return fail(Code::kInvalid, "the OAEP label is longer than 1024 octets");
  }
  return {};
}

KeyContext make_context(EVP_PKEY* key, const RsaScheme& scheme, Use use) {
  // A copy of the key, as in Signer.
  const KeyHandle copy(EVP_PKEY_dup(key));
  if (copy == nullptr) return nullptr;
  KeyContext context(
      EVP_PKEY_CTX_new_from_pkey(library_context(), copy.get(), library_properties()));
  std::array<OSSL_PARAM, 5> params;
  std::size_t count = 0;
  unsigned int implicit_rejection = 1;
  if (scheme.padding == RsaPadding::kPkcs1) {
    params[count++] = OSSL_PARAM_construct_utf8_string(
        OSSL_ASYM_CIPHER_PARAM_PAD_MODE, const_cast<char*>(OSSL_PKEY_RSA_PAD_MODE_PKCSV15), 0);
    params[count++] =
        OSSL_PARAM_construct_uint(OSSL_ASYM_CIPHER_PARAM_IMPLICIT_REJECTION, &implicit_rejection);
  } else {
    params[count++] = OSSL_PARAM_construct_utf8_string(
        OSSL_ASYM_CIPHER_PARAM_PAD_MODE, const_cast<char*>(OSSL_PKEY_RSA_PAD_MODE_OAEP), 0);
    params[count++] = hash_param(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, scheme.hash);
    params[count++] = hash_param(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, scheme.mgf_hash);
    if (!scheme.label.empty()) {
      params[count++] = OSSL_PARAM_construct_octet_string(
          OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, const_cast<std::uint8_t*>(scheme.label.data()),
          scheme.label.size());
    }
  }
  params[count] = OSSL_PARAM_construct_end();
  if (context == nullptr) return nullptr;
  const int ok = use == Use::kEncrypt ? EVP_PKEY_encrypt_init_ex(context.get(), params.data())
                                      : EVP_PKEY_decrypt_init_ex(context.get(), params.data());
  return ok == 1 ? std::move(context) : nullptr;
}

}  // namespace

Result<RsaEncrypter> RsaEncrypter::create(const PublicKey& key, const RsaScheme& scheme) {
  RETURN_IF_ERROR(check_scheme(key, scheme));
  KeyContext context = make_context(key.handle(), scheme, Use::kEncrypt);
  if (context == nullptr) return fail_library(Code::kInternal, "RSA encryption could not begin");
  const std::size_t modulus_size = (key.bits() + 7) / 8;
  return RsaEncrypter(modulus_size, modulus_size - overhead(scheme), std::move(context));
}

Result<std::size_t> RsaEncrypter::encrypt(ByteView plaintext, MutableByteView out) {
  if (plaintext.size() > plaintext_size_max_) {
    return fail(Code::kInvalid, "the data is too long for this RSA key");
  }
  if (out.size() < modulus_size_) {
    return fail(Code::kInvalid, "the buffer is too small for the ciphertext");
  }
  std::size_t size = out.size();
  if (EVP_PKEY_encrypt(context_.get(), out.data(), &size, non_null(plaintext), plaintext.size()) !=
      1) {
    return fail_library(Code::kInternal, "RSA encryption failed");
  }
  return size;
}

Result<RsaDecrypter> RsaDecrypter::create(const PrivateKey& key, const RsaScheme& scheme) {
  RETURN_IF_ERROR(check_scheme(key.public_key(), scheme));
  KeyContext context = make_context(key.handle(), scheme, Use::kDecrypt);
  if (context == nullptr) return fail_library(Code::kInternal, "RSA decryption could not begin");
  const std::size_t modulus_size = (key.bits() + 7) / 8;
  return RsaDecrypter(modulus_size, modulus_size - overhead(scheme), std::move(context));
}

Result<std::size_t> RsaDecrypter::decrypt(ByteView ciphertext, MutableByteView out) {
  if (ciphertext.size() != modulus_size_) {
    return fail(Code::kInvalid, "an RSA ciphertext is as long as the modulus");
  }
  if (out.size() < modulus_size_) {
    return fail(Code::kInvalid, "the buffer is too small for the plaintext");
  }
  std::size_t size = out.size();
  if (EVP_PKEY_decrypt(context_.get(), out.data(), &size, ciphertext.data(), ciphertext.size()) !=
      1) {
    wipe(out.data(), out.size());
    forget_library_errors();
    return fail(Code::kCorrupt, "the ciphertext does not decrypt under this key");
  }
  return size;
}

}  // namespace azekura::crypto

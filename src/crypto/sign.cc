#include "crypto/sign.h"

#include <openssl/core_names.h>

#include <array>

#include "crypto/der.h"
#include "crypto/library.h"

namespace azekura::crypto {
namespace {

tl::unexpected<Error> fail_scheme(const char* why) { return fail(Code::kInvalid, why); }

std::size_t octets_of(std::size_t bits) { return (bits + 7) / 8; }

// "00 01 FF*8 00 DigestInfo" must fit; the longest DigestInfo has 19 octets before the digest.
constexpr std::size_t kPkcs1Overhead = 11;
constexpr std::size_t kDigestInfoOverhead = 19;

Status check_scheme(KeyType type, std::size_t bits, const SignatureScheme& scheme) {
  switch (scheme.kind) {
    case SignatureKind::kRsaPkcs1:
    case SignatureKind::kRsaPkcs1Hashed:
    case SignatureKind::kRsaPss:
      if (type != KeyType::kRsa) return fail_scheme("the signature scheme needs an RSA key");
      break;
    case SignatureKind::kEcdsa:
      if (type != KeyType::kEc) return fail_scheme("the signature scheme needs an EC key");
      break;
    case SignatureKind::kEd25519:
      if (type != KeyType::kEd25519) {
        return fail_scheme("the signature scheme needs an Ed25519 key");
      }
      break;
  }
  const std::size_t digest_size = hash_size(scheme.hash);
  if (scheme.kind == SignatureKind::kRsaPkcs1Hashed &&
      octets_of(bits) < kPkcs1Overhead + kDigestInfoOverhead + digest_size) {
    return fail_scheme("the RSA key is too small for this hash");
  }
  // RFC 8017 §9.1.1: the encoded message has bits - 1 bits.
  if (scheme.kind == SignatureKind::kRsaPss &&
      (scheme.salt_size > kRsaSizeMax ||
       octets_of(bits - 1) < digest_size + scheme.salt_size + 2)) {
    return fail_scheme("the RSA key is too small for this hash and salt");
  }
  return {};
}

Status check_data(const SignatureScheme& scheme, std::size_t signature_size, std::size_t size) {
  switch (scheme.kind) {
    case SignatureKind::kRsaPkcs1:
      // The library signs nothing at all, but does not verify it.
      if (size == 0 || size + kPkcs1Overhead > signature_size) {
        return fail_scheme("the data is empty, or too long to sign");
      }
      break;
    case SignatureKind::kRsaPkcs1Hashed:
    case SignatureKind::kRsaPss:
      if (size != hash_size(scheme.hash)) return fail_scheme("the digest has the wrong size");
      break;
    case SignatureKind::kEcdsa:
      if (size == 0) return fail_scheme("there is no digest to sign");
      break;
    case SignatureKind::kEd25519:
      break;
  }
  return {};
}

std::size_t signature_size_of(KeyType type, Curve curve, std::size_t bits) {
  switch (type) {
    case KeyType::kRsa:
      return octets_of(bits);
    case KeyType::kEc:
      return 2 * coordinate_size(curve);
    case KeyType::kEd25519:
      return 64;
  }
  return 0;
}

enum class Use { kSign, kVerify };

bool begin(EVP_PKEY_CTX* context, const SignatureScheme& scheme, Use use) {
  std::array<OSSL_PARAM, 5> params;
  std::size_t count = 0;
  std::size_t salt_size = scheme.salt_size;
  std::array<char, 24> salt_text{};
  switch (scheme.kind) {
    case SignatureKind::kRsaPkcs1:
    case SignatureKind::kRsaPkcs1Hashed:
      params[count++] = OSSL_PARAM_construct_utf8_string(
          OSSL_SIGNATURE_PARAM_PAD_MODE, const_cast<char*>(OSSL_PKEY_RSA_PAD_MODE_PKCSV15), 0);
      if (scheme.kind == SignatureKind::kRsaPkcs1Hashed) {
        params[count++] = hash_param(OSSL_SIGNATURE_PARAM_DIGEST, scheme.hash);
      }
      break;
    case SignatureKind::kRsaPss: {
      const std::string text = std::to_string(salt_size);
      text.copy(salt_text.data(), salt_text.size() - 1);
      params[count++] = OSSL_PARAM_construct_utf8_string(
          OSSL_SIGNATURE_PARAM_PAD_MODE, const_cast<char*>(OSSL_PKEY_RSA_PAD_MODE_PSS), 0);
      params[count++] = hash_param(OSSL_SIGNATURE_PARAM_DIGEST, scheme.hash);
      params[count++] = hash_param(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, scheme.mgf_hash);
      params[count++] =
          OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt_text.data(), 0);
      break;
    }
    case SignatureKind::kEcdsa:
      break;
    case SignatureKind::kEd25519: {
      EVP_SIGNATURE* method = fetch_ed25519();
      if (method == nullptr) return false;
      return use == Use::kSign ? EVP_PKEY_sign_message_init(context, method, nullptr) == 1
                               : EVP_PKEY_verify_message_init(context, method, nullptr) == 1;
    }
  }
  params[count] = OSSL_PARAM_construct_end();
  return use == Use::kSign ? EVP_PKEY_sign_init_ex(context, params.data()) == 1
                           : EVP_PKEY_verify_init_ex(context, params.data()) == 1;
}

// A context on a copy of the key: threads that share a key would share its locks and its blinding.
KeyContext make_context(EVP_PKEY* key, const SignatureScheme& scheme, Use use) {
  const KeyHandle copy(EVP_PKEY_dup(key));
  if (copy == nullptr) return nullptr;
  KeyContext context(
      EVP_PKEY_CTX_new_from_pkey(library_context(), copy.get(), library_properties()));
  if (context == nullptr || !begin(context.get(), scheme, use)) return nullptr;
  return context;
}

}  // namespace

Result<Signer> Signer::create(const PrivateKey& key, const SignatureScheme& scheme) {
  RETURN_IF_ERROR(check_scheme(key.type(), key.bits(), scheme));
  KeyContext context = make_context(key.handle(), scheme, Use::kSign);
  if (context == nullptr) return fail_library(Code::kInternal, "signing could not begin");
  return Signer(scheme, signature_size_of(key.type(), key.curve(), key.bits()), std::move(context));
}

Result<std::size_t> Signer::sign(ByteView data, MutableByteView out) {
  RETURN_IF_ERROR(check_data(scheme_, signature_size_, data.size()));
  if (out.size() < signature_size_) return fail_scheme("the buffer is too small for the signature");
  if (scheme_.kind == SignatureKind::kEcdsa) {
    std::array<std::uint8_t, kEcdsaDerSizeMax> der;
    std::size_t size = der.size();
    if (EVP_PKEY_sign(context_.get(), der.data(), &size, data.data(), data.size()) != 1) {
      return fail_library(Code::kInternal, "signing failed");
    }
    RETURN_IF_ERROR(ecdsa_der_to_raw(ByteView(der).first(size), out.first(signature_size_)));
    return signature_size_;
  }
  std::size_t size = out.size();
  if (EVP_PKEY_sign(context_.get(), out.data(), &size, non_null(data), data.size()) != 1 ||
      size != signature_size_) {
    return fail_library(Code::kInternal, "signing failed");
  }
  return size;
}

Result<Verifier> Verifier::create(const PublicKey& key, const SignatureScheme& scheme) {
  RETURN_IF_ERROR(check_scheme(key.type(), key.bits(), scheme));
  KeyContext context = make_context(key.handle(), scheme, Use::kVerify);
  if (context == nullptr) return fail_library(Code::kInternal, "verifying could not begin");
  return Verifier(scheme, signature_size_of(key.type(), key.curve(), key.bits()),
                  std::move(context));
}

Status Verifier::verify(ByteView data, ByteView signature) {
  RETURN_IF_ERROR(check_data(scheme_, signature_size_, data.size()));
  if (signature.size() != signature_size_) {
    return fail_scheme("the signature has the wrong size for this key");
  }
  std::array<std::uint8_t, kEcdsaDerSizeMax> der;
  if (scheme_.kind == SignatureKind::kEcdsa) {
    ASSIGN_OR_RETURN(const std::size_t size, ecdsa_raw_to_der(signature, der));
    signature = ByteView(der).first(size);
  }
  if (EVP_PKEY_verify(context_.get(), signature.data(), signature.size(), non_null(data),
                      data.size()) != 1) {
    forget_library_errors();
    return fail(Code::kDenied, "the signature is wrong");
  }
  return {};
}

}  // namespace azekura::crypto

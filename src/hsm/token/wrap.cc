// Keys on their way out and in under other keys: AES key wrap (RFC 3394), with padding (RFC 5649),
// and RSA OAEP. A secret key is wrapped as its value, a private key as PrivateKeyInfo (PKCS#8).
#include <algorithm>
#include <array>
#include <cstring>

#include "crypto/aes_wrap.h"
#include "crypto/rsa_cipher.h"
#include "hsm/token/admission.h"
#include "hsm/token/context.h"
#include "hsm/token/crypto_terms.h"
#include "hsm/token/key_material.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/policy.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::Family;
using cryptoki::MechanismFacts;
using wire::Kind;

constexpr std::array<std::uint8_t, 8> kKwIv = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};
constexpr std::array<std::uint8_t, 4> kKwpIv = {0xa6, 0x59, 0x59, 0xa6};

crypto::KeyWrap kind_of(Family family) {
  return family == Family::kAesKeyWrap ? crypto::KeyWrap::kKw : crypto::KeyWrap::kKwp;
}

// An initial value of the caller's own would weaken the check that the wrapping is made of.
Outcome<void> check_iv(const MechanismFacts& mechanism, ByteView iv) {
  const ByteView standard = mechanism.family == Family::kAesKeyWrap ? ByteView(kKwIv) : kKwpIv;
  if (mechanism.parameter == cryptoki::ParameterKind::kOptionalIv && !iv.empty() &&
      !std::equal(iv.begin(), iv.end(), standard.begin(), standard.end())) {
    return refuse(CKR_MECHANISM_PARAM_INVALID, "only the standard's initial value is taken");
  }
  return {};
}

Outcome<Secret> contents_of(const Object& key) {
  switch (key.object_class()) {
    case CKO_SECRET_KEY: {
      ASSIGN_OR_RETURN(const Secret* value, secret_value_of(key.draft()));
      return value->clone();
    }
    case CKO_PRIVATE_KEY: {
      ASSIGN_OR_RETURN(const crypto::PrivateKey whole, private_key_of(key.draft()));
      auto der = whole.to_pkcs8();
      if (!der) return refuse_as({}, der.error());
      return std::move(*der);
    }
    default:
      return refuse(CKR_KEY_NOT_WRAPPABLE, "only secret and private keys are wrapped");
  }
}

Outcome<std::size_t> give(ByteView result, MutableByteView out) {
  if (out.size() < result.size()) {
    return refuse(CKR_BUFFER_TOO_SMALL, "the wrapped key does not fit");
  }
  std::memcpy(out.data(), result.data(), result.size());
  return result.size();
}

Outcome<void> fill(Draft& key, Secret value) {
  if (key.attributes.number(CKA_CLASS) == CKO_SECRET_KEY) {
    if (key.attributes.number(CKA_VALUE_LEN, value.size()) != value.size() ||
        !check_secret_size(key.attributes.number(CKA_KEY_TYPE), value.size())) {
      return refuse(CKR_WRAPPED_KEY_LEN_RANGE, "the wrapped key has another length");
    }
    return set_secret_value(key, std::move(value));
  }
  if (key.attributes.number(CKA_CLASS) != CKO_PRIVATE_KEY) {
    return refuse(CKR_TEMPLATE_INCONSISTENT, "only secret and private keys are unwrapped");
  }
  constexpr Meaning kNoKey{.invalid = CKR_WRAPPED_KEY_INVALID, .corrupt = CKR_WRAPPED_KEY_INVALID};
  auto whole = crypto::PrivateKey::from_pkcs8(value.reveal(Purpose::kWrap));
  if (!whole) return refuse_as(kNoKey, whole.error());
  if (auto sound = whole->check(); !sound) return refuse_as(kNoKey, sound.error());
  return set_private_key(key, *whole);
}

Outcome<Secret> unwrapped_by_rsa(const MechanismFacts& mechanism, const wire::Mechanism& parameter,
                                 const Object& unwrapping_key, ByteView wrapped) {
  ASSIGN_OR_RETURN(Context context,
                   make_context(unwrapping_key, mechanism, Kind::kDecrypt, parameter));
  auto* rsa = std::get_if<crypto::RsaDecrypter>(&context);
  if (rsa == nullptr) return refuse(CKR_MECHANISM_INVALID, "the mechanism unwraps nothing");
  if (wrapped.size() != rsa->ciphertext_size()) {
    return refuse(CKR_WRAPPED_KEY_LEN_RANGE, "the wrapped key is not as long as the modulus");
  }
  Secret value(rsa->ciphertext_size());
  auto size = rsa->decrypt(wrapped, value.fill(Purpose::kWrap));
  if (!size) {
    return refuse_as({.invalid = CKR_WRAPPED_KEY_INVALID, .corrupt = CKR_WRAPPED_KEY_INVALID},
                     size.error());
  }
  value.truncate(*size);
  return value;
}

Outcome<Secret> unwrapped_by_aes(const MechanismFacts& mechanism, const Object& unwrapping_key,
                                 ByteView wrapped) {
  ASSIGN_OR_RETURN(const Secret* value, secret_value_of(unwrapping_key.draft()));
  auto contents =
      crypto::aes_unwrap(kind_of(mechanism.family), value->reveal(Purpose::kCipher), wrapped);
  if (!contents) {
    return refuse_as({.invalid = CKR_WRAPPED_KEY_LEN_RANGE, .corrupt = CKR_WRAPPED_KEY_INVALID},
                     contents.error());
  }
  return std::move(*contents);
}

}  // namespace

Outcome<std::size_t> wrap_key(const wire::Mechanism& mechanism, const Object& wrapping_key,
                              const Object& key, MutableByteView out) {
  ASSIGN_OR_RETURN(const MechanismFacts* facts, known_mechanism(mechanism));
  RETURN_IF_ERROR(admit(wrapping_key, *facts, CKF_WRAP));
  RETURN_IF_ERROR(check_iv(*facts, mechanism.first));
  RETURN_IF_ERROR(may_wrap(wrapping_key, key));
  ASSIGN_OR_RETURN(const Secret contents, contents_of(key));

  if (facts->family == Family::kRsaOaep) {
    ASSIGN_OR_RETURN(Context context,
                     make_context(wrapping_key, *facts, Kind::kEncrypt, mechanism));
    auto* rsa = std::get_if<crypto::RsaEncrypter>(&context);
    if (rsa == nullptr) return refuse(CKR_MECHANISM_INVALID, "the mechanism wraps nothing");
    std::array<std::uint8_t, crypto::kRsaSizeMax> wrapped;
    auto size = rsa->encrypt(contents.reveal(Purpose::kWrap), wrapped);
    if (!size) return refuse_as({.invalid = CKR_KEY_SIZE_RANGE}, size.error());
    return give(ByteView(wrapped).first(*size), out);
  }
  ASSIGN_OR_RETURN(const Secret* value, secret_value_of(wrapping_key.draft()));
  auto wrapped = crypto::aes_wrap(kind_of(facts->family), value->reveal(Purpose::kCipher),
                                  contents.reveal(Purpose::kWrap));
  if (!wrapped) return refuse_as({.invalid = CKR_KEY_SIZE_RANGE}, wrapped.error());
  return give(*wrapped, out);
}

Outcome<void> unwrap_key(const wire::Mechanism& mechanism, const Object& unwrapping_key,
                         ByteView wrapped, Draft& key) {
  ASSIGN_OR_RETURN(const MechanismFacts* facts, known_mechanism(mechanism));
  RETURN_IF_ERROR(admit(unwrapping_key, *facts, CKF_UNWRAP));
  RETURN_IF_ERROR(check_iv(*facts, mechanism.first));
  RETURN_IF_ERROR(may_unwrap(unwrapping_key, key));
  ASSIGN_OR_RETURN(Secret contents,
                   facts->family == Family::kRsaOaep
                       ? unwrapped_by_rsa(*facts, mechanism, unwrapping_key, wrapped)
                       : unwrapped_by_aes(*facts, unwrapping_key, wrapped));
  return fill(key, std::move(contents));
}

}  // namespace azekura::hsm::token

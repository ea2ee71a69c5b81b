#include "hsm/token/context.h"

#include "hsm/token/crypto_terms.h"
#include "hsm/token/key_material.h"

namespace azekura::hsm::token {
namespace {

using cryptoki::Family;
using cryptoki::MechanismFacts;
using wire::Kind;

constexpr Meaning kTooSmall{.invalid = CKR_KEY_SIZE_RANGE};

template <typename T>
Outcome<Context> as_context(Result<T> made) {
  if (!made) return refuse_as(kTooSmall, made.error());
  return Context(std::move(*made));
}

crypto::AesMode mode_of(Family family) {
  switch (family) {
    case Family::kAesCbc:
      return crypto::AesMode::kCbc;
    case Family::kAesCbcPad:
      return crypto::AesMode::kCbcPad;
    case Family::kAesCtr:
      return crypto::AesMode::kCtr;
    default:
      return crypto::AesMode::kGcm;
  }
}

Outcome<Context> make_aes(const Object& key, Family family, Kind kind) {
  ASSIGN_OR_RETURN(const Secret* value, secret_value_of(key.draft()));
  return as_context(crypto::AesCipher::create(
      value->reveal(Purpose::kCipher), mode_of(family),
      kind == Kind::kEncrypt ? crypto::Direction::kEncrypt : crypto::Direction::kDecrypt));
}

Outcome<Context> make_hmac(const Object& key, const MechanismFacts& mechanism) {
  ASSIGN_OR_RETURN(const Secret* value, secret_value_of(key.draft()));
  return as_context(
      crypto::Hmac::create(hash_of(mechanism.digest), value->reveal(Purpose::kCipher)));
}

crypto::SignatureScheme scheme_of(const MechanismFacts& mechanism,
                                  const wire::Mechanism& parameter) {
  switch (mechanism.family) {
    case Family::kRsaPkcs1:
      if (!mechanism.hash_and_sign()) return {.kind = crypto::SignatureKind::kRsaPkcs1};
      return {.kind = crypto::SignatureKind::kRsaPkcs1Hashed, .hash = hash_of(mechanism.digest)};
    case Family::kRsaPss:
      return {.kind = crypto::SignatureKind::kRsaPss,
              .hash = hash_of(parameter.number_a),
              .mgf_hash = hash_of(cryptoki::digest_of_mgf(parameter.number_b)),
              .salt_size = parameter.number_c};
    case Family::kEddsa:
      return {.kind = crypto::SignatureKind::kEd25519};
    default:
      return {.kind = crypto::SignatureKind::kEcdsa};
  }
}

crypto::RsaScheme padding_of(const MechanismFacts& mechanism, const wire::Mechanism& parameter) {
  if (mechanism.family == Family::kRsaPkcs1) return {.padding = crypto::RsaPadding::kPkcs1};
  return {.padding = crypto::RsaPadding::kOaep,
          .hash = hash_of(parameter.number_a),
          .mgf_hash = hash_of(cryptoki::digest_of_mgf(parameter.number_b)),
          .label = to_bytes(parameter.first)};
}

Outcome<Context> make_asymmetric(const Object& key, const MechanismFacts& mechanism, Kind kind,
                                 const wire::Mechanism& parameter) {
  if (kind == Kind::kEncrypt || kind == Kind::kVerify) {
    ASSIGN_OR_RETURN(const auto half, public_key_of(key.draft()));
    return kind == Kind::kVerify
               ? as_context(crypto::Verifier::create(half, scheme_of(mechanism, parameter)))
               : as_context(crypto::RsaEncrypter::create(half, padding_of(mechanism, parameter)));
  }
  ASSIGN_OR_RETURN(const auto whole, private_key_of(key.draft()));
  return kind == Kind::kSign
             ? as_context(crypto::Signer::create(whole, scheme_of(mechanism, parameter)))
             : as_context(crypto::RsaDecrypter::create(whole, padding_of(mechanism, parameter)));
}

}  // namespace

Outcome<Context> make_context(const Object& key, const MechanismFacts& mechanism, Kind kind,
                              const wire::Mechanism& parameter) {
  switch (mechanism.family) {
    case Family::kAesCbc:
    case Family::kAesCbcPad:
    case Family::kAesCtr:
    case Family::kAesGcm:
      return make_aes(key, mechanism.family, kind);
    case Family::kHmac:
      return make_hmac(key, mechanism);
    case Family::kRsaPkcs1:
    case Family::kRsaPss:
    case Family::kRsaOaep:
    case Family::kEcdsa:
    case Family::kEddsa:
      return make_asymmetric(key, mechanism, kind, parameter);
    default:
      return refuse(CKR_MECHANISM_INVALID, "no such operation with this mechanism");
  }
}

CK_FLAGS operation_of(Kind kind) {
  switch (kind) {
    case Kind::kEncrypt:
      return CKF_ENCRYPT;
    case Kind::kDecrypt:
      return CKF_DECRYPT;
    case Kind::kSign:
      return CKF_SIGN;
    case Kind::kVerify:
      return CKF_VERIFY;
  }
  return 0;
}

crypto::AesMessage aes_message(const MechanismFacts& mechanism, const wire::Mechanism& parameter) {
  crypto::AesMessage message{.iv = parameter.first, .aad = parameter.second};
  if (mechanism.family == Family::kAesGcm) message.tag_size = parameter.number_a / 8;
  if (mechanism.family == Family::kAesCtr) {
    message.counter_bits = static_cast<std::uint32_t>(parameter.number_a);
  }
  return message;
}

std::size_t mac_size(const MechanismFacts& mechanism, const wire::Mechanism& parameter) {
  return mechanism.parameter == cryptoki::ParameterKind::kMacLength
             ? parameter.number_a
             : cryptoki::digest_size(mechanism.digest);
}

}  // namespace azekura::hsm::token

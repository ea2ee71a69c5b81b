// PKCS#11 3.2 §5.15: verifying. With a public key it happens in this process, a MAC is the
// daemon's.

#include "hsm/pkcs11/digests.h"
#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/signing.h"

namespace azekura::hsm::pkcs11 {
namespace {

using cryptoki::Family;
using Phase = Operation::Phase;

std::optional<crypto::SignatureScheme> scheme_of(const Operation& operation) {
  const cryptoki::MechanismFacts& mechanism = *operation.mechanism;
  crypto::SignatureScheme scheme;
  switch (mechanism.family) {
    case Family::kEcdsa:
      scheme.kind = crypto::SignatureKind::kEcdsa;
      return scheme;
    case Family::kEddsa:
      scheme.kind = crypto::SignatureKind::kEd25519;
      return scheme;
    case Family::kRsaPkcs1: {
      scheme.kind = crypto::SignatureKind::kRsaPkcs1;
      if (!mechanism.hash_and_sign()) return scheme;
      const auto hash = hash_of(mechanism.digest);
      if (!hash) return std::nullopt;
      scheme.kind = crypto::SignatureKind::kRsaPkcs1Hashed;
      scheme.hash = *hash;
      return scheme;
    }
    case Family::kRsaPss: {
      const auto hash = hash_of(operation.parameters.number_a);
      const auto mgf_hash = hash_of(cryptoki::digest_of_mgf(operation.parameters.number_b));
      if (!hash || !mgf_hash) return std::nullopt;
      scheme.kind = crypto::SignatureKind::kRsaPss;
      scheme.hash = *hash;
      scheme.mgf_hash = *mgf_hash;
      scheme.salt_size = operation.parameters.number_c;
      return scheme;
    }
    default:
      return std::nullopt;
  }
}

// The session's verifier for the operation's key and scheme, or null when the daemon must do it.
crypto::Verifier* verifier_of(Operation& operation) {
  if (!operation.key->public_key) return nullptr;
  const auto scheme = scheme_of(operation);
  if (!scheme) return nullptr;
  if (operation.verifier && operation.verifier_key == operation.key &&
      operation.verifier_scheme == *scheme) {
    return &*operation.verifier;
  }
  auto verifier = crypto::Verifier::create(*operation.key->public_key, *scheme);
  if (!verifier) return nullptr;
  operation.verifier.emplace(std::move(*verifier));
  operation.verifier_key = operation.key;
  operation.verifier_scheme = *scheme;
  return &*operation.verifier;
}

Outcome<void> check_here(crypto::Verifier& verifier, ByteView data, ByteView signature) {
  if (signature.size() != verifier.signature_size()) return refuse(CKR_SIGNATURE_LEN_RANGE);
  const Status status = verifier.verify(data, signature);
  if (status) return {};
  if (status.error().code == Code::kDenied) return refuse(CKR_SIGNATURE_INVALID);
  return refuse(CKR_DATA_LEN_RANGE, status.error().message);
}

// `data` is what the mechanism signs: the message, or the digest where it hashes.
Outcome<void> check(State& state, Session& session, Operation& operation, ByteView data,
                    ByteView signature) {
  if (crypto::Verifier* verifier = verifier_of(operation)) {
    return check_here(*verifier, data, signature);
  }
  auto answered =
      operate(state, session, Kind::kVerify, data, operation.mechanism->hash_and_sign(), signature);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  return {};
}

Outcome<void> stream_end(State& state, Session& session, ByteView signature) {
  return stream_finish(state, session, Kind::kVerify, signature, [](ByteView) { return true; });
}

Outcome<void> verify(State& state, CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG size,
                     CK_BYTE_PTR signature, CK_ULONG signature_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto found = active(**session, Kind::kVerify);
  if (!found) return tl::make_unexpected(std::move(found).error());
  Operation& operation = **found;
  const Ending ending(state, **session, Kind::kVerify);
  if (operation.phase == Phase::kParts) {
    return refuse(CKR_OPERATION_ACTIVE, "a one-shot call after an update");
  }
  auto in = input(data, size);
  if (!in) return tl::make_unexpected(std::move(in).error());
  auto sig = input(signature, signature_size);
  if (!sig) return tl::make_unexpected(std::move(sig).error());
  if (sig->size() > crypto::kSignatureSizeMax) return refuse(CKR_SIGNATURE_LEN_RANGE);

  if (operation.mechanism->hash_and_sign()) {
    std::array<std::uint8_t, crypto::kHashSizeMax> digest;
    auto made = hash_whole(operation, *in, digest);
    if (!made) return tl::make_unexpected(std::move(made).error());
    return check(state, **session, operation, *made, *sig);
  }
  if (in->size() > wire::kChunkBytesMax && operation.mechanism->family == Family::kHmac) {
    auto done = stream_update(state, **session, Kind::kVerify, *in, [](ByteView) { return true; });
    return done ? stream_end(state, **session, *sig) : done;
  }
  return check(state, **session, operation, *in, *sig);
}

Outcome<void> finish(State& state, CK_SESSION_HANDLE handle, CK_BYTE_PTR signature,
                     CK_ULONG signature_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto found = active(**session, Kind::kVerify);
  if (!found) return tl::make_unexpected(std::move(found).error());
  Operation& operation = **found;
  const Ending ending(state, **session, Kind::kVerify);
  auto sig = input(signature, signature_size);
  if (!sig) return tl::make_unexpected(std::move(sig).error());
  if (sig->size() > crypto::kSignatureSizeMax) return refuse(CKR_SIGNATURE_LEN_RANGE);
  if (operation.mechanism->single_part) {
    return refuse(CKR_FUNCTION_NOT_SUPPORTED, "the mechanism takes its data as one piece");
  }
  if (!operation.mechanism->hash_and_sign()) return stream_end(state, **session, *sig);
  std::array<std::uint8_t, crypto::kHashSizeMax> digest;
  auto made = hash_end(operation, digest);
  if (!made) return tl::make_unexpected(std::move(made).error());
  return check(state, **session, operation, *made, *sig);
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_VerifyInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey) {
  return guard(__func__, [&](State& state) -> azekura::hsm::Outcome<void> {
    auto session = state.sessions().find(hSession);
    if (!session) return tl::make_unexpected(std::move(session).error());
    return begin(state, **session, Kind::kVerify, pMechanism, hKey);
  });
}

CK_RV C_Verify(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,
               CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen) {
  return guard(__func__, [&](State& state) {
    return verify(state, hSession, pData, ulDataLen, pSignature, ulSignatureLen);
  });
}

CK_RV C_VerifyUpdate(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen) {
  return guard(__func__, [&](State& state) {
    return update_part(state, hSession, Kind::kVerify, pPart, ulPartLen);
  });
}

CK_RV C_VerifyFinal(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pSignature, CK_ULONG ulSignatureLen) {
  return guard(__func__,
               [&](State& state) { return finish(state, hSession, pSignature, ulSignatureLen); });
}

}  // extern "C"

// PKCS#11 3.2 §5.13: signing and MACs.
//
// What a mechanism hashes is hashed here; only the digest travels.

#include "hsm/pkcs11/signing.h"

#include "hsm/pkcs11/digests.h"
#include "hsm/pkcs11/library.h"

namespace azekura::hsm::pkcs11 {
namespace {

using cryptoki::Family;
using Phase = Operation::Phase;

// 0 when it is not known before the signature is made.
std::size_t signature_size(const Operation& operation) {
  switch (operation.mechanism->family) {
    case Family::kHmac:
      return operation.mechanism->parameter == cryptoki::ParameterKind::kMacLength
                 ? operation.parameters.number_a
                 : cryptoki::digest_size(operation.mechanism->digest);
    case Family::kRsaPkcs1:
    case Family::kRsaPss:
      return (operation.key->size + 7) / 8;
    case Family::kEcdsa:
      return 2 * ((operation.key->size + 7) / 8);
    case Family::kEddsa:
      return 64;
    default:
      return 0;
  }
}

Outcome<void> sign(State& state, CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG size,
                   CK_BYTE_PTR signature, CK_ULONG_PTR signature_length) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto found = active(**session, Kind::kSign);
  if (!found) return tl::make_unexpected(std::move(found).error());
  Operation& operation = **found;
  Ending ending(state, **session, Kind::kSign);
  if (operation.phase == Phase::kParts) {
    return refuse(CKR_OPERATION_ACTIVE, "a one-shot call after an update");
  }
  auto in = input(data, size);
  if (!in) return tl::make_unexpected(std::move(in).error());
  auto out = Output::to(signature, signature_length);
  if (!out) return tl::make_unexpected(std::move(out).error());
  const std::size_t expected = signature_size(operation);
  Outcome<void> answer;
  if (expected > 0 && out->settles(expected, expected, answer)) {
    ending.keep();
    return answer;
  }

  if (!operation.mechanism->hash_and_sign() && in->size() > wire::kChunkBytesMax) {
    if (operation.mechanism->single_part) return refuse(CKR_DATA_LEN_RANGE);
    const auto take = [&](ByteView octets) { return out->append(octets); };
    auto done = stream_update(state, **session, Kind::kSign, *in, take);
    if (done) done = stream_finish(state, **session, Kind::kSign, {}, take);
    if (done) out->finish();
    return done;
  }
  std::array<std::uint8_t, crypto::kHashSizeMax> digest;
  if (operation.mechanism->hash_and_sign()) {
    auto made = hash_whole(operation, *in, digest);
    if (!made) return tl::make_unexpected(std::move(made).error());
    in = *made;
  }
  auto answered = operate(state, **session, Kind::kSign, *in, operation.mechanism->hash_and_sign());
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  if (!out->append(answered->data())) {
    ending.keep();
    return out->too_small(answered->data().size());
  }
  out->finish();
  return {};
}

Outcome<void> finish(State& state, CK_SESSION_HANDLE handle, CK_BYTE_PTR signature,
                     CK_ULONG_PTR signature_length) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto found = active(**session, Kind::kSign);
  if (!found) return tl::make_unexpected(std::move(found).error());
  Operation& operation = **found;
  Ending ending(state, **session, Kind::kSign);
  auto out = Output::to(signature, signature_length);
  if (!out) return tl::make_unexpected(std::move(out).error());
  if (operation.mechanism->single_part) {
    return refuse(CKR_FUNCTION_NOT_SUPPORTED, "the mechanism takes its data as one piece");
  }
  const std::size_t expected = signature_size(operation);
  Outcome<void> answer;
  if (out->settles(expected, expected, answer)) {
    ending.keep();
    return answer;
  }
  if (!operation.mechanism->hash_and_sign()) {
    auto done = stream_finish(state, **session, Kind::kSign, {},
                              [&](ByteView octets) { return out->append(octets); });
    if (done) out->finish();
    return done;
  }
  std::array<std::uint8_t, crypto::kHashSizeMax> digest;
  auto made = hash_end(operation, digest);
  if (!made) return tl::make_unexpected(std::move(made).error());
  auto answered = operate(state, **session, Kind::kSign, *made, true);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  if (!out->append(answered->data())) {
    return refuse(CKR_BUFFER_TOO_SMALL, "a signature longer than expected");
  }
  out->finish();
  return {};
}

}  // namespace

Outcome<ByteView> hash_whole(const Operation& operation, ByteView data, MutableByteView digest) {
  const auto hash = hash_of(operation.mechanism->digest);
  if (!hash) return refuse(CKR_MECHANISM_INVALID, "a hash that is not one of ours");
  auto made = crypto::digest(*hash, data, digest);
  if (!made) return unexpected_failure(made.error());
  return ByteView(digest).first(*made);
}

Outcome<ByteView> hash_end(Operation& operation, MutableByteView digest) {
  if (!operation.hasher) return hash_whole(operation, {}, digest);
  auto made = operation.hasher->finish(digest);
  if (!made) return unexpected_failure(made.error());
  return ByteView(digest).first(*made);
}

Outcome<void> update_part(State& state, CK_SESSION_HANDLE handle, Kind kind, CK_BYTE_PTR data,
                          CK_ULONG size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto found = active(**session, kind);
  if (!found) return tl::make_unexpected(std::move(found).error());
  Operation& operation = **found;
  Ending ending(state, **session, kind);
  auto in = input(data, size);
  if (!in) return tl::make_unexpected(std::move(in).error());
  if (operation.mechanism->single_part) {
    return refuse(CKR_FUNCTION_NOT_SUPPORTED, "the mechanism takes its data as one piece");
  }
  if (operation.mechanism->hash_and_sign()) {
    if (!operation.hasher) {
      const auto hash = hash_of(operation.mechanism->digest);
      if (!hash) return refuse(CKR_MECHANISM_INVALID, "a hash that is not one of ours");
      auto hasher = crypto::Hasher::create(*hash);
      if (!hasher) return unexpected_failure(hasher.error());
      operation.hasher.emplace(std::move(*hasher));
    }
    if (auto status = operation.hasher->update(*in); !status) {
      return unexpected_failure(status.error());
    }
  } else {
    auto done = stream_update(state, **session, kind, *in, [](ByteView) { return true; });
    if (!done) return done;
  }
  operation.phase = Phase::kParts;
  ending.keep();
  return {};
}

}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_SignInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey) {
  return guard(__func__, [&](State& state) -> azekura::hsm::Outcome<void> {
    auto session = state.sessions().find(hSession);
    if (!session) return tl::make_unexpected(std::move(session).error());
    return begin(state, **session, Kind::kSign, pMechanism, hKey);
  });
}

CK_RV C_Sign(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,
             CK_BYTE_PTR pSignature, CK_ULONG_PTR pulSignatureLen) {
  return guard(__func__, [&](State& state) {
    return sign(state, hSession, pData, ulDataLen, pSignature, pulSignatureLen);
  });
}

CK_RV C_SignUpdate(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen) {
  return guard(__func__, [&](State& state) {
    return update_part(state, hSession, Kind::kSign, pPart, ulPartLen);
  });
}

CK_RV C_SignFinal(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pSignature,
                  CK_ULONG_PTR pulSignatureLen) {
  return guard(__func__,
               [&](State& state) { return finish(state, hSession, pSignature, pulSignatureLen); });
}

}  // extern "C"

// PKCS#11 3.2 §5.12: message digesting, all of it in this process.

#include "hsm/pkcs11/digests.h"
#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/operations.h"
#include "hsm/pkcs11/parameters.h"

namespace azekura::hsm::pkcs11 {

std::optional<crypto::Hash> hash_of(CK_MECHANISM_TYPE digest) {
  switch (digest) {
    case CKM_SHA_1:
      return crypto::Hash::kSha1;
    case CKM_SHA224:
      return crypto::Hash::kSha224;
    case CKM_SHA256:
      return crypto::Hash::kSha256;
    case CKM_SHA384:
      return crypto::Hash::kSha384;
    case CKM_SHA512:
      return crypto::Hash::kSha512;
    default:
      return std::nullopt;
  }
}

tl::unexpected<Failure> unexpected_failure(const Error& error) {
  return refuse(CKR_FUNCTION_FAILED, error.message);
}

namespace {

using Phase = DigestOperation::Phase;

class Ending {
 public:
  explicit Ending(DigestOperation& operation) : operation_(operation) {}
  ~Ending() {
    if (kept_) return;
    operation_.phase = Phase::kNone;
    operation_.hasher.reset();
  }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  void keep() { kept_ = true; }

 private:
  DigestOperation& operation_;
  bool kept_ = false;
};

Outcome<void> init(State& state, CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  DigestOperation& operation = (*session)->digest;
  if (mechanism == nullptr && operation.phase != Phase::kNone) {
    const Ending ending(operation);
    return {};
  }
  if (operation.phase != Phase::kNone) return refuse(CKR_OPERATION_ACTIVE);
  auto parsed = parse_mechanism(mechanism, CKF_DIGEST);
  if (!parsed) return tl::make_unexpected(std::move(parsed).error());
  const auto hash = hash_of(mechanism->mechanism);
  if (!hash) return refuse(CKR_MECHANISM_INVALID);
  operation.hash = *hash;
  operation.phase = Phase::kReady;
  return {};
}

Outcome<void> add(DigestOperation& operation, ByteView data) {
  if (!operation.hasher) {
    auto hasher = crypto::Hasher::create(operation.hash);
    if (!hasher) return unexpected_failure(hasher.error());
    operation.hasher.emplace(std::move(*hasher));
  }
  if (auto status = operation.hasher->update(data); !status) {
    return unexpected_failure(status.error());
  }
  operation.phase = Phase::kParts;
  return {};
}

Outcome<void> update(State& state, CK_SESSION_HANDLE handle, CK_BYTE_PTR data, CK_ULONG size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  DigestOperation& operation = (*session)->digest;
  if (operation.phase == Phase::kNone) return refuse(CKR_OPERATION_NOT_INITIALIZED);
  Ending ending(operation);
  auto in = input(data, size);
  if (!in) return tl::make_unexpected(std::move(in).error());
  auto added = add(operation, *in);
  if (added) ending.keep();
  return added;
}

// The value of a secret key goes into a digest only when the caller could read it anyway.
Outcome<void> add_key(State& state, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  DigestOperation& operation = (*session)->digest;
  if (operation.phase == Phase::kNone) return refuse(CKR_OPERATION_NOT_INITIALIZED);
  Ending ending(operation);
  wire::ReadObject request;
  request.session = (*session)->ref;
  request.object = key;
  request.secrets = true;
  auto answered = state.connection().call(request);
  if (!answered) {
    Failure failure = std::move(answered).error();
    if (failure.rv == CKR_OBJECT_HANDLE_INVALID) failure.rv = CKR_KEY_HANDLE_INVALID;
    return tl::make_unexpected(std::move(failure));
  }
  const wire::Attribute* value = nullptr;
  bool secret_key = false;
  for (const wire::Attribute& attribute : (*answered)->attributes) {
    if (attribute.type == CKA_VALUE) value = &attribute;
    if (attribute.type == CKA_CLASS && attribute.value.size() == sizeof(CK_OBJECT_CLASS)) {
      CK_OBJECT_CLASS object_class = 0;
      std::memcpy(&object_class, attribute.value.data(), sizeof object_class);
      secret_key = object_class == CKO_SECRET_KEY;
    }
  }
  if (!secret_key || value == nullptr) {
    return refuse(CKR_KEY_INDIGESTIBLE, "not a secret key whose value may be read");
  }
  auto added = add(operation, value->value);
  if (added) ending.keep();
  return added;
}

// `data` is nothing for C_DigestFinal.
Outcome<void> finish(State& state, CK_SESSION_HANDLE handle, const ByteView* data,
                     CK_BYTE_PTR result, CK_ULONG_PTR result_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  DigestOperation& operation = (*session)->digest;
  if (operation.phase == Phase::kNone) return refuse(CKR_OPERATION_NOT_INITIALIZED);
  Ending ending(operation);
  if (data != nullptr && operation.phase == Phase::kParts) {
    return refuse(CKR_OPERATION_ACTIVE, "a one-shot call after an update");
  }
  auto out = Output::to(result, result_size);
  if (!out) return tl::make_unexpected(std::move(out).error());
  const std::size_t size = crypto::hash_size(operation.hash);
  Outcome<void> answer;
  if (out->settles(size, size, answer)) {
    ending.keep();
    return answer;
  }
  std::array<std::uint8_t, crypto::kHashSizeMax> digest;
  auto made = data != nullptr    ? crypto::digest(operation.hash, *data, digest)
              : operation.hasher ? operation.hasher->finish(digest)
                                 : crypto::digest(operation.hash, {}, digest);
  if (!made) return unexpected_failure(made.error());
  out->append(ByteView(digest).first(*made));
  out->finish();
  return {};
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_DigestInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism) {
  return guard(__func__, [&](State& state) { return init(state, hSession, pMechanism); });
}

CK_RV C_Digest(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen,
               CK_BYTE_PTR pDigest, CK_ULONG_PTR pulDigestLen) {
  return guard(__func__, [&](State& state) -> azekura::hsm::Outcome<void> {
    auto data = input(pData, ulDataLen);
    // Refused after the session's own errors, which come first.
    if (!data) return finish(state, hSession, nullptr, nullptr, nullptr);
    return finish(state, hSession, &*data, pDigest, pulDigestLen);
  });
}

CK_RV C_DigestUpdate(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pPart, CK_ULONG ulPartLen) {
  return guard(__func__, [&](State& state) { return update(state, hSession, pPart, ulPartLen); });
}

CK_RV C_DigestKey(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hKey) {
  return guard(__func__, [&](State& state) { return add_key(state, hSession, hKey); });
}

CK_RV C_DigestFinal(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pDigest, CK_ULONG_PTR pulDigestLen) {
  return guard(__func__, [&](State& state) {
    return finish(state, hSession, nullptr, pDigest, pulDigestLen);
  });
}

}  // extern "C"

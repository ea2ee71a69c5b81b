// PKCS#11 3.2 §5.18: making, wrapping and deriving keys.

#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/object_calls.h"
#include "hsm/pkcs11/operations.h"
#include "hsm/pkcs11/parameters.h"

namespace azekura::hsm::pkcs11 {
namespace {

Outcome<void> generate(State& state, CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism,
                       CK_ATTRIBUTE_PTR list, CK_ULONG count, CK_OBJECT_HANDLE_PTR out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the handle");
  auto parsed = parse_mechanism(mechanism, CKF_GENERATE);
  if (!parsed) return tl::make_unexpected(std::move(parsed).error());
  auto attributes = Attributes::from(list, count);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  wire::GenerateKey request;
  request.session = (*session)->ref;
  request.mechanism = parsed->wire;
  request.attributes = attributes->items();
  return make_object(state, **session, request, *attributes, *out);
}

struct TemplateArgument {
  CK_ATTRIBUTE_PTR list;
  CK_ULONG count;
};

Outcome<void> generate_pair(State& state, CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism,
                            TemplateArgument public_key, TemplateArgument private_key,
                            CK_OBJECT_HANDLE_PTR public_out, CK_OBJECT_HANDLE_PTR private_out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (public_out == nullptr || private_out == nullptr) {
    return refuse(CKR_ARGUMENTS_BAD, "no place for a handle");
  }
  auto parsed = parse_mechanism(mechanism, CKF_GENERATE_KEY_PAIR);
  if (!parsed) return tl::make_unexpected(std::move(parsed).error());
  auto public_attributes = Attributes::from(public_key.list, public_key.count);
  if (!public_attributes) return tl::make_unexpected(std::move(public_attributes).error());
  auto private_attributes = Attributes::from(private_key.list, private_key.count);
  if (!private_attributes) return tl::make_unexpected(std::move(private_attributes).error());
  wire::GenerateKeyPair request;
  request.session = (*session)->ref;
  request.mechanism = parsed->wire;
  request.public_attributes = public_attributes->items();
  request.private_attributes = private_attributes->items();
  const bool public_token = public_attributes->flag(CKA_TOKEN).value_or(false);
  const bool private_token = private_attributes->flag(CKA_TOKEN).value_or(false);
  if (!public_token || !private_token) (*session)->daemon_knows = true;
  const bool slow = public_token || private_token || parsed->facts->key_type == CKK_RSA;
  auto answered = state.connection().call(
      request, {.wait = wait_for_new(slow), .deadline = client::kSlowCallDeadline});
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  *public_out = (*answered)->public_handle;
  *private_out = (*answered)->private_handle;
  return {};
}

Outcome<void> wrap(State& state, CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism,
                   CK_OBJECT_HANDLE wrapping_key, CK_OBJECT_HANDLE key, CK_BYTE_PTR wrapped,
                   CK_ULONG_PTR wrapped_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  auto out = Output::to(wrapped, wrapped_size);
  if (!out) return tl::make_unexpected(std::move(out).error());
  auto parsed = parse_mechanism(mechanism, CKF_WRAP);
  if (!parsed) return tl::make_unexpected(std::move(parsed).error());
  wire::WrapKey request;
  request.session = (*session)->ref;
  request.mechanism = parsed->wire;
  request.wrapping_key = wrapping_key;
  request.key = key;
  // How long it gets is not known before it is done, so a question for the length does it too.
  auto answered = state.connection().call(request, {.wait = client::Wait::kLong});
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  const std::size_t size = answered->data().size();
  Outcome<void> answer;
  if (out->settles(size, size, answer)) return answer;
  out->append(answered->data());
  out->finish();
  return {};
}

Outcome<void> unwrap(State& state, CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism,
                     CK_OBJECT_HANDLE unwrapping_key, CK_BYTE_PTR wrapped, CK_ULONG wrapped_size,
                     TemplateArgument argument, CK_OBJECT_HANDLE_PTR out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (out == nullptr || wrapped == nullptr) return refuse(CKR_ARGUMENTS_BAD);
  auto parsed = parse_mechanism(mechanism, CKF_UNWRAP);
  if (!parsed) return tl::make_unexpected(std::move(parsed).error());
  if (wrapped_size == 0 || wrapped_size > wire::kChunkBytesMax) {
    return refuse(CKR_WRAPPED_KEY_LEN_RANGE);
  }
  auto attributes = Attributes::from(argument.list, argument.count);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  wire::UnwrapKey request;
  request.session = (*session)->ref;
  request.mechanism = parsed->wire;
  request.unwrapping_key = unwrapping_key;
  request.attributes = attributes->items();
  return make_object(state, **session, request, *attributes, *out, {wrapped, wrapped_size});
}

Outcome<void> derive(State& state, CK_SESSION_HANDLE handle, CK_MECHANISM_PTR mechanism,
                     CK_OBJECT_HANDLE base_key, CK_ATTRIBUTE_PTR list, CK_ULONG count,
                     CK_OBJECT_HANDLE_PTR out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the handle");
  auto parsed = parse_mechanism(mechanism, CKF_DERIVE);
  if (!parsed) return tl::make_unexpected(std::move(parsed).error());
  auto attributes = Attributes::from(list, count);
  if (!attributes) return tl::make_unexpected(std::move(attributes).error());
  wire::DeriveKey request;
  request.session = (*session)->ref;
  request.mechanism = parsed->wire;
  request.base_key = base_key;
  request.attributes = attributes->items();
  return make_object(state, **session, request, *attributes, *out);
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_GenerateKey(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,
                    CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount, CK_OBJECT_HANDLE_PTR phKey) {
  return guard(__func__, [&](State& state) {
    return generate(state, hSession, pMechanism, pTemplate, ulCount, phKey);
  });
}

CK_RV C_GenerateKeyPair(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,
                        CK_ATTRIBUTE_PTR pPublicKeyTemplate, CK_ULONG ulPublicKeyAttributeCount,
                        CK_ATTRIBUTE_PTR pPrivateKeyTemplate, CK_ULONG ulPrivateKeyAttributeCount,
                        CK_OBJECT_HANDLE_PTR phPublicKey, CK_OBJECT_HANDLE_PTR phPrivateKey) {
  return guard(__func__, [&](State& state) {
    return generate_pair(
        state, hSession, pMechanism, {pPublicKeyTemplate, ulPublicKeyAttributeCount},
        {pPrivateKeyTemplate, ulPrivateKeyAttributeCount}, phPublicKey, phPrivateKey);
  });
}

CK_RV C_WrapKey(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,
                CK_OBJECT_HANDLE hWrappingKey, CK_OBJECT_HANDLE hKey, CK_BYTE_PTR pWrappedKey,
                CK_ULONG_PTR pulWrappedKeyLen) {
  return guard(__func__, [&](State& state) {
    return wrap(state, hSession, pMechanism, hWrappingKey, hKey, pWrappedKey, pulWrappedKeyLen);
  });
}

CK_RV C_UnwrapKey(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,
                  CK_OBJECT_HANDLE hUnwrappingKey, CK_BYTE_PTR pWrappedKey,
                  CK_ULONG ulWrappedKeyLen, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
                  CK_OBJECT_HANDLE_PTR phKey) {
  return guard(__func__, [&](State& state) {
    return unwrap(state, hSession, pMechanism, hUnwrappingKey, pWrappedKey, ulWrappedKeyLen,
                  {pTemplate, ulAttributeCount}, phKey);
  });
}

CK_RV C_DeriveKey(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism,
                  CK_OBJECT_HANDLE hBaseKey, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulAttributeCount,
                  CK_OBJECT_HANDLE_PTR phKey) {
  return guard(__func__, [&](State& state) {
    return derive(state, hSession, pMechanism, hBaseKey, pTemplate, ulAttributeCount, phKey);
  });
}

}  // extern "C"

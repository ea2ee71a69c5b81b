// PKCS#11 3.2 §5.6: sessions, logging in, PINs.

#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/operations.h"
#include "hsm/pkcs11/state.h"

namespace azekura::hsm::pkcs11 {
namespace {

CK_STATE state_of(const State& state, const Session& session) {
  const bool read_write = session.ref.read_write;
  switch (const_cast<State&>(state).connection().logged_in(session.ref.slot)) {
    case CKU_SO:
      return CKS_RW_SO_FUNCTIONS;
    case CKU_USER:
      return read_write ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
    default:
      return read_write ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
  }
}

Outcome<void> open(State& state, CK_SLOT_ID id, CK_FLAGS flags, CK_SESSION_HANDLE_PTR out) {
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the handle");
  if ((flags & CKF_SERIAL_SESSION) == 0) return refuse(CKR_SESSION_PARALLEL_NOT_SUPPORTED);
  if ((flags & CKF_ASYNC_SESSION) != 0) return refuse(CKR_SESSION_ASYNC_NOT_SUPPORTED);
  auto slot = state.known_slot(id);
  if (!slot) return tl::make_unexpected(std::move(slot).error());
  if (!slot->initialized()) {
    return refuse(CKR_TOKEN_NOT_RECOGNIZED, "the slot's token is not initialised");
  }
  const bool read_write = (flags & CKF_RW_SESSION) != 0;
  if (!read_write && state.connection().logged_in(id) == CKU_SO) {
    return refuse(CKR_SESSION_READ_WRITE_SO_EXISTS);
  }
  auto handle = state.sessions().open(id, read_write);
  if (!handle) return tl::make_unexpected(std::move(handle).error());
  *out = *handle;
  return {};
}

Outcome<void> close(State& state, CK_SESSION_HANDLE handle) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  state.close(std::move(*session));
  return {};
}

Outcome<void> close_all(State& state, CK_SLOT_ID id) {
  if (auto slot = state.known_slot(id); !slot && slot.error().rv == CKR_SLOT_ID_INVALID) {
    return tl::make_unexpected(std::move(slot).error());
  }
  for (const std::uint64_t handle : state.sessions().handles_of(id)) {
    // One that another thread has closed meanwhile is closed.
    if (auto session = state.sessions().find(handle)) state.close(std::move(*session));
  }
  return {};
}

Outcome<void> session_info(State& state, CK_SESSION_HANDLE handle, CK_SESSION_INFO_PTR out) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD);
  out->slotID = (*session)->ref.slot;
  out->state = state_of(state, **session);
  out->flags = CKF_SERIAL_SESSION | ((*session)->ref.read_write ? CKF_RW_SESSION : 0);
  out->ulDeviceError = 0;
  return {};
}

bool has_operation(const Session& session) {
  for (const Operation& operation : session.operations) {
    if (operation.phase != Operation::Phase::kNone) return true;
  }
  return false;
}

Outcome<void> may_log_in(State& state, const Session& session, CK_USER_TYPE user) {
  if (user == CKU_CONTEXT_SPECIFIC) {
    // It confirms the operation that …Init began with a key of CKA_ALWAYS_AUTHENTICATE.
    if (!has_operation(session)) return refuse(CKR_OPERATION_NOT_INITIALIZED);
    return {};
  }
  if (user != CKU_SO && user != CKU_USER) return refuse(CKR_USER_TYPE_INVALID);
  const CK_USER_TYPE present = state.connection().logged_in(session.ref.slot);
  if (present == user) return refuse(CKR_USER_ALREADY_LOGGED_IN);
  if (present != client::kNobody) return refuse(CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
  const auto counts = state.sessions().counts(session.ref.slot);
  if (user == CKU_SO && counts.read_write < counts.all) {
    return refuse(CKR_SESSION_READ_ONLY_EXISTS);
  }
  return {};
}

Outcome<void> login(State& state, CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin,
                    CK_ULONG pin_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (pin == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no PIN, and no other way to give one");
  if (auto may = may_log_in(state, **session, user); !may) return may;
  if (pin_size > wire::kPinBytesMax) return refuse(CKR_PIN_INCORRECT, "longer than any PIN");
  if (user == CKU_CONTEXT_SPECIFIC) (*session)->daemon_knows = true;
  return state.connection().login((*session)->ref, user, {pin, pin_size});
}

Outcome<void> logout(State& state, CK_SESSION_HANDLE handle) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  const std::uint64_t slot = (*session)->ref.slot;
  if (state.connection().logged_in(slot) == client::kNobody) return refuse(CKR_USER_NOT_LOGGED_IN);
  return state.connection().logout(slot);
}

Outcome<void> cancel(State& state, CK_SESSION_HANDLE handle, CK_FLAGS flags) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if ((flags & CKF_ENCRYPT) != 0) end(state, **session, Kind::kEncrypt);
  if ((flags & CKF_DECRYPT) != 0) end(state, **session, Kind::kDecrypt);
  if ((flags & CKF_SIGN) != 0) end(state, **session, Kind::kSign);
  if ((flags & CKF_VERIFY) != 0) end(state, **session, Kind::kVerify);
  if ((flags & CKF_DIGEST) != 0) (*session)->digest = {};
  if ((flags & CKF_FIND_OBJECTS) != 0) (*session)->search = {};
  return {};
}

Outcome<void> init_pin(State& state, CK_SESSION_HANDLE handle, CK_UTF8CHAR_PTR pin,
                       CK_ULONG pin_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (pin == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no PIN, and no other way to give one");
  if (state_of(state, **session) != CKS_RW_SO_FUNCTIONS) return refuse(CKR_USER_NOT_LOGGED_IN);
  if (pin_size > wire::kPinBytesMax) return refuse(CKR_PIN_LEN_RANGE);
  wire::InitPin request;
  request.session = (*session)->ref;
  request.pin = {pin, pin_size};
  auto answered = state.connection().call(request, {.wait = client::Wait::kLong});
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  return {};
}

Outcome<void> set_pin(State& state, CK_SESSION_HANDLE handle, CK_UTF8CHAR_PTR old_pin,
                      CK_ULONG old_size, CK_UTF8CHAR_PTR new_pin, CK_ULONG new_size) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  if (old_pin == nullptr || new_pin == nullptr) {
    return refuse(CKR_ARGUMENTS_BAD, "no PIN, and no other way to give one");
  }
  if (!(*session)->ref.read_write) return refuse(CKR_SESSION_READ_ONLY);
  if (old_size > wire::kPinBytesMax) return refuse(CKR_PIN_INCORRECT, "longer than any PIN");
  if (new_size > wire::kPinBytesMax) return refuse(CKR_PIN_LEN_RANGE);
  wire::SetPin request;
  request.session = (*session)->ref;
  request.old_pin = {old_pin, old_size};
  request.new_pin = {new_pin, new_size};
  auto answered = state.connection().call(request, {.wait = client::Wait::kLong});
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  return {};
}

Outcome<void> validation_flags(State& state, CK_SESSION_HANDLE handle,
                               CK_SESSION_VALIDATION_FLAGS_TYPE type, CK_FLAGS_PTR out) {
  if (auto session = state.sessions().find(handle); !session) {
    return tl::make_unexpected(std::move(session).error());
  }
  if (out == nullptr || type != CKS_LAST_VALIDATION_OK) return refuse(CKR_ARGUMENTS_BAD);
  *out = 0;  // nothing here is validated
  return {};
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_OpenSession(CK_SLOT_ID slotID, CK_FLAGS flags, CK_VOID_PTR, CK_NOTIFY,
                    CK_SESSION_HANDLE_PTR phSession) {
  return guard(__func__, [&](State& state) { return open(state, slotID, flags, phSession); });
}

CK_RV C_CloseSession(CK_SESSION_HANDLE hSession) {
  return guard(__func__, [&](State& state) { return close(state, hSession); });
}

CK_RV C_CloseAllSessions(CK_SLOT_ID slotID) {
  return guard(__func__, [&](State& state) { return close_all(state, slotID); });
}

CK_RV C_GetSessionInfo(CK_SESSION_HANDLE hSession, CK_SESSION_INFO_PTR pInfo) {
  return guard(__func__, [&](State& state) { return session_info(state, hSession, pInfo); });
}

CK_RV C_Login(CK_SESSION_HANDLE hSession, CK_USER_TYPE userType, CK_UTF8CHAR_PTR pPin,
              CK_ULONG ulPinLen) {
  return guard(__func__,
               [&](State& state) { return login(state, hSession, userType, pPin, ulPinLen); });
}

CK_RV C_LoginUser(CK_SESSION_HANDLE hSession, CK_USER_TYPE userType, CK_UTF8CHAR_PTR pPin,
                  CK_ULONG ulPinLen, CK_UTF8CHAR_PTR, CK_ULONG ulUsernameLen) {
  return guard(__func__, [&](State& state) -> azekura::hsm::Outcome<void> {
    if (ulUsernameLen != 0) {
      return azekura::hsm::refuse(CKR_USER_TYPE_INVALID, "tokens have no named users");
    }
    return login(state, hSession, userType, pPin, ulPinLen);
  });
}

CK_RV C_Logout(CK_SESSION_HANDLE hSession) {
  return guard(__func__, [&](State& state) { return logout(state, hSession); });
}

CK_RV C_SessionCancel(CK_SESSION_HANDLE hSession, CK_FLAGS flags) {
  return guard(__func__, [&](State& state) { return cancel(state, hSession, flags); });
}

CK_RV C_InitPIN(CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen) {
  return guard(__func__, [&](State& state) { return init_pin(state, hSession, pPin, ulPinLen); });
}

CK_RV C_SetPIN(CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pOldPin, CK_ULONG ulOldLen,
               CK_UTF8CHAR_PTR pNewPin, CK_ULONG ulNewLen) {
  return guard(__func__, [&](State& state) {
    return set_pin(state, hSession, pOldPin, ulOldLen, pNewPin, ulNewLen);
  });
}

CK_RV C_GetSessionValidationFlags(CK_SESSION_HANDLE hSession, CK_SESSION_VALIDATION_FLAGS_TYPE type,
                                  CK_FLAGS_PTR pFlags) {
  return guard(__func__,
               [&](State& state) { return validation_flags(state, hSession, type, pFlags); });
}

}  // extern "C"

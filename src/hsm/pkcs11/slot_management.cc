// PKCS#11 3.2 §5.5: slots and tokens.
//
// Without a daemon there is one slot, without a token, whose description says why: an application
// with several modules must not lose the others by an error of this one, and a person who lists the
// slots should read what is wrong.

#include <fmt/format.h>

#include <algorithm>

#include "hsm/cryptoki/mechanisms.h"
#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/operations.h"
#include "hsm/pkcs11/state.h"
#include "hsm/pkcs11/texts.h"

namespace azekura::hsm::pkcs11 {
namespace {

constexpr CK_SLOT_ID kSlotWithoutDaemon = 0;

// The common rule for lists: the count, and the list if there is room.
template <class T>
Outcome<void> give_list(const std::vector<T>& list, T* out, CK_ULONG_PTR count) {
  const CK_ULONG room = *count;
  *count = list.size();
  if (out == nullptr) return {};
  if (room < list.size()) return refuse(CKR_BUFFER_TOO_SMALL);
  std::copy(list.begin(), list.end(), out);
  return {};
}

Outcome<void> slot_list(State& state, bool with_token, CK_SLOT_ID_PTR out, CK_ULONG_PTR count) {
  if (count == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the count");
  std::vector<CK_SLOT_ID> ids;
  if (auto slots = state.slots()) {
    for (const Slot& slot : *slots) ids.push_back(slot.id);
  } else {
    report("C_GetSlotList", slots.error());
    if (!with_token) ids.push_back(kSlotWithoutDaemon);
  }
  return give_list(ids, out, count);
}

Outcome<void> slot_info(State& state, CK_SLOT_ID id, CK_SLOT_INFO_PTR out) {
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD);
  auto slot = state.slot(id);
  if (!slot && slot.error().rv != CKR_TOKEN_NOT_PRESENT) {
    return tl::make_unexpected(std::move(slot).error());
  }
  *out = {};
  put_text(out->manufacturerID, kManufacturer);
  out->hardwareVersion = out->firmwareVersion = kLibraryVersion;
  if (!slot) {
    put_text(out->slotDescription, fmt::format("no azekura-hsmd at {}", state.socket_path()));
    return {};
  }
  put_text(out->slotDescription, fmt::format("Azekura HSM slot {}", id));
  out->flags = CKF_TOKEN_PRESENT;
  return {};
}

Outcome<void> token_info(State& state, CK_SLOT_ID id, CK_TOKEN_INFO_PTR out) {
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD);
  auto slot = state.slot(id);
  if (!slot) return tl::make_unexpected(std::move(slot).error());
  *out = {};
  put_text(out->label, slot->label);
  put_text(out->manufacturerID, kManufacturer);
  put_text(out->model, kModel);
  put_text(out->serialNumber, slot->serial);
  out->flags = slot->token_flags | CKF_RNG | CKF_LOGIN_REQUIRED;
  const auto counts = state.sessions().counts(id);
  out->ulMaxSessionCount = kSessionsMax;
  out->ulSessionCount = counts.all;
  out->ulMaxRwSessionCount = kSessionsMax;
  out->ulRwSessionCount = counts.read_write;
  out->ulMaxPinLen = wire::kPinBytesMax;
  out->ulMinPinLen = wire::kPinBytesMin;
  out->ulTotalPublicMemory = out->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
  out->ulTotalPrivateMemory = out->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
  out->hardwareVersion = out->firmwareVersion = kLibraryVersion;
  put_text(out->utcTime, "");
  return {};
}

Outcome<void> mechanism_list(State& state, CK_SLOT_ID id, CK_MECHANISM_TYPE_PTR out,
                             CK_ULONG_PTR count) {
  if (count == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no place for the count");
  if (auto slot = state.slot(id); !slot) return tl::make_unexpected(std::move(slot).error());
  std::vector<CK_MECHANISM_TYPE> types;
  for (const auto& mechanism : cryptoki::all_mechanisms()) types.push_back(mechanism.type);
  return give_list(types, out, count);
}

Outcome<void> mechanism_info(State& state, CK_SLOT_ID id, CK_MECHANISM_TYPE type,
                             CK_MECHANISM_INFO_PTR out) {
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD);
  if (auto slot = state.slot(id); !slot) return tl::make_unexpected(std::move(slot).error());
  const auto* mechanism = cryptoki::find_mechanism(type);
  if (mechanism == nullptr) return refuse(CKR_MECHANISM_INVALID);
  *out = mechanism->info();
  return {};
}

// §5.5.7: the label is 32 octets, padded with blanks.
ByteView label_of(const CK_UTF8CHAR* label) {
  std::size_t size = sizeof(CK_TOKEN_INFO::label);
  while (size > 0 && label[size - 1] == ' ') --size;
  return {label, size};
}

Outcome<void> init_token(State& state, CK_SLOT_ID id, CK_UTF8CHAR_PTR pin, CK_ULONG pin_size,
                         CK_UTF8CHAR_PTR label) {
  auto slot = state.slot(id);
  if (!slot) return tl::make_unexpected(std::move(slot).error());
  if (pin == nullptr || label == nullptr) return refuse(CKR_ARGUMENTS_BAD, "no PIN, or no label");
  if (pin_size > wire::kPinBytesMax) return refuse(CKR_PIN_LEN_RANGE);
  if (state.sessions().counts(id).all > 0) return refuse(CKR_SESSION_EXISTS);
  wire::InitToken request;
  request.slot = id;
  request.so_pin = {pin, pin_size};
  request.label = label_of(label);
  auto answered = state.connection().call(
      request, {.wait = client::Wait::kLong, .deadline = client::kSlowCallDeadline});
  state.connection().forget_facts();
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  return {};
}

Outcome<void> wait_for_event(CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved) {
  if (slot == nullptr || reserved != nullptr) return refuse(CKR_ARGUMENTS_BAD);
  if ((flags & CKF_DONT_BLOCK) != 0) return refuse(CKR_NO_EVENT);
  return refuse(CKR_FUNCTION_NOT_SUPPORTED, "slots have no events to wait for");
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;

extern "C" {

CK_RV C_GetSlotList(CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount) {
  return guard(__func__, [&](State& state) {
    return slot_list(state, tokenPresent != CK_FALSE, pSlotList, pulCount);
  });
}

CK_RV C_GetSlotInfo(CK_SLOT_ID slotID, CK_SLOT_INFO_PTR pInfo) {
  return guard(__func__, [&](State& state) { return slot_info(state, slotID, pInfo); });
}

CK_RV C_GetTokenInfo(CK_SLOT_ID slotID, CK_TOKEN_INFO_PTR pInfo) {
  return guard(__func__, [&](State& state) { return token_info(state, slotID, pInfo); });
}

CK_RV C_GetMechanismList(CK_SLOT_ID slotID, CK_MECHANISM_TYPE_PTR pMechanismList,
                         CK_ULONG_PTR pulCount) {
  return guard(__func__, [&](State& state) {
    return mechanism_list(state, slotID, pMechanismList, pulCount);
  });
}

CK_RV C_GetMechanismInfo(CK_SLOT_ID slotID, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR pInfo) {
  return guard(__func__, [&](State& state) { return mechanism_info(state, slotID, type, pInfo); });
}

CK_RV C_InitToken(CK_SLOT_ID slotID, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen,
                  CK_UTF8CHAR_PTR pLabel) {
  return guard(__func__,
               [&](State& state) { return init_token(state, slotID, pPin, ulPinLen, pLabel); });
}

CK_RV C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID_PTR pSlot, CK_VOID_PTR pReserved) {
  return guard(__func__, [&](State&) { return wait_for_event(flags, pSlot, pReserved); });
}

}  // extern "C"

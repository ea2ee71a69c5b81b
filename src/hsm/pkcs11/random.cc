// PKCS#11 3.2 §5.19: random numbers, and §5.20, which is of the past.

#include <algorithm>
#include <cstring>

#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/state.h"

namespace azekura::hsm::pkcs11 {
namespace {

Outcome<void> check_session(State& state, CK_SESSION_HANDLE handle) {
  auto session = state.sessions().find(handle);
  if (!session) return tl::make_unexpected(std::move(session).error());
  return {};
}

Outcome<void> generate(State& state, CK_SESSION_HANDLE handle, CK_BYTE_PTR out, CK_ULONG size) {
  if (auto fine = check_session(state, handle); !fine) return fine;
  if (out == nullptr && size > 0) return refuse(CKR_ARGUMENTS_BAD, "a length and no buffer");
  while (size > 0) {
    wire::Random request;
    request.size = static_cast<std::uint32_t>(std::min<CK_ULONG>(size, wire::kRandomBytesMax));
    auto answered = state.connection().call(request);
    if (!answered) return tl::make_unexpected(std::move(answered).error());
    const ByteView octets = answered->data();
    if (octets.size() != request.size) return refuse(CKR_DEVICE_ERROR, "fewer octets than asked");
    std::memcpy(out, octets.data(), octets.size());
    out += octets.size();
    size -= octets.size();
  }
  return {};
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;
using azekura::hsm::Outcome;
using azekura::hsm::refuse;

extern "C" {

CK_RV C_SeedRandom(CK_SESSION_HANDLE hSession, CK_BYTE_PTR, CK_ULONG) {
  return guard(__func__, [&](State& state) -> Outcome<void> {
    if (auto fine = check_session(state, hSession); !fine) return fine;
    return refuse(CKR_RANDOM_SEED_NOT_SUPPORTED);
  });
}

CK_RV C_GenerateRandom(CK_SESSION_HANDLE hSession, CK_BYTE_PTR RandomData, CK_ULONG ulRandomLen) {
  return guard(__func__,
               [&](State& state) { return generate(state, hSession, RandomData, ulRandomLen); });
}

CK_RV C_GetFunctionStatus(CK_SESSION_HANDLE hSession) {
  return guard(__func__, [&](State& state) -> Outcome<void> {
    if (auto fine = check_session(state, hSession); !fine) return fine;
    return refuse(CKR_FUNCTION_NOT_PARALLEL);
  });
}

CK_RV C_CancelFunction(CK_SESSION_HANDLE hSession) { return C_GetFunctionStatus(hSession); }

}  // extern "C"

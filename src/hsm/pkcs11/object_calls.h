// What every call that makes one object does with its request.
#pragma once

#include "hsm/pkcs11/attributes.h"
#include "hsm/pkcs11/state.h"

namespace azekura::hsm::pkcs11 {

// A token object waits for the disk; a session object is made in the time of a signature.
inline client::Wait wait_for_new(bool token) {
  return token ? client::Wait::kLong : client::Wait::kSign;
}

// Sends a request whose answer is a handle. `attributes` is the new object's template.
template <class Request>
Outcome<void> make_object(State& state, Session& session, Request& request,
                          const Attributes& attributes, CK_OBJECT_HANDLE& out, ByteView data = {}) {
  const bool token = attributes.flag(CKA_TOKEN).value_or(false);
  // Also before the answer is known: a request that was lost may have been done.
  if (!token) session.daemon_knows = true;
  auto answered = state.connection().call(request, {.wait = wait_for_new(token)}, data);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  out = (*answered)->handle;
  return {};
}

}  // namespace azekura::hsm::pkcs11

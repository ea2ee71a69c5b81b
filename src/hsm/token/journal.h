// Journal: where the token tells what it decided. The daemon writes a line of each; nothing in an
// Event is secret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "hsm/cryptoki/pkcs11.h"
#include "hsm/wire/service.h"

namespace azekura::hsm::token {

enum class EventKind : std::uint8_t {
  kTokenInitialized,
  kPinSet,  // by the security officer, or changed by its owner
  kLoggedIn,
  kLoginFailed,    // a wrong PIN
  kPinLocked,      // the last try failed, or a try on a locked PIN
  kLoginResumed,   // by a ticket, after a reconnect
  kResumeRefused,  // a ticket that is forged, of another process, or revoked
  kLoggedOut,
  kObjectMade,  // a token object generated, created, copied, unwrapped or derived
  kObjectChanged,
  kObjectDestroyed,  // a token object
  kKeyWrapped,
  kDenied,  // anything else that was refused for what the caller is or the key permits
};

std::string_view name_of(EventKind kind);

struct Event {
  EventKind kind = EventKind::kDenied;
  std::uint64_t slot = 0;
  wire::Peer peer;
  CK_RV rv = CKR_OK;
  std::uint64_t object = 0;  // a handle, or 0
  std::string detail;        // a few words for a person
};

class Journal {
 public:
  virtual ~Journal() = default;
  // Called from any thread, before the answer is sent. Does not throw and does not block for long.
  virtual void record(const Event& event) = 0;
};

}  // namespace azekura::hsm::token

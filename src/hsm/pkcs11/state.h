// State: everything between one C_Initialize and its C_Finalize.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "hsm/client/connection.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/pkcs11/facts.h"
#include "hsm/pkcs11/session.h"

namespace azekura::hsm::pkcs11 {

// A slot as the daemon told it.
struct Slot {
  CK_SLOT_ID id = 0;
  CK_FLAGS token_flags = 0;
  std::string label;
  std::string serial;
  bool initialized() const { return (token_flags & CKF_TOKEN_INITIALIZED) != 0; }
};

class State {
 public:
  explicit State(client::Connection::Options options)
      : socket_path_(options.socket_path), connection_(std::move(options)) {}

  client::Connection& connection() { return connection_; }
  SessionTable& sessions() { return sessions_; }
  const std::string& socket_path() const { return socket_path_; }

  // Asks the daemon only when its list has changed.
  Outcome<std::vector<Slot>> slots();
  // CKR_SLOT_ID_INVALID; CKR_TOKEN_NOT_PRESENT when no daemon answers.
  Outcome<Slot> slot(CK_SLOT_ID id);
  // As slot(), but takes what is known of an initialised token without asking whether it changed.
  Outcome<Slot> known_slot(CK_SLOT_ID id);

  // What is known of an object, fetched when that is stale. `near` is where a caller keeps what it
  // used last, and is looked at first. CKR_OBJECT_HANDLE_INVALID.
  Outcome<void> learn(const Session& session, CK_OBJECT_HANDLE handle, Facts& near);
  void forget(CK_OBJECT_HANDLE handle) { facts_.forget(handle); }

  // Ends a session, and the login with the last one of its slot.
  void close(SessionTable::Borrowed session);

 private:
  bool may_see(const Session& session, const ObjectFacts& facts) const;

  const std::string socket_path_;
  client::Connection connection_;
  SessionTable sessions_;
  FactsCache facts_;

  std::mutex mutex_;  // what follows
  client::Freshness slots_freshness_;
  std::vector<Slot> slots_;
};

}  // namespace azekura::hsm::pkcs11

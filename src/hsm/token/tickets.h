// Tickets: what restores a login after a broken connection, in place of the PIN.
//
// A ticket is sealed by the daemon and means nothing to anyone else. It is good for one process
// (uid, pid, start time), one token and one role, until the token's login epoch rises: a PIN was
// changed, or the token initialised.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "hsm/token/rows.h"
#include "hsm/token/vault.h"
#include "hsm/wire/service.h"

namespace azekura::hsm::token {

struct Ticket {
  std::uint64_t slot = 0;
  std::string serial;
  Role role = Role::kNone;
  std::uint64_t login_epoch = 0;
  wire::Peer peer;
};

class TicketOffice {
 public:
  static Result<TicketOffice> create(const Vault& vault);

  Result<Bytes> issue(const Ticket& ticket) const;
  // The ticket that these octets are; nullopt for what this office did not issue.
  std::optional<Ticket> read(ByteView octets) const;

 private:
  explicit TicketOffice(RowCipher cipher) : cipher_(std::move(cipher)) {}

  RowCipher cipher_;
};

}  // namespace azekura::hsm::token

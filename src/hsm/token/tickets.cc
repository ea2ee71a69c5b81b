#include "hsm/token/tickets.h"

namespace azekura::hsm::token {
namespace {

const ByteView kTicketName = as_bytes("ticket");

}  // namespace

Result<TicketOffice> TicketOffice::create(const Vault& vault) {
  ASSIGN_OR_RETURN(const Secret key, vault.subkey("login tickets"));
  ASSIGN_OR_RETURN(RowCipher cipher, RowCipher::create(key));
  return TicketOffice(std::move(cipher));
}

Result<Bytes> TicketOffice::issue(const Ticket& ticket) const {
  ByteBuilder out;
  out.number(ticket.slot).string(as_bytes(ticket.serial));
  out.number(static_cast<std::uint8_t>(ticket.role)).number(ticket.login_epoch);
  out.number(ticket.peer.uid).number(ticket.peer.gid);
  out.number(static_cast<std::uint32_t>(ticket.peer.pid)).number(ticket.peer.process_start);
  return cipher_.seal(kTicketName, out.bytes());
}

std::optional<Ticket> TicketOffice::read(ByteView octets) const {
  const auto plaintext = cipher_.open(kTicketName, octets);
  if (!plaintext) return std::nullopt;
  ByteReader reader(plaintext->reveal(Purpose::kTransport));
  Ticket ticket;
  ByteView serial;
  std::uint8_t role = 0;
  std::uint32_t pid = 0;
  reader.number(ticket.slot);
  reader.string(serial);
  reader.number(role);
  reader.number(ticket.login_epoch);
  reader.number(ticket.peer.uid);
  reader.number(ticket.peer.gid);
  reader.number(pid);
  reader.number(ticket.peer.process_start);
  if (!reader.done()) return std::nullopt;
  ticket.serial = as_text(serial);
  ticket.role = static_cast<Role>(role);
  ticket.peer.pid = static_cast<std::int32_t>(pid);
  return ticket;
}

}  // namespace azekura::hsm::token

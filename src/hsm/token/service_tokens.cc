// Slots, tokens, PINs, login.
#include <unistd.h>

#include <fmt/format.h>

#include "hsm/token/service_impl.h"

namespace azekura::hsm::token {
namespace {

Outcome<void> check_token(const Token& token) {
  if (token.initialized()) return {};
  return refuse(CKR_TOKEN_NOT_RECOGNIZED, "the slot has no token yet");
}

std::string_view name_of(Role role) { return role == Role::kUser ? "user" : "security officer"; }

}  // namespace

Outcome<void> Service::Impl::list_slots(Call& call, wire::ListSlots&) {
  std::vector<Token::Facts> all(tokens->slots());
  wire::ListSlots::Answer answer;
  for (std::size_t slot = 0; slot < all.size(); ++slot) {
    const std::uint64_t generation = generations_.slots[slot].load(std::memory_order_acquire);
    all[slot] = tokens->find(slot)->facts();
    answer.slots.push_back(
        {slot, all[slot].flags, as_bytes(all[slot].label), as_bytes(all[slot].serial), generation});
  }
  return call.answer(answer);
}

Outcome<void> Service::Impl::init_token(Call& call, wire::InitToken& request) {
  const auto done = call.token->initialize(request.so_pin, request.label,
                                           [&] { clients->forget_slot(request.slot); });
  if (!done) {
    if (done.error().rv == CKR_PIN_INCORRECT || done.error().rv == CKR_PIN_LOCKED) {
      tell_denial(call, EventKind::kLoginFailed,
                  {done.error().rv, "C_InitToken: " + done.error().why});
    }
    return done;
  }
  forget();
  tokens->keep_one_free();
  tell(call, EventKind::kTokenInitialized, {});
  return call.answer_nothing();
}

Outcome<void> Service::Impl::init_pin(Call& call, wire::InitPin& request) {
  RETURN_IF_ERROR(check_token(*call.token));
  if (call.client.role(request.session.slot) != Role::kSecurityOfficer) {
    return refuse(CKR_USER_NOT_LOGGED_IN, "the security officer is not logged in");
  }
  if (!request.session.read_write) return refuse(CKR_SESSION_READ_ONLY, "a read-only session");
  RETURN_IF_ERROR(call.token->set_user_pin(request.pin));
  tell(call, EventKind::kPinSet, "the user's, by the security officer");
  return call.answer_nothing();
}

Outcome<void> Service::Impl::set_pin(Call& call, wire::SetPin& request) {
  RETURN_IF_ERROR(check_token(*call.token));
  if (!request.session.read_write) return refuse(CKR_SESSION_READ_ONLY, "a read-only session");
  const Role role = call.client.role(request.session.slot) == Role::kSecurityOfficer
                        ? Role::kSecurityOfficer
                        : Role::kUser;
  const auto done = call.token->change_pin(role, request.old_pin, request.new_pin);
  if (!done) {
    if (done.error().rv == CKR_PIN_INCORRECT || done.error().rv == CKR_PIN_LOCKED) {
      tell_denial(call, EventKind::kLoginFailed,
                  {done.error().rv, "C_SetPIN: " + done.error().why});
    }
    return done;
  }
  tell(call, EventKind::kPinSet, fmt::format("the {}'s own", name_of(role)));
  return call.answer_nothing();
}

Outcome<void> Service::Impl::login(Call& call, wire::Login& request) {
  RETURN_IF_ERROR(check_token(*call.token));
  const std::uint64_t slot = request.session.slot;
  const Role before = call.client.role(slot);
  const bool for_one = request.user_type == CKU_CONTEXT_SPECIFIC;
  if (!for_one && request.user_type != CKU_USER && request.user_type != CKU_SO) {
    return refuse(CKR_USER_TYPE_INVALID, "an unknown kind of user");
  }
  if (for_one && before != Role::kUser) {
    return refuse(CKR_USER_NOT_LOGGED_IN, "the user is not logged in");
  }
  const Role role = request.user_type == CKU_SO ? Role::kSecurityOfficer : Role::kUser;
  if (!for_one && before != Role::kNone) {
    return before == role ? refuse(CKR_USER_ALREADY_LOGGED_IN, "logged in already")
                          : refuse(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "another is logged in");
  }

  Ticket ticket;
  const auto granted = [&] {
    if (!for_one) call.client.set_role(slot, role);
    ticket = {slot, call.token->facts().serial, role, call.token->login_epoch(),
              call.client.peer()};
  };
  const auto checked = call.token->check_pin(role, request.pin, granted);
  if (!checked) {
    const bool locked =
        checked.error().rv == CKR_PIN_LOCKED ||
        (call.token->facts().flags & (CKF_USER_PIN_LOCKED | CKF_SO_PIN_LOCKED)) != 0;
    if (checked.error().rv == CKR_PIN_INCORRECT || checked.error().rv == CKR_PIN_LOCKED) {
      tell_denial(call, locked ? EventKind::kPinLocked : EventKind::kLoginFailed, checked.error());
    }
    return checked;
  }
  wire::Login::Answer answer;
  if (for_one) {
    RETURN_IF_ERROR(call.client.allow_once(request.session));
    return call.answer(answer);
  }
  tell(call, EventKind::kLoggedIn, std::string(name_of(role)));
  const auto issued = tickets_.issue(ticket);
  if (!issued) return refuse_for(issued.error());
  answer.ticket = *issued;
  return call.answer(answer);
}

Outcome<void> Service::Impl::logout(Call& call, wire::Logout& request) {
  if (!call.client.log_out(request.slot)) {
    return refuse(CKR_USER_NOT_LOGGED_IN, "nobody is logged in");
  }
  forget();
  tell(call, EventKind::kLoggedOut, {});
  return call.answer_nothing();
}

bool Service::Impl::resume_one(Client& client, const wire::Attribute& given) {
  const auto ticket = tickets_.read(given.value);
  if (!ticket || ticket->slot != given.type || !(ticket->peer == client.peer())) return false;
  if (ticket->role != Role::kUser && ticket->role != Role::kSecurityOfficer) return false;
  Token* token = tokens->find(ticket->slot);
  if (token == nullptr || !token->initialized()) return false;
  if (token->facts().serial != ticket->serial) return false;
  return token->while_epoch(ticket->login_epoch,
                            [&] { client.set_role(ticket->slot, ticket->role); });
}

Outcome<void> Service::Impl::resume(Call& call, wire::Resume& request) {
  if (request.tickets.size() > wire::kSlotsMax) {
    return refuse(CKR_ARGUMENTS_BAD, "more tickets than slots");
  }
  wire::Resume::Answer answer;
  for (const wire::Attribute& ticket : request.tickets) {
    call.token = tokens->find(ticket.type);
    const bool resumed = resume_one(call.client, ticket);
    if (!resumed) {
      tell_denial(call, EventKind::kResumeRefused, {});
      continue;
    }
    answer.restored_slots.push_back(ticket.type);
    tell(call, EventKind::kLoginResumed, {});
  }
  return call.answer(answer);
}

Outcome<void> Service::Impl::close_session(Call& call, wire::CloseSession& request) {
  call.client.close_session(request.session);
  forget();
  return call.answer_nothing();
}

Outcome<void> Service::Impl::status(Call& call, wire::DaemonStatus&) {
  wire::DaemonStatus::Answer answer;
  answer.version = as_bytes(facts.version);
  answer.pid = static_cast<std::uint64_t>(::getpid());
  answer.uptime_s = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_)
          .count());
  answer.connections = clients->count();
  answer.tokens = tokens->tokens();
  answer.token_objects = tokens->objects();
  for (const ThreadState& thread : threads_) {
    answer.operations += thread.answered.load(std::memory_order_relaxed);
  }
  answer.workers = facts.workers;
  answer.memory_locked = facts.memory_locked;
  answer.sandboxed = facts.sandboxed;
  answer.store_path = as_bytes(facts.store_path);
  return call.answer(answer);
}

}  // namespace azekura::hsm::token

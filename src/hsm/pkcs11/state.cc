#include "hsm/pkcs11/state.h"

#include <algorithm>

namespace azekura::hsm::pkcs11 {
namespace {

Outcome<Slot> pick(const std::vector<Slot>& slots, CK_SLOT_ID id) {
  for (const Slot& slot : slots) {
    if (slot.id == id) return slot;
  }
  return refuse(CKR_SLOT_ID_INVALID);
}

}  // namespace

Outcome<std::vector<Slot>> State::slots() {
  client::Freshness now = connection_.slot_list_freshness();
  {
    const std::lock_guard lock(mutex_);
    if (!slots_.empty() && slots_freshness_ == now) return slots_;
  }
  wire::ListSlots request;
  auto answered = connection_.call(request);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  std::vector<Slot> slots;
  for (const wire::SlotFacts& facts : (*answered)->slots) {
    if (facts.slot >= wire::kSlotsMax) return refuse(CKR_DEVICE_ERROR, "a slot beyond the limit");
    slots.push_back({facts.slot, facts.token_flags, std::string(as_text(facts.label)),
                     std::string(as_text(facts.serial))});
  }
  const std::lock_guard lock(mutex_);
  slots_freshness_ = now;
  slots_ = slots;
  return slots;
}

Outcome<Slot> State::slot(CK_SLOT_ID id) {
  auto all = slots();
  if (all) return pick(*all, id);
  Failure failure = std::move(all).error();
  if (failure.rv == CKR_DEVICE_ERROR) failure.rv = CKR_TOKEN_NOT_PRESENT;
  return tl::make_unexpected(std::move(failure));
}

Outcome<Slot> State::known_slot(CK_SLOT_ID id) {
  {
    const std::lock_guard lock(mutex_);
    if (auto known = pick(slots_, id); known && known->initialized()) return known;
  }
  return slot(id);
}

bool State::may_see(const Session& session, const ObjectFacts& facts) const {
  return facts.slot == session.ref.slot &&
         (!facts.is_private || connection_.logged_in(facts.slot) == CKU_USER);
}

Outcome<void> State::learn(const Session& session, CK_OBJECT_HANDLE handle, Facts& near) {
  const client::Freshness now = connection_.freshness(session.ref.slot);
  const auto fits = [&](const Facts& facts) {
    return facts && facts->handle == handle && facts->freshness == now && may_see(session, *facts);
  };
  if (fits(near)) return {};
  if (Facts found = facts_.find(handle); fits(found)) {
    near = std::move(found);
    return {};
  }
  wire::ReadObject request;
  request.session = session.ref;
  request.object = handle;
  auto answered = connection_.call(request);
  if (!answered) return tl::make_unexpected(std::move(answered).error());
  auto read = ObjectFacts::read(session.ref.slot, handle, now, answered->reply.body());
  if (!read) return tl::make_unexpected(std::move(read).error());
  near = std::make_shared<const ObjectFacts>(std::move(*read));
  facts_.keep(near);
  return {};
}

void State::close(SessionTable::Borrowed session) {
  const std::uint64_t slot = session->ref.slot;
  if (session->daemon_knows) {
    // Nothing to do about a failure: what the daemon held is gone, or goes with the connection.
    wire::CloseSession request;
    request.session = session->ref;
    (void)connection_.call(request, {.wait = client::Wait::kLong});
    connection_.forget_facts();
  }
  if (sessions_.close(std::move(session)) == 0 && connection_.logged_in(slot) != client::kNobody) {
    (void)connection_.logout(slot);
  }
}

}  // namespace azekura::hsm::pkcs11

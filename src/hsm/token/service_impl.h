// The inside of Service: one member function a request, in files by chapter. Internal to this room.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "hsm/token/application.h"
#include "hsm/token/attributes.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/service.h"
#include "hsm/token/tickets.h"
#include "hsm/token/tokens.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::token {

// What one thread keeps for itself, so that the hot path meets no other thread.
struct alignas(64) ThreadState {
  static constexpr std::size_t kObjectsKept = 256;

  std::unique_ptr<ContextCache, ContextCacheDeleter> contexts = make_context_cache();
  // Objects used lately, by handle; good while not stale.
  std::array<ObjectPtr, kObjectsKept> objects;
  std::uint64_t swept = 0;
  std::atomic<std::uint64_t> answered{0};
  Bytes scratch;
};

// One request under way.
struct Call {
  Client& client;
  wire::Exchange& exchange;
  ThreadState& mine;
  Token* token = nullptr;  // of the slot that the request names
  std::uint64_t generation = 0;

  // Writes the answer's head.
  template <class Answer>
  Outcome<void> answer(Answer& fields) {
    wire::Writer writer(exchange.answer);
    if (!wire::write_answer(generation, fields, writer)) {
      return refuse(CKR_DEVICE_MEMORY, "the answer is too long");
    }
    exchange.answer_size = writer.size();
    return {};
  }
  Outcome<void> answer_nothing() {
    wire::Empty nothing;
    return answer(nothing);
  }
};

class Service::Impl {
 public:
  Impl(ServiceOptions options, TicketOffice tickets);

  Status load(const Vault& vault);
  void serve(Client& client, wire::Exchange& exchange, unsigned thread);

  const std::shared_ptr<Clients> clients = std::make_shared<Clients>();
  DaemonFacts facts;
  std::unique_ptr<Tokens> tokens;

 private:
  template <class Request>
  void run(Call& call, Outcome<void> (Impl::*handler)(Call&, Request&));
  void refused(Call& call, const Failure& failure);
  void dispatch(Call& call);

  // service_tokens.cc
  Outcome<void> list_slots(Call& call, wire::ListSlots& request);
  Outcome<void> init_token(Call& call, wire::InitToken& request);
  Outcome<void> init_pin(Call& call, wire::InitPin& request);
  Outcome<void> set_pin(Call& call, wire::SetPin& request);
  Outcome<void> login(Call& call, wire::Login& request);
  Outcome<void> logout(Call& call, wire::Logout& request);
  Outcome<void> resume(Call& call, wire::Resume& request);
  Outcome<void> close_session(Call& call, wire::CloseSession& request);
  Outcome<void> status(Call& call, wire::DaemonStatus& request);
  bool resume_one(Client& client, const wire::Attribute& ticket);

  // service_objects.cc
  Outcome<void> create_object(Call& call, wire::CreateObject& request);
  Outcome<void> copy_object(Call& call, wire::CopyObject& request);
  Outcome<void> destroy_object(Call& call, wire::DestroyObject& request);
  Outcome<void> read_object(Call& call, wire::ReadObject& request);
  Outcome<void> set_attributes(Call& call, wire::SetAttributes& request);
  Outcome<void> find(Call& call, wire::Find& request);

  // service_keys.cc
  Outcome<void> generate_key(Call& call, wire::GenerateKey& request);
  Outcome<void> generate_key_pair(Call& call, wire::GenerateKeyPair& request);
  Outcome<void> wrap_key(Call& call, wire::WrapKey& request);
  Outcome<void> unwrap_key(Call& call, wire::UnwrapKey& request);
  Outcome<void> derive_key(Call& call, wire::DeriveKey& request);

  // service_operations.cc
  Outcome<void> operate(Call& call, wire::Operate& request);
  Outcome<void> stream_begin(Call& call, wire::StreamBegin& request);
  Outcome<void> stream_update(Call& call, wire::StreamUpdate& request);
  Outcome<void> stream_finish(Call& call, wire::StreamFinish& request);
  Outcome<void> stream_abort(Call& call, wire::StreamAbort& request);
  Outcome<void> random(Call& call, wire::Random& request);

  // The object of this handle that the application may see, or `missing`. The pointer is the
  // thread's own and good until its next use of the cache.
  Outcome<const ObjectPtr*> visible(Call& call, Handle handle, CK_RV missing);
  // The same for a key that is to be used now: CKR_USER_NOT_LOGGED_IN where a login is missing.
  Outcome<const ObjectPtr*> usable(Call& call, const wire::SessionRef& session, Handle handle,
                                   CK_RV missing);
  // Keeps new objects where their CKA_TOKEN says; all or none. `how` they came to be is for the
  // journal.
  Outcome<std::vector<ObjectPtr>> keep(Call& call, const wire::SessionRef& session,
                                       std::vector<Draft> drafts, std::string_view how);
  Outcome<void> keep_one(Call& call, const wire::SessionRef& session, Draft draft,
                         std::string_view how);
  // Objects became stale: what other threads have kept of them is dropped by their next call.
  void forget() { forgotten_.fetch_add(1, std::memory_order_release); }
  void tell(const Call& call, EventKind kind, std::string detail, Handle object = 0,
            CK_RV rv = CKR_OK);
  // What anybody can cause without end, and what is therefore told so many times in a second.
  void tell_denial(const Call& call, EventKind kind, const Failure& failure);
  Asker asker(const Call& call, const wire::SessionRef& session) const;

  const std::unique_ptr<store::Store> store_;
  wire::Generations& generations_;
  Journal* const journal_;
  const TicketOffice tickets_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::vector<ThreadState> threads_;
  alignas(64) std::atomic<std::uint64_t> forgotten_{0};
};

}  // namespace azekura::hsm::token

#include "hsm/token/service.h"

#include <fmt/format.h>

#include <exception>
#include <new>

#include "crypto/random.h"
#include "hsm/token/lanes.h"
#include "hsm/token/service_impl.h"

namespace azekura::hsm::token {
namespace {

// Requests that belong to a slot name it, directly or by their session.
template <class Request>
constexpr bool kNamesSession = requires(Request& request) {
  request.session.slot;
};
template <class Request>
constexpr bool kNamesSlot = requires(Request& request) {
  request.slot;
};

// Refusals that a security officer wants to hear of.
bool is_denial(CK_RV rv) {
  switch (rv) {
    case CKR_ACTION_PROHIBITED:
    case CKR_ATTRIBUTE_READ_ONLY:
    case CKR_ATTRIBUTE_SENSITIVE:
    case CKR_KEY_FUNCTION_NOT_PERMITTED:
    case CKR_KEY_NOT_WRAPPABLE:
    case CKR_KEY_UNEXTRACTABLE:
    case CKR_USER_NOT_LOGGED_IN:
    case CKR_TEMPLATE_INCONSISTENT:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view name_of(EventKind kind) {
  switch (kind) {
    case EventKind::kTokenInitialized:
      return "token initialised";
    case EventKind::kPinSet:
      return "PIN set";
    case EventKind::kLoggedIn:
      return "logged in";
    case EventKind::kLoginFailed:
      return "login failed";
    case EventKind::kPinLocked:
      return "PIN locked";
    case EventKind::kLoginResumed:
      return "login resumed";
    case EventKind::kResumeRefused:
      return "ticket refused";
    case EventKind::kLoggedOut:
      return "logged out";
    case EventKind::kObjectMade:
      return "object made";
    case EventKind::kObjectChanged:
      return "object changed";
    case EventKind::kObjectDestroyed:
      return "object destroyed";
    case EventKind::kKeyWrapped:
      return "key wrapped";
    case EventKind::kDenied:
      return "denied";
  }
  return "event";
}

// ---- Service ------------------------------------------------------------------------------------

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::create(ServiceOptions options) {
  ASSIGN_OR_RETURN(TicketOffice tickets, TicketOffice::create(options.vault));
  const Vault vault = std::move(options.vault);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(tickets));
  RETURN_IF_ERROR(impl->load(vault));
  return std::unique_ptr<Service>(new Service(std::move(impl)));
}

void Service::describe(DaemonFacts facts) { impl_->facts = std::move(facts); }
std::size_t Service::tokens() const { return impl_->tokens->tokens(); }
std::size_t Service::token_objects() const { return impl_->tokens->objects(); }

std::unique_ptr<wire::Application> Service::connected(const wire::Peer& peer) {
  return std::make_unique<Client>(peer, impl_->clients);
}

wire::Lane Service::lane(ByteView head) const { return lane_of(head); }

void Service::serve(wire::Application& application, wire::Exchange& exchange, unsigned thread) {
  impl_->serve(static_cast<Client&>(application), exchange, thread);
}

// ---- Impl ---------------------------------------------------------------------------------------

Service::Impl::Impl(ServiceOptions options, TicketOffice tickets)
    : store_(std::move(options.store)),
      generations_(*options.generations),
      journal_(options.journal),
      tickets_(std::move(tickets)),
      threads_(options.threads_max) {}

Status Service::Impl::load(const Vault& vault) {
  // A module may remember a count of the daemon before this one; none of ours may be equal to it.
  std::uint32_t start = 0;
  RETURN_IF_ERROR(crypto::random_bytes({reinterpret_cast<std::uint8_t*>(&start), sizeof start}));
  const std::uint64_t first = std::uint64_t{start} << 24 | 1;
  generations_.slot_list.store(first, std::memory_order_release);
  for (auto& generation : generations_.slots) generation.store(first, std::memory_order_release);
  ASSIGN_OR_RETURN(tokens, Tokens::load(vault, *store_, generations_));
  return {};
}

void Service::Impl::serve(Client& client, wire::Exchange& exchange, unsigned thread) {
  ThreadState& mine = threads_[thread];
  mine.answered.store(mine.answered.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  const std::uint64_t forgotten = forgotten_.load(std::memory_order_acquire);
  if (mine.swept != forgotten) {
    for (ObjectPtr& object : mine.objects) {
      if (object && object->stale()) object.reset();
    }
    mine.swept = forgotten;
  }
  exchange.answer_size = 0;
  exchange.out_size = 0;
  exchange.answer_secret = false;
  Call call{client, exchange, mine};
  try {
    dispatch(call);
  } catch (const std::bad_alloc&) {
    refused(call, {CKR_DEVICE_MEMORY, "out of memory"});
  } catch (const std::exception& error) {
    refused(call, {CKR_GENERAL_ERROR, error.what()});
  }
}

void Service::Impl::dispatch(Call& call) {
  using wire::Op;
  const auto op = wire::op_of(call.exchange.head);
  if (!op) return refused(call, {CKR_ARGUMENTS_BAD, "a request without an operation"});
  switch (*op) {
    case Op::kOperate:
      return run(call, &Impl::operate);
    case Op::kRandom:
      return run(call, &Impl::random);
    case Op::kStreamBegin:
      return run(call, &Impl::stream_begin);
    case Op::kStreamUpdate:
      return run(call, &Impl::stream_update);
    case Op::kStreamFinish:
      return run(call, &Impl::stream_finish);
    case Op::kStreamAbort:
      return run(call, &Impl::stream_abort);
    case Op::kReadObject:
      return run(call, &Impl::read_object);
    case Op::kFind:
      return run(call, &Impl::find);
    case Op::kCreateObject:
      return run(call, &Impl::create_object);
    case Op::kCopyObject:
      return run(call, &Impl::copy_object);
    case Op::kDestroyObject:
      return run(call, &Impl::destroy_object);
    case Op::kSetAttributes:
      return run(call, &Impl::set_attributes);
    case Op::kGenerateKey:
      return run(call, &Impl::generate_key);
    case Op::kGenerateKeyPair:
      return run(call, &Impl::generate_key_pair);
    case Op::kWrapKey:
      return run(call, &Impl::wrap_key);
    case Op::kUnwrapKey:
      return run(call, &Impl::unwrap_key);
    case Op::kDeriveKey:
      return run(call, &Impl::derive_key);
    case Op::kListSlots:
      return run(call, &Impl::list_slots);
    case Op::kInitToken:
      return run(call, &Impl::init_token);
    case Op::kInitPin:
      return run(call, &Impl::init_pin);
    case Op::kSetPin:
      return run(call, &Impl::set_pin);
    case Op::kLogin:
      return run(call, &Impl::login);
    case Op::kLogout:
      return run(call, &Impl::logout);
    case Op::kResume:
      return run(call, &Impl::resume);
    case Op::kCloseSession:
      return run(call, &Impl::close_session);
    case Op::kStatus:
      return run(call, &Impl::status);
  }
  refused(call, {CKR_FUNCTION_NOT_SUPPORTED, "an operation that this daemon does not know"});
}

template <class Request>
void Service::Impl::run(Call& call, Outcome<void> (Impl::*handler)(Call&, Request&)) {
  Request request;
  if (!wire::read_request(call.exchange.head, request)) {
    return refused(call, {CKR_ARGUMENTS_BAD, "a malformed request"});
  }
  if constexpr (kNamesSession<Request> || kNamesSlot<Request>) {
    std::uint64_t slot = 0;
    if constexpr (kNamesSession<Request>) {
      slot = request.session.slot;
    } else {
      slot = request.slot;
    }
    call.token = tokens->find(slot);
    if (call.token == nullptr) return refused(call, {CKR_SLOT_ID_INVALID, "there is no such slot"});
    // Read before the object is: an answer must not call older facts by a newer generation.
    call.generation = generations_.slots[slot].load(std::memory_order_acquire);
  }
  const Outcome<void> outcome = (this->*handler)(call, request);
  if (!outcome) refused(call, outcome.error());
}

void Service::Impl::refused(Call& call, const Failure& failure) {
  call.exchange.out_size = 0;
  wire::Writer writer(call.exchange.answer);
  // Frames are far larger than any refusal, so that this always fits.
  wire::write_refusal(failure.rv, call.generation, as_bytes(failure.why), writer);
  call.exchange.answer_size = writer.size();
  if (is_denial(failure.rv)) tell_denial(call, EventKind::kDenied, failure);
}

void Service::Impl::tell_denial(const Call& call, EventKind kind, const Failure& failure) {
  std::uint64_t untold = 0;
  if (journal_ == nullptr) return;
  // A wrong PIN has limits of its own, and must not hide behind other denials.
  if (failure.rv != CKR_PIN_INCORRECT && !call.client.may_tell_denial(untold)) return;
  tell(call, kind,
       untold == 0 ? failure.why : fmt::format("{} (and {} more before it)", failure.why, untold),
       0, failure.rv);
}

void Service::Impl::tell(const Call& call, EventKind kind, std::string detail, Handle object,
                         CK_RV rv) {
  if (journal_ == nullptr) return;
  journal_->record({kind, call.token == nullptr ? 0 : call.token->slot(), call.client.peer(), rv,
                    object, std::move(detail)});
}

Asker Service::Impl::asker(const Call& call, const wire::SessionRef& session) const {
  const Role role = call.client.role(session.slot);
  return {role == Role::kSecurityOfficer, role == Role::kUser, session.read_write};
}

Outcome<const ObjectPtr*> Service::Impl::visible(Call& call, Handle handle, CK_RV missing) {
  ObjectPtr& kept = call.mine.objects[handle % ThreadState::kObjectsKept];
  if (!kept || kept->handle() != handle || kept->stale()) {
    kept = (handle & kSessionObjectBit) != 0 ? call.client.objects().find(handle)
                                             : call.token->objects().find(handle);
    if (!kept) return refuse(missing, "there is no such object");
  }
  const Object& object = *kept;
  if (object.slot() != call.token->slot() ||
      (object.owner() != nullptr && object.owner() != &call.client)) {
    return refuse(missing, "there is no such object");
  }
  if (object.is_private() && call.client.role(object.slot()) != Role::kUser) {
    return refuse(missing, "there is no such object without a login");
  }
  return &kept;
}

Outcome<const ObjectPtr*> Service::Impl::usable(Call& call, const wire::SessionRef& session,
                                                Handle handle, CK_RV missing) {
  auto key = visible(call, handle, missing);
  if (!key) return key;
  if ((**key)->always_authenticate() && !call.client.use_allowance(session)) {
    return refuse(CKR_USER_NOT_LOGGED_IN, "the key asks for the PIN before each use");
  }
  return key;
}

}  // namespace azekura::hsm::token

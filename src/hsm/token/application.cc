#include "hsm/token/application.h"

#include <algorithm>
#include <chrono>

namespace azekura::hsm::token {
namespace {

// Session objects are numbered through the daemon's life, so that a handle which another
// application guesses, or which outlives a connection, is nobody else's object.
std::atomic<Handle> next_session_object{1};

std::size_t place_of(wire::Kind kind) { return static_cast<std::size_t>(kind) - 1; }

}  // namespace

void Clients::add(Client& client) {
  std::lock_guard lock(mutex_);
  clients_.push_back(&client);
}

void Clients::remove(Client& client) {
  std::lock_guard lock(mutex_);
  std::erase(clients_, &client);
}

std::size_t Clients::count() const {
  std::lock_guard lock(mutex_);
  return clients_.size();
}

void Clients::forget_slot(std::uint64_t slot) {
  std::lock_guard lock(mutex_);
  for (Client* client : clients_) client->log_out(slot);
}

Client::Client(const wire::Peer& peer, std::shared_ptr<Clients> clients)
    : peer_(peer), clients_(std::move(clients)) {
  clients_->add(*this);
}

Client::~Client() {
  clients_->remove(*this);
  // Workers may still have the objects in their caches.
  objects_.erase_if([](const Object&) { return true; });
}

bool Client::may_tell_denial(std::uint64_t& untold) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::steady_clock::now().time_since_epoch())
                               .count();
  std::lock_guard lock(denials_mutex_);
  if (now != denials_second_) denials_ = 0;
  denials_second_ = now;
  if (denials_ >= kDenialsPerSecondMax) {
    ++denials_untold_;
    return false;
  }
  ++denials_;
  untold = std::exchange(denials_untold_, 0);
  return true;
}

bool Client::log_out(std::uint64_t slot) {
  if (roles_[slot].exchange(Role::kNone, std::memory_order_acq_rel) == Role::kNone) return false;
  objects_.erase_if(
      [slot](const Object& object) { return object.slot() == slot && object.is_private(); });
  std::lock_guard lock(sessions_mutex_);
  for (auto& [key, session] : sessions_) {
    if (key.first != slot) continue;
    session.allowed_once = false;
    for (auto& place : session.streams) {
      if (place) --streams_;
      place.reset();
    }
  }
  return true;
}

Outcome<Client::Session*> Client::session_of(const wire::SessionRef& session) {
  const SessionKey key{session.slot, session.session};
  const auto at = sessions_.find(key);
  if (at != sessions_.end()) return &at->second;
  if (sessions_.size() >= kSessionsMax) {
    return refuse(CKR_SESSION_COUNT, "the application holds things in too many sessions");
  }
  return &sessions_[key];
}

Client::Session* Client::find_session(const wire::SessionRef& session) {
  const auto at = sessions_.find({session.slot, session.session});
  return at == sessions_.end() ? nullptr : &at->second;
}

Outcome<std::vector<ObjectPtr>> Client::add(const wire::SessionRef& session,
                                            std::vector<Draft> drafts) {
  std::size_t octets = objects_.weight();
  for (const Draft& draft : drafts) octets += draft.weight();
  if (octets > kSessionOctetsMax || objects_.size() + drafts.size() > kSessionObjectsMax) {
    return refuse(CKR_DEVICE_MEMORY, "the application has too many session objects");
  }
  std::vector<ObjectPtr> objects;
  std::lock_guard lock(sessions_mutex_);
  auto place = session_of(session);
  if (!place) return tl::make_unexpected(place.error());
  for (Draft& draft : drafts) {
    const Handle handle =
        next_session_object.fetch_add(1, std::memory_order_relaxed) | kSessionObjectBit;
    objects.push_back(std::make_shared<const Object>(handle, session.slot, this, session.session,
                                                     std::move(draft)));
    objects_.insert(objects.back());
    (*place)->objects.push_back(handle);
  }
  return objects;
}

Outcome<void> Client::replace(const Object& object, Draft draft) {
  const std::size_t before = object.draft().weight();
  const std::size_t after = draft.weight();
  if (after > before && objects_.weight() + (after - before) > kSessionOctetsMax) {
    return refuse(CKR_DEVICE_MEMORY, "the application's session objects would be too large");
  }
  if (!objects_.replace(std::make_shared<const Object>(object.handle(), object.slot(), this,
                                                       object.session(), std::move(draft)))) {
    return refuse(CKR_OBJECT_HANDLE_INVALID, "there is no such object");
  }
  return {};
}

bool Client::erase(Handle handle) {
  const ObjectPtr object = objects_.erase(handle);
  if (!object) return false;
  std::lock_guard lock(sessions_mutex_);
  if (Session* session = find_session({object->slot(), object->session(), false})) {
    // The newest are the likeliest to go.
    auto& handles = session->objects;
    const auto at = std::find(handles.rbegin(), handles.rend(), handle);
    if (at != handles.rend()) handles.erase(std::next(at).base());
  }
  return true;
}

void Client::close_session(const wire::SessionRef& session) {
  Session closed;
  {
    std::lock_guard lock(sessions_mutex_);
    const auto at = sessions_.find({session.slot, session.session});
    if (at == sessions_.end()) return;
    closed = std::move(at->second);
    sessions_.erase(at);
    for (const auto& place : closed.streams) streams_ -= place ? 1 : 0;
  }
  // From the end, where taking one out of an index is cheapest.
  std::for_each(closed.objects.rbegin(), closed.objects.rend(),
                [this](Handle handle) { objects_.erase(handle); });
}

Outcome<void> Client::allow_once(const wire::SessionRef& session) {
  std::lock_guard lock(sessions_mutex_);
  auto place = session_of(session);
  if (!place) return tl::make_unexpected(place.error());
  (*place)->allowed_once = true;
  return {};
}

bool Client::use_allowance(const wire::SessionRef& session) {
  std::lock_guard lock(sessions_mutex_);
  Session* place = find_session(session);
  return place != nullptr && std::exchange(place->allowed_once, false);
}

Outcome<void> Client::begin(const wire::SessionRef& session, wire::Kind kind,
                            std::unique_ptr<Stream> stream) {
  auto place = std::make_shared<StreamPlace>();
  place->stream = std::move(stream);
  std::lock_guard lock(sessions_mutex_);
  auto known = session_of(session);
  if (!known) return tl::make_unexpected(known.error());
  auto& there = (*known)->streams[place_of(kind)];
  if (there) return refuse(CKR_OPERATION_ACTIVE, "the session has such an operation already");
  if (streams_ >= kStreamsMax) {
    return refuse(CKR_DEVICE_MEMORY, "the application has too many operations under way");
  }
  ++streams_;
  there = std::move(place);
  return {};
}

std::shared_ptr<StreamPlace> Client::stream(const wire::SessionRef& session, wire::Kind kind) {
  std::lock_guard lock(sessions_mutex_);
  Session* place = find_session(session);
  return place == nullptr ? nullptr : place->streams[place_of(kind)];
}

void Client::end(const wire::SessionRef& session, wire::Kind kind) {
  std::lock_guard lock(sessions_mutex_);
  Session* place = find_session(session);
  if (place == nullptr || !place->streams[place_of(kind)]) return;
  place->streams[place_of(kind)].reset();
  --streams_;
}

}  // namespace azekura::hsm::token

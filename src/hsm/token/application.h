// Application: what the daemon keeps for one connected process: logins, session objects, streams.
//
// A session of the module is known here only while it holds something.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "hsm/cryptoki/outcome.h"
#include "hsm/token/mechanisms.h"
#include "hsm/token/object_index.h"
#include "hsm/token/rows.h"
#include "hsm/wire/limits.h"
#include "hsm/wire/messages.h"
#include "hsm/wire/service.h"

namespace azekura::hsm::token {

inline constexpr std::size_t kSessionsMax = 4096;
inline constexpr std::size_t kSessionObjectsMax = 65536;
inline constexpr std::size_t kSessionOctetsMax = 64 << 20;
inline constexpr std::size_t kStreamsMax = 1024;

// Denials that one application puts into the journal in a second; more are counted, not told.
inline constexpr std::uint32_t kDenialsPerSecondMax = 20;

class Client;

// One multi-part operation. Whoever uses it holds `mutex`; two calls at once on one stream are a
// mistake of the application, and the second is refused.
struct StreamPlace {
  std::mutex mutex;
  std::unique_ptr<Stream> stream;
};

// The applications that are connected, for what concerns all of them.
class Clients {
 public:
  void add(Client& client);
  void remove(Client& client);
  std::size_t count() const;
  // The token of this slot is another one now.
  void forget_slot(std::uint64_t slot);

 private:
  mutable std::mutex mutex_;
  std::vector<Client*> clients_;
};

class Client final : public wire::Application {
 public:
  Client(const wire::Peer& peer, std::shared_ptr<Clients> clients);
  ~Client() override;

  const wire::Peer& peer() const { return peer_; }

  // Whether one more denial is to be told now; `untold` were not since the last one that was.
  bool may_tell_denial(std::uint64_t& untold);

  // ---- Login, per slot. REQUIRES: slot < kSlotsMax.
  Role role(std::uint64_t slot) const { return roles_[slot].load(std::memory_order_acquire); }
  void set_role(std::uint64_t slot, Role role) {
    roles_[slot].store(role, std::memory_order_release);
  }
  // Ends the login, and with it the private session objects and the streams of the slot. False if
  // nobody was logged in.
  bool log_out(std::uint64_t slot);

  // ---- Session objects.
  const ObjectIndex& objects() const { return objects_; }
  // CKR_DEVICE_MEMORY, CKR_SESSION_COUNT beyond the limits. All or none.
  Outcome<std::vector<ObjectPtr>> add(const wire::SessionRef& session, std::vector<Draft> drafts);
  // CKR_DEVICE_MEMORY beyond the limits, CKR_OBJECT_HANDLE_INVALID if there is none.
  Outcome<void> replace(const Object& object, Draft draft);
  bool erase(Handle handle);

  // ---- Sessions.
  void close_session(const wire::SessionRef& session);
  // CKU_CONTEXT_SPECIFIC: the next operation of this session may use a key that asks for it.
  Outcome<void> allow_once(const wire::SessionRef& session);
  bool use_allowance(const wire::SessionRef& session);

  // Keeps a stream in the place of its kind. CKR_OPERATION_ACTIVE if there is one.
  Outcome<void> begin(const wire::SessionRef& session, wire::Kind kind,
                      std::unique_ptr<Stream> stream);
  // Null without one.
  std::shared_ptr<StreamPlace> stream(const wire::SessionRef& session, wire::Kind kind);
  void end(const wire::SessionRef& session, wire::Kind kind);
  const std::shared_ptr<HeldBack>& held_back() const { return held_back_; }

 private:
  static constexpr std::size_t kKinds = 4;
  struct Session {
    std::vector<Handle> objects;
    std::array<std::shared_ptr<StreamPlace>, kKinds> streams;
    bool allowed_once = false;
  };
  using SessionKey = std::pair<std::uint64_t, std::uint64_t>;  // slot, session

  Outcome<Session*> session_of(const wire::SessionRef& session);
  Session* find_session(const wire::SessionRef& session);

  const wire::Peer peer_;
  const std::shared_ptr<Clients> clients_;  // an application may outlive the service
  std::array<std::atomic<Role>, wire::kSlotsMax> roles_{};
  ObjectIndex objects_;

  std::mutex denials_mutex_;
  std::int64_t denials_second_ = 0;
  std::uint32_t denials_ = 0;  // in that second
  std::uint64_t denials_untold_ = 0;

  std::mutex sessions_mutex_;
  std::map<SessionKey, Session> sessions_;
  std::size_t streams_ = 0;
  const std::shared_ptr<HeldBack> held_back_ = std::make_shared<HeldBack>(kHeldBackTogetherMax);
};

}  // namespace azekura::hsm::token

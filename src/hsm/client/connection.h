// Connection: one application's conversation with the daemon, mended inside the call when it
// breaks.
//
// A resource, usable by any number of threads at once. It connects on the first call. When the
// daemon has gone it connects again (one thread does, the others wait), restores the logins by
// their tickets, and repeats what is safe to repeat:
//
//   the daemon was never reached           one attempt, then CKR_DEVICE_ERROR
//   it was there and went                  attempts for `reconnect_deadline`, then
//   CKR_DEVICE_ERROR;
//                                          after that one attempt a call until it is back
//   a request left and no answer came      repeated when Repeat::kSafe, else CKR_DEVICE_ERROR at
//   once
//
// It starts no thread, installs no handler and throws nothing but std::bad_alloc, so that it may
// live in a stranger's process. Everything the daemon refuses comes back as its CK_RV and its
// sentence.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "hsm/cryptoki/outcome.h"
#include "hsm/transport/channel.h"
#include "hsm/wire/messages.h"

namespace azekura::hsm::client {

using transport::Wait;

inline constexpr std::chrono::milliseconds kCallDeadline{30'000};
inline constexpr std::chrono::milliseconds kSlowCallDeadline{180'000};  // key pairs, C_InitToken
inline constexpr std::chrono::milliseconds kReconnectDeadline{10'000};
inline constexpr unsigned kSendsMax = 3;  // of one request that kills every daemon it meets
inline constexpr CK_USER_TYPE kNobody = CK_UNAVAILABLE_INFORMATION;

// AZEKURA_SOCKET, or /run/azekura/hsmd.sock.
std::string default_socket_path();

struct Terms {
  Wait wait = Wait::kShort;
  std::chrono::milliseconds deadline = kCallDeadline;
  // Not 0: only over the connection of this number (Reply::connection), for what lives in one.
  std::uint64_t connection = 0;
};

// What may be done with a request of which it is not known whether the daemon has seen it.
enum class Repeat : std::uint8_t {
  kSafe,    // again: it reads, or a second time changes nothing
  kUnsent,  // again only when it certainly never left
  kNever,   // it belongs to a stream, which is gone with its connection
};

template <class Request>
inline constexpr Repeat kRepeat = Repeat::kUnsent;
template <>
inline constexpr Repeat kRepeat<wire::ListSlots> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::DaemonStatus> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::Logout> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::CloseSession> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::ReadObject> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::Find> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::WrapKey> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::Operate> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::Random> = Repeat::kSafe;
template <>
inline constexpr Repeat kRepeat<wire::StreamUpdate> = Repeat::kNever;
template <>
inline constexpr Repeat kRepeat<wire::StreamFinish> = Repeat::kNever;
template <>
inline constexpr Repeat kRepeat<wire::StreamAbort> = Repeat::kNever;

// Which state of the world a remembered fact belongs to. A fact is fresh while this is equal.
struct Freshness {
  std::uint64_t epoch = 0;
  std::uint64_t generation = 0;
  bool operator==(const Freshness&) const = default;
};

class Connection {
  struct Live;

 public:
  struct Options {
    std::string socket_path = default_socket_path();
    bool use_ring = true;
    std::chrono::milliseconds reconnect_deadline = kReconnectDeadline;

    // The socket as above, and no ring with AZEKURA_TRANSPORT=socket.
    static Options from_environment();
  };

  // A frame with an answer in it. Its place in the channel is free again when this dies; it must
  // die before its Connection.
  class Reply {
   public:
    std::uint64_t connection() const { return number_; }
    // What follows the answer's header, and the answer's data.
    ByteView body() const { return frame_.answer_head().subspan(kHeaderBytes); }
    ByteView data() const { return frame_.answer_data(); }

   private:
    friend class Connection;
    static constexpr std::size_t kHeaderBytes = 16;
    Reply(std::shared_ptr<Live> live, transport::Frame frame, std::uint64_t number)
        : live_(std::move(live)), frame_(std::move(frame)), number_(number) {}

    std::shared_ptr<Live> live_;  // outlives frame_
    transport::Frame frame_;
    std::uint64_t number_;
  };

  // An answer, whose views point into its frame: read them while it lives.
  template <class Request>
  struct Answered {
    Reply reply;
    typename Request::Answer answer{};

    ByteView data() const { return reply.data(); }
    const typename Request::Answer* operator->() const { return &answer; }
  };

  explicit Connection(Options options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects unless it is connected. The reason of a failure is a sentence for a person.
  Outcome<void> connect();

  // One request, `data` beside it. The caller's memory is read until this returns, never after.
  template <class Request>
  Outcome<Answered<Request>> call(Request& request, const Terms& terms = {}, ByteView data = {}) {
    const Message message{kRepeat<Request>, slot_of(request), &request,
                          [](void* self, wire::Writer& out) {
                            return wire::write_request(*static_cast<Request*>(self), out);
                          }};
    Outcome<Reply> reply = exchange(message, terms, data);
    if (!reply) return tl::make_unexpected(std::move(reply).error());
    Answered<Request> answered{std::move(*reply), {}};
    wire::Reader in(answered.reply.body());
    in(answered.answer);
    if (!in.done()) return refuse(CKR_DEVICE_ERROR, "the daemon's answer cannot be read");
    return answered;
  }

  // As wire::Login and wire::Logout; keeps the ticket that restores the login after a reconnect.
  Outcome<void> login(const wire::SessionRef& session, CK_USER_TYPE user, ByteView pin);
  Outcome<void> logout(std::uint64_t slot);
  // CKU_SO, CKU_USER or kNobody. REQUIRES: slot < wire::kSlotsMax.
  CK_USER_TYPE logged_in(std::uint64_t slot) const {
    return logins_[slot].load(std::memory_order_acquire);
  }

  // Read this before fetching what is to be remembered. No round trip. Over a socket a change is
  // noticed with the next answer about the slot.
  Freshness freshness(std::uint64_t slot) const;
  // The same for the list of slots; never equal to an earlier one over a socket.
  Freshness slot_list_freshness() const;
  // Makes everything remembered stale.
  void forget_facts() { epoch_.fetch_add(1, std::memory_order_acq_rel); }

  // In a forked child, for the copy of its parent's connection: closes the child's descriptors and
  // says nothing to the daemon. Takes no lock: one may have been held by a thread that is not here.
  // Afterwards the copy is never used or destroyed.
  void abandon();

 private:
  struct Message {
    Repeat repeat;
    std::uint64_t slot;  // kSlotsMax: of none
    void* request;
    bool (*write)(void*, wire::Writer&);
  };
  // Each part of the threads finds the channel under a lock and a count of its own, so that threads
  // do not fight for a cache line on every call.
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::shared_ptr<Live> live;
  };
  static constexpr std::size_t kShards = 32;

  template <class Request>
  static std::uint64_t slot_of(const Request& request) {
    if constexpr (requires { request.session.slot; }) {
      return request.session.slot;
    } else if constexpr (requires { request.slot; }) {
      return request.slot;
    } else {
      return wire::kSlotsMax;
    }
  }

  Outcome<Reply> exchange(const Message& message, const Terms& terms, ByteView data);
  Shard& my_shard();
  const Shard& my_shard() const;
  std::shared_ptr<Live> current() const;
  Outcome<std::shared_ptr<Live>> acquire();
  Outcome<std::shared_ptr<Live>> reconnect();
  bool restore_logins(transport::Channel& channel);
  void publish(std::shared_ptr<Live> live);
  void note_generation(const Live& live, std::uint64_t slot, std::uint64_t generation);

  const Options options_;
  std::array<Shard, kShards> shards_;
  alignas(64) std::atomic<std::uint64_t> epoch_{1};
  std::atomic<transport::Channel*> channel_{nullptr};  // for abandon() alone
  std::array<std::atomic<CK_USER_TYPE>, wire::kSlotsMax> logins_;
  std::array<std::atomic<std::uint64_t>, wire::kSlotsMax> seen_{};  // generations, over a socket
  mutable std::atomic<std::uint64_t> asked_{0};

  std::mutex mutex_;  // what follows; held while connecting
  std::array<Bytes, wire::kSlotsMax> tickets_;
  std::uint64_t numbers_ = 0;
  bool expected_ = false;  // the daemon was there, and has not been given up
};

}  // namespace azekura::hsm::client

#include "hsm/client/connection.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>

#include "base/secret.h"

namespace azekura::hsm::client {
namespace {

using std::chrono::milliseconds;

// Milliseconds are precise enough for deadlines, and every call asks: the coarse clock costs a
// quarter of the fine one.
struct CoarseClock {
  static milliseconds now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return std::chrono::seconds(time.tv_sec) + milliseconds(time.tv_nsec / 1'000'000);
  }
};

constexpr milliseconds kBackoffFirst{2};
constexpr milliseconds kBackoffMax{200};

milliseconds until(milliseconds moment) {
  return std::max(moment - CoarseClock::now(), milliseconds{0});
}

void forget(Bytes& ticket) {
  wipe(ticket.data(), ticket.size());
  ticket.clear();
}

tl::unexpected<Failure> unreachable(const Error& error) {
  std::string why = error.message;
  if (!error.hint.empty()) why += " (" + error.hint + ")";
  return refuse(CKR_DEVICE_ERROR, std::move(why));
}

}  // namespace

std::string default_socket_path() {
  const char* path = std::getenv("AZEKURA_SOCKET");
  return path != nullptr && *path != '\0' ? path : "/run/azekura/hsmd.sock";
}

Connection::Options Connection::Options::from_environment() {
  Options options;
  const char* transport = std::getenv("AZEKURA_TRANSPORT");
  options.use_ring = transport == nullptr || std::string_view(transport) != "socket";
  return options;
}

struct Connection::Live {
  std::unique_ptr<transport::Channel> channel;
  std::uint64_t number = 0;
};

Connection::Connection(Options options) : options_(std::move(options)) {
  for (auto& login : logins_) login.store(kNobody, std::memory_order_relaxed);
}

Connection::~Connection() {
  for (Bytes& ticket : tickets_) forget(ticket);
}

Connection::Shard& Connection::my_shard() {
  return const_cast<Shard&>(std::as_const(*this).my_shard());
}

// By the thread's own address: no thread-local storage in a stranger's process.
const Connection::Shard& Connection::my_shard() const {
  const auto self = static_cast<std::uint64_t>(pthread_self());
  return shards_[((self >> 6) * 0x9E3779B97F4A7C15u) >> 59];
}
static_assert(std::uint64_t{1} << (64 - 59) == 32);

std::shared_ptr<Connection::Live> Connection::current() const {
  const Shard& shard = my_shard();
  const std::lock_guard lock(shard.mutex);
  return shard.live;
}

void Connection::publish(std::shared_ptr<Live> live) {
  channel_.store(live->channel.get(), std::memory_order_release);
  for (Shard& shard : shards_) {
    // A control block of its own, and so a count of its own.
    std::shared_ptr<Live> own(live.get(), [keep = live](Live*) {});
    std::shared_ptr<Live> old;
    const std::lock_guard lock(shard.mutex);
    old = std::exchange(shard.live, std::move(own));
  }
  forget_facts();
}

Outcome<void> Connection::connect() {
  auto live = acquire();
  if (!live) return tl::make_unexpected(std::move(live).error());
  return {};
}

Outcome<std::shared_ptr<Connection::Live>> Connection::acquire() {
  std::shared_ptr<Live> live = current();
  if (live && live->channel->alive()) return live;
  return reconnect();
}

Outcome<std::shared_ptr<Connection::Live>> Connection::reconnect() {
  const std::lock_guard lock(mutex_);
  // Another thread may have done it while this one waited.
  if (std::shared_ptr<Live> live = current(); live && live->channel->alive()) return live;

  const auto give_up = CoarseClock::now() + options_.reconnect_deadline;
  for (milliseconds pause = kBackoffFirst;; pause = std::min(2 * pause, kBackoffMax)) {
    auto channel = transport::Channel::connect(
        {.socket_path = options_.socket_path, .use_ring = options_.use_ring});
    if (channel && restore_logins(**channel)) {
      auto live = std::make_shared<Live>();
      live->channel = std::move(*channel);
      live->number = ++numbers_;
      publish(live);
      expected_ = true;
      return current();
    }
    const bool worth_waiting = channel || channel.error().code == Code::kUnavailable;
    if (!expected_ || !worth_waiting || CoarseClock::now() + pause >= give_up) {
      expected_ = false;
      if (channel)
        return refuse(CKR_DEVICE_ERROR, "the daemon went away while it was connected to");
      return unreachable(channel.error());
    }
    std::this_thread::sleep_for(pause);
  }
}

// False when the channel broke. A login that the daemon does not restore has ended.
bool Connection::restore_logins(transport::Channel& channel) {
  wire::Resume resume;
  for (std::uint64_t slot = 0; slot < wire::kSlotsMax; ++slot) {
    if (!tickets_[slot].empty()) resume.tickets.push_back({slot, tickets_[slot]});
  }
  if (resume.tickets.empty()) return true;

  auto frame = channel.claim(kCallDeadline);
  if (!frame) return false;
  wire::Writer head(frame->head());
  if (!wire::write_request(resume, head)) return false;
  if (frame->send(head.size(), 0, Wait::kLong, kCallDeadline) != transport::Delivery::kAnswered) {
    return false;
  }
  wire::Reader in(frame->answer_head());
  wire::AnswerHeader header;
  wire::Resume::Answer answer;
  in(header);
  if (header.rv == CKR_OK) in(answer);
  const auto& restored = answer.restored_slots;
  for (const wire::Attribute& ticket : resume.tickets) {
    if (in.ok() && std::find(restored.begin(), restored.end(), ticket.type) != restored.end()) {
      continue;
    }
    logins_[ticket.type].store(kNobody, std::memory_order_release);
    forget(tickets_[ticket.type]);
  }
  return true;
}

Outcome<Connection::Reply> Connection::exchange(const Message& message, const Terms& terms,
                                                ByteView data) {
  if (data.size() > wire::kDataBytesMax) {
    return refuse(CKR_DATA_LEN_RANGE, "more data than one request carries");
  }
  const auto deadline = CoarseClock::now() + terms.deadline;
  for (unsigned sends = 0;;) {
    auto acquired = acquire();
    if (!acquired) return tl::make_unexpected(std::move(acquired).error());
    std::shared_ptr<Live> live = std::move(*acquired);
    if (terms.connection != 0 && terms.connection != live->number) {
      return refuse(CKR_DEVICE_ERROR, "the operation was lost with the connection to the daemon");
    }

    auto delivery = transport::Delivery::kNotSent;
    if (std::optional<transport::Frame> frame = live->channel->claim(until(deadline))) {
      wire::Writer head(frame->head());
      if (!message.write(message.request, head)) {
        return refuse(CKR_ARGUMENTS_BAD, "the request is longer than the daemon accepts");
      }
      if (!data.empty()) std::memcpy(frame->data().data(), data.data(), data.size());
      delivery = frame->send(head.size(), data.size(), terms.wait, until(deadline));
      if (delivery == transport::Delivery::kAnswered) {
        wire::AnswerHeader header;
        wire::Reader in(frame->answer_head());
        if (!in(header).ok()) return refuse(CKR_DEVICE_ERROR, "the daemon's answer is too short");
        note_generation(*live, message.slot, header.generation);
        if (header.rv != CKR_OK) {
          ByteView why;
          in(why);
          return refuse(header.rv, std::string(as_text(why)));
        }
        const std::uint64_t number = live->number;
        return Reply(std::move(live), std::move(*frame), number);
      }
    }

    if (CoarseClock::now() >= deadline) {
      return refuse(CKR_DEVICE_ERROR, "the daemon did not answer in time");
    }
    const bool again = delivery == transport::Delivery::kNotSent
                           ? message.repeat != Repeat::kNever
                           : message.repeat == Repeat::kSafe && ++sends < kSendsMax;
    if (!again) {
      return refuse(CKR_DEVICE_ERROR, "the connection to the daemon broke during the call");
    }
  }
}

Outcome<void> Connection::login(const wire::SessionRef& session, CK_USER_TYPE user, ByteView pin) {
  wire::Login request{session, user, pin};
  auto answered = call(request, {.wait = Wait::kLong});
  if (!answered) {
    // A login whose answer was lost: it is true all the same, but nothing restores it.
    if (answered.error().rv == CKR_USER_ALREADY_LOGGED_IN && user != CKU_CONTEXT_SPECIFIC) {
      logins_[session.slot].store(user, std::memory_order_release);
    }
    return tl::make_unexpected(std::move(answered).error());
  }
  if (user == CKU_CONTEXT_SPECIFIC) return {};

  const std::lock_guard lock(mutex_);
  if (answered->reply.connection() != numbers_) {
    return refuse(CKR_DEVICE_ERROR, "the connection to the daemon broke during the login");
  }
  forget(tickets_[session.slot]);
  tickets_[session.slot] = to_bytes((*answered)->ticket);
  logins_[session.slot].store(user, std::memory_order_release);
  forget_facts();
  return {};
}

Outcome<void> Connection::logout(std::uint64_t slot) {
  {
    // First, so that no reconnect restores what is being ended.
    const std::lock_guard lock(mutex_);
    forget(tickets_[slot]);
    logins_[slot].store(kNobody, std::memory_order_release);
  }
  forget_facts();
  wire::Logout request;
  request.slot = slot;
  auto answered = call(request);
  // A daemon that was restarted knows of no login: it has ended, as was asked.
  if (!answered && answered.error().rv != CKR_USER_NOT_LOGGED_IN) {
    return tl::make_unexpected(std::move(answered).error());
  }
  return {};
}

void Connection::note_generation(const Live& live, std::uint64_t slot, std::uint64_t generation) {
  if (slot >= wire::kSlotsMax || live.channel->generations() != nullptr) return;
  auto& seen = seen_[slot];
  if (seen.load(std::memory_order_relaxed) != generation) {
    seen.store(generation, std::memory_order_release);
  }
}

Freshness Connection::freshness(std::uint64_t slot) const {
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  if (slot >= wire::kSlotsMax) return {epoch, 0};
  const std::shared_ptr<Live> live = current();
  const wire::Generations* page = live ? live->channel->generations() : nullptr;
  const auto& counter = page != nullptr ? page->slots[slot] : seen_[slot];
  return {epoch, counter.load(std::memory_order_acquire)};
}

Freshness Connection::slot_list_freshness() const {
  const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
  const std::shared_ptr<Live> live = current();
  const wire::Generations* page = live ? live->channel->generations() : nullptr;
  if (page == nullptr) return {epoch, asked_.fetch_add(1, std::memory_order_relaxed)};
  return {epoch, page->slot_list.load(std::memory_order_acquire)};
}

void Connection::abandon() {
  if (transport::Channel* channel = channel_.load(std::memory_order_acquire)) channel->abandon();
}

}  // namespace azekura::hsm::client

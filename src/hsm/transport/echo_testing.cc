#include "hsm/transport/echo_testing.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace azekura::hsm::transport {
namespace {

Ask ask_of(ByteView head) { return head.empty() ? Ask::kEcho : static_cast<Ask>(head[0]); }

void fill(MutableByteView out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i * 7);
}

}  // namespace

class EchoService::CountedApplication final : public wire::Application {
 public:
  explicit CountedApplication(EchoService& service) : service_(service) { add(+1); }
  ~CountedApplication() override { add(-1); }

 private:
  void add(int count) {
    const std::lock_guard lock(service_.mutex_);
    service_.applications_ += static_cast<unsigned>(count);
    service_.changed_.notify_all();
  }
  EchoService& service_;
};

std::unique_ptr<wire::Application> EchoService::connected(const wire::Peer& peer) {
  {
    const std::lock_guard lock(mutex_);
    last_peer_ = peer;
  }
  return std::make_unique<CountedApplication>(*this);
}

wire::Lane EchoService::lane(ByteView head) const {
  switch (ask_of(head)) {
    case Ask::kEchoLong:
      return wire::Lane::kLong;
    case Ask::kEchoBlocking:
    case Ask::kGate:
    case Ask::kNever:
      return wire::Lane::kBlocking;
    default:
      return wire::Lane::kShort;
  }
}

void EchoService::serve(wire::Application&, wire::Exchange& exchange, unsigned thread) {
  if (thread_busy_.at(thread).exchange(true)) threads_collided_ = true;
  if (thread > thread_highest_) thread_highest_ = thread;
  if (exchange.data_shared) ++shared_seen_;
  if (ask_of(exchange.head) == Ask::kGate) {
    std::unique_lock lock(mutex_);
    ++at_gate_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return gate_open_; });
    --at_gate_;
  }
  if (ask_of(exchange.head) == Ask::kNever) {
    static_cast<void>(!::write(never_fd_, "", 1));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [] { return false; });
  }
  if (ask_of(exchange.head) == Ask::kSized) {
    ByteReader reader(exchange.head.subspan(1));
    std::uint32_t head_size = 0;
    std::uint32_t data_size = 0;
    reader.number(head_size);
    reader.number(data_size);
    fill(exchange.answer.first(head_size));
    fill(exchange.out.first(data_size));
    exchange.answer_size = head_size;
    exchange.out_size = data_size;
  } else {
    std::copy(exchange.head.begin(), exchange.head.end(), exchange.answer.begin());
    if (exchange.data.data() != exchange.out.data()) {
      std::copy(exchange.data.begin(), exchange.data.end(), exchange.out.begin());
    }
    exchange.answer_size = exchange.head.size();
    exchange.out_size = exchange.data.size();
  }
  exchange.answer_secret = exchange.answer_size % 2 == 1;
  thread_busy_.at(thread) = false;
}

void EchoService::open_gate() {
  const std::lock_guard lock(mutex_);
  gate_open_ = true;
  changed_.notify_all();
}

void EchoService::await_gate(unsigned waiting) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return at_gate_ == waiting; });
}

void EchoService::await_applications(unsigned count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return applications_ == count; });
}

wire::Peer EchoService::last_peer() {
  const std::lock_guard lock(mutex_);
  return last_peer_;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "transport.XXXXXX").string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TestServer::TestServer(Server::Options options) {
  socket_path = folder.path("socket");
  options.socket_path = socket_path;
  if (options.workers == 0) options.workers = 2;
  auto page = FactsPage::create();
  EXPECT_TRUE(page.has_value());
  facts = std::move(*page);
  auto created = Server::create(options, service, *facts);
  EXPECT_TRUE(created.has_value()) << created.error().message;
  server = std::move(*created);
  EXPECT_TRUE(server->start().has_value());
}

TestServer::~TestServer() {
  service.open_gate();
  server->stop();
  EXPECT_FALSE(service.threads_collided());
  EXPECT_LT(service.thread_highest(), server->threads_max());
}

ForkedServer::ForkedServer() : socket_path_(folder_.path("socket")) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  pid_ = ::fork();
  if (pid_ == 0) {
    EchoService service;
    auto facts = FactsPage::create();
    Server::Options options;
    options.socket_path = socket_path_;
    options.workers = 2;
    auto server = Server::create(options, service, **facts);
    service.tell_of_never(ready[1]);
    if (!server || !(*server)->start()) ::_exit(1);
    static_cast<void>(!::write(ready[1], "", 1));
    while (true) ::pause();
  }
  ::close(ready[1]);
  char octet = 0;
  EXPECT_EQ(::read(ready[0], &octet, 1), 1);
  told_ = ready[0];
}

ForkedServer::~ForkedServer() {
  kill_and_wait();
  ::close(told_);
}

void ForkedServer::await_never(unsigned count) const {
  for (char octet = 0; count > 0; --count) EXPECT_EQ(::read(told_, &octet, 1), 1);
}

void ForkedServer::pause_and_wait() const {
  ::kill(pid_, SIGSTOP);
  int status = 0;
  ::waitpid(pid_, &status, WUNTRACED);
  EXPECT_TRUE(WIFSTOPPED(status));
}

void ForkedServer::resume() const { ::kill(pid_, SIGCONT); }

void ForkedServer::kill_and_wait() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Called call(Channel& channel, ByteView head, ByteView data, std::chrono::milliseconds deadline,
            Wait wait) {
  Called called;
  auto frame = channel.claim(deadline);
  if (!frame) return called;
  std::copy(head.begin(), head.end(), frame->head().begin());
  std::copy(data.begin(), data.end(), frame->data().begin());
  called.delivery = frame->send(head.size(), data.size(), wait, deadline);
  if (called.delivery == Delivery::kAnswered) {
    called.head = to_bytes(frame->answer_head());
    called.data = to_bytes(frame->answer_data());
  }
  return called;
}

Called ask(Channel& channel, Ask ask, ByteView data, std::chrono::milliseconds deadline,
           Wait wait) {
  const auto first = static_cast<std::uint8_t>(ask);
  return call(channel, {&first, 1}, data, deadline, wait);
}

Bytes pattern(std::size_t size, std::uint32_t seed) {
  Bytes bytes(size);
  std::uint32_t state = seed * 2654435761u + 1;
  for (std::uint8_t& octet : bytes) {
    state = state * 1664525 + 1013904223;
    octet = static_cast<std::uint8_t>(state >> 24);
  }
  return bytes;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

}  // namespace azekura::hsm::transport

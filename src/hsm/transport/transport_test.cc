// Both transports, both ends: what a caller may rely on.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <vector>

#include "hsm/transport/channel.h"
#include "hsm/transport/echo_testing.h"
#include "hsm/transport/ring_layout.h"
#include "hsm/transport/server.h"

namespace azekura::hsm::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

class Transport : public testing::TestWithParam<bool> {
 protected:
  static bool use_ring() { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(, Transport, testing::Values(true, false),
                         [](const auto& param) { return param.param ? "Ring" : "Socket"; });

// ---- Connecting ---------------------------------------------------------------------------------

TEST_P(Transport, ConnectingWithoutADaemonIsUnavailable) {
  const TemporaryFolder folder;
  const auto channel = Channel::connect({folder.path("nobody"), use_ring()});
  ASSERT_FALSE(channel.has_value());
  EXPECT_EQ(channel.error().code, Code::kUnavailable);
  EXPECT_FALSE(channel.error().hint.empty());
}

TEST_P(Transport, ConnectingToAPathTooLongIsInvalid) {
  const auto channel = Channel::connect({"/" + std::string(200, 'x'), use_ring()});
  ASSERT_FALSE(channel.has_value());
  EXPECT_EQ(channel.error().code, Code::kInvalid);
}

TEST_P(Transport, AChannelTellsItsKind) {
  const TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value()) << channel.error().message;
  EXPECT_EQ((*channel)->is_ring(), use_ring());
  EXPECT_EQ((*channel)->generations() != nullptr, use_ring());
  EXPECT_TRUE((*channel)->alive());
}

TEST(SocketTransport, ADaemonThatOffersNoRingGivesASocket) {
  Server::Options options;
  options.offer_ring = false;
  const TestServer server(options);
  const auto channel = server.connect(true);
  ASSERT_TRUE(channel.has_value());
  EXPECT_FALSE((*channel)->is_ring());
  EXPECT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
}

TEST_P(Transport, OneConnectionMoreThanTheLimitIsExhausted) {
  Server::Options options;
  options.connections_max = 3;
  TestServer server(options);
  std::vector<std::unique_ptr<Channel>> channels;
  for (int i = 0; i < 3; ++i) {
    auto channel = server.connect(use_ring());
    ASSERT_TRUE(channel.has_value()) << channel.error().message;
    channels.push_back(std::move(*channel));
  }
  const auto refused = server.connect(use_ring());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kExhausted);

  channels.pop_back();
  server.service.await_applications(2);
  EXPECT_TRUE(server.connect(use_ring()).has_value());
}

TEST_P(Transport, TheServiceLearnsFromTheKernelWhoConnects) {
  TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  const wire::Peer peer = server.service.last_peer();
  EXPECT_EQ(peer.uid, ::getuid());
  EXPECT_EQ(peer.gid, ::getgid());
  EXPECT_EQ(peer.pid, ::getpid());
  EXPECT_GT(peer.process_start, 0u);
}

TEST_P(Transport, AnApplicationEndsWithItsChannel) {
  TestServer server;
  {
    const auto channel = server.connect(use_ring());
    ASSERT_TRUE(channel.has_value());
    EXPECT_EQ(server.server->connections(), 1u);
    EXPECT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
  }
  server.service.await_applications(0);
  EXPECT_EQ(server.server->connections(), 0u);
}

TEST_P(Transport, OneProcessCannotTakeAllConnections) {
  Server::Options options;
  options.connections_per_process_max = 2;
  TestServer server(options);
  const auto first = server.connect(use_ring());
  const auto second = server.connect(use_ring());
  ASSERT_TRUE(first.has_value() && second.has_value());
  const auto refused = server.connect(use_ring());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  const pid_t child = ::fork();
  if (child == 0) ::_exit(server.connect(use_ring()).has_value() ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "another process was refused";
}

TEST_P(Transport, HundredsOfConnectionsAreServed) {
  Server::Options options;
  options.connections_per_process_max = 300;
  TestServer server(options);
  std::vector<std::unique_ptr<Channel>> channels;
  for (int i = 0; i < 300; ++i) {
    auto channel = server.connect(use_ring());
    ASSERT_TRUE(channel.has_value()) << i << ": " << channel.error().message;
    channels.push_back(std::move(*channel));
  }
  for (int round = 0; round < 3; ++round) {
    for (const auto& channel : channels) {
      ASSERT_EQ(ask(*channel, Ask::kEcho).delivery, Delivery::kAnswered);
    }
  }
  EXPECT_EQ(server.server->connections(), 300u);
  EXPECT_EQ(server.server->answered(), 900u);
  channels.clear();
  server.service.await_applications(0);
}

TEST_P(Transport, NoDescriptorIsLeftBehind) {
  // Once before counting, for what the C++ library opens once.
  { const TestServer warm; }
  const std::size_t before = open_descriptors();
  {
    TestServer server;
    for (int i = 0; i < 20; ++i) {
      const auto channel = server.connect(use_ring());
      ASSERT_TRUE(channel.has_value());
      ASSERT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
    }
    server.service.await_applications(0);
    const auto channel = server.connect(use_ring());
    ASSERT_TRUE(channel.has_value());
    // The server's own (epoll, three events, listener, facts), both ends of one connection, and the
    // ring's memory, which the server may just be closing.
    EXPECT_LE(open_descriptors(), before + 6 + 4 + 1);
  }
  EXPECT_EQ(open_descriptors(), before);
}

// ---- The server's socket ------------------------------------------------------------------------

struct Listening {
  TemporaryFolder folder;
  EchoService service;
  std::unique_ptr<FactsPage> facts = std::move(*FactsPage::create());
  Result<std::unique_ptr<Server>> create(const std::string& path) {
    Server::Options options;
    options.socket_path = path;
    options.workers = 1;
    return Server::create(options, service, *facts);
  }
};

TEST(Server, ASecondOneAtTheSamePathIsAConflict) {
  Listening listening;
  const auto first = listening.create(listening.folder.path("socket"));
  ASSERT_TRUE(first.has_value());
  const auto second = listening.create(listening.folder.path("socket"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::kConflict);
}

TEST(Server, AFileThatIsNoSocketIsAConflictAndStays) {
  Listening listening;
  const std::string path = listening.folder.path("file");
  std::ofstream(path) << "precious";
  const auto server = listening.create(path);
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, Code::kConflict);
  EXPECT_EQ(::access(path.c_str(), F_OK), 0);
}

TEST(Server, AFolderThatIsMissingIsNotFound) {
  Listening listening;
  const auto server = listening.create(listening.folder.path("missing/socket"));
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, Code::kNotFound);
}

TEST(Server, AStaleSocketIsReplaced) {
  ForkedServer killed;
  killed.kill_and_wait();
  Listening listening;
  const auto server = listening.create(killed.socket_path());
  ASSERT_TRUE(server.has_value()) << server.error().message;
  EXPECT_TRUE((*server)->start().has_value());
  EXPECT_TRUE(Channel::connect({killed.socket_path(), true}).has_value());
}

TEST(Server, TheSocketIsForItsUserAndGroupAndGoesWithTheServer) {
  Listening listening;
  const std::string path = listening.folder.path("socket");
  struct stat facts {};
  {
    const auto server = listening.create(path);
    ASSERT_TRUE(server.has_value());
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0660u);
  }
  EXPECT_NE(::stat(path.c_str(), &facts), 0);
}

TEST(Server, StoppingTwiceOrWithoutAStartIsHarmless) {
  Listening listening;
  const auto server = listening.create(listening.folder.path("socket"));
  ASSERT_TRUE(server.has_value());
  (*server)->stop();
  (*server)->stop();
  EXPECT_FALSE((*server)->start().has_value());
}

// ---- Calling ------------------------------------------------------------------------------------

TEST_P(Transport, MoreThanTheLimitsIsNotSent) {
  const TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  {
    auto frame = (*channel)->claim(seconds(1));
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->head().size(), wire::kHeadBytesMax);
    EXPECT_EQ(frame->data().size(), wire::kDataBytesMax);
    EXPECT_EQ(frame->send(wire::kHeadBytesMax + 1, 0, Wait::kShort, seconds(1)),
              Delivery::kNotSent);
  }
  {
    auto frame = (*channel)->claim(seconds(1));
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->send(1, wire::kDataBytesMax + 1, Wait::kShort, seconds(1)),
              Delivery::kNotSent);
  }
  EXPECT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
}

TEST_P(Transport, RequestsAndAnswersOfEverySizeUpToTheLimitsPass) {
  TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  for (const std::size_t head_size :
       {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{4096}, wire::kHeadBytesMax - 1,
        wire::kHeadBytesMax}) {
    Bytes head = pattern(head_size, 3);
    if (!head.empty()) head[0] = static_cast<std::uint8_t>(Ask::kEcho);
    for (const std::size_t data_size :
         {std::size_t{0}, std::size_t{1}, kCopyBytesMax - 1, kCopyBytesMax, kCopyBytesMax + 1,
          std::size_t{65535}, std::size_t{65536}, std::size_t{300'000}, wire::kDataBytesMax - 1,
          wire::kDataBytesMax}) {
      const Bytes data = pattern(data_size, 5);
      const Called called = call(**channel, head, data);
      ASSERT_EQ(called.delivery, Delivery::kAnswered) << head_size << ", " << data_size;
      ASSERT_TRUE(called.head == head) << head_size << ", " << data_size;
      ASSERT_TRUE(called.data == data) << head_size << ", " << data_size;
    }
  }
  // Over the ring, long data is worked on where it lies.
  EXPECT_EQ(server.service.shared_seen() > 0, use_ring());
}

TEST_P(Transport, AnAnswerMayBeMuchLargerThanItsRequest) {
  const TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  for (const auto& [head_size, data_size] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {0, 0},
           {1, 0},
           {0, 1},
           {wire::kHeadBytesMax, 0},
           {0, wire::kDataBytesMax},
           {wire::kHeadBytesMax, wire::kDataBytesMax}}) {
    const Bytes head = ByteBuilder()
                           .number(static_cast<std::uint8_t>(Ask::kSized))
                           .number(head_size)
                           .number(data_size)
                           .take();
    const Called called = call(**channel, head, {});
    ASSERT_EQ(called.delivery, Delivery::kAnswered);
    EXPECT_EQ(called.head.size(), head_size);
    ASSERT_EQ(called.data.size(), data_size);
    for (std::size_t i = 0; i < data_size; i += 1021) {
      ASSERT_EQ(called.data[i], static_cast<std::uint8_t>(i * 7));
    }
  }
}

TEST_P(Transport, EveryLaneAndEveryWaitIsAnswered) {
  const TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  for (const Ask lane : {Ask::kEcho, Ask::kEchoLong, Ask::kEchoBlocking}) {
    for (const Wait wait : {Wait::kShort, Wait::kSign, Wait::kLong}) {
      for (const std::size_t size : {std::size_t{10}, std::size_t{100'000}}) {
        const Bytes data = pattern(size);
        const Called called = ask(**channel, lane, data, seconds(30), wait);
        ASSERT_EQ(called.delivery, Delivery::kAnswered);
        ASSERT_TRUE(called.data == data);
      }
    }
  }
}

TEST_P(Transport, ManyThreadsOfManyChannelsGetTheirOwnAnswers) {
  TestServer server;
  constexpr unsigned kChannels = 3;
  constexpr unsigned kThreadsEach = 8;
  std::vector<std::unique_ptr<Channel>> channels;
  for (unsigned i = 0; i < kChannels; ++i) {
    auto channel = server.connect(use_ring());
    ASSERT_TRUE(channel.has_value());
    channels.push_back(std::move(*channel));
  }
  std::vector<std::thread> threads;
  std::atomic<unsigned> wrong{0};
  for (unsigned t = 0; t < kChannels * kThreadsEach; ++t) {
    threads.emplace_back([&, t] {
      constexpr Ask kAsks[] = {Ask::kEcho, Ask::kEcho, Ask::kEchoLong, Ask::kEchoBlocking};
      constexpr Wait kWaits[] = {Wait::kShort, Wait::kSign, Wait::kLong};
      for (unsigned i = 0; i < 200; ++i) {
        const Bytes data =
            pattern((i * 37 + t * 101) % (i % 50 == 0 ? 200'000 : 6'000), t * 1000 + i);
        const Called called =
            ask(*channels[t % kChannels], kAsks[i % 4], data, seconds(60), kWaits[(i + t) % 3]);
        if (called.delivery != Delivery::kAnswered || called.data != data) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(server.server->answered(), kChannels * kThreadsEach * 200u);
}

TEST_P(Transport, MoreThreadsThanPlacesTakeTurns) {
  const TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  std::vector<std::thread> threads;
  std::atomic<unsigned> answered{0};
  for (unsigned t = 0; t < kCallsMax + 36; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        if (ask(**channel, Ask::kEchoBlocking).delivery == Delivery::kAnswered) ++answered;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, (kCallsMax + 36) * 20u);
}

TEST_P(Transport, AClaimBeyondThePlacesEndsByItsDeadline) {
  const TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  std::vector<Frame> frames;
  for (unsigned i = 0; i < kCallsMax; ++i) {
    auto frame = (*channel)->claim(seconds(10));
    ASSERT_TRUE(frame.has_value()) << i;
    frames.push_back(std::move(*frame));
  }
  EXPECT_FALSE((*channel)->claim(milliseconds(30)).has_value());
  EXPECT_TRUE((*channel)->alive());
  frames.pop_back();
  EXPECT_TRUE((*channel)->claim(seconds(10)).has_value());
}

TEST_P(Transport, WhatBlocksDoesNotHoldUpWhatIsShort) {
  Server::Options options;
  options.workers = 1;
  options.blocking_threads = 2;
  TestServer server(options);
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  std::vector<std::thread> threads;
  std::atomic<unsigned> answered{0};
  // More than the threads that block: the others queue.
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] {
      if (ask(**channel, Ask::kGate, pattern(77)).data == pattern(77)) ++answered;
    });
  }
  server.service.await_gate(2);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
  }
  EXPECT_EQ(answered, 0u);
  server.service.open_gate();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 10u);
}

// ---- Deadlines and deaths -----------------------------------------------------------------------

TEST_P(Transport, ACallPastItsDeadlineIsUnknownAndTheChannelLivesOn) {
  TestServer server;
  const auto channel = server.connect(use_ring());
  ASSERT_TRUE(channel.has_value());
  EXPECT_EQ(ask(**channel, Ask::kGate, {}, milliseconds(60)).delivery, Delivery::kUnknown);
  EXPECT_TRUE((*channel)->alive());
  EXPECT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
}

TEST(RingTransport, APlaceWhoseAnswerCameLateIsUsedAgain) {
  TestServer server;
  const auto channel = server.connect(true);
  ASSERT_TRUE(channel.has_value());
  // Every place is lost to a call that nobody waits for any more.
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kCallsMax; ++i) {
    threads.emplace_back([&] {
      EXPECT_NE(ask(**channel, Ask::kGate, {}, milliseconds(100)).delivery, Delivery::kAnswered);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE((*channel)->claim(milliseconds(30)).has_value());
  server.service.open_gate();
  for (unsigned i = 0; i < 2 * kCallsMax; ++i) {
    ASSERT_EQ(ask(**channel, Ask::kEcho, pattern(i)).data, pattern(i));
  }
}

TEST_P(Transport, ADaemonKilledUnderACallIsUnknownAtOnce) {
  ForkedServer server;
  const auto channel = Channel::connect({server.socket_path(), use_ring()});
  ASSERT_TRUE(channel.has_value());
  ASSERT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
  std::atomic<Clock::time_point> ended{Clock::time_point()};
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      EXPECT_EQ(ask(**channel, Ask::kNever, {}, seconds(60), Wait::kLong).delivery,
                Delivery::kUnknown);
      ended = Clock::now();
    });
  }
  server.await_never(4);
  const auto killed = Clock::now();
  server.kill_and_wait();
  for (auto& thread : waiting) thread.join();
  EXPECT_LT(ended.load() - killed, seconds(5));
  EXPECT_FALSE((*channel)->alive());
  EXPECT_FALSE((*channel)->claim(seconds(60)).has_value());
}

TEST_P(Transport, ACallAfterTheDaemonWasKilledIsNotSent) {
  ForkedServer server;
  const auto channel = Channel::connect({server.socket_path(), use_ring()});
  ASSERT_TRUE(channel.has_value());
  ASSERT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
  server.kill_and_wait();
  const auto start = Clock::now();
  EXPECT_EQ(ask(**channel, Ask::kEcho, {}, seconds(60)).delivery, Delivery::kNotSent);
  EXPECT_LT(Clock::now() - start, seconds(5));
  EXPECT_FALSE((*channel)->alive());
}

TEST_P(Transport, ADaemonThatIsStoppedEndsNoCallLaterThanItsDeadline) {
  ForkedServer server;
  const auto channel = Channel::connect({server.socket_path(), use_ring()});
  ASSERT_TRUE(channel.has_value());
  ASSERT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
  server.pause_and_wait();
  const auto start = Clock::now();
  const Delivery delivery = ask(**channel, Ask::kEcho, {}, milliseconds(100)).delivery;
  EXPECT_LT(Clock::now() - start, seconds(5));
  // Over the ring it is seen that the daemon never took it.
  EXPECT_EQ(delivery, use_ring() ? Delivery::kNotSent : Delivery::kUnknown);
  server.resume();
  EXPECT_EQ(ask(**channel, Ask::kEcho, {}, seconds(60)).delivery, Delivery::kAnswered);
}

TEST_P(Transport, AClientKilledWithinACallLeavesNothingBehind) {
  TemporaryFolder folder;
  // The client is forked first, while this process has one thread.
  int go[2];
  int sent[2];
  ASSERT_EQ(::pipe(go), 0);
  ASSERT_EQ(::pipe(sent), 0);
  TestServer* server = nullptr;
  const std::string path = folder.path("socket");
  const pid_t client = ::fork();
  if (client == 0) {
    char octet = 0;
    static_cast<void>(!::read(go[0], &octet, 1));
    auto channel = Channel::connect({path, use_ring()});
    if (!channel) ::_exit(1);
    // One place is held without a call, one within a call that does not end.
    auto held = (*channel)->claim(seconds(1));
    ask(**channel, Ask::kGate, {}, seconds(600), Wait::kLong);
    ::_exit(1);
  }
  TestServer real;
  server = &real;
  ASSERT_EQ(::symlink(server->socket_path.c_str(), path.c_str()), 0);
  const std::size_t before = open_descriptors();
  ASSERT_EQ(::write(go[1], "", 1), 1);
  server->service.await_gate(1);
  ::kill(client, SIGKILL);
  ::waitpid(client, nullptr, 0);
  // Its application stays for as long as its request runs.
  const auto other = server->connect(use_ring());
  ASSERT_TRUE(other.has_value());
  ASSERT_EQ(ask(**other, Ask::kEcho).delivery, Delivery::kAnswered);
  server->service.open_gate();
  server->service.await_applications(1);
  EXPECT_LE(open_descriptors(), before + 4);
  for (const int fd : {go[0], go[1], sent[0], sent[1]}) ::close(fd);
}

TEST_P(Transport, StoppingUnderLoadEndsEveryCall) {
  auto server = std::make_unique<TestServer>();
  std::vector<std::unique_ptr<Channel>> channels;
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> calls{0};
  std::atomic<unsigned> running{8};
  for (unsigned t = 0; t < 8; ++t) {
    auto channel = server->connect(use_ring());
    ASSERT_TRUE(channel.has_value());
    channels.push_back(std::move(*channel));
    threads.emplace_back([&, t, own = channels.back().get()] {
      constexpr Ask kAsks[] = {Ask::kEcho, Ask::kEchoLong, Ask::kEchoBlocking};
      while (true) {
        const Called called = ask(*own, kAsks[t % 3], pattern(100), seconds(60));
        if (called.delivery != Delivery::kAnswered) break;
        ++calls;
      }
      --running;
    });
  }
  while (calls < 5'000 && running == 8) std::this_thread::yield();
  server->server->stop();
  for (auto& thread : threads) thread.join();
  EXPECT_GE(calls, 5'000u);
  EXPECT_EQ(server->server->connections(), 0u);
}

TEST_P(Transport, AForkedChildMakesAChannelOfItsOwn) {
  ForkedServer server;
  auto channel = Channel::connect({server.socket_path(), use_ring()});
  ASSERT_TRUE(channel.has_value());
  ASSERT_EQ(ask(**channel, Ask::kEcho).delivery, Delivery::kAnswered);
  const pid_t child = ::fork();
  if (child == 0) {
    (*channel)->abandon();
    if ((*channel)->alive() || (*channel)->claim(milliseconds(1))) ::_exit(1);
    channel->reset();
    auto own = Channel::connect({server.socket_path(), use_ring()});
    if (!own) ::_exit(2);
    if (ask(**own, Ask::kEcho, pattern(9)).data != pattern(9)) ::_exit(3);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(ask(**channel, Ask::kEcho, pattern(5)).data, pattern(5));
}

// Runs in a child of one thread and gives its exit status.
template <typename Body>
int in_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_P(Transport, TheStandardStreamsOfAProgramThatClosedThemStayClosed) {
  ForkedServer server;
  const int status = in_child([&] {
    for (int fd = 0; fd <= 2; ++fd) ::close(fd);
    auto channel = Channel::connect({server.socket_path(), use_ring()});
    if (!channel) return 1;
    for (int fd = 0; fd <= 2; ++fd) {
      if (::fcntl(fd, F_GETFD) >= 0) return 2;
    }
    return ask(**channel, Ask::kEcho).delivery == Delivery::kAnswered ? 0 : 3;
  });
  EXPECT_EQ(status, 0);
}

TEST_P(Transport, AProgramThatClosedOurDescriptorsIsNotWrittenInto) {
  ForkedServer server;
  const TemporaryFolder folder;
  const std::string precious = folder.path("precious");
  const int status = in_child([&] {
    auto channel = Channel::connect({server.socket_path(), use_ring()});
    if (!channel) return 1;
    // The files get the numbers that were the channel's.
    for (int fd = 3; fd < 100; ++fd) ::close(fd);
    int last = -1;
    for (int i = 0; i < 20; ++i) last = ::open(precious.c_str(), O_RDWR | O_CREAT | O_APPEND, 0600);
    if (ask(**channel, Ask::kEcho, pattern(10), seconds(5)).delivery == Delivery::kAnswered)
      return 2;
    if ((*channel)->alive()) return 3;
    channel->reset();
    for (int fd = 3; fd <= last; ++fd) {
      if (::fcntl(fd, F_GETFD) < 0) return 4;
    }
    struct stat facts {};
    return ::fstat(last, &facts) == 0 && facts.st_size == 0 ? 0 : 5;
  });
  EXPECT_EQ(status, 0);
}

// ---- The page of generations --------------------------------------------------------------------

TEST(FactsPage, AClientSeesWhatTheDaemonCounts) {
  TestServer server;
  const auto channel = server.connect(true);
  ASSERT_TRUE(channel.has_value());
  const wire::Generations* seen = (*channel)->generations();
  ASSERT_NE(seen, nullptr);
  EXPECT_EQ(seen->slot_list, 1u);
  server.facts->generations().slots[7] = 42;
  server.facts->generations().slot_list = 3;
  EXPECT_EQ(seen->slots[7], 42u);
  EXPECT_EQ(seen->slot_list, 3u);
}

TEST(FactsPage, NobodyElseCanWriteIt) {
  auto facts = FactsPage::create();
  ASSERT_TRUE(facts.has_value());
  const int fd = (*facts)->fd();
  EXPECT_EQ(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
  void* view = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0);
  ASSERT_NE(view, MAP_FAILED);
  EXPECT_NE(::mprotect(view, 4096, PROT_READ | PROT_WRITE), 0);
  ::munmap(view, 4096);
  EXPECT_LT(::pwrite(fd, "x", 1, 0), 0);
  EXPECT_NE(::ftruncate(fd, 0), 0);
}

}  // namespace
}  // namespace azekura::hsm::transport

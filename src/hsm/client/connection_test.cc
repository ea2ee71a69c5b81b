#include "hsm/client/connection.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <new>
#include <thread>

#include "hsm/transport/server.h"

namespace azekura::hsm::client {
namespace {

using wire::Op;

// Shared with the daemons, which are processes of their own.
struct Script {
  std::atomic<int> deaths_left{0};  // a Find or a CreateObject kills the daemon so many times
  std::atomic<bool> restores{true};
  std::atomic<pid_t> daemon{0};
  std::atomic<std::uint64_t> generation{7};
  std::array<std::atomic<unsigned>, 256> served{};
};

class ScriptedService final : public wire::Service {
 public:
  explicit ScriptedService(Script& script) : script_(script) {}
  std::unique_ptr<wire::Application> connected(const wire::Peer&) override {
    return std::make_unique<wire::Application>();
  }
  wire::Lane lane(ByteView) const override { return wire::Lane::kShort; }

  void serve(wire::Application&, wire::Exchange& exchange, unsigned) override {
    const Op op = wire::op_of(exchange.head).value();
    ++script_.served[static_cast<std::size_t>(op)];
    switch (op) {
      case Op::kFind: {
        maybe_die();
        wire::Find::Answer answer{{1, 2, 3}, false};
        return give(exchange, answer);
      }
      case Op::kCreateObject: {
        maybe_die();
        wire::HandleAnswer answer{7};
        return give(exchange, answer);
      }
      case Op::kDestroyObject: {
        wire::Writer out(exchange.answer);
        wire::write_refusal(CKR_OBJECT_HANDLE_INVALID, 0, as_bytes("no such object"), out);
        exchange.answer_size = out.size();
        return;
      }
      case Op::kLogin: {
        wire::Login::Answer answer{as_bytes("ticket")};
        return give(exchange, answer);
      }
      case Op::kResume: {
        wire::Resume request;
        wire::read_request(exchange.head, request);
        wire::Resume::Answer answer;
        for (const auto& ticket : request.tickets) {
          if (script_.restores) answer.restored_slots.push_back(ticket.type);
        }
        return give(exchange, answer);
      }
      default: {
        wire::Empty answer;
        return give(exchange, answer);
      }
    }
  }

 private:
  void maybe_die() {
    if (script_.deaths_left.fetch_sub(1) > 0) _exit(1);
    script_.deaths_left.store(0);
  }
  template <class Answer>
  void give(wire::Exchange& exchange, Answer& answer) {
    wire::Writer out(exchange.answer);
    wire::write_answer(script_.generation, answer, out);
    exchange.answer_size = out.size();
  }

  Script& script_;
};

// Keeps a daemon running: when one dies, the next begins.
class Supervised {
 public:
  Supervised(const std::string& socket_path, Script& script) {
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) {
        const pid_t daemon = fork();
        if (daemon == 0) serve(socket_path, script, ready[1]);
        waitpid(daemon, nullptr, 0);
      }
    }
    char octet = 0;
    if (read(ready[0], &octet, 1) != 1) std::abort();
    close(ready[0]);
    close(ready[1]);
  }
  ~Supervised() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  [[noreturn]] static void serve(const std::string& socket_path, Script& script, int ready) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    script.daemon = getpid();
    ScriptedService service(script);
    auto facts = transport::FactsPage::create();
    if (!facts) _exit(2);
    auto server = transport::Server::create({.socket_path = socket_path}, service, **facts);
    if (!server || !(*server)->start()) _exit(2);
    [[maybe_unused]] const auto written = write(ready, "r", 1);
    for (;;) pause();
  }

  pid_t pid_;
};

// SIGSTOP is only asked for by kill(): a thread may answer one more request before it stands still.
void stop_and_wait(pid_t daemon) {
  ASSERT_EQ(0, kill(daemon, SIGSTOP));
  const auto stopped = [](const std::filesystem::path& task) {
    std::string line;
    std::getline(std::ifstream(task / "stat"), line);
    const auto name_end = line.rfind(") ");
    return name_end != std::string::npos && line[name_end + 2] == 'T';
  };
  const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(daemon) + "/task");
  for (const auto& task : tasks) {
    while (!stopped(task.path())) std::this_thread::yield();
  }
}

class ConnectionTest : public ::testing::TestWithParam<bool> {
 protected:
  ConnectionTest() {
    char folder[] = "/tmp/azkc.XXXXXX";
    folder_ = mkdtemp(folder);
    void* shared =
        mmap(nullptr, sizeof(Script), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    script = new (shared) Script;
    daemon = std::make_unique<Supervised>(folder_ + "/s", *script);
    connection = std::make_unique<Connection>(
        Connection::Options{.socket_path = folder_ + "/s", .use_ring = GetParam()});
  }
  ~ConnectionTest() override {
    connection.reset();
    daemon.reset();
    munmap(script, sizeof(Script));
    std::filesystem::remove_all(folder_);
  }
  unsigned served(Op op) const { return script->served[static_cast<std::size_t>(op)]; }
  CK_RV find() {
    wire::Find request;
    auto answered = connection->call(request);
    if (!answered) return answered.error().rv;
    return (*answered)->handles.size() == 3 ? CKR_OK : CKR_GENERAL_ERROR;
  }
  CK_RV create() {
    wire::CreateObject request;
    auto answered = connection->call(request);
    return answered ? CKR_OK : answered.error().rv;
  }

  std::string folder_;
  Script* script;
  std::unique_ptr<Supervised> daemon;
  std::unique_ptr<Connection> connection;
};
INSTANTIATE_TEST_SUITE_P(Over, ConnectionTest, ::testing::Bool(),
                         [](const auto& each) { return each.param ? "Ring" : "Socket"; });

TEST(Connection, NobodyListensIsToldAtOnce) {
  Connection connection({.socket_path = "/nowhere/socket"});
  const auto start = std::chrono::steady_clock::now();
  auto connected = connection.connect();
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().rv, CKR_DEVICE_ERROR);
  EXPECT_NE(connected.error().why.find("/nowhere/socket"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST_P(ConnectionTest, ARefusalCarriesItsSentence) {
  wire::DestroyObject request;
  auto answered = connection->call(request);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().rv, CKR_OBJECT_HANDLE_INVALID);
  EXPECT_EQ(answered.error().why, "no such object");
}

TEST_P(ConnectionTest, ARequestBeyondTheLimitIsNotSent) {
  wire::CreateObject request;
  const Bytes value(wire::kHeadBytesMax);
  request.attributes.push_back({CKA_VALUE, value});
  auto answered = connection->call(request);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().rv, CKR_ARGUMENTS_BAD);
  EXPECT_EQ(served(Op::kCreateObject), 0u);
  EXPECT_EQ(create(), CKR_OK);
}

TEST_P(ConnectionTest, WhatIsSafeIsRepeatedWhenTheDaemonDies) {
  script->deaths_left = 1;
  EXPECT_EQ(find(), CKR_OK);
  EXPECT_EQ(served(Op::kFind), 2u);
}

TEST_P(ConnectionTest, WhatIsNotSafeIsNotRepeated) {
  script->deaths_left = 1;
  EXPECT_EQ(create(), CKR_DEVICE_ERROR);
  EXPECT_EQ(served(Op::kCreateObject), 1u);
  EXPECT_EQ(create(), CKR_OK);
}

TEST_P(ConnectionTest, ARequestThatKillsEveryDaemonIsGivenUp) {
  script->deaths_left = 100;
  EXPECT_EQ(find(), CKR_DEVICE_ERROR);
  EXPECT_EQ(served(Op::kFind), kSendsMax);
  script->deaths_left = 0;
  EXPECT_EQ(find(), CKR_OK);
}

TEST_P(ConnectionTest, ALoginIsRestoredByItsTicket) {
  const wire::SessionRef session{5, 1, true};
  ASSERT_TRUE(connection->login(session, CKU_USER, as_bytes("1234")));
  EXPECT_EQ(connection->logged_in(5), CKU_USER);
  script->deaths_left = 1;
  EXPECT_EQ(find(), CKR_OK);
  EXPECT_EQ(served(Op::kResume), 1u);
  EXPECT_EQ(served(Op::kLogin), 1u);
  EXPECT_EQ(connection->logged_in(5), CKU_USER);
}

TEST_P(ConnectionTest, ALoginThatIsNotRestoredHasEnded) {
  ASSERT_TRUE(connection->login({5, 1, true}, CKU_SO, as_bytes("1234")));
  script->restores = false;
  script->deaths_left = 1;
  EXPECT_EQ(find(), CKR_OK);
  EXPECT_EQ(connection->logged_in(5), kNobody);
}

TEST_P(ConnectionTest, ALogoutIsNotUndoneByAReconnect) {
  ASSERT_TRUE(connection->login({5, 1, true}, CKU_USER, as_bytes("1234")));
  ASSERT_TRUE(connection->logout(5));
  script->deaths_left = 1;
  EXPECT_EQ(find(), CKR_OK);
  EXPECT_EQ(served(Op::kResume), 0u);
  EXPECT_EQ(connection->logged_in(5), kNobody);
}

TEST_P(ConnectionTest, AStreamEndsWithItsConnection) {
  wire::StreamBegin begin;
  auto begun = connection->call(begin);
  ASSERT_TRUE(begun);
  const Terms terms{.connection = begun->reply.connection()};
  wire::StreamUpdate update;
  EXPECT_TRUE(connection->call(update, terms));
  script->deaths_left = 1;
  EXPECT_EQ(find(), CKR_OK);
  auto answered = connection->call(update, terms);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().rv, CKR_DEVICE_ERROR);
  EXPECT_EQ(served(Op::kStreamUpdate), 1u);
}

TEST_P(ConnectionTest, FactsAreStaleAfterAReconnect) {
  ASSERT_TRUE(connection->connect());
  const Freshness before = connection->freshness(3);
  EXPECT_EQ(find(), CKR_OK);
  script->deaths_left = 1;
  EXPECT_EQ(find(), CKR_OK);
  EXPECT_NE(connection->freshness(3), before);
}

TEST_P(ConnectionTest, OverASocketTheAnswersTellTheGeneration) {
  if (GetParam()) GTEST_SKIP() << "over the ring the page tells it";
  EXPECT_EQ(find(), CKR_OK);
  const Freshness before = connection->freshness(0);
  EXPECT_EQ(before.generation, 7u);
  script->generation = 8;
  EXPECT_EQ(connection->freshness(0), before);
  EXPECT_EQ(find(), CKR_OK);
  EXPECT_EQ(connection->freshness(0).generation, 8u);
}

TEST_P(ConnectionTest, AStoppedDaemonIsWaitedForUntilTheDeadline) {
  EXPECT_EQ(find(), CKR_OK);
  ASSERT_NO_FATAL_FAILURE(stop_and_wait(script->daemon));
  const auto start = std::chrono::steady_clock::now();
  wire::Find request;
  auto answered = connection->call(request, {.deadline = std::chrono::milliseconds(200)});
  const auto took = std::chrono::steady_clock::now() - start;
  kill(script->daemon, SIGCONT);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().rv, CKR_DEVICE_ERROR);
  EXPECT_GE(took, std::chrono::milliseconds(150));
  EXPECT_LT(took, std::chrono::seconds(5));
  EXPECT_EQ(find(), CKR_OK);
}

TEST_P(ConnectionTest, MoreThreadsThanPlacesTakeTurns) {
  std::atomic<unsigned> failed{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 3 * transport::kCallsMax; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) failed += find() != CKR_OK;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0u);
}

TEST_P(ConnectionTest, ManyThreadsLiveThroughManyOutages) {
  std::atomic<unsigned> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 60; ++round) {
        if (i == 0 && round % 20 == 10) script->deaths_left = 1;
        failed += find() != CKR_OK;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0u);
}

}  // namespace
}  // namespace azekura::hsm::client

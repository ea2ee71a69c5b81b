// A hostile application at the real service: it speaks the wire well, owns its shared memory and
// scribbles on it while its own requests run. It must harm nobody but itself. The sanitizers watch
// this test: what they find in the daemon's rooms is what a stranger could have done.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "crypto/random.h"
#include "hsm/client/connection.h"
#include "hsm/token/service.h"
#include "hsm/transport/dial.h"
#include "hsm/transport/ring_layout.h"
#include "hsm/transport/server.h"

namespace azekura::hsm {
namespace {

using std::chrono::steady_clock;

constexpr auto kAttack = std::chrono::seconds(3);
constexpr std::uint64_t kSlot = 0;

// A daemon in this process, with one token, and an honest application that is logged in.
class Hostile : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/azk.hostile.XXXXXX";
    ASSERT_NE(mkdtemp(pattern), nullptr);
    dir_ = pattern;
    Bytes key(32, 7);
    const token::Unlock unlock{token::Unlock::Kind::kKeyFile, Secret::copy_of(key)};
    ASSERT_TRUE(token::Vault::create(dir_, unlock));
    auto vault = token::Vault::open(dir_, unlock);
    ASSERT_TRUE(vault);
    auto store =
        store::Store::open({.path = dir_ + "/store.db", .create = store::Create::kIfMissing});
    ASSERT_TRUE(store) << store.error().message;
    facts_ = std::move(*transport::FactsPage::create());
    auto service = token::Service::create({.vault = std::move(*vault),
                                           .store = std::move(*store),
                                           .generations = &facts_->generations(),
                                           .threads_max = 64});
    ASSERT_TRUE(service) << service.error().message;
    service_ = std::move(*service);
    auto server =
        transport::Server::create({.socket_path = socket_path(), .workers = 2}, *service_, *facts_);
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    ASSERT_LE(server_->threads_max(), 64u);
    ASSERT_TRUE(server_->start());

    client_ = std::make_unique<client::Connection>(
        client::Connection::Options{.socket_path = socket_path()});
    wire::InitToken init{.slot = kSlot, .so_pin = as_bytes("so-pin"), .label = as_bytes("conf")};
    ASSERT_TRUE(client_->call(init));
    ASSERT_TRUE(client_->login(session(1), CKU_SO, as_bytes("so-pin")));
    wire::InitPin pin{.session = session(1), .pin = as_bytes("user-pin")};
    ASSERT_TRUE(client_->call(pin));
    ASSERT_TRUE(client_->logout(kSlot));
    ASSERT_TRUE(client_->login(session(1), CKU_USER, as_bytes("user-pin")));
    key_ = make_key(*client_, 1);
    ASSERT_NE(key_, 0u);
  }
  void TearDown() override {
    client_.reset();
    if (server_) server_->stop();
    std::filesystem::remove_all(dir_);
  }

  std::string socket_path() const { return dir_ + "/s"; }
  static wire::SessionRef session(std::uint64_t number) { return {kSlot, number, true}; }

  // A public AES session key, which needs no login.
  static wire::GenerateKey key_request(std::uint64_t session_number) {
    static const std::uint8_t kNo[1] = {0};
    static const std::uint8_t kYes[1] = {1};
    static const std::uint8_t kSize[8] = {32};
    wire::GenerateKey request;
    request.session = session(session_number);
    request.mechanism.type = CKM_AES_KEY_GEN;
    request.attributes = {
        {CKA_PRIVATE, kNo}, {CKA_ENCRYPT, kYes}, {CKA_DECRYPT, kYes}, {CKA_VALUE_LEN, kSize}};
    return request;
  }
  static std::uint64_t make_key(client::Connection& client, std::uint64_t session_number) {
    wire::GenerateKey request = key_request(session_number);
    auto made = client.call(request);
    EXPECT_TRUE(made) << made.error().why;
    return made ? (*made)->handle : 0;
  }

  static wire::Operate encryption(std::uint64_t key, ByteView iv) {
    wire::Operate request;
    request.kind = wire::Kind::kEncrypt;
    request.session = session(1);
    request.key = key;
    request.mechanism.type = CKM_AES_GCM;
    request.mechanism.number_a = 128;
    request.mechanism.first = iv;
    return request;
  }

  // What the honest application does meanwhile: everything it gets back must be right.
  void work_honestly(steady_clock::time_point until, std::atomic<long>& done) {
    const Bytes iv(12, 1);
    Bytes expected;
    const Bytes plain(20'000, 0x5a);
    while (steady_clock::now() < until) {
      wire::Operate request = encryption(key_, iv);
      auto answer = client_->call(request, {}, plain);
      ASSERT_TRUE(answer) << answer.error().why;
      if (expected.empty()) expected = to_bytes(answer->data());
      ASSERT_EQ(to_bytes(answer->data()), expected);
      ++done;
    }
  }

  std::string dir_;
  std::unique_ptr<transport::FactsPage> facts_;
  std::unique_ptr<token::Service> service_;
  std::unique_ptr<transport::Server> server_;
  std::unique_ptr<client::Connection> client_;
  std::uint64_t key_ = 0;
};

// A view of an attacker's ring at an address of its own: each of its threads has one, as the daemon
// has, so that a race within the daemon's memory is a finding and the attacker's scribbling is not.
class Scribbler {
 public:
  explicit Scribbler(const transport::Dialled& line) : line_(line) {
    void* mapped = mmap(nullptr, transport::kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                        line.fds[0].get(), 0);
    EXPECT_NE(mapped, MAP_FAILED);
    memory_ = static_cast<std::uint8_t*>(mapped);
    ring = transport::RingView(memory_);
  }
  ~Scribbler() { munmap(memory_, transport::kRingBytes); }
  Scribbler(const Scribbler&) = delete;
  Scribbler& operator=(const Scribbler&) = delete;

  void ring_the_bell() {
    const std::uint64_t one = 1;
    if (write(line_.fds[1].get(), &one, sizeof one) < 0 && errno != EAGAIN) ADD_FAILURE() << errno;
  }
  void post(unsigned slot, std::uint32_t head_size, std::uint32_t data_size) {
    transport::SlotControl& control = ring.control(slot);
    control.head_size = head_size;
    control.data_size = data_size;
    control.state = transport::kSlotRequest;
    ring.header().pending.fetch_or(std::uint64_t{1} << slot);
    ring_the_bell();
  }

  transport::RingView ring;

 private:
  const transport::Dialled& line_;
  std::uint8_t* memory_ = nullptr;
};

TEST_F(Hostile, ApplicationThatScribblesOnItsRingHarmsNobodyElse) {
  std::random_device seed_source;
  const unsigned seed = seed_source();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  const auto line = transport::dial(
      socket_path(), {.version = wire::kWireVersion, .kind = transport::HelloKind::kRing});
  ASSERT_TRUE(line) << line.error().message;
  ASSERT_TRUE(line->hello.ring);
  const auto until = steady_clock::now() + kAttack;
  std::atomic<long> honest{0};

  std::vector<std::thread> threads;
  // Well-formed requests of every size, never waiting for an answer.
  threads.emplace_back([&] {
    Scribbler attacker(*line);
    std::mt19937 chance(seed);
    const Bytes iv(12, 9);
    while (steady_clock::now() < until) {
      for (unsigned slot = 0; slot < transport::kRingSlots; ++slot) {
        wire::Writer out({attacker.ring.head(slot), wire::kHeadBytesMax});
        switch (chance() % 5) {
          case 0: {
            wire::GenerateKey request = key_request(chance() % 8);
            wire::write_request(request, out);
            break;
          }
          case 1: {
            wire::Find request;
            request.session = session(chance() % 8);
            request.count_max = 16;
            wire::write_request(request, out);
            break;
          }
          case 2: {
            wire::Random request{.size =
                                     static_cast<std::uint32_t>(chance() % wire::kRandomBytesMax)};
            wire::write_request(request, out);
            break;
          }
          default: {
            // Handles of its own, of the honest one, and of nobody.
            wire::Operate request = encryption(key_ + chance() % 16, iv);
            if (chance() % 2) request.kind = wire::Kind::kDecrypt;
            wire::write_request(request, out);
          }
        }
        const auto data_size =
            static_cast<std::uint32_t>(chance() % (chance() % 3 ? 64 : wire::kDataBytesMax));
        attacker.post(slot, static_cast<std::uint32_t>(out.size()), data_size);
      }
    }
  });
  // Noise over control words, heads and data, while they are being served.
  for (unsigned t = 1; t <= 2; ++t) {
    threads.emplace_back([&, t] {
      Scribbler attacker(*line);
      std::mt19937_64 chance(seed + t);
      while (steady_clock::now() < until) {
        const unsigned slot = chance() % transport::kRingSlots;
        transport::SlotControl& control = attacker.ring.control(slot);
        switch (chance() % 6) {
          case 0:
            control.head_size = static_cast<std::uint32_t>(chance());
            break;
          case 1:
            control.data_size = static_cast<std::uint32_t>(chance());
            break;
          case 2:
            control.state = static_cast<std::uint32_t>(chance() % 8);
            break;
          case 3:
            attacker.ring.header().pending = chance();
            break;
          case 4:
            attacker.ring.header().polled = static_cast<std::uint32_t>(chance() % 2);
            break;
          default: {
            std::uint8_t* at = attacker.ring.head(slot) + chance() % 256;
            for (int i = 0; i < 64; ++i) at[i] = static_cast<std::uint8_t>(chance());
          }
        }
        if (chance() % 64 == 0) attacker.ring_the_bell();
      }
    });
  }
  threads.emplace_back([&] { work_honestly(until, honest); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(honest, 100);
}

TEST_F(Hostile, ApplicationCannotUseAnothersSessionKey) {
  client::Connection other(client::Connection::Options{.socket_path = socket_path()});
  const Bytes iv(12, 1);
  wire::Operate request = encryption(key_, iv);
  auto answer = other.call(request, {}, Bytes(16));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().rv, CKR_KEY_HANDLE_INVALID);
  wire::ReadObject read{.session = session(1), .object = key_};
  auto told = other.call(read);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().rv, CKR_OBJECT_HANDLE_INVALID);
}

TEST_F(Hostile, EveryMessageOfRandomOctetsIsAnswered) {
  std::mt19937_64 chance(std::random_device{}());
  auto channel = transport::Channel::connect({.socket_path = socket_path()});
  ASSERT_TRUE(channel);
  for (int i = 0; i < 20'000; ++i) {
    auto frame = (*channel)->claim(std::chrono::seconds(5));
    ASSERT_TRUE(frame);
    const std::size_t size = chance() % 200;
    MutableByteView head = frame->head();
    for (std::size_t at = 0; at < size; ++at) head[at] = static_cast<std::uint8_t>(chance());
    // Mostly a known operation, so that the noise reaches its fields. Not those that stretch a PIN.
    if (size >= 2 && chance() % 8) {
      static constexpr std::uint8_t kOps[] = {1,  6,  7,  8,  9,  20, 21, 22, 23, 24, 25,
                                              40, 41, 42, 43, 44, 60, 61, 62, 63, 64, 65};
      head[0] = kOps[chance() % std::size(kOps)];
      head[1] = 0;
    }
    ASSERT_EQ(frame->send(size, chance() % 100, transport::Wait::kShort, std::chrono::seconds(30)),
              transport::Delivery::kAnswered);
    wire::Reader in(frame->answer_head());
    wire::AnswerHeader header;
    in(header);
    ASSERT_TRUE(in.ok());
  }
}

}  // namespace
}  // namespace azekura::hsm

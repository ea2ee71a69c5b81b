// Peers that break the rules: they harm themselves only.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "hsm/transport/dial.h"
#include "hsm/transport/echo_testing.h"
#include "hsm/transport/ring_layout.h"
#include "hsm/transport/server_impl.h"

namespace azekura::hsm::transport {
namespace {

using std::chrono::seconds;

// A client by hand.
class RawClient {
 public:
  explicit RawClient(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    socket_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    // So that a test that fails does not hang.
    const timeval patience{30, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }

  bool write(ByteView bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
  }
  Result<ServerHello> hello(ByteView bytes) {
    EXPECT_TRUE(write(bytes));
    std::array<std::uint8_t, kServerHelloBytes> answer{};
    RETURN_IF_ERROR(receive_with_fds(socket_.get(), answer, fds));
    return decode_server_hello(answer);
  }
  Result<ServerHello> hello(HelloKind kind) {
    ClientHello asked;
    asked.version = wire::kWireVersion;
    asked.kind = kind;
    return hello(encode(asked));
  }
  // Reads exactly so much, or less when the daemon closes.
  Bytes read(std::size_t size) const {
    Bytes bytes(size);
    std::size_t got = 0;
    while (got < size) {
      const ssize_t part = ::recv(socket_.get(), bytes.data() + got, size - got, 0);
      if (part <= 0) break;
      got += static_cast<std::size_t>(part);
    }
    bytes.resize(got);
    return bytes;
  }
  bool is_closed() const { return read(1).empty(); }
  int fd() const { return socket_.get(); }

  std::array<Fd, kPassedFdsMax> fds;

 private:
  Fd socket_;
};

Bytes frame(ByteView head, ByteView data) {
  return ByteBuilder()
      .number(static_cast<std::uint32_t>(head.size()))
      .number(static_cast<std::uint32_t>(data.size()))
      .raw(head)
      .raw(data)
      .take();
}

void expect_service(const TestServer& server) {
  for (const bool use_ring : {true, false}) {
    const auto channel = server.connect(use_ring);
    ASSERT_TRUE(channel.has_value()) << channel.error().message;
    EXPECT_EQ(ask(**channel, Ask::kEcho, pattern(1000)).data, pattern(1000));
  }
}

// ---- Hellos -------------------------------------------------------------------------------------

TEST(Hostile, AHelloThatIsNoneIsAnsweredAndClosed) {
  const TestServer server;
  RawClient client(server.socket_path);
  const auto answer = client.hello(Bytes(kClientHelloBytes, 'x'));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, HelloStatus::kMalformed);
  EXPECT_TRUE(client.is_closed());
  expect_service(server);
}

TEST(Hostile, AHelloOfAnotherVersionIsToldOurs) {
  const TestServer server;
  RawClient client(server.socket_path);
  ClientHello hello;
  hello.version = wire::kWireVersion + 1;
  const auto answer = client.hello(encode(hello));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, HelloStatus::kOtherVersion);
  EXPECT_EQ(answer->version, wire::kWireVersion);
  EXPECT_TRUE(client.is_closed());
}

TEST(Hostile, AttachingNeedsTheSecretOfAnApplicationOverSockets) {
  const TestServer server;
  RawClient owner(server.socket_path);
  const auto owned = owner.hello(HelloKind::kSocket);
  ASSERT_TRUE(owned.has_value());
  RawClient ring(server.socket_path);
  const auto ring_owned = ring.hello(HelloKind::kRing);
  ASSERT_TRUE(ring_owned.has_value());

  const auto attach = [&](std::uint64_t connection, ConnectionSecret secret) {
    RawClient client(server.socket_path);
    ClientHello hello;
    hello.version = wire::kWireVersion;
    hello.kind = HelloKind::kAttach;
    hello.connection = connection;
    hello.secret = secret;
    return client.hello(encode(hello))->status;
  };
  ConnectionSecret wrong = owned->secret;
  wrong[15] ^= 1;
  EXPECT_EQ(attach(owned->connection, wrong), HelloStatus::kRefused);
  EXPECT_EQ(attach(owned->connection + 1000, owned->secret), HelloStatus::kRefused);
  EXPECT_EQ(attach(ring_owned->connection, ring_owned->secret), HelloStatus::kRefused);
  EXPECT_EQ(attach(owned->connection, owned->secret), HelloStatus::kWelcome);
}

TEST(Hostile, OneSocketMoreThanAnApplicationMayHaveIsRefused) {
  const TestServer server;
  RawClient owner(server.socket_path);
  const auto owned = owner.hello(HelloKind::kSocket);
  ASSERT_TRUE(owned.has_value());
  ClientHello hello;
  hello.version = wire::kWireVersion;
  hello.kind = HelloKind::kAttach;
  hello.connection = owned->connection;
  hello.secret = owned->secret;
  std::vector<std::unique_ptr<RawClient>> attached;
  for (std::size_t i = 1; i <= kSocketsPerConnectionMax; ++i) {
    attached.push_back(std::make_unique<RawClient>(server.socket_path));
    const auto answer = attached.back()->hello(encode(hello));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status,
              i < kSocketsPerConnectionMax ? HelloStatus::kWelcome : HelloStatus::kFull);
  }
}

TEST(Hostile, SilentSocketsMakeRoomForThoseThatSpeak) {
  const TestServer server;
  std::vector<std::unique_ptr<RawClient>> silent;
  for (std::size_t i = 0; i < kHellosMax + 10; ++i) {
    silent.push_back(std::make_unique<RawClient>(server.socket_path));
  }
  expect_service(server);
  EXPECT_TRUE(silent.front()->is_closed());
}

TEST(Hostile, WhoComesWhenDescriptorsHaveRunOutIsToldSo) {
  // A second worker might accept with the descriptor that the first one gave up to refuse.
  Server::Options options;
  options.workers = 1;
  const TestServer server(options);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  std::vector<std::unique_ptr<Fd>> sockets;
  for (int i = 0; i < 10; ++i) {
    sockets.push_back(std::make_unique<Fd>(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  }
  // The next descriptor would be as high as the last socket's, or higher.
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(sockets.front()->get());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  for (const auto& socket : sockets) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    server.socket_path.copy(address.sun_path, server.socket_path.size());
    EXPECT_EQ(::connect(socket->get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::array<std::uint8_t, kServerHelloBytes> answer{};
    EXPECT_EQ(::recv(socket->get(), answer.data(), answer.size(), MSG_WAITALL),
              static_cast<ssize_t>(answer.size()));
    const auto hello = decode_server_hello(answer);
    EXPECT_TRUE(hello.has_value() && hello->status == HelloStatus::kFull);
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  expect_service(server);
}

TEST(Hostile, AHelloMayComeOctetByOctet) {
  const TestServer server;
  RawClient client(server.socket_path);
  ClientHello hello;
  hello.version = wire::kWireVersion;
  const auto bytes = encode(hello);
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) ASSERT_TRUE(client.write({&bytes[i], 1}));
  const auto answer = client.hello(ByteView(bytes).last(1));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, HelloStatus::kWelcome);
}

// ---- Sockets ------------------------------------------------------------------------------------

TEST(Hostile, AFrameBeyondTheLimitsClosesItsConnection) {
  TestServer server;
  for (const auto& [head, data] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {wire::kHeadBytesMax + 1, 0}, {0, wire::kDataBytesMax + 1}, {UINT32_MAX, UINT32_MAX}}) {
    for (const bool in_one_piece : {true, false}) {
      RawClient client(server.socket_path);
      ASSERT_TRUE(client.hello(HelloKind::kSocket).has_value());
      const Bytes prefix = ByteBuilder().number(head).number(data).take();
      if (in_one_piece) {
        client.write(prefix);
      } else {
        client.write(ByteView(prefix).first(3));
        client.write(ByteView(prefix).subspan(3));
      }
      EXPECT_TRUE(client.is_closed());
    }
  }
  server.service.await_applications(0);
  expect_service(server);
}

TEST(Hostile, FramesMayComeOctetByOctetOrAllAtOnce) {
  const TestServer server;
  RawClient client(server.socket_path);
  ASSERT_TRUE(client.hello(HelloKind::kSocket).has_value());
  const Bytes head = {static_cast<std::uint8_t>(Ask::kEcho), 1, 2, 3};
  const Bytes slow = frame(head, pattern(90));
  for (const std::uint8_t octet : slow) ASSERT_TRUE(client.write({&octet, 1}));
  EXPECT_TRUE(client.read(slow.size()) == slow);

  // More frames at once than one turn serves, of all lanes, and an unfinished one at the end.
  Bytes many;
  for (int i = 0; i < 100; ++i) {
    const Ask asks[] = {Ask::kEcho, Ask::kEchoLong, Ask::kEchoBlocking};
    const Bytes one = {static_cast<std::uint8_t>(asks[i % 3]), static_cast<std::uint8_t>(i)};
    const Bytes octets = frame(one, pattern(static_cast<std::size_t>(i) * 20));
    many.insert(many.end(), octets.begin(), octets.end());
  }
  std::thread writer([&] {
    client.write(many);
    client.write(ByteView(slow).first(11));
  });
  EXPECT_TRUE(client.read(many.size()) == many);
  writer.join();
  client.write(ByteView(slow).subspan(11));
  EXPECT_TRUE(client.read(slow.size()) == slow);
}

TEST(Hostile, APeerThatSendsSlowlyOrNeverReadsHoldsNoThread) {
  Server::Options options;
  options.workers = 1;
  options.connections_per_process_max = 64;
  TestServer server(options);
  std::vector<std::unique_ptr<RawClient>> peers;
  const Bytes echo = {static_cast<std::uint8_t>(Ask::kEcho)};
  for (int i = 0; i < 20; ++i) {
    auto peer = std::make_unique<RawClient>(server.socket_path);
    ASSERT_TRUE(peer->hello(HelloKind::kSocket).has_value());
    if (i % 2 == 0) {
      // Says a mebibyte and sends a part.
      const Bytes part = ByteBuilder()
                             .number(std::uint32_t{1})
                             .number(static_cast<std::uint32_t>(wire::kDataBytesMax))
                             .raw(echo)
                             .take();
      ASSERT_TRUE(peer->write(part));
    } else {
      // Asks for answers larger than the socket holds and reads none.
      const Bytes head = ByteBuilder()
                             .number(static_cast<std::uint8_t>(Ask::kSized))
                             .number(std::uint32_t{0})
                             .number(static_cast<std::uint32_t>(wire::kDataBytesMax))
                             .take();
      for (int k = 0; k < 3; ++k) ASSERT_TRUE(peer->write(frame(head, {})));
    }
    peers.push_back(std::move(peer));
  }
  expect_service(server);
  // One that reads at last gets all of it.
  EXPECT_EQ(peers[1]->read(3 * (kFramePrefixBytes + wire::kDataBytesMax)).size(),
            3 * (kFramePrefixBytes + wire::kDataBytesMax));
  peers.clear();
  server.service.await_applications(0);
}

TEST(Hostile, RandomOctetsCloseTheConnectionOrAreServed) {
  TestServer server;
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    RawClient client(server.socket_path);
    if (round % 4 != 0) {
      ASSERT_TRUE(client.hello(HelloKind::kSocket).has_value());
    }
    Bytes noise(random() % 300);
    for (auto& octet : noise)
      octet = static_cast<std::uint8_t>(random() % (round % 2 == 0 ? 3 : 256));
    // What asks for kSized or to wait for ever is not noise.
    for (auto& octet : noise) {
      if (octet == 's' || octet == 'g' || octet == 'n') octet = 0;
    }
    client.write(noise);
  }
  server.service.await_applications(0);
  expect_service(server);
}

// ---- Rings --------------------------------------------------------------------------------------

// A client that has mapped its ring by hand.
struct RawRing {
  explicit RawRing(const TestServer& server) : client(server.socket_path) {
    const auto hello = client.hello(HelloKind::kRing);
    EXPECT_TRUE(hello.has_value() && hello->ring);
    memory = std::move(*Mapping::shared(client.fds[0].get(), kRingBytes, PROT_READ | PROT_WRITE));
    ring = RingView(memory.base());
  }
  void knock() const {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(client.fds[1].get(), &one, sizeof one));
  }
  void post(unsigned slot, std::uint32_t head_size, std::uint32_t data_size) const {
    SlotControl& control = ring.control(slot);
    control.head_size = head_size;
    control.data_size = data_size;
    control.state = kSlotRequest;
    ring.header().pending.fetch_or(std::uint64_t{1} << slot);
    knock();
  }
  RawClient client;
  Mapping memory;
  RingView ring;
};

TEST(Hostile, ASlotWithSizesBeyondTheLimitsClosesItsConnection) {
  TestServer server;
  for (const auto& [head, data] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {wire::kHeadBytesMax + 1, 0}, {0, wire::kDataBytesMax + 1}, {UINT32_MAX, UINT32_MAX}}) {
    RawRing ring(server);
    ring.post(5, head, data);
    EXPECT_TRUE(ring.client.is_closed());
  }
  server.service.await_applications(0);
  expect_service(server);
}

TEST(Hostile, OctetsOnTheSocketOfARingCloseIt) {
  TestServer server;
  RawRing ring(server);
  ring.client.write(frame({}, {}));
  EXPECT_TRUE(ring.client.is_closed());
  server.service.await_applications(0);
}

TEST(Hostile, ARingCannotBeShrunkUnderTheDaemon) {
  TestServer server;
  const RawRing ring(server);
  EXPECT_NE(::ftruncate(ring.client.fds[0].get(), 4096), 0);
}

TEST(Hostile, ASlotPostedAgainWhileItIsServedIsServedOnce) {
  Server::Options options;
  options.blocking_threads = 4;
  TestServer server(options);
  const RawRing ring(server);
  *ring.ring.head(3) = static_cast<std::uint8_t>(Ask::kGate);
  ring.post(3, 1, 0);
  server.service.await_gate(1);
  // Every one of these is passed over, and the queue holds none of them.
  for (int i = 0; i < 1000; ++i) ring.post(3, 1, 0);
  *ring.ring.head(4) = static_cast<std::uint8_t>(Ask::kEchoBlocking);
  ring.post(4, 1, 0);
  while (ring.ring.control(4).state != kSlotDone) std::this_thread::yield();
  EXPECT_EQ(server.server->answered(), 1u);
  server.service.open_gate();
}

TEST(Hostile, AScribblerHarmsOnlyItself) {
  TestServer server;
  {
    std::vector<std::unique_ptr<RawRing>> rings;
    std::vector<std::thread> threads;
    std::atomic<bool> enough{false};
    for (unsigned t = 0; t < 3; ++t) {
      rings.push_back(std::make_unique<RawRing>(server));
      threads.emplace_back([&, t, &ring = *rings.back()] {
        std::mt19937_64 random(t);
        constexpr std::size_t kControlWords = kRingSlotsOffset / sizeof(std::uint64_t);
        while (!enough) {
          auto* words = reinterpret_cast<std::atomic<std::uint64_t>*>(ring.memory.base());
          for (int i = 0; i < 50; ++i) {
            switch (random() % 5) {
              case 0:  // anywhere in the header and the control lines
                words[random() % kControlWords] = random();
                break;
              case 1:  // a plausible request, changed while it is read
                ring.ring.control(random() % kRingSlots).state = random() % 4;
                break;
              case 2: {
                SlotControl& control = ring.ring.control(random() % kRingSlots);
                control.head_size = static_cast<std::uint32_t>(random() % 200);
                control.data_size = static_cast<std::uint32_t>(random() % 20'000);
                break;
              }
              case 3: {
                constexpr char kAsks[] = "eelbx";
                *ring.ring.head(random() % kRingSlots) = kAsks[random() % 5];
                break;
              }
              case 4:
                ring.ring.header().pending.fetch_or(random() & random());
                break;
            }
          }
          ring.knock();
          // Thrown out: another try.
          if (peer_has_closed(ring.client.fd())) ring = RawRing(server);
        }
      });
    }
    expect_service(server);
    const auto channel = server.connect(true);
    ASSERT_TRUE(channel.has_value());
    for (int i = 0; i < 300; ++i) {
      const Bytes data = pattern(static_cast<std::size_t>(i) * 5, static_cast<std::uint32_t>(i));
      ASSERT_TRUE(ask(**channel, i % 10 == 0 ? Ask::kEchoBlocking : Ask::kEcho, data).data == data);
    }
    enough = true;
    for (auto& thread : threads) thread.join();
  }
  server.service.await_applications(0);
}

TEST(Hostile, ADoorbellRungForEverHoldsUpNobody) {
  Server::Options options;
  options.workers = 1;
  TestServer server(options);
  {
    const RawRing ring(server);
    std::atomic<bool> enough{false};
    std::thread ringer([&] {
      while (!enough) ring.knock();
    });
    expect_service(server);
    enough = true;
    ringer.join();
  }
  server.service.await_applications(0);
}

}  // namespace
}  // namespace azekura::hsm::transport

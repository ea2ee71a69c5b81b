// The hello: the first message each way on every socket between an application and the daemon.
//
//   client  ClientHello, kClientHelloBytes
//   daemon  ServerHello, kServerHelloBytes; when it grants a ring, with three descriptors: the
//   ring's
//           memory, the doorbell, the page of generations, in this order
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"

namespace azekura::hsm::transport {

inline constexpr std::size_t kClientHelloBytes = 40;
inline constexpr std::size_t kServerHelloBytes = 64;
using ConnectionSecret = std::array<std::uint8_t, 16>;

enum class HelloKind : std::uint32_t {
  kSocket = 0,  // a new application; this socket carries its frames
  kRing = 1,    // a new application; a ring if the daemon can
  kAttach = 2,  // one more socket of the application that `connection` and `secret` name
};

struct ClientHello {
  std::uint32_t version = 0;
  HelloKind kind = HelloKind::kSocket;
  std::uint64_t connection = 0;  // with kAttach
  ConnectionSecret secret{};     // with kAttach
};

enum class HelloStatus : std::uint32_t {
  kWelcome = 0,
  kOtherVersion = 1,
  kFull = 2,     // as many connections, or sockets, as the daemon serves
  kRefused = 3,  // no such application, or not this process's
  kMalformed = 4,
  kFailed = 5,  // the daemon could not make what a connection needs
};

struct ServerHello {
  std::uint32_t version = 0;
  HelloStatus status = HelloStatus::kWelcome;
  bool ring = false;
  std::uint64_t connection = 0;
  ConnectionSecret secret{};
  // With a ring: its geometry, which a client that knows another one must refuse.
  std::uint32_t ring_slots = 0;
  std::uint64_t ring_bytes = 0;
};

std::array<std::uint8_t, kClientHelloBytes> encode(const ClientHello& hello);
std::array<std::uint8_t, kServerHelloBytes> encode(const ServerHello& hello);

// kInvalid: not a hello. A hello of another version is read as far as its version.
Result<ClientHello> decode_client_hello(ByteView bytes);
Result<ServerHello> decode_server_hello(ByteView bytes);

// Time depends on nothing but the size.
bool equal_secrets(const ConnectionSecret& a, const ConnectionSecret& b);

}  // namespace azekura::hsm::transport

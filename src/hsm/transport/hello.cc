#include "hsm/transport/hello.h"

#include <algorithm>

#include "hsm/wire/limits.h"

namespace azekura::hsm::transport {
namespace {

constexpr std::uint32_t kClientMagic = 0x43485a41;  // "AZHC"
constexpr std::uint32_t kServerMagic = 0x53485a41;  // "AZHS"

template <std::size_t kSize>
std::array<std::uint8_t, kSize> padded(const Bytes& bytes) {
  std::array<std::uint8_t, kSize> out{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), kSize), out.begin());
  return out;
}

}  // namespace

std::array<std::uint8_t, kClientHelloBytes> encode(const ClientHello& hello) {
  ByteBuilder builder;
  builder.number(kClientMagic)
      .number(hello.version)
      .number(static_cast<std::uint32_t>(hello.kind))
      .number(std::uint32_t{0})
      .number(hello.connection)
      .raw(hello.secret);
  return padded<kClientHelloBytes>(builder.bytes());
}

std::array<std::uint8_t, kServerHelloBytes> encode(const ServerHello& hello) {
  ByteBuilder builder;
  builder.number(kServerMagic)
      .number(hello.version)
      .number(static_cast<std::uint32_t>(hello.status))
      .number(std::uint32_t{hello.ring})
      .number(hello.connection)
      .raw(hello.secret)
      .number(hello.ring_slots)
      .number(std::uint32_t{0})
      .number(hello.ring_bytes);
  return padded<kServerHelloBytes>(builder.bytes());
}

Result<ClientHello> decode_client_hello(ByteView bytes) {
  ByteReader reader(bytes);
  ClientHello hello;
  std::uint32_t magic = 0;
  std::uint32_t kind = 0;
  std::uint32_t reserved = 0;
  ByteView secret;
  reader.number(magic);
  reader.number(hello.version);
  reader.number(kind);
  reader.number(reserved);
  reader.number(hello.connection);
  reader.take(hello.secret.size(), secret);
  if (!reader.done() || magic != kClientMagic) return fail(Code::kInvalid, "not a client's hello");
  if (hello.version != wire::kWireVersion) return hello;
  if (kind > static_cast<std::uint32_t>(HelloKind::kAttach) || reserved != 0) {
    return fail(Code::kInvalid, "a hello of no known kind");
  }
  hello.kind = static_cast<HelloKind>(kind);
  std::copy(secret.begin(), secret.end(), hello.secret.begin());
  return hello;
}

Result<ServerHello> decode_server_hello(ByteView bytes) {
  ByteReader reader(bytes);
  ServerHello hello;
  std::uint32_t magic = 0;
  std::uint32_t status = 0;
  std::uint32_t ring = 0;
  std::uint32_t reserved = 0;
  ByteView secret;
  ByteView rest;
  reader.number(magic);
  reader.number(hello.version);
  reader.number(status);
  reader.number(ring);
  reader.number(hello.connection);
  reader.take(hello.secret.size(), secret);
  reader.number(hello.ring_slots);
  reader.number(reserved);
  reader.number(hello.ring_bytes);
  reader.take(reader.remaining(), rest);
  if (!reader.done() || bytes.size() != kServerHelloBytes || magic != kServerMagic) {
    return fail(Code::kInvalid, "not a daemon's hello");
  }
  if (hello.version != wire::kWireVersion) return hello;
  if (status > static_cast<std::uint32_t>(HelloStatus::kFailed) || ring > 1) {
    return fail(Code::kInvalid, "a daemon's hello of no known kind");
  }
  hello.status = static_cast<HelloStatus>(status);
  hello.ring = ring == 1;
  std::copy(secret.begin(), secret.end(), hello.secret.begin());
  return hello;
}

bool equal_secrets(const ConnectionSecret& a, const ConnectionSecret& b) {
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<std::uint8_t>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace azekura::hsm::transport

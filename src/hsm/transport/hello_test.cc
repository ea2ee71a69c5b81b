#include "hsm/transport/hello.h"

#include <gtest/gtest.h>

#include "hsm/wire/limits.h"

namespace azekura::hsm::transport {
namespace {

ClientHello some_client_hello() {
  ClientHello hello;
  hello.version = wire::kWireVersion;
  hello.kind = HelloKind::kAttach;
  hello.connection = 0x1122334455667788;
  for (std::size_t i = 0; i < hello.secret.size(); ++i) {
    hello.secret[i] = static_cast<std::uint8_t>(i + 1);
  }
  return hello;
}

TEST(ClientHello, OfAnyOtherSizeIsRefused) {
  const auto bytes = encode(some_client_hello());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_client_hello(ByteView(bytes).first(size)).has_value());
  }
  Bytes longer(bytes.begin(), bytes.end());
  longer.push_back(0);
  EXPECT_FALSE(decode_client_hello(longer).has_value());
}

TEST(ClientHello, WithAnotherMagicKindOrReservedFieldIsRefused) {
  for (const std::size_t place : {0, 1, 2, 3, 8, 9, 12, 15}) {
    auto bytes = encode(some_client_hello());
    bytes[place] ^= 0x40;
    EXPECT_FALSE(decode_client_hello(bytes).has_value()) << place;
  }
}

TEST(ClientHello, OfAnotherVersionIsReadAsFarAsItsVersion) {
  auto bytes = encode(some_client_hello());
  bytes[4] = 9;
  bytes[8] = 77;  // a kind that we do not know
  const auto hello = decode_client_hello(bytes);
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->version, 9u);
}

TEST(ClientHello, IsReadAsItWasWritten) {
  const ClientHello written = some_client_hello();
  const auto read = decode_client_hello(encode(written));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->version, written.version);
  EXPECT_EQ(read->kind, written.kind);
  EXPECT_EQ(read->connection, written.connection);
  EXPECT_EQ(read->secret, written.secret);
}

TEST(ServerHello, WithAnotherSizeMagicOrStatusIsRefused) {
  ServerHello hello;
  hello.version = wire::kWireVersion;
  const auto bytes = encode(hello);
  EXPECT_FALSE(decode_server_hello(ByteView(bytes).first(bytes.size() - 1)).has_value());
  for (const std::size_t place : {0, 8, 12}) {
    auto changed = bytes;
    changed[place] ^= 0x40;
    EXPECT_FALSE(decode_server_hello(changed).has_value()) << place;
  }
}

TEST(ServerHello, IsReadAsItWasWritten) {
  ServerHello written;
  written.version = wire::kWireVersion;
  written.status = HelloStatus::kFull;
  written.ring = true;
  written.connection = 7;
  written.secret[3] = 9;
  written.ring_slots = 64;
  written.ring_bytes = 1'000'000'000'000;
  const auto read = decode_server_hello(encode(written));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->status, written.status);
  EXPECT_TRUE(read->ring);
  EXPECT_EQ(read->connection, written.connection);
  EXPECT_EQ(read->secret, written.secret);
  EXPECT_EQ(read->ring_slots, written.ring_slots);
  EXPECT_EQ(read->ring_bytes, written.ring_bytes);
}

TEST(ConnectionSecrets, DifferInAnyOctet) {
  const ConnectionSecret secret{1, 2, 3};
  EXPECT_TRUE(equal_secrets(secret, secret));
  for (std::size_t i = 0; i < secret.size(); ++i) {
    ConnectionSecret other = secret;
    other[i] ^= 0x80;
    EXPECT_FALSE(equal_secrets(secret, other));
  }
}

}  // namespace
}  // namespace azekura::hsm::transport

#include "seal/seal.h"

#include <gtest/gtest.h>

#include <array>

#include "seal/seal_testing.h"

namespace azekura::seal {
namespace {

Bytes some_plaintext(std::size_t size) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(i * 31 + (i >> 8));
  return out;
}

Bytes sealed_of(ByteView plaintext) {
  FakeWrapper wrapper;
  BytesSource source(plaintext);
  BytesSink sink;
  EXPECT_TRUE(seal_stream(wrapper, source, sink));
  return sink.bytes;
}

struct Unsealed {
  Status status;
  Bytes octets;
};

Unsealed unseal(ByteView sealed, std::size_t step = SIZE_MAX) {
  FakeWrapper wrapper;
  BytesSource source(sealed, step);
  BytesSink sink;
  auto status = unseal_stream(wrapper, source, sink);
  return {std::move(status), std::move(sink.bytes)};
}

std::size_t header_size() { return sealed_size(0, FakeWrapper().key_for_sealing().value()) - 16; }

bool is_beginning_of(const Bytes& part, const Bytes& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

TEST(Seal, EveryLengthAroundAChunkOpensToWhatWasSealed) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kChunkSize - 1, kChunkSize, kChunkSize + 1,
        2 * kChunkSize - 1, 2 * kChunkSize, 2 * kChunkSize + 1, 5 * kChunkSize + 17}) {
    const Bytes plaintext = some_plaintext(size);
    const Bytes sealed = sealed_of(plaintext);
    EXPECT_EQ(sealed.size(), sealed_size(size, FakeWrapper().key_for_sealing().value())) << size;
    for (const std::size_t step : {std::size_t{1000}, std::size_t{4096}, SIZE_MAX}) {
      const Unsealed opened = unseal(sealed, step);
      ASSERT_TRUE(opened.status) << opened.status.error().message;
      EXPECT_EQ(opened.octets, plaintext) << size;
    }
  }
}

TEST(Seal, SealingTheSameTwiceGivesNothingInCommonAfterTheKeysName) {
  const Bytes a = sealed_of(some_plaintext(100));
  const Bytes b = sealed_of(some_plaintext(100));
  EXPECT_NE(Bytes(a.begin() + 100, a.end()), Bytes(b.begin() + 100, b.end()));
}

TEST(Seal, EveryFlippedBitOfAShortFileIsRefusedAndNothingIsWritten) {
  const Bytes sealed = sealed_of(some_plaintext(40));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes edited = sealed;
      edited[i] = static_cast<std::uint8_t>(edited[i] ^ (1 << bit));
      const Unsealed opened = unseal(edited);
      EXPECT_FALSE(opened.status) << "octet " << i << " bit " << bit;
      EXPECT_TRUE(opened.octets.empty()) << "octet " << i << " bit " << bit;
    }
  }
}

TEST(Seal, EveryCutOfAShortFileIsRefusedAndNothingIsWritten) {
  const Bytes sealed = sealed_of(some_plaintext(40));
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    const Unsealed opened = unseal(ByteView(sealed).first(size));
    EXPECT_FALSE(opened.status) << size;
    EXPECT_TRUE(opened.octets.empty()) << size;
  }
}

TEST(Seal, ACutBetweenChunksIsRefusedAndOnlyATrueBeginningIsWritten) {
  const Bytes plaintext = some_plaintext(3 * kChunkSize);
  const Bytes sealed = sealed_of(plaintext);
  for (std::size_t chunks = 0; chunks < 3; ++chunks) {
    for (const std::size_t more : {std::size_t{0}, std::size_t{1}, kSealedChunkSize - 1}) {
      const Unsealed opened =
          unseal(ByteView(sealed).first(header_size() + chunks * kSealedChunkSize + more));
      EXPECT_FALSE(opened.status);
      EXPECT_LE(opened.octets.size(), chunks * kChunkSize);
      EXPECT_TRUE(is_beginning_of(opened.octets, plaintext));
    }
  }
}

TEST(Seal, AppendedOctetsAreRefused) {
  for (const std::size_t size : {std::size_t{40}, kChunkSize, 2 * kChunkSize}) {
    const Bytes plaintext = some_plaintext(size);
    for (const std::size_t more : {std::size_t{1}, std::size_t{16}, kSealedChunkSize}) {
      Bytes longer = sealed_of(plaintext);
      longer.resize(longer.size() + more);
      const Unsealed opened = unseal(longer);
      EXPECT_FALSE(opened.status) << size << " and " << more;
      EXPECT_TRUE(is_beginning_of(opened.octets, plaintext));
      EXPECT_LT(opened.octets.size(), std::max<std::size_t>(size, 1));
    }
  }
}

TEST(Seal, ExchangedRepeatedAndDroppedChunksAreRefused) {
  const Bytes plaintext = some_plaintext(4 * kChunkSize);
  const Bytes sealed = sealed_of(plaintext);
  const auto chunk = [&](std::size_t i) {
    return ByteView(sealed).subspan(header_size() + i * kSealedChunkSize, kSealedChunkSize);
  };
  for (const std::array<std::size_t, 4>& order : {std::array<std::size_t, 4>{1, 0, 2, 3},
                                                  {0, 0, 2, 3},
                                                  {0, 2, 1, 3},
                                                  {3, 1, 2, 3},
                                                  {0, 1, 3, 3}}) {
    Bytes mixed(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(header_size()));
    for (const std::size_t i : order) mixed.insert(mixed.end(), chunk(i).begin(), chunk(i).end());
    const Unsealed opened = unseal(mixed);
    ASSERT_FALSE(opened.status);
    EXPECT_EQ(opened.status.error().code, Code::kCorrupt);
    EXPECT_TRUE(is_beginning_of(opened.octets, plaintext));
  }
}

TEST(Seal, AChunkOfAnotherFileIsRefused) {
  Bytes one = sealed_of(some_plaintext(100));
  const Bytes two = sealed_of(some_plaintext(100));
  std::copy(two.begin() + static_cast<std::ptrdiff_t>(header_size()), two.end(),
            one.begin() + static_cast<std::ptrdiff_t>(header_size()));
  EXPECT_FALSE(unseal(one).status);
}

TEST(Seal, TheHeaderOfAnotherFileIsRefused) {
  const Bytes one = sealed_of(some_plaintext(100));
  Bytes two = sealed_of(some_plaintext(100));
  std::copy_n(one.begin(), header_size(), two.begin());
  EXPECT_FALSE(unseal(two).status);
}

TEST(Seal, ANewerFormatIsNamed) {
  Bytes sealed = sealed_of(some_plaintext(1));
  sealed[kMagic.size()] = 2;
  const Unsealed opened = unseal(sealed);
  ASSERT_FALSE(opened.status);
  EXPECT_EQ(opened.status.error().code, Code::kUnsupported);
}

TEST(Seal, AnotherKindOfFileIsSaidNotToBeSealed) {
  for (const std::string_view text :
       {"", "a", "a plain text file of some length, longer than a header"}) {
    const Unsealed opened = unseal(as_bytes(text));
    ASSERT_FALSE(opened.status);
    EXPECT_EQ(opened.status.error().code, Code::kInvalid);
  }
}

TEST(Seal, AKeyThatIsNotHereIsNotFound) {
  const Bytes sealed = sealed_of(some_plaintext(1));
  FakeWrapper other({"another serial", "another key"});
  BytesSource source(sealed);
  BytesSink sink;
  const auto status = unseal_stream(other, source, sink);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kNotFound);
}

TEST(Seal, ANameTheHeaderCannotHoldIsRefused) {
  for (const KeyName& name : {KeyName{"", "id"}, KeyName{"serial", ""},
                              KeyName{std::string(kTokenSerialSizeMax + 1, 's'), "id"},
                              KeyName{"serial", std::string(kKeyIdSizeMax + 1, 'i')}}) {
    FakeWrapper wrapper(name);
    BytesSource source({});
    BytesSink sink;
    EXPECT_FALSE(seal_stream(wrapper, source, sink));
    EXPECT_TRUE(sink.bytes.empty());
  }
}

TEST(SealHeader, LongestNamesAreWrittenAndReadBack) {
  const Header header{
      .key = {std::string(kTokenSerialSizeMax, 's'), std::string(kKeyIdSizeMax, 'i')},
      .salt = Bytes(kSaltSize, 1),
      .wrapped_key = Bytes(kWrappedKeySize, 2)};
  const Bytes written = write_header(header);
  EXPECT_EQ(written.size(), kPreambleSize + kBodySizeMax);
  BytesSource source(written);
  const auto read = read_header(source);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, header);
}

TEST(SealHeader, ASizeBeyondTheLimitIsRefusedBeforeItIsRead) {
  ByteBuilder preamble;
  preamble.raw(as_bytes(kMagic))
      .number(kVersion)
      .number(static_cast<std::uint32_t>(kBodySizeMax + 1));
  const auto size = read_preamble(preamble.bytes());
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, Code::kCorrupt);
}

TEST(SealHeader, ASizeThatIsNotTheBodysIsRefused) {
  const Bytes written = write_header({.key = {"serial", "key"},
                                      .salt = Bytes(kSaltSize, 1),
                                      .wrapped_key = Bytes(kWrappedKeySize, 2)});
  for (const int lie : {-1, 1, 20}) {
    Bytes edited = written;
    edited[14] = static_cast<std::uint8_t>(edited[14] + lie);
    BytesSource source(edited);
    EXPECT_FALSE(read_header(source)) << lie;
  }
}

// The format is a promise: a file sealed today opens in ten years.
TEST(SealHeader, ChunkKeyAndFirstChunkAreWhatTheDocumentSays) {
  const Header header{.key = {"0123456789abcdef", "key"},
                      .salt = Bytes(kSaltSize, 1),
                      .wrapped_key = Bytes(kWrappedKeySize, 2)};
  const auto key = derive_chunk_key(Secret::copy_of(Bytes(32, 3)), header);
  ASSERT_TRUE(key);
  auto sealer = ChunkSealer::create(*key);
  ASSERT_TRUE(sealer);
  Bytes out(kSealedChunkSize);
  const auto chunk = sealer->seal(as_bytes("notebook"), Place::kLast, out);
  ASSERT_TRUE(chunk);
  // Computed by another library (Python's cryptography) from docs/sealed-file.md alone.
  EXPECT_EQ(to_hex(*chunk), "494149541b56a1cb600cbf29a088f5641f87596b6ef5ca9f");
}

}  // namespace
}  // namespace azekura::seal

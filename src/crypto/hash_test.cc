#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

constexpr std::string_view kAbcDigests[] = {known::kSha1, known::kSha224, known::kSha256,
                                            known::kSha384, known::kSha512};

TEST(Digest, ABufferOneOctetTooSmallIsRefused) {
  for (const Hash hash : kAllHashes) {
    Bytes out(hash_size(hash) - 1);
    EXPECT_TRUE(failed_with(digest(hash, as_bytes("abc"), out), Code::kInvalid));
  }
}

TEST(Digest, WritesOnlyItsSizeOfALargerBuffer) {
  for (std::size_t i = 0; i < kAllHashes.size(); ++i) {
    const Hash hash = kAllHashes[i];
    Bytes out(hash_size(hash) + 1, 0xee);
    ASSERT_EQ(digest(hash, as_bytes("abc"), out).value(), hash_size(hash)) << hash_name(hash);
    EXPECT_EQ(hex_of(ByteView(out).first(hash_size(hash))), kAbcDigests[i]);
    EXPECT_EQ(out.back(), 0xee);
  }
}

TEST(Digest, OfNothingIsTheStandardsOwn) {
  Bytes out(32);
  ASSERT_TRUE(digest(Hash::kSha256, {}, out));
  EXPECT_EQ(hex_of(out), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hasher, ABufferTooSmallIsRefusedAndTheMessageIsKept) {
  Hasher hasher = std::move(Hasher::create(Hash::kSha256).value());
  ASSERT_TRUE(hasher.update(as_bytes("abc")));
  Bytes small(31);
  EXPECT_TRUE(failed_with(hasher.finish(small), Code::kInvalid));
  Bytes out(32);
  ASSERT_TRUE(hasher.finish(out));
  EXPECT_EQ(hex_of(out), known::kSha256);
}

TEST(Hasher, PartsGiveWhatTheWholeGives) {
  for (std::size_t i = 0; i < kAllHashes.size(); ++i) {
    Hasher hasher = std::move(Hasher::create(kAllHashes[i]).value());
    ASSERT_TRUE(hasher.update(as_bytes("a")));
    ASSERT_TRUE(hasher.update({}));
    ASSERT_TRUE(hasher.update(as_bytes("bc")));
    Bytes out(kHashSizeMax);
    const std::size_t size = hasher.finish(out).value();
    EXPECT_EQ(hex_of(ByteView(out).first(size)), kAbcDigests[i]);
  }
}

TEST(Hasher, IsReadyForTheNextMessageAfterFinishAndAfterReset) {
  Hasher hasher = std::move(Hasher::create(Hash::kSha1).value());
  Bytes out(20);
  ASSERT_TRUE(hasher.update(as_bytes("something else")));
  ASSERT_TRUE(hasher.finish(out));
  ASSERT_TRUE(hasher.update(as_bytes("and more")));
  ASSERT_TRUE(hasher.reset());
  ASSERT_TRUE(hasher.update(as_bytes("abc")));
  ASSERT_TRUE(hasher.finish(out));
  EXPECT_EQ(hex_of(out), known::kSha1);
}

TEST(Hasher, ACloneGoesItsOwnWay) {
  Hasher hasher = std::move(Hasher::create(Hash::kSha256).value());
  ASSERT_TRUE(hasher.update(as_bytes("ab")));
  Hasher clone = std::move(hasher.clone().value());
  ASSERT_TRUE(hasher.update(as_bytes("x")));
  ASSERT_TRUE(clone.update(as_bytes("c")));
  Bytes out(32);
  ASSERT_TRUE(clone.finish(out));
  EXPECT_EQ(hex_of(out), known::kSha256);
}

TEST(Hasher, ThreadsMayMakeTheirFirstOnesAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&right] {
      for (const Hash hash : kAllHashes) {
        Bytes out(hash_size(hash));
        if (digest(hash, as_bytes("abc"), out)) right.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8 * static_cast<int>(kAllHashes.size()));
}

}  // namespace
}  // namespace azekura::crypto

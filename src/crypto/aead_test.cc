#include "crypto/aead.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

class AesGcmTest : public testing::Test {
 protected:
  const AesGcm gcm_ = std::move(AesGcm::create(hex(known::kGcmKey)).value());
  const Bytes nonce_ = hex(known::kGcmIv);
  const Bytes aad_ = hex(known::kGcmAad);
  const Bytes plaintext_ = hex(known::kGcmPlaintext);
  const Bytes sealed_ = hex(known::kGcmSealed);
};

TEST_F(AesGcmTest, OnlyAKeyOf32OctetsIsTaken) {
  for (const std::size_t size : {0, 16, 24, 31, 33}) {
    EXPECT_TRUE(failed_with(AesGcm::create(Bytes(size)), Code::kInvalid)) << size;
  }
}

TEST_F(AesGcmTest, OnlyANonceOf12OctetsIsTaken) {
  for (const std::size_t size : {0, 11, 13}) {
    EXPECT_TRUE(failed_with(gcm_.seal(Bytes(size), aad_, plaintext_), Code::kInvalid));
    EXPECT_TRUE(failed_with(gcm_.open(Bytes(size), aad_, sealed_), Code::kInvalid));
  }
}

TEST_F(AesGcmTest, ABufferOfTheWrongSizeIsRefused) {
  for (const std::size_t size : {plaintext_.size() + 15, plaintext_.size() + 17}) {
    Bytes out(size);
    EXPECT_TRUE(failed_with(gcm_.seal_into(nonce_, aad_, plaintext_, out), Code::kInvalid));
  }
  for (const std::size_t size : {plaintext_.size() - 1, plaintext_.size() + 1}) {
    Bytes out(size);
    EXPECT_TRUE(failed_with(gcm_.open_into(nonce_, aad_, sealed_, out), Code::kInvalid));
  }
}

TEST_F(AesGcmTest, EveryFlippedBitIsFound) {
  for (std::size_t bit = 0; bit < sealed_.size() * 8; ++bit) {
    Bytes changed = sealed_;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_TRUE(failed_with(gcm_.open(nonce_, aad_, changed), Code::kCorrupt)) << bit;
  }
}

TEST_F(AesGcmTest, AnotherNonceAadKeyOrLengthDoesNotOpen) {
  Bytes nonce = nonce_;
  nonce[0] ^= 1;
  EXPECT_TRUE(failed_with(gcm_.open(nonce, aad_, sealed_), Code::kCorrupt));
  EXPECT_TRUE(failed_with(gcm_.open(nonce_, {}, sealed_), Code::kCorrupt));
  EXPECT_TRUE(failed_with(AesGcm::create(Bytes(32))->open(nonce_, aad_, sealed_), Code::kCorrupt));
  for (std::size_t size = 0; size < sealed_.size(); ++size) {
    EXPECT_TRUE(
        failed_with(gcm_.open(nonce_, aad_, ByteView(sealed_).first(size)), Code::kCorrupt));
  }
}

TEST_F(AesGcmTest, AFailedOpenLeavesZeros) {
  Bytes changed = sealed_;
  changed.back() ^= 1;
  Bytes out(plaintext_.size(), 0xee);
  EXPECT_TRUE(failed_with(gcm_.open_into(nonce_, aad_, changed, out), Code::kCorrupt));
  EXPECT_EQ(out, Bytes(plaintext_.size(), 0));
}

TEST_F(AesGcmTest, GivesTheKnownAnswer) {
  EXPECT_EQ(*gcm_.seal(nonce_, aad_, plaintext_), sealed_);
  EXPECT_EQ(hex_of(*gcm_.open(nonce_, aad_, sealed_)), known::kGcmPlaintext);
}

TEST_F(AesGcmTest, WorksInPlace) {
  Bytes buffer = plaintext_;
  buffer.resize(plaintext_.size() + AesGcm::kTagSize);
  const ByteView plaintext = ByteView(buffer).first(plaintext_.size());
  ASSERT_TRUE(gcm_.seal_into(nonce_, aad_, plaintext, buffer));
  EXPECT_EQ(buffer, sealed_);
  ASSERT_TRUE(
      gcm_.open_into(nonce_, aad_, buffer, MutableByteView(buffer).first(plaintext_.size())));
  EXPECT_TRUE(std::ranges::equal(plaintext, plaintext_));
}

TEST_F(AesGcmTest, SealsNothingAndALot) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1} << 20}) {
    const Bytes plaintext(size, 0x5a);
    const Result<Bytes> sealed = gcm_.seal(nonce_, {}, plaintext);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->size(), size + AesGcm::kTagSize);
    const Result<Secret> opened = gcm_.open(nonce_, {}, *sealed);
    ASSERT_TRUE(opened);
    EXPECT_TRUE(std::ranges::equal(opened->reveal(Purpose::kCipher), plaintext));
  }
}

TEST_F(AesGcmTest, ThreadsShareOneKey) {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        if (*gcm_.seal(nonce_, aad_, plaintext_) == sealed_ && gcm_.open(nonce_, aad_, sealed_)) {
          right.fetch_add(1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4000);
}

}  // namespace
}  // namespace azekura::crypto

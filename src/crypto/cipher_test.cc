#include "crypto/cipher.h"

#include <gtest/gtest.h>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

constexpr AesMode kAllModes[] = {AesMode::kCbc, AesMode::kCbcPad, AesMode::kCtr, AesMode::kGcm};
constexpr Direction kBothDirections[] = {Direction::kEncrypt, Direction::kDecrypt};

AesCipher make(AesMode mode, Direction direction, ByteView key = Bytes(32, 0x42)) {
  return std::move(AesCipher::create(key, mode, direction).value());
}

// A parameter set that fits the mode.
AesMessage message_for(AesMode mode) {
  static const Bytes kIv(16, 0x11);
  return {.iv = ByteView(kIv).first(mode == AesMode::kGcm ? 12 : 16)};
}

Bytes pattern(std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return octets;
}

Result<Bytes> run(AesCipher& cipher, const AesMessage& message, ByteView data) {
  Bytes out(cipher.output_size_max(data.size(), message.tag_size));
  ASSIGN_OR_RETURN(const std::size_t size, cipher.run(message, data, out));
  out.resize(size);
  return out;
}

// In parts of `piece` octets, with buffers of exactly the size that update_size promises.
Result<Bytes> stream(AesCipher& cipher, const AesMessage& message, ByteView data,
                     std::size_t piece) {
  RETURN_IF_ERROR(cipher.start(message));
  Bytes all;
  while (!data.empty()) {
    const ByteView part = data.first(std::min(piece, data.size()));
    Bytes out(cipher.update_size(part.size()));
    ASSIGN_OR_RETURN(const std::size_t size, cipher.update(part, out));
    EXPECT_EQ(size, out.size());
    all.insert(all.end(), out.begin(), out.end());
    data = data.subspan(part.size());
  }
  Bytes last(kAesBlockSize);
  ASSIGN_OR_RETURN(const std::size_t size, cipher.finish(last));
  all.insert(all.end(), last.begin(), last.begin() + static_cast<std::ptrdiff_t>(size));
  return all;
}

TEST(AesCipher, OnlyAnAesKeyIsTaken) {
  for (const AesMode mode : kAllModes) {
    for (const std::size_t size : {0, 15, 17, 31, 33}) {
      EXPECT_TRUE(
          failed_with(AesCipher::create(Bytes(size), mode, Direction::kEncrypt), Code::kInvalid));
    }
    for (const std::size_t size : {16, 24, 32}) {
      EXPECT_TRUE(AesCipher::create(Bytes(size), mode, Direction::kEncrypt));
    }
  }
}

TEST(AesCipher, UpdateAndFinishNeedAStartedMessage) {
  for (const AesMode mode : kAllModes) {
    AesCipher cipher = make(mode, Direction::kEncrypt);
    Bytes out(64);
    EXPECT_TRUE(failed_with(cipher.update(Bytes(16), out), Code::kConflict));
    EXPECT_TRUE(failed_with(cipher.finish(out), Code::kConflict));
    ASSERT_TRUE(run(cipher, message_for(mode), Bytes(16)));
    EXPECT_TRUE(failed_with(cipher.update(Bytes(16), out), Code::kConflict));
  }
}

TEST(AesCipher, AnIvOfTheWrongSizeIsRefused) {
  for (const AesMode mode : {AesMode::kCbc, AesMode::kCbcPad, AesMode::kCtr}) {
    AesCipher cipher = make(mode, Direction::kEncrypt);
    for (const std::size_t size : {0, 12, 15, 17}) {
      const Bytes iv(size);
      EXPECT_TRUE(failed_with(cipher.start({.iv = iv}), Code::kInvalid)) << size;
    }
  }
  AesCipher gcm = make(AesMode::kGcm, Direction::kEncrypt);
  EXPECT_TRUE(failed_with(gcm.start({}), Code::kInvalid));
  EXPECT_TRUE(failed_with(gcm.start({.iv = Bytes(kGcmIvSizeMax + 1)}), Code::kInvalid));
}

TEST(AesCipher, CounterBitsOutOfRangeAreRefused) {
  AesCipher cipher = make(AesMode::kCtr, Direction::kEncrypt);
  const Bytes iv(16);
  EXPECT_TRUE(failed_with(cipher.start({.iv = iv, .counter_bits = 0}), Code::kInvalid));
  EXPECT_TRUE(cipher.start({.iv = iv, .counter_bits = 1}));
  EXPECT_TRUE(cipher.start({.iv = iv, .counter_bits = 128}));
  EXPECT_TRUE(failed_with(cipher.start({.iv = iv, .counter_bits = 129}), Code::kInvalid));
}

TEST(AesCipher, TagSizesOutsideOfTheStandardAreRefused) {
  AesCipher cipher = make(AesMode::kGcm, Direction::kEncrypt);
  for (std::size_t size = 0; size <= 20; ++size) {
    AesMessage message = message_for(AesMode::kGcm);
    message.tag_size = size;
    const bool allowed = size == 4 || size == 8 || (size >= 12 && size <= 16);
    EXPECT_EQ(cipher.start(message).has_value(), allowed) << size;
  }
}

TEST(AesCipher, ABufferTooSmallIsRefused) {
  for (const AesMode mode : kAllModes) {
    AesCipher cipher = make(mode, Direction::kEncrypt);
    Bytes out(cipher.output_size_max(32) - 1);
    EXPECT_TRUE(failed_with(cipher.run(message_for(mode), Bytes(32), out), Code::kInvalid));
    ASSERT_TRUE(cipher.start(message_for(mode)));
    Bytes small(31);
    EXPECT_TRUE(failed_with(cipher.update(Bytes(32), small), Code::kInvalid));
    Bytes too_small(15);
    EXPECT_TRUE(failed_with(cipher.finish(too_small), Code::kInvalid));
  }
}

TEST(AesCipher, BrokenBlocksAreRefusedWhereThereIsNoPadding) {
  for (const Direction direction : kBothDirections) {
    AesCipher cipher = make(AesMode::kCbc, direction);
    for (const std::size_t size : {1, 15, 17, 31}) {
      EXPECT_TRUE(
          failed_with(run(cipher, message_for(AesMode::kCbc), Bytes(size)), Code::kInvalid));
      EXPECT_TRUE(
          failed_with(stream(cipher, message_for(AesMode::kCbc), Bytes(size), 7), Code::kInvalid));
    }
  }
  AesCipher padded = make(AesMode::kCbcPad, Direction::kDecrypt);
  for (const std::size_t size : {0, 1, 15, 17}) {
    EXPECT_TRUE(
        failed_with(run(padded, message_for(AesMode::kCbcPad), Bytes(size)), Code::kInvalid));
    EXPECT_TRUE(
        failed_with(stream(padded, message_for(AesMode::kCbcPad), Bytes(size), 7), Code::kInvalid));
  }
}

TEST(AesCipher, WrongPaddingIsCorruptAndLeavesNoPlaintext) {
  AesCipher raw = make(AesMode::kCbc, Direction::kEncrypt);
  Bytes plaintext = pattern(48);
  plaintext.back() = 0;
  const Bytes ciphertext = *run(raw, message_for(AesMode::kCbc), plaintext);
  AesCipher cipher = make(AesMode::kCbcPad, Direction::kDecrypt);
  Bytes out(48);
  EXPECT_TRUE(
      failed_with(cipher.run(message_for(AesMode::kCbcPad), ciphertext, out), Code::kCorrupt));
  EXPECT_EQ(out, Bytes(48));
  EXPECT_TRUE(
      failed_with(stream(cipher, message_for(AesMode::kCbcPad), ciphertext, 16), Code::kCorrupt));
}

TEST(AesCipher, AWrongTagIsCorruptAndLeavesNoPlaintext) {
  AesCipher encrypt = make(AesMode::kGcm, Direction::kEncrypt);
  AesCipher decrypt = make(AesMode::kGcm, Direction::kDecrypt);
  for (const std::size_t tag_size : {4, 8, 12, 13, 14, 15, 16}) {
    AesMessage message = message_for(AesMode::kGcm);
    message.tag_size = tag_size;
    Bytes sealed = *run(encrypt, message, pattern(40));
    ASSERT_EQ(sealed.size(), 40 + tag_size);
    EXPECT_EQ(*run(decrypt, message, sealed), pattern(40));
    sealed.back() ^= 1;
    Bytes out(40, 0xee);
    EXPECT_TRUE(failed_with(decrypt.run(message, sealed, out), Code::kCorrupt));
    EXPECT_EQ(out, Bytes(40));
    EXPECT_TRUE(failed_with(stream(decrypt, message, sealed, 7), Code::kCorrupt));
    for (std::size_t size = 0; size < tag_size; ++size) {
      const ByteView cut = ByteView(sealed).first(size);
      EXPECT_TRUE(failed_with(run(decrypt, message, cut), Code::kCorrupt));
      EXPECT_TRUE(failed_with(stream(decrypt, message, cut, 3), Code::kCorrupt));
    }
  }
}

TEST(AesCipher, GivesTheAnswersOfSp80038A) {
  const Bytes key = hex(known::kSp800Key);
  const Bytes plaintext = hex(known::kSp800Plaintext);
  const Bytes iv = hex(known::kCbcIv);
  const Bytes block = hex(known::kCtrBlock);
  AesCipher cbc = make(AesMode::kCbc, Direction::kEncrypt, key);
  EXPECT_EQ(hex_of(*run(cbc, {.iv = iv}, plaintext)), known::kCbcCiphertext);
  AesCipher ctr = make(AesMode::kCtr, Direction::kEncrypt, key);
  EXPECT_EQ(hex_of(*run(ctr, {.iv = block}, plaintext)), known::kCtrCiphertext);
}

TEST(AesCipher, TheTagOfNothingIsThatOfTheGcmPaper) {
  // McGrew and Viega, test case 13: AES-256, neither plaintext nor additional data.
  AesCipher gcm = make(AesMode::kGcm, Direction::kEncrypt, Bytes(32));
  const Bytes iv(12);
  EXPECT_EQ(hex_of(*run(gcm, {.iv = iv}, {})), "530f8afbc74536b9a963b4f1c4cb738b");
  EXPECT_EQ(hex_of(*stream(gcm, {.iv = iv}, {}, 1)), "530f8afbc74536b9a963b4f1c4cb738b");
}

TEST(AesCipher, OneContextServesIvsOfChangingSizes) {
  AesCipher encrypt = make(AesMode::kGcm, Direction::kEncrypt);
  AesCipher decrypt = make(AesMode::kGcm, Direction::kDecrypt);
  const Bytes aad = pattern(21);
  for (const std::size_t size : {std::size_t{12}, std::size_t{1}, std::size_t{16}, kGcmIvSizeMax,
                                 std::size_t{12}, std::size_t{8}}) {
    const Bytes iv = pattern(size);
    const AesMessage message{.iv = iv, .aad = aad, .tag_size = 12};
    AesCipher fresh = make(AesMode::kGcm, Direction::kEncrypt);
    const Bytes sealed = *run(encrypt, message, pattern(50));
    EXPECT_EQ(sealed, *run(fresh, message, pattern(50))) << size;
    EXPECT_EQ(*run(decrypt, message, sealed), pattern(50)) << size;
  }
}

TEST(AesCipher, PartsOfAnySizeGiveWhatTheWholeGives) {
  for (const AesMode mode : kAllModes) {
    AesCipher encrypt = make(mode, Direction::kEncrypt);
    AesCipher decrypt = make(mode, Direction::kDecrypt);
    for (const std::size_t size : {0, 1, 15, 16, 17, 31, 32, 33, 48, 160, 1000}) {
      if (mode == AesMode::kCbc && size % 16 != 0) continue;
      const Bytes plaintext = pattern(size);
      const Bytes ciphertext = *run(encrypt, message_for(mode), plaintext);
      EXPECT_EQ(ciphertext.size(), encrypt.output_size_max(size));
      EXPECT_EQ(*run(decrypt, message_for(mode), ciphertext), plaintext);
      for (const std::size_t piece : {1, 3, 15, 16, 17, 32, 1000}) {
        EXPECT_EQ(*stream(encrypt, message_for(mode), plaintext, piece), ciphertext);
        EXPECT_EQ(*stream(decrypt, message_for(mode), ciphertext, piece), plaintext)
            << static_cast<int>(mode) << " size " << size << " piece " << piece;
      }
    }
  }
}

TEST(AesCipher, WorksInPlace) {
  for (const AesMode mode : kAllModes) {
    AesCipher encrypt = make(mode, Direction::kEncrypt);
    AesCipher decrypt = make(mode, Direction::kDecrypt);
    for (const std::size_t size : {0, 1, 16, 17, 32, 1000, 1024}) {
      if (mode == AesMode::kCbc && size % 16 != 0) continue;
      Bytes buffer = pattern(size);
      const Bytes expected = *run(encrypt, message_for(mode), buffer);
      buffer.resize(encrypt.output_size_max(size));
      const Result<std::size_t> sealed =
          encrypt.run(message_for(mode), ByteView(buffer).first(size), buffer);
      ASSERT_EQ(*sealed, expected.size());
      EXPECT_EQ(buffer, expected);
      const Result<std::size_t> opened = decrypt.run(message_for(mode), buffer, buffer);
      ASSERT_EQ(*opened, size);
      EXPECT_TRUE(std::ranges::equal(ByteView(buffer).first(size), pattern(size)));
    }
  }
}

TEST(AesCipher, ACounterOfFewBitsMayNotWrap) {
  AesCipher cipher = make(AesMode::kCtr, Direction::kEncrypt);
  Bytes iv(16);
  iv[15] = 0xfe;
  const AesMessage message{.iv = iv, .counter_bits = 8};
  // 0xfe and 0xff: two blocks.
  EXPECT_TRUE(run(cipher, message, Bytes(31)));
  EXPECT_TRUE(run(cipher, message, Bytes(32)));
  EXPECT_TRUE(failed_with(run(cipher, message, Bytes(33)), Code::kExhausted));
  EXPECT_TRUE(stream(cipher, message, Bytes(32), 5));
  EXPECT_TRUE(failed_with(stream(cipher, message, Bytes(33), 5), Code::kExhausted));
}

TEST(AesCipher, TheLimitOfTheCounterIsRightForEveryWidth) {
  AesCipher cipher = make(AesMode::kCtr, Direction::kEncrypt);
  const Bytes ones(16, 0xff);
  Bytes out(32);
  for (std::uint32_t bits = 1; bits < 128; ++bits) {
    // All ones: one block is left, whatever stands above the counter.
    EXPECT_TRUE(cipher.run({.iv = ones, .counter_bits = bits}, Bytes(16), out)) << bits;
    EXPECT_TRUE(failed_with(cipher.run({.iv = ones, .counter_bits = bits}, Bytes(17), out),
                            Code::kExhausted))
        << bits;
  }
  // 2^6 blocks of a 6-bit counter that begins at 0.
  const Bytes zeros(16);
  Bytes large(1025);
  EXPECT_TRUE(cipher.run({.iv = zeros, .counter_bits = 6}, Bytes(1024), large));
  EXPECT_TRUE(failed_with(cipher.run({.iv = zeros, .counter_bits = 6}, Bytes(1025), large),
                          Code::kExhausted));
}

TEST(AesCipher, ACounterOf128BitsGoesRound) {
  AesCipher cipher = make(AesMode::kCtr, Direction::kEncrypt);
  const Bytes ones(16, 0xff);
  EXPECT_TRUE(run(cipher, {.iv = ones}, Bytes(64)));
}

TEST(AesCipher, StartForgetsAnUnfinishedMessage) {
  for (const AesMode mode : kAllModes) {
    for (const Direction direction : kBothDirections) {
      AesCipher cipher = make(mode, direction);
      AesCipher encrypt = make(mode, Direction::kEncrypt);
      const Bytes data = direction == Direction::kEncrypt
                             ? pattern(32)
                             : *run(encrypt, message_for(mode), pattern(32));
      const Bytes expected = *run(cipher, message_for(mode), data);
      ASSERT_TRUE(cipher.start(message_for(mode)));
      Bytes out(64);
      ASSERT_TRUE(cipher.update(pattern(19), out));
      EXPECT_EQ(*stream(cipher, message_for(mode), data, 9), expected);
    }
  }
}

TEST(AesCipher, AfterAFailureTheNextMessageWorks) {
  AesCipher encrypt = make(AesMode::kGcm, Direction::kEncrypt);
  AesCipher decrypt = make(AesMode::kGcm, Direction::kDecrypt);
  const Bytes sealed = *run(encrypt, message_for(AesMode::kGcm), pattern(20));
  EXPECT_FALSE(run(decrypt, message_for(AesMode::kGcm), Bytes(36)));
  EXPECT_EQ(*run(decrypt, message_for(AesMode::kGcm), sealed), pattern(20));
}

}  // namespace
}  // namespace azekura::crypto

#include "crypto/kdf.h"

#include <gtest/gtest.h>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

const ByteView kPassword = as_bytes("password");
const ByteView kSalt = as_bytes("somesalt");
constexpr Argon2Cost kCheap{.memory_kib = 8, .passes = 1, .lanes = 1};

Argon2Cost with(std::uint32_t memory_kib, std::uint32_t passes, std::uint32_t lanes) {
  return {.memory_kib = memory_kib, .passes = passes, .lanes = lanes};
}

TEST(Argon2id, ACostOutOfRangeIsRefused) {
  for (const Argon2Cost& cost :
       {with(7, 1, 1), with(15, 1, 2), with(8, 0, 1), with(8, Argon2Cost::kPassesMax + 1, 1),
        with(8, 1, 0), with(1024, 1, Argon2Cost::kLanesMax + 1),
        with(Argon2Cost::kMemoryKibMax + 1, 1, 1)}) {
    EXPECT_TRUE(failed_with(argon2id(kPassword, kSalt, cost, 32), Code::kInvalid))
        << cost.memory_kib << " KiB, " << cost.passes << " passes, " << cost.lanes << " lanes";
  }
}

TEST(Argon2id, AShortSaltIsRefused) {
  EXPECT_TRUE(failed_with(argon2id(kPassword, kSalt.first(7), kCheap, 32), Code::kInvalid));
  EXPECT_TRUE(argon2id(kPassword, kSalt.first(8), kCheap, 32));
}

TEST(Argon2id, SizesOutOfRangeAreRefused) {
  EXPECT_TRUE(failed_with(argon2id(kPassword, kSalt, kCheap, 3), Code::kInvalid));
  EXPECT_EQ(argon2id(kPassword, kSalt, kCheap, 4)->size(), 4u);
  EXPECT_EQ(argon2id(kPassword, kSalt, kCheap, kDerivedSizeMax)->size(), kDerivedSizeMax);
  EXPECT_TRUE(failed_with(argon2id(kPassword, kSalt, kCheap, kDerivedSizeMax + 1), Code::kInvalid));
}

TEST(Argon2id, GivesTheReferenceImplementationsAnswers) {
  EXPECT_EQ(hex_of(*argon2id(kPassword, kSalt, with(256, 2, 1), 32)),
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
  EXPECT_EQ(hex_of(*argon2id(kPassword, kSalt, with(256, 2, 2), 32)),
            "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037");
  EXPECT_EQ(hex_of(*argon2id(kPassword, kSalt, with(64 * 1024, 2, 1), 32)),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
}

TEST(Argon2id, TheEmptyPasswordIsAPassword) { EXPECT_TRUE(argon2id({}, kSalt, kCheap, 32)); }

TEST(HkdfSha256, SizesOutOfRangeAreRefused) {
  EXPECT_TRUE(failed_with(hkdf_sha256(kPassword, kSalt, {}, 0), Code::kInvalid));
  EXPECT_EQ(hkdf_sha256(kPassword, kSalt, {}, 1)->size(), 1u);
  EXPECT_EQ(hkdf_sha256(kPassword, kSalt, {}, kDerivedSizeMax)->size(), kDerivedSizeMax);
  EXPECT_TRUE(failed_with(hkdf_sha256(kPassword, kSalt, {}, kDerivedSizeMax + 1), Code::kInvalid));
}

TEST(HkdfSha256, GivesTheAnswersOfRfc5869) {
  EXPECT_EQ(
      hex_of(*hkdf_sha256(hex(known::kHkdfKey), hex(known::kHkdfSalt), hex(known::kHkdfInfo), 42)),
      known::kHkdfDerived);
  // Appendix A.3: neither salt nor info.
  EXPECT_EQ(hex_of(*hkdf_sha256(hex(known::kHkdfKey), {}, {}, 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
            "9d201395faa4b61a96c8");
}

TEST(X963Kdf, GivesTheAnswerOfNist) {
  EXPECT_EQ(hex_of(*x963_kdf(Hash::kSha256, hex(known::kX963Secret), hex(known::kX963Info),
                             known::kX963Derived.size() / 2)),
            known::kX963Derived);
}

TEST(X963Kdf, WorksWithEveryHashAndWithoutInfo) {
  for (const Hash hash : kAllHashes) {
    EXPECT_EQ(x963_kdf(hash, kPassword, {}, 100)->size(), 100u) << hash_name(hash);
  }
}

TEST(X963Kdf, SizesOutOfRangeAreRefused) {
  EXPECT_TRUE(failed_with(x963_kdf(Hash::kSha1, kPassword, {}, 0), Code::kInvalid));
  EXPECT_TRUE(
      failed_with(x963_kdf(Hash::kSha1, kPassword, {}, kDerivedSizeMax + 1), Code::kInvalid));
}

}  // namespace
}  // namespace azekura::crypto

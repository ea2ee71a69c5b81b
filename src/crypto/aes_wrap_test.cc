#include "crypto/aes_wrap.h"

#include <gtest/gtest.h>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

const Bytes kKey = hex(known::kKwKey);

TEST(AesWrap, OnlyAnAesKeyWraps) {
  for (const std::size_t size : {0, 15, 17, 33}) {
    EXPECT_TRUE(failed_with(aes_wrap(KeyWrap::kKw, Bytes(size), Bytes(16)), Code::kInvalid));
    EXPECT_TRUE(failed_with(aes_unwrap(KeyWrap::kKw, Bytes(size), Bytes(24)), Code::kInvalid));
  }
}

TEST(AesWrap, SizesThatTheKindDoesNotAllowAreRefused) {
  for (const std::size_t size : {0, 8, 15, 17, 23}) {
    EXPECT_TRUE(failed_with(aes_wrap(KeyWrap::kKw, kKey, Bytes(size)), Code::kInvalid)) << size;
  }
  EXPECT_TRUE(failed_with(aes_wrap(KeyWrap::kKwp, kKey, {}), Code::kInvalid));
  for (const KeyWrap kind : {KeyWrap::kKw, KeyWrap::kKwp}) {
    EXPECT_TRUE(failed_with(aes_wrap(kind, kKey, Bytes(kWrapSizeMax + 8)), Code::kInvalid));
    EXPECT_TRUE(aes_wrap(kind, kKey, Bytes(kWrapSizeMax)));
    for (const std::size_t size : {0, 8, 25}) {
      EXPECT_TRUE(failed_with(aes_unwrap(kind, kKey, Bytes(size)), Code::kInvalid)) << size;
    }
  }
  EXPECT_TRUE(failed_with(aes_unwrap(KeyWrap::kKw, kKey, Bytes(16)), Code::kInvalid));
}

TEST(AesWrap, GivesTheAnswersOfTheRfcs) {
  EXPECT_EQ(hex_of(*aes_wrap(KeyWrap::kKw, kKey, hex(known::kKwPlaintext))), known::kKwWrapped);
  EXPECT_EQ(hex_of(*aes_unwrap(KeyWrap::kKw, kKey, hex(known::kKwWrapped))), known::kKwPlaintext);
  const Bytes key = hex(known::kKwpKey);
  EXPECT_EQ(hex_of(*aes_wrap(KeyWrap::kKwp, key, hex(known::kKwpPlaintext))), known::kKwpWrapped);
  EXPECT_EQ(hex_of(*aes_unwrap(KeyWrap::kKwp, key, hex(known::kKwpWrapped))), known::kKwpPlaintext);
  // RFC 5649 §6, the second example: less than one block.
  EXPECT_EQ(hex_of(*aes_wrap(KeyWrap::kKwp, key, hex("466f7250617369"))),
            "afbeb0f07dfbf5419200f2ccb50bb24f");
}

TEST(AesWrap, WhatWasChangedOrWrappedOtherwiseDoesNotUnwrap) {
  Bytes changed = hex(known::kKwWrapped);
  changed[5] ^= 1;
  EXPECT_TRUE(failed_with(aes_unwrap(KeyWrap::kKw, kKey, changed), Code::kCorrupt));
  EXPECT_TRUE(failed_with(aes_unwrap(KeyWrap::kKwp, kKey, hex(known::kKwWrapped)), Code::kCorrupt));
  EXPECT_TRUE(
      failed_with(aes_unwrap(KeyWrap::kKw, Bytes(32), hex(known::kKwWrapped)), Code::kCorrupt));
}

TEST(AesWrap, EverySizeComesBack) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const Bytes key(size, 0x42);
    const Result<Bytes> wrapped = aes_wrap(KeyWrap::kKwp, kKey, key);
    ASSERT_TRUE(wrapped) << size;
    EXPECT_EQ(wrapped->size(), wrapped_size(size));
    EXPECT_EQ(hex_of(*aes_unwrap(KeyWrap::kKwp, kKey, *wrapped)), hex_of(key));
  }
}

}  // namespace
}  // namespace azekura::crypto

#include "crypto/rsa_cipher.h"

#include <gtest/gtest.h>

#include "crypto/known_answers.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

constexpr std::size_t kModulusSize = 256;

PrivateKey rsa_key() { return std::move(PrivateKey::from_pkcs8(hex(known::kRsaPkcs8)).value()); }
RsaEncrypter make_encrypter(const RsaScheme& scheme) {
  return std::move(RsaEncrypter::create(rsa_key().public_key(), scheme).value());
}
RsaDecrypter make_decrypter(const RsaScheme& scheme) {
  return std::move(RsaDecrypter::create(rsa_key(), scheme).value());
}
RsaScheme oaep(Hash hash, Hash mgf_hash, Bytes label = {}) {
  return {
      .padding = RsaPadding::kOaep, .hash = hash, .mgf_hash = mgf_hash, .label = std::move(label)};
}
RsaScheme pkcs1() { return {.padding = RsaPadding::kPkcs1, .label = {}}; }

TEST(RsaCipher, AKeyThatIsNotRsaIsRefused) {
  const PrivateKey key = std::move(PrivateKey::generate_ec(Curve::kP256).value());
  EXPECT_TRUE(failed_with(RsaEncrypter::create(key.public_key(), pkcs1()), Code::kInvalid));
  EXPECT_TRUE(failed_with(RsaDecrypter::create(key, pkcs1()), Code::kInvalid));
}

TEST(RsaCipher, AKeyTooSmallForTheHashIsRefused) {
  const PublicKey key = PublicKey::rsa(Bytes(128, 0xff), hex("010001")).value();
  EXPECT_TRUE(
      failed_with(RsaEncrypter::create(key, oaep(Hash::kSha512, Hash::kSha512)), Code::kInvalid));
  EXPECT_TRUE(RsaEncrypter::create(key, oaep(Hash::kSha384, Hash::kSha384)));
}

TEST(RsaCipher, ALabelTooLongIsRefused) {
  const PrivateKey key = rsa_key();
  EXPECT_TRUE(
      RsaDecrypter::create(key, oaep(Hash::kSha256, Hash::kSha256, Bytes(kOaepLabelSizeMax))));
  EXPECT_TRUE(failed_with(
      RsaDecrypter::create(key, oaep(Hash::kSha256, Hash::kSha256, Bytes(kOaepLabelSizeMax + 1))),
      Code::kInvalid));
}

TEST(RsaCipher, BuffersAndCiphertextsOfTheWrongSizeAreRefused) {
  for (const RsaScheme& scheme : {oaep(Hash::kSha256, Hash::kSha256), pkcs1()}) {
    RsaEncrypter encrypter = make_encrypter(scheme);
    RsaDecrypter decrypter = make_decrypter(scheme);
    Bytes small(kModulusSize - 1);
    Bytes out(kModulusSize);
    EXPECT_TRUE(failed_with(encrypter.encrypt(Bytes(1), small), Code::kInvalid));
    ASSERT_TRUE(encrypter.encrypt(Bytes(1), out));
    EXPECT_TRUE(failed_with(decrypter.decrypt(out, small), Code::kInvalid));
    for (const std::size_t size : {kModulusSize - 1, kModulusSize + 1}) {
      EXPECT_TRUE(failed_with(decrypter.decrypt(Bytes(size), out), Code::kInvalid));
    }
  }
}

TEST(RsaCipher, EverySizeUpToTheLimitComesBackAndOneMoreIsRefused) {
  std::vector<RsaScheme> schemes = {pkcs1(), oaep(Hash::kSha256, Hash::kSha1, hex("0102"))};
  for (const Hash hash : kAllHashes) schemes.push_back(oaep(hash, hash));
  for (const RsaScheme& scheme : schemes) {
    RsaEncrypter encrypter = make_encrypter(scheme);
    RsaDecrypter decrypter = make_decrypter(scheme);
    const std::size_t limit = encrypter.plaintext_size_max();
    EXPECT_EQ(limit, decrypter.plaintext_size_max());
    Bytes ciphertext(kModulusSize);
    Bytes out(kModulusSize);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, limit - 1, limit}) {
      const Bytes plaintext(size, 0x42);
      ASSERT_EQ(encrypter.encrypt(plaintext, ciphertext).value(), kModulusSize) << size;
      ASSERT_EQ(decrypter.decrypt(ciphertext, out).value(), size);
      EXPECT_TRUE(std::ranges::equal(ByteView(out).first(size), plaintext));
    }
    EXPECT_TRUE(failed_with(encrypter.encrypt(Bytes(limit + 1), ciphertext), Code::kInvalid));
  }
}

TEST(RsaCipher, OaepGivesOneErrorWhateverIsWrong) {
  RsaEncrypter encrypter = make_encrypter(oaep(Hash::kSha256, Hash::kSha256));
  Bytes ciphertext(kModulusSize);
  ASSERT_TRUE(encrypter.encrypt(Bytes(8), ciphertext));
  Bytes changed = ciphertext;
  changed[100] ^= 1;
  const Bytes too_large(kModulusSize, 0xff);
  Bytes out(kModulusSize);
  std::vector<std::string> messages;
  RsaDecrypter right = make_decrypter(oaep(Hash::kSha256, Hash::kSha256));
  RsaDecrypter wrong_label = make_decrypter(oaep(Hash::kSha256, Hash::kSha256, hex("01")));
  RsaDecrypter wrong_hash = make_decrypter(oaep(Hash::kSha1, Hash::kSha256));
  for (const Result<std::size_t>& result :
       {right.decrypt(changed, out), right.decrypt(too_large, out),
        right.decrypt(Bytes(kModulusSize), out), wrong_label.decrypt(ciphertext, out),
        wrong_hash.decrypt(ciphertext, out)}) {
    ASSERT_TRUE(failed_with(result, Code::kCorrupt));
    messages.push_back(result.error().message);
    EXPECT_EQ(out, Bytes(kModulusSize));
  }
  EXPECT_EQ(std::ranges::count(messages, messages[0]),
            static_cast<std::ptrdiff_t>(messages.size()));
  EXPECT_TRUE(right.decrypt(ciphertext, out));
}

TEST(RsaCipher, WrongPkcs1PaddingDecryptsToTheSameNoiseEveryTime) {
  RsaDecrypter decrypter = make_decrypter(pkcs1());
  RsaEncrypter encrypter = make_encrypter(oaep(Hash::kSha256, Hash::kSha256));
  Bytes ciphertext(kModulusSize);
  // What OAEP made is not PKCS#1 v1.5.
  ASSERT_TRUE(encrypter.encrypt(Bytes(8), ciphertext));
  Bytes first(kModulusSize);
  Bytes second(kModulusSize);
  const Result<std::size_t> first_size = decrypter.decrypt(ciphertext, first);
  const Result<std::size_t> second_size = decrypter.decrypt(ciphertext, second);
  ASSERT_TRUE(first_size && second_size);
  ASSERT_EQ(*first_size, *second_size);
  EXPECT_LE(*first_size, decrypter.plaintext_size_max());
  EXPECT_TRUE(
      std::ranges::equal(ByteView(first).first(*first_size), ByteView(second).first(*second_size)));
}

}  // namespace
}  // namespace azekura::crypto

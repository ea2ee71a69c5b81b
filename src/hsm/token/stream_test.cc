#include <gtest/gtest.h>

#include "hsm/token/mechanisms.h"
#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

using wire::Kind;

const Bytes kIv16 = hex("000102030405060708090a0b0c0d0e0f");
const Bytes kIv12 = hex("cafebabefacedbaddecaf888");
constexpr std::string_view kKey256 =
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

wire::Mechanism mechanism_of(CK_MECHANISM_TYPE type) {
  switch (type) {
    case CKM_AES_CTR:
      return {.type = type, .number_a = 32, .first = kIv16};
    case CKM_AES_GCM:
      return {.type = type, .number_a = 96, .first = kIv12, .second = kIv16};
    case CKM_SHA384_HMAC_GENERAL:
      return {.type = type, .number_a = 17};
    case CKM_SHA256_HMAC:
      return {.type = type};
    default:
      return {.type = type, .first = kIv16};
  }
}

Bytes message(std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7);
  return octets;
}

class Streams : public testing::Test {
 protected:
  ObjectPtr key_ = aes_key(kKey256, {CKA_ENCRYPT, CKA_DECRYPT});
  ObjectPtr mac_ = secret_key(kKey256, {CKA_SIGN, CKA_VERIFY});
  std::unique_ptr<ContextCache, ContextCacheDeleter> contexts_ = make_context_cache();

  Outcome<Bytes> in_one(Kind kind, const ObjectPtr& key, CK_MECHANISM_TYPE type, ByteView data) {
    return operated(*contexts_, key, {.kind = kind, .mechanism = mechanism_of(type)}, data);
  }
  // In pieces of `step` octets; what the finish gives is asked for in pieces of `room` octets.
  Outcome<Bytes> in_parts(Kind kind, const ObjectPtr& key, CK_MECHANISM_TYPE type, ByteView data,
                          std::size_t step, ByteView signature = {}, std::size_t room = 4096) {
    ASSIGN_OR_RETURN(const auto stream,
                     begin_stream(key, {.kind = kind, .mechanism = mechanism_of(type)}));
    Bytes all;
    Bytes out(room + step + 16);
    while (data.size() > step) {
      ASSIGN_OR_RETURN(const std::size_t size, stream->update(data.first(step), out));
      all.insert(all.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
      data = data.subspan(step);
    }
    bool more = true;
    while (more) {
      ASSIGN_OR_RETURN(const std::size_t size, stream->finish(data, signature, out, more));
      all.insert(all.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
      data = {};
    }
    return all;
  }
};

TEST_F(Streams, SinglePartMechanismsHaveNone) {
  for (const CK_MECHANISM_TYPE type : {CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS}) {
    EXPECT_EQ(rv_of(begin_stream(rsa_pair().private_key,
                                 {.kind = Kind::kSign, .mechanism = {.type = type}})),
              CKR_MECHANISM_INVALID);
  }
  EXPECT_EQ(rv_of(begin_stream(key_, {.kind = Kind::kEncrypt, .mechanism = {.type = CKM_MD5}})),
            CKR_MECHANISM_INVALID);
}

TEST_F(Streams, AreRefusedToAKeyWithoutTheUse) {
  const ObjectPtr key = aes_key(kKey256, {CKA_ENCRYPT});
  EXPECT_EQ(
      rv_of(begin_stream(key, {.kind = Kind::kDecrypt, .mechanism = mechanism_of(CKM_AES_GCM)})),
      CKR_KEY_FUNCTION_NOT_PERMITTED);
  EXPECT_EQ(rv_of(begin_stream(key_, {.kind = Kind::kEncrypt,
                                      .mechanism = {.type = CKM_AES_CBC, .first = kIv12}})),
            CKR_MECHANISM_PARAM_INVALID);
}

TEST_F(Streams, GiveWhatOneOperationGives) {
  for (const CK_MECHANISM_TYPE type : {CKM_AES_CBC, CKM_AES_CBC_PAD, CKM_AES_CTR, CKM_AES_GCM}) {
    for (const std::size_t size : {0u, 16u, 32u, 48u, 256u, 1040u}) {
      const Bytes plain = message(size);
      const Bytes sealed = in_one(Kind::kEncrypt, key_, type, plain).value();
      for (const std::size_t step : {1u, 7u, 16u, 33u, 5000u}) {
        EXPECT_EQ(in_parts(Kind::kEncrypt, key_, type, plain, step).value(), sealed)
            << type << " " << size << " " << step;
        EXPECT_EQ(in_parts(Kind::kDecrypt, key_, type, sealed, step, {}, 100).value(), plain)
            << type << " " << size << " " << step;
      }
    }
  }
  for (const CK_MECHANISM_TYPE type : {CKM_SHA256_HMAC, CKM_SHA384_HMAC_GENERAL}) {
    const Bytes data = message(300);
    const Bytes mac = in_one(Kind::kSign, mac_, type, data).value();
    for (const std::size_t step : {1u, 64u, 5000u}) {
      EXPECT_EQ(in_parts(Kind::kSign, mac_, type, data, step).value(), mac);
      EXPECT_TRUE(in_parts(Kind::kVerify, mac_, type, data, step, mac));
    }
  }
}

TEST_F(Streams, WrongLengthsAreFoundAtTheEnd) {
  EXPECT_EQ(rv_of(in_parts(Kind::kEncrypt, key_, CKM_AES_CBC, message(33), 16)),
            CKR_DATA_LEN_RANGE);
  EXPECT_EQ(rv_of(in_parts(Kind::kDecrypt, key_, CKM_AES_CBC, message(33), 16)),
            CKR_ENCRYPTED_DATA_LEN_RANGE);
  EXPECT_EQ(rv_of(in_parts(Kind::kDecrypt, key_, CKM_AES_CBC_PAD, message(33), 16)),
            CKR_ENCRYPTED_DATA_LEN_RANGE);
  EXPECT_EQ(rv_of(in_parts(Kind::kDecrypt, key_, CKM_AES_GCM, message(11), 4)),
            CKR_ENCRYPTED_DATA_LEN_RANGE);
}

TEST_F(Streams, AForgedGcmTextGivesNoOctetBeforeItIsRefused) {
  const Bytes sealed = in_one(Kind::kEncrypt, key_, CKM_AES_GCM, message(1000)).value();
  for (const std::size_t at : {0u, 500u, 1000u, 1011u}) {
    Bytes forged = sealed;
    forged[at] ^= 1;
    const auto stream =
        begin_stream(key_, {.kind = Kind::kDecrypt, .mechanism = mechanism_of(CKM_AES_GCM)});
    ASSERT_TRUE(stream);
    Bytes out(4096, 0xaa);
    EXPECT_EQ((*stream)->update(ByteView(forged).first(900), out).value(), 0u);
    bool more = false;
    EXPECT_EQ(rv_of((*stream)->finish(ByteView(forged).subspan(900), {}, out, more)),
              CKR_ENCRYPTED_DATA_INVALID);
    EXPECT_EQ(out, Bytes(4096, 0xaa));
  }
}

TEST_F(Streams, GcmPlaintextBeyondWhatIsHeldBackIsRefused) {
  const auto stream =
      begin_stream(key_, {.kind = Kind::kDecrypt, .mechanism = mechanism_of(CKM_AES_GCM)});
  ASSERT_TRUE(stream);
  const Bytes piece(1024 * 1024);
  for (std::size_t taken = 0; taken < kHeldBackBytesMax; taken += piece.size()) {
    ASSERT_TRUE((*stream)->update(piece, {}));
  }
  // The last 12 octets may be the tag.
  ASSERT_TRUE((*stream)->update(ByteView(piece).first(12), {}));
  EXPECT_EQ(rv_of((*stream)->update(ByteView(piece).first(1), {})), CKR_DATA_LEN_RANGE);
}

TEST_F(Streams, HoldBackTogetherNoMoreThanTheirApplicationMay) {
  const auto together = std::make_shared<HeldBack>(64 * 1024);
  const wire::StreamBegin request{.kind = Kind::kDecrypt, .mechanism = mechanism_of(CKM_AES_GCM)};
  const Bytes piece(32 * 1024);
  auto first = begin_stream(key_, request, together);
  auto second = begin_stream(key_, request, together);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE((*first)->update(piece, {}));
  EXPECT_TRUE((*second)->update(piece, {}));
  EXPECT_EQ(rv_of((*second)->update(piece, {})), CKR_DEVICE_MEMORY);
  first->reset();
  EXPECT_TRUE((*second)->update(piece, {}));
}

TEST_F(Streams, AWrongMacIsInvalidAndOneOfAnotherLengthIsItsLength) {
  const Bytes mac = in_one(Kind::kSign, mac_, CKM_SHA256_HMAC, message(10)).value();
  Bytes wrong = mac;
  wrong[31] ^= 1;
  EXPECT_EQ(rv_of(in_parts(Kind::kVerify, mac_, CKM_SHA256_HMAC, message(10), 3, wrong)),
            CKR_SIGNATURE_INVALID);
  wrong.pop_back();
  EXPECT_EQ(rv_of(in_parts(Kind::kVerify, mac_, CKM_SHA256_HMAC, message(10), 3, wrong)),
            CKR_SIGNATURE_LEN_RANGE);
}

TEST_F(Streams, ACounterThatWouldWrapEndsTheStream) {
  wire::StreamBegin request{
      .kind = Kind::kEncrypt,
      .mechanism = {.type = CKM_AES_CTR, .number_a = 2, .first = kIv16}};  // counts from 3 of 0..3
  const auto stream = begin_stream(key_, request);
  ASSERT_TRUE(stream);
  Bytes out(64);
  EXPECT_EQ((*stream)->update(message(16), out).value(), 16u);
  EXPECT_EQ(rv_of((*stream)->update(message(1), out)), CKR_DATA_LEN_RANGE);
}

TEST_F(Streams, DataMayLieWhereTheResultGoes) {
  const Bytes plain = message(64);
  const Bytes sealed = in_one(Kind::kEncrypt, key_, CKM_AES_CBC, plain).value();
  const auto stream =
      begin_stream(key_, {.kind = Kind::kEncrypt, .mechanism = mechanism_of(CKM_AES_CBC)});
  ASSERT_TRUE(stream);
  Bytes buffer = plain;
  const std::size_t first = (*stream)->update(ByteView(buffer).first(20), buffer).value();
  EXPECT_EQ(first, 16u);
  Bytes rest(plain.begin() + 20, plain.end());
  rest.resize(128);
  const std::size_t second = (*stream)->update(ByteView(rest).first(44), rest).value();
  EXPECT_EQ(second, 48u);
  buffer.resize(first);
  buffer.insert(buffer.end(), rest.begin(), rest.begin() + 48);
  EXPECT_EQ(buffer, sealed);
}

TEST_F(Streams, AShortBufferIsBufferTooSmall) {
  const auto stream =
      begin_stream(key_, {.kind = Kind::kEncrypt, .mechanism = mechanism_of(CKM_AES_GCM)});
  ASSERT_TRUE(stream);
  Bytes out(15);
  EXPECT_EQ(rv_of((*stream)->update(message(16), out)), CKR_BUFFER_TOO_SMALL);
}

}  // namespace
}  // namespace azekura::hsm::token

// Requests of an application that does not keep to the rules: valid frames, changed at random.
#include <gtest/gtest.h>

#include <random>

#include "hsm/token/service_testing.h"

namespace azekura::hsm::token {
namespace {

wire::SessionRef a_session() { return {0, 1, true}; }

// One frame of each request that is quick; those of PINs and of key pairs take their time on
// purpose.
std::vector<Bytes> frames(std::uint64_t key, std::uint64_t other_key) {
  const Bytes iv(16, 3);
  const auto attributes = TemplateBuilder()
                              .number(CKA_CLASS, CKO_SECRET_KEY)
                              .number(CKA_KEY_TYPE, CKK_AES)
                              .number(CKA_VALUE_LEN, 32)
                              .text(CKA_LABEL, "label")
                              .flag(CKA_EXTRACTABLE, true)
                              .nested(CKA_UNWRAP_TEMPLATE, TemplateBuilder().flag(CKA_SIGN, true));
  const wire::Template list = attributes.get();
  std::vector<Bytes> all;
  for (CK_MECHANISM_TYPE type : {CKM_AES_GCM, CKM_AES_CTR, CKM_AES_CBC_PAD, CKM_SHA256_HMAC}) {
    for (auto kind : {wire::Kind::kEncrypt, wire::Kind::kDecrypt, wire::Kind::kSign}) {
      const wire::Mechanism mechanism{type, 128, 0, 0, iv, iv};
      all.push_back(frame_of(wire::Operate{kind, false, a_session(), key, mechanism, {}}));
      all.push_back(frame_of(wire::StreamBegin{kind, a_session(), key, mechanism}));
      all.push_back(frame_of(wire::StreamUpdate{kind, a_session()}));
      all.push_back(frame_of(wire::StreamFinish{kind, a_session(), {}}));
      all.push_back(frame_of(wire::StreamAbort{kind, a_session()}));
    }
  }
  const wire::Mechanism wrap{CKM_AES_KEY_WRAP, 0, 0, 0, {}, {}};
  all.push_back(frame_of(wire::CreateObject{a_session(), list}));
  all.push_back(frame_of(wire::CopyObject{a_session(), key, list}));
  all.push_back(frame_of(wire::DestroyObject{a_session(), other_key}));
  all.push_back(frame_of(wire::ReadObject{a_session(), key, true}));
  all.push_back(frame_of(wire::SetAttributes{a_session(), key, list}));
  all.push_back(frame_of(wire::Find{a_session(), 0, 100, list}));
  all.push_back(frame_of(wire::GenerateKey{a_session(), {CKM_AES_KEY_GEN, 0, 0, 0, {}, {}}, list}));
  all.push_back(frame_of(wire::WrapKey{a_session(), wrap, key, other_key}));
  all.push_back(frame_of(wire::UnwrapKey{a_session(), wrap, key, list}));
  all.push_back(frame_of(
      wire::DeriveKey{a_session(), {CKM_ECDH1_DERIVE, CKD_NULL, 0, 0, {}, iv}, key, list}));
  all.push_back(frame_of(wire::CloseSession{a_session()}));
  all.push_back(frame_of(wire::Random{64}));
  all.push_back(frame_of(wire::ListSlots()));
  return all;
}

void mutate(Bytes& frame, std::mt19937& random) {
  const auto below = [&](std::size_t bound) { return random() % bound; };
  for (std::size_t changes = 1 + below(3); changes > 0 && frame.size() > 2; --changes) {
    const std::size_t at = 2 + below(frame.size() - 2);
    switch (below(5)) {
      case 0:
        frame[at] ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1:
        frame[at] = static_cast<std::uint8_t>(random());
        break;
      case 2:
        frame[at] = below(2) == 0 ? 0xff : 0x00;
        break;
      case 3:
        frame.resize(at);
        break;
      default:
        frame.insert(frame.begin() + static_cast<std::ptrdiff_t>(at), 1 + below(8), 0xff);
    }
  }
}

TEST(Hostile, RequestsAreAllAnsweredAndHarmNobodyElse) {
  TestDaemon daemon(TestDaemon::WithToken::kYes);
  TestApplication app(*daemon.service);
  TestApplication neighbour(*daemon.service);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  ASSERT_EQ(neighbour.login(CKU_USER, "user-pin-1"), CKR_OK);
  const std::uint64_t theirs = neighbour.generate_aes({});
  std::mt19937 random(20261124);  // the same requests every time
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    const auto open = TemplateBuilder().flag(CKA_EXTRACTABLE, true);
    const std::uint64_t key = app.generate_aes(TemplateBuilder().flag(CKA_WRAP, round % 2 == 0));
    for (Bytes& frame : frames(key, app.generate_aes(open))) {
      if (round > 0) mutate(frame, random);
      daemon.service->lane(frame);
      app.call_raw(frame);  // expects an answer's head
    }
    wire::CloseSession close;
    close.session = app.session();
    ASSERT_EQ(app.call(close).rv, CKR_OK);
  }
  wire::ReadObject read;
  read.session = neighbour.session();
  read.object = theirs;
  EXPECT_EQ(neighbour.call(read).rv, CKR_OK);
}

}  // namespace
}  // namespace azekura::hsm::token

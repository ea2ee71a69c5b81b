#include "hsm/token/lanes.h"

#include <gtest/gtest.h>

#include "hsm/token/object.h"
#include "hsm/token/service_testing.h"

namespace azekura::hsm::token {
namespace {

using wire::Lane;

Lane lane_of_operation(CK_MECHANISM_TYPE mechanism) {
  wire::Operate request;
  request.mechanism.type = mechanism;
  return lane_of(frame_of(request));
}

template <class Request>
Lane lane_of_template(const TemplateBuilder& attributes, CK_MECHANISM_TYPE mechanism = 0) {
  Request request;
  if constexpr (requires { request.mechanism; }) request.mechanism.type = mechanism;
  request.attributes = attributes;
  return lane_of(frame_of(request));
}

TEST(Lanes, OfWhatIsMalformedIsShort) {
  EXPECT_EQ(lane_of({}), Lane::kShort);
  EXPECT_EQ(lane_of(Bytes{0xff, 0xff}), Lane::kShort);
}

TEST(Lanes, OfSymmetricOperationsIsShortAndOfOthersLong) {
  EXPECT_EQ(lane_of_operation(CKM_AES_GCM), Lane::kShort);
  EXPECT_EQ(lane_of_operation(CKM_SHA256_HMAC), Lane::kShort);
  EXPECT_EQ(lane_of_operation(CKM_ECDSA), Lane::kLong);
  EXPECT_EQ(lane_of_operation(CKM_SHA256_RSA_PKCS), Lane::kLong);
}

TEST(Lanes, OfWhatBecomesDurableIsBlocking) {
  const auto on_token = TemplateBuilder().text(CKA_LABEL, "x").flag(CKA_TOKEN, true);
  const auto in_session = TemplateBuilder().flag(CKA_TOKEN, false);
  EXPECT_EQ(lane_of_template<wire::CreateObject>(on_token), Lane::kBlocking);
  EXPECT_EQ(lane_of_template<wire::CreateObject>(in_session), Lane::kLong);
  EXPECT_EQ(lane_of_template<wire::GenerateKey>(on_token, CKM_AES_KEY_GEN), Lane::kBlocking);
  EXPECT_EQ(lane_of_template<wire::GenerateKey>(in_session, CKM_AES_KEY_GEN), Lane::kLong);
  EXPECT_EQ(lane_of_template<wire::UnwrapKey>(on_token), Lane::kBlocking);
  EXPECT_EQ(lane_of_template<wire::DeriveKey>(in_session), Lane::kLong);
  wire::DestroyObject destroy;
  destroy.object = 5;
  EXPECT_EQ(lane_of(frame_of(destroy)), Lane::kBlocking);
  destroy.object |= kSessionObjectBit;
  EXPECT_EQ(lane_of(frame_of(destroy)), Lane::kShort);
}

TEST(Lanes, OfRsaGenerationIsBlocking) {
  wire::GenerateKeyPair pair;
  pair.mechanism.type = CKM_RSA_PKCS_KEY_PAIR_GEN;
  EXPECT_EQ(lane_of(frame_of(pair)), Lane::kBlocking);
  pair.mechanism.type = CKM_EC_KEY_PAIR_GEN;
  EXPECT_EQ(lane_of(frame_of(pair)), Lane::kLong);
  const auto on_token = TemplateBuilder().flag(CKA_TOKEN, true);
  pair.private_attributes = on_token;
  EXPECT_EQ(lane_of(frame_of(pair)), Lane::kBlocking);
}

TEST(Lanes, OfASearchDependsOnWhetherAnIndexHelps) {
  EXPECT_EQ(lane_of_template<wire::Find>(TemplateBuilder().text(CKA_LABEL, "x")), Lane::kShort);
  EXPECT_EQ(lane_of_template<wire::Find>(TemplateBuilder().text(CKA_SUBJECT, "x")), Lane::kLong);
  EXPECT_EQ(lane_of_template<wire::Find>({}), Lane::kLong);
}

TEST(Lanes, OfPinsIsBlocking) {
  EXPECT_EQ(lane_of(frame_of(wire::Login())), Lane::kBlocking);
  EXPECT_EQ(lane_of(frame_of(wire::InitToken())), Lane::kBlocking);
  EXPECT_EQ(lane_of(frame_of(wire::Resume())), Lane::kBlocking);
}

}  // namespace
}  // namespace azekura::hsm::token

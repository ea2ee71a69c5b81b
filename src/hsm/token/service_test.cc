#include "hsm/token/service.h"

#include <gtest/gtest.h>

#include "hsm/token/service_testing.h"

namespace azekura::hsm::token {
namespace {

class ServiceTest : public testing::Test {
 protected:
  TestDaemon daemon_{TestDaemon::WithToken::kYes};
};

wire::Operate gcm(wire::Kind kind, std::uint64_t key, ByteView iv) {
  wire::Operate request;
  request.kind = kind;
  request.session = {0, 1, true};
  request.key = key;
  request.mechanism.type = CKM_AES_GCM;
  request.mechanism.number_a = 128;
  request.mechanism.first = iv;
  return request;
}

TEST_F(ServiceTest, ASessionKeyEncryptsAndDecrypts) {
  TestApplication app(*daemon_.service);
  ASSERT_EQ(app.login(CKU_USER, "user-pin-1"), CKR_OK);
  const std::uint64_t key = app.generate_aes({});
  const Bytes iv(12, 7);
  const auto sealed = app.call(gcm(wire::Kind::kEncrypt, key, iv), as_bytes("sixteen octets.."));
  ASSERT_EQ(sealed.rv, CKR_OK) << sealed.why;
  EXPECT_EQ(sealed.out.size(), 32u);
  const auto opened = app.call(gcm(wire::Kind::kDecrypt, key, iv), sealed.out);
  ASSERT_EQ(opened.rv, CKR_OK) << opened.why;
  EXPECT_EQ(as_text(opened.out), "sixteen octets..");
}

}  // namespace
}  // namespace azekura::hsm::token

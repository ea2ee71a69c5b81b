// What the hot path must not do: allocate.
#include <gtest/gtest.h>

#include "hsm/token/allocations_testing.h"
#include "hsm/token/service_testing.h"

namespace azekura::hsm::token {
namespace {

class HotPathTest : public testing::Test {
 protected:
  // Allocations of one call, after some that may fill the caches.
  std::size_t allocations_of(const wire::Operate& request, std::size_t data_size) {
    const Bytes head = frame_of(request);
    Bytes data(wire::kDataBytesMax);
    Bytes answer(wire::kHeadBytesMax);
    wire::Exchange exchange;
    std::size_t allocations = 0;
    for (int i = 0; i < 10; ++i) {
      exchange = {.head = head,
                  .data = MutableByteView(data).first(data_size),
                  .data_shared = true,
                  .out = data,
                  .answer = answer};
      begin_counting_allocations();
      daemon_.service->serve(app_.application(), exchange, 0);
      allocations = end_counting_allocations();
    }
    std::uint64_t rv = 1;
    std::memcpy(&rv, answer.data(), sizeof rv);
    EXPECT_EQ(rv, CKR_OK);
    return allocations;
  }

  TestDaemon daemon_{TestDaemon::WithToken::kYes};
  TestApplication app_{*daemon_.service};
};

TEST_F(HotPathTest, CountsAllocations) {
  begin_counting_allocations();
  const Bytes some(100);
  EXPECT_GT(end_counting_allocations(), 0u);
}

TEST_F(HotPathTest, EnciphersWithoutAllocating) {
  ASSERT_EQ(app_.login(CKU_USER, "user-pin-1"), CKR_OK);
  const Bytes iv(12, 7);
  wire::Operate request;
  request.kind = wire::Kind::kEncrypt;
  request.session = app_.session();
  request.mechanism.type = CKM_AES_GCM;
  request.mechanism.number_a = 128;
  request.mechanism.first = iv;
  for (bool on_token : {false, true}) {
    request.key = app_.generate_aes(TemplateBuilder().flag(CKA_TOKEN, on_token));
    EXPECT_EQ(allocations_of(request, 16), 0u);
    EXPECT_EQ(allocations_of(request, 4096), 0u);
  }
}

}  // namespace
}  // namespace azekura::hsm::token

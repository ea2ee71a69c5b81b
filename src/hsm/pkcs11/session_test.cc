#include "hsm/pkcs11/session.h"

#include <gtest/gtest.h>

#include <thread>

namespace azekura::hsm::pkcs11 {
namespace {

TEST(SessionTable, AHandleOfNoSessionIsInvalid) {
  SessionTable table;
  for (const CK_SESSION_HANDLE handle : {0ul, 1ul, 65535ul, 65536ul, ~0ul}) {
    auto found = table.find(handle);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().rv, CKR_SESSION_HANDLE_INVALID);
  }
}

TEST(SessionTable, ThereIsALimit) {
  SessionTable table;
  std::vector<std::uint64_t> handles;
  for (std::size_t i = 0; i < kSessionsMax; ++i) handles.push_back(table.open(1, true).value());
  auto refused = table.open(1, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rv, CKR_SESSION_COUNT);
  EXPECT_EQ(table.close(table.find(handles[77]).value()), kSessionsMax - 1);
  EXPECT_TRUE(table.open(1, true));
}

TEST(SessionTable, CountsAreOfTheirSlot) {
  SessionTable table;
  const auto one = table.open(1, true).value();
  const auto two = table.open(1, false).value();
  const auto other = table.open(2, false).value();
  EXPECT_EQ(table.counts(1).all, 2u);
  EXPECT_EQ(table.counts(1).read_write, 1u);
  EXPECT_EQ(table.handles_of(2), std::vector<std::uint64_t>{other});
  EXPECT_EQ(table.close(table.find(one).value()), 1u);
  EXPECT_EQ(table.close(table.find(two).value()), 0u);
  EXPECT_EQ(table.counts(2).all, 1u);
}

TEST(SessionTable, ThreadsOpenAndCloseSideBySide) {
  SessionTable table;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) {
        const auto handle = table.open(0, true).value();
        EXPECT_TRUE(table.find(handle));
        table.close(table.find(handle).value());
        EXPECT_FALSE(table.find(handle));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(table.counts(0).all, 0u);
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

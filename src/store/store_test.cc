#include "store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "store/faulty_disk_testing.h"
#include "store/store_testing.h"

namespace azekura::store {
namespace {

class StoreTest : public testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    store_.reset();
    auto opened = open_or_create(folder_.file("db"));
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }

  Status put(std::string_view key, std::string_view value) {
    return store_->commit(Batch().put(as_bytes(key), as_bytes(value)));
  }
  std::optional<std::string> get(std::string_view key) {
    auto value = store_->get(as_bytes(key));
    if (!value) throw std::runtime_error(value.error().message);
    if (!*value) return std::nullopt;
    return std::string(as_text(**value));
  }
  // The code of an error; fails the test when there is none.
  static Code code_of(const Status& status) {
    EXPECT_FALSE(status);
    return status ? Code::kInternal : status.error().code;
  }
  void wait_for_waiting(std::uint64_t count) {
    while (store_->stats().waiting != count) std::this_thread::yield();
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

class StoreOnFaultyDisk : public StoreTest {
 protected:
  StoreOnFaultyDisk() = default;
  void TearDown() override { store_.reset(); }

  FaultyDisk disk_;
};

TEST_F(StoreTest, AnEmptyKeyIsInvalid) {
  EXPECT_EQ(code_of(put("", "value")), Code::kInvalid);
  EXPECT_EQ(store_->get({}).error().code, Code::kInvalid);
  EXPECT_EQ(store_->stats().transactions, 0u);
}

TEST_F(StoreTest, AKeyMayHaveUpToItsLimit) {
  EXPECT_TRUE(put(std::string(kKeySizeMax - 1, 'k'), "1"));
  EXPECT_TRUE(put(std::string(kKeySizeMax, 'k'), "2"));
  const std::string over(kKeySizeMax + 1, 'k');
  EXPECT_EQ(code_of(put(over, "3")), Code::kInvalid);
  EXPECT_EQ(code_of(store_->commit(Batch().erase(as_bytes(over)))), Code::kInvalid);
  EXPECT_EQ(code_of(store_->commit(Batch().expect_absent(as_bytes(over)))), Code::kInvalid);
  EXPECT_EQ(store_->get(as_bytes(over)).error().code, Code::kInvalid);
  EXPECT_EQ(code_of(store_->scan(as_bytes(over), [](auto, auto) { return true; })), Code::kInvalid);
  EXPECT_EQ(get(std::string(kKeySizeMax, 'k')), "2");
}

TEST_F(StoreTest, AValueMayHaveUpToItsLimit) {
  EXPECT_TRUE(put("under", std::string(kValueSizeMax - 1, 'v')));
  EXPECT_TRUE(put("at", std::string(kValueSizeMax, 'v')));
  EXPECT_EQ(code_of(put("over", std::string(kValueSizeMax + 1, 'v'))), Code::kInvalid);
  EXPECT_EQ(get("under"), std::string(kValueSizeMax - 1, 'v'));
  EXPECT_EQ(get("at"), std::string(kValueSizeMax, 'v'));
  EXPECT_EQ(get("over"), std::nullopt);
}

TEST_F(StoreTest, ABatchMayHaveUpToItsLimitOfOperations) {
  Batch batch;
  batch.expect_absent(as_bytes("absent"));
  for (std::size_t i = 2; i < kBatchOperationsMax; ++i) {
    batch.put(as_bytes("key" + std::to_string(i)), {});
  }
  EXPECT_TRUE(store_->commit(batch));
  batch.put(as_bytes("last"), {});
  EXPECT_TRUE(store_->commit(batch));
  batch.put(as_bytes("one more"), {});
  EXPECT_EQ(code_of(store_->commit(batch)), Code::kExhausted);
  EXPECT_EQ(get("one more"), std::nullopt);
  EXPECT_EQ(contents(*store_).size(), kBatchOperationsMax - 1);
}

TEST_F(StoreTest, ABatchMayHaveUpToItsLimitOfOctets) {
  const std::string megabyte(kValueSizeMax, 'v');
  static_assert(kBatchSizeMax == 4 * kValueSizeMax);
  const auto batch_of = [&](std::size_t size) {
    Batch batch;
    for (const char* key : {"1", "2", "3"}) batch.put(as_bytes(key), as_bytes(megabyte));
    return batch.put(as_bytes("4"), as_bytes(megabyte.substr(0, size - 3 * kValueSizeMax - 4)));
  };
  EXPECT_TRUE(store_->commit(batch_of(kBatchSizeMax - 1)));
  EXPECT_TRUE(store_->commit(batch_of(kBatchSizeMax)));
  EXPECT_EQ(code_of(store_->commit(batch_of(kBatchSizeMax + 1))), Code::kExhausted);
}

TEST_F(StoreTest, AKeyChangedTwiceInABatchIsInvalid) {
  EXPECT_EQ(code_of(store_->commit(Batch().put(as_bytes("a"), {}).put(as_bytes("a"), {}))),
            Code::kInvalid);
  EXPECT_EQ(code_of(store_->commit(Batch().put(as_bytes("a"), {}).erase(as_bytes("a")))),
            Code::kInvalid);
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_F(StoreTest, AnExpectationThatFailsLeavesNothingOfTheBatch) {
  ASSERT_TRUE(put("taken", "by me"));
  const auto other = [] { return Batch().put(as_bytes("other"), as_bytes("x")); };
  EXPECT_EQ(code_of(store_->commit(other().expect_absent(as_bytes("taken")))), Code::kConflict);
  EXPECT_EQ(code_of(store_->commit(other().expect_value(as_bytes("none"), as_bytes("v")))),
            Code::kConflict);
  EXPECT_EQ(code_of(store_->commit(other().expect_value(as_bytes("taken"), as_bytes("by m")))),
            Code::kConflict);
  EXPECT_EQ(code_of(store_->commit(other().expect_value(as_bytes("taken"), {}))), Code::kConflict);
  EXPECT_EQ(get("other"), std::nullopt);
  EXPECT_EQ(store_->stats().conflicts, 4u);
  EXPECT_EQ(store_->stats().transactions, 1u);
}

TEST_F(StoreTest, OneFailedExpectationOfManyIsEnough) {
  ASSERT_TRUE(put("a", "1"));
  EXPECT_EQ(code_of(store_->commit(Batch()
                                       .expect_value(as_bytes("a"), as_bytes("1"))
                                       .expect_absent(as_bytes("b"))
                                       .expect_value(as_bytes("c"), as_bytes("3"))
                                       .erase(as_bytes("a")))),
            Code::kConflict);
  EXPECT_EQ(get("a"), "1");
}

TEST_F(StoreTest, ExpectationsAreAboutTheStateBeforeTheBatch) {
  EXPECT_TRUE(
      store_->commit(Batch().put(as_bytes("a"), as_bytes("1")).expect_absent(as_bytes("a"))));
  EXPECT_TRUE(store_->commit(
      Batch().put(as_bytes("a"), as_bytes("2")).expect_value(as_bytes("a"), as_bytes("1"))));
  EXPECT_TRUE(
      store_->commit(Batch().erase(as_bytes("a")).expect_value(as_bytes("a"), as_bytes("2"))));
  EXPECT_EQ(get("a"), std::nullopt);
}

TEST_F(StoreTest, ABatchWithoutChangesOnlyAsksAndSyncsNothing) {
  ASSERT_TRUE(put("a", "1"));
  EXPECT_TRUE(store_->commit(Batch()));
  EXPECT_TRUE(store_->commit(Batch().expect_value(as_bytes("a"), as_bytes("1"))));
  EXPECT_EQ(code_of(store_->commit(Batch().expect_absent(as_bytes("a")))), Code::kConflict);
  EXPECT_EQ(store_->stats().transactions, 1u);
}

TEST_F(StoreTest, WhatWasPutIsThereAfterReopening) {
  ASSERT_TRUE(put("a", "1"));
  ASSERT_TRUE(put("a", "2"));
  ASSERT_TRUE(put("b", ""));
  ASSERT_TRUE(put("c", "3"));
  ASSERT_TRUE(store_->commit(Batch().erase(as_bytes("c")).erase(as_bytes("never there"))));
  reopen();
  EXPECT_EQ(contents(*store_), (std::map<std::string, std::string>{{"a", "2"}, {"b", ""}}));
  EXPECT_EQ(get("b"), "");
  EXPECT_EQ(get("c"), std::nullopt);
}

TEST_F(StoreTest, KeysAndValuesMayHoldAnyOctet) {
  const std::string odd("\0'\xff;--\n", 7);
  ASSERT_TRUE(put(odd, odd));
  EXPECT_EQ(get(odd), odd);
  EXPECT_EQ(get(std::string(1, '\0')), std::nullopt);
}

TEST_F(StoreTest, AScanGoesInTheOrderOfOctetsAndOnlyBeneathThePrefix) {
  const std::vector<std::string> keys = {std::string("\0", 1),
                                         "a",
                                         std::string("a\0", 2),
                                         "a/1",
                                         "a/10",
                                         "a/2",
                                         "b",
                                         "\x7f",
                                         "\x80",
                                         "\xff",
                                         "\xff\xff",
                                         "\xff\xff\x01"};
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) ASSERT_TRUE(put(*key, "v"));
  const auto beneath = [&](std::string_view prefix) {
    std::vector<std::string> found;
    EXPECT_TRUE(store_->scan(as_bytes(prefix), [&](ByteView key, ByteView) {
      found.emplace_back(as_text(key));
      return true;
    }));
    return found;
  };
  using Keys = std::vector<std::string>;
  EXPECT_EQ(beneath(""), keys);
  EXPECT_EQ(beneath("a/"), (Keys{"a/1", "a/10", "a/2"}));
  EXPECT_EQ(beneath("a"), (Keys{"a", std::string("a\0", 2), "a/1", "a/10", "a/2"}));
  EXPECT_EQ(beneath("\xff"), (Keys{"\xff", "\xff\xff", "\xff\xff\x01"}));
  EXPECT_EQ(beneath("\x7f\xff"), Keys{});
  EXPECT_EQ(beneath("zz"), Keys{});
}

TEST_F(StoreTest, AScanEndsWhenItsVisitorSaysSo) {
  for (const char* key : {"1", "2", "3"}) ASSERT_TRUE(put(key, ""));
  int visits = 0;
  EXPECT_TRUE(store_->scan({}, [&](ByteView, ByteView) { return ++visits < 2; }));
  EXPECT_EQ(visits, 2);
  EXPECT_EQ(get("3"), "") << "the scan left something open";
}

TEST_F(StoreTest, AScanSeesOneStateWhileOthersCommit) {
  constexpr int kKeys = 200;
  const auto all_with = [](int round) {
    Batch batch;
    for (int i = 0; i < kKeys; ++i) {
      batch.put(as_bytes(std::to_string(i)), as_bytes(std::to_string(round)));
    }
    return batch;
  };
  ASSERT_TRUE(store_->commit(all_with(0)));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int round = 1; !stop; ++round) ASSERT_TRUE(store_->commit(all_with(round)));
  });
  for (int i = 0; i < 100; ++i) {
    std::set<std::string> values;
    int count = 0;
    EXPECT_TRUE(store_->scan({}, [&](ByteView, ByteView value) {
      values.emplace(as_text(value));
      ++count;
      return true;
    }));
    EXPECT_EQ(values.size(), 1u);
    EXPECT_EQ(count, kKeys);
  }
  stop = true;
  writer.join();
}

TEST_F(StoreTest, OfManyWhoExpectAKeyToBeAbsentOneWins) {
  constexpr int kThreads = 8;
  constexpr int kKeys = 20;
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kKeys; ++i) {
        const std::string key = std::to_string(i);
        const Status status =
            store_->commit(Batch()
                               .expect_absent(as_bytes(key))
                               .put(as_bytes(key), as_bytes(std::to_string(thread))));
        if (status) ++won;
        EXPECT_TRUE(status || status.error().code == Code::kConflict);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, kKeys);
  EXPECT_EQ(store_->stats().conflicts, std::uint64_t{(kThreads - 1) * kKeys});
  EXPECT_EQ(store_->stats().waiting, 0u);
}

TEST_F(StoreTest, ACounterRaisedByManyLosesNothing) {
  constexpr int kThreads = 4;
  constexpr int kRaises = 25;
  ASSERT_TRUE(put("counter", "0"));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int raised = 0; raised < kRaises;) {
        const std::string now = *get("counter");
        const std::string next = std::to_string(std::stoi(now) + 1);
        if (store_->commit(Batch()
                               .expect_value(as_bytes("counter"), as_bytes(now))
                               .put(as_bytes("counter"), as_bytes(next)))) {
          ++raised;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(get("counter"), std::to_string(kThreads * kRaises));
}

TEST_F(StoreOnFaultyDisk, ACommitCostsOneSync) {
  const std::uint64_t before = disk_.syncs();
  ASSERT_TRUE(put("a", "1"));
  // The first one also syncs the header of the log.
  const std::uint64_t after_first = disk_.syncs();
  EXPECT_LE(after_first - before, 2u);
  ASSERT_TRUE(put("a", "2"));
  EXPECT_EQ(disk_.syncs() - after_first, 1u);
}

TEST_F(StoreOnFaultyDisk, BatchesThatArriveTogetherShareOneSync) {
  constexpr int kThreads = 16;
  ASSERT_TRUE(put("a", "1"));
  const Stats before = store_->stats();
  const std::uint64_t syncs_before = disk_.syncs();
  disk_.hold_syncs();
  std::vector<std::thread> threads;
  const auto start = [&](int i) {
    threads.emplace_back([this, i] { EXPECT_TRUE(put("key" + std::to_string(i), "v")); });
    wait_for_waiting(static_cast<std::uint64_t>(i));
  };
  // The first is held in its sync, so the others can only be in the next transaction.
  start(1);
  while (!disk_.sync_is_held()) std::this_thread::yield();
  for (int i = 2; i <= kThreads; ++i) start(i);
  disk_.release_syncs();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store_->stats().transactions - before.transactions, 2u);
  EXPECT_EQ(store_->stats().batches - before.batches, std::uint64_t{kThreads});
  EXPECT_EQ(disk_.syncs() - syncs_before, 2u);
  EXPECT_EQ(contents(*store_, "key").size(), std::size_t{kThreads});
}

TEST_F(StoreOnFaultyDisk, NothingIsSeenBeforeItIsDurable) {
  ASSERT_TRUE(put("a", "old"));
  disk_.hold_syncs();
  std::thread writer([&] { EXPECT_TRUE(put("a", "new")); });
  while (!disk_.sync_is_held()) std::this_thread::yield();
  EXPECT_EQ(get("a"), "old");
  disk_.release_syncs();
  writer.join();
  EXPECT_EQ(get("a"), "new");
}

TEST_F(StoreOnFaultyDisk, AConflictInAGroupDoesNotDisturbTheOthers) {
  ASSERT_TRUE(put("taken", "x"));
  disk_.hold_syncs();
  std::vector<std::thread> threads;
  threads.emplace_back([&] { EXPECT_TRUE(put("first", "1")); });
  while (!disk_.sync_is_held()) std::this_thread::yield();
  threads.emplace_back([&] { EXPECT_TRUE(put("before", "1")); });
  wait_for_waiting(2);
  threads.emplace_back([&] {
    const Status status = store_->commit(
        Batch().expect_absent(as_bytes("before")).put(as_bytes("lost"), as_bytes("1")));
    EXPECT_EQ(code_of(status), Code::kConflict);
  });
  wait_for_waiting(3);
  threads.emplace_back([&] { EXPECT_TRUE(put("after", "1")); });
  wait_for_waiting(4);
  disk_.release_syncs();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(get("before"), "1");
  EXPECT_EQ(get("after"), "1");
  EXPECT_EQ(get("lost"), std::nullopt);
  EXPECT_EQ(store_->stats().transactions, 3u);
}

TEST_F(StoreOnFaultyDisk, AFullDiskRefusesAndTheStoreGoesOnWhenThereIsSpace) {
  ASSERT_TRUE(put("a", "1"));
  disk_.fail_writes_with(SQLITE_FULL);
  const Status status = put("a", "2");
  EXPECT_EQ(code_of(status), Code::kExhausted);
  EXPECT_NE(status.error().message.find("no space left"), std::string::npos);
  EXPECT_FALSE(status.error().hint.empty());
  EXPECT_EQ(get("a"), "1");
  disk_.fail_writes_with(SQLITE_OK);
  EXPECT_TRUE(put("b", "3"));
  reopen();
  EXPECT_EQ(contents(*store_), (std::map<std::string, std::string>{{"a", "1"}, {"b", "3"}}));
}

TEST_F(StoreOnFaultyDisk, AfterAFailedSyncNothingIsWrittenUntilTheNextOpen) {
  ASSERT_TRUE(put("a", "1"));
  disk_.fail_syncs_with(SQLITE_IOERR_FSYNC);
  EXPECT_EQ(code_of(put("b", "2")), Code::kIo);
  disk_.fail_syncs_with(SQLITE_OK);
  const Status status = put("c", "3");
  EXPECT_EQ(code_of(status), Code::kIo);
  EXPECT_NE(status.error().message.find("stopped"), std::string::npos);
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("b"), std::nullopt);
  reopen();
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("c"), std::nullopt);
  EXPECT_TRUE(put("c", "4"));
}

TEST_F(StoreOnFaultyDisk, AFailedCommitAnswersTheWholeGroup) {
  ASSERT_TRUE(put("taken", "1"));
  disk_.hold_syncs();
  std::vector<std::thread> threads;
  threads.emplace_back([&] { EXPECT_EQ(code_of(put("1", "")), Code::kIo); });
  while (!disk_.sync_is_held()) std::this_thread::yield();
  threads.emplace_back([&] { EXPECT_EQ(code_of(put("2", "")), Code::kIo); });
  wait_for_waiting(2);
  threads.emplace_back([&] {
    EXPECT_EQ(code_of(store_->commit(Batch().expect_absent(as_bytes("taken")))), Code::kIo);
  });
  wait_for_waiting(3);
  disk_.fail_syncs_with(SQLITE_IOERR_FSYNC);
  disk_.release_syncs();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store_->stats().batches, 1u);
  EXPECT_EQ(store_->stats().conflicts, 0u);
}

}  // namespace
}  // namespace azekura::store

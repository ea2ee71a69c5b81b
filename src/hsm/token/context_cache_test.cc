#include "hsm/token/context_cache.h"

#include <gtest/gtest.h>

#include "hsm/token/mechanisms_testing.h"

namespace azekura::hsm::token {
namespace {

constexpr Binding kBinding{.mechanism = CKM_AES_GCM};

ObjectPtr some_key() { return object_of({}); }

TEST(ContextCache, FindsNothingThatWasNotKept) {
  ContextCache cache;
  const ObjectPtr key = some_key();
  EXPECT_EQ(cache.find(*key, kBinding), nullptr);
  cache.keep(key, kBinding, {});
  EXPECT_NE(cache.find(*key, kBinding), nullptr);
  EXPECT_EQ(cache.find(*some_key(), kBinding), nullptr);
}

TEST(ContextCache, AnyDifferenceInTheBindingIsAnotherContext) {
  ContextCache cache;
  const ObjectPtr key = some_key();
  cache.keep(key, kBinding, {});
  for (Binding other :
       {Binding{.mechanism = CKM_AES_CBC}, Binding{.mechanism = CKM_AES_GCM, .number_a = 1},
        Binding{.mechanism = CKM_AES_GCM, .number_b = 1},
        Binding{.mechanism = CKM_AES_GCM, .number_c = 1},
        Binding{.mechanism = CKM_AES_GCM, .kind = wire::Kind::kDecrypt}}) {
    EXPECT_EQ(cache.find(*key, other), nullptr);
  }
}

TEST(ContextCache, AStaleObjectIsNotFound) {
  ContextCache cache;
  const auto key = std::make_shared<Object>(1, 0, nullptr, 0, Draft{});
  cache.keep(key, kBinding, {});
  key->make_stale();
  EXPECT_EQ(cache.find(*key, kBinding), nullptr);
}

TEST(ContextCache, HoldsAStaleObjectNoLongerThanOneRoundOfScrubbing) {
  ContextCache cache;
  auto key = std::make_shared<Object>(1, 0, nullptr, 0, Draft{});
  cache.keep(key, kBinding, {});
  const std::weak_ptr<Object> watch = key;
  key->make_stale();
  key.reset();
  EXPECT_FALSE(watch.expired());
  const ObjectPtr other = some_key();
  for (std::size_t i = 0; i < ContextCache::kSets * ContextCache::kScrubInterval; ++i) {
    cache.find(*other, kBinding);
  }
  EXPECT_TRUE(watch.expired());
}

TEST(ContextCache, NeverHoldsMoreThanItsLimit) {
  ContextCache cache;
  std::vector<ObjectPtr> keys;
  for (std::size_t i = 0; i < 3 * ContextCache::kContextsMax; ++i) {
    keys.push_back(some_key());
    cache.keep(keys.back(), kBinding, {});
    EXPECT_LE(cache.size(), ContextCache::kContextsMax);
  }
  EXPECT_GT(cache.size(), ContextCache::kContextsMax / 2);
}

TEST(ContextCache, TheLeastRecentlyUsedOfASetGoesFirst) {
  ContextCache cache;
  const ObjectPtr favourite = some_key();
  cache.keep(favourite, kBinding, {});
  for (std::size_t i = 0; i < 20 * ContextCache::kContextsMax; ++i) {
    const ObjectPtr passing = some_key();
    ASSERT_NE(cache.find(*favourite, kBinding), nullptr) << i;
    cache.find(*passing, kBinding);
    cache.keep(passing, kBinding, {});
  }
}

TEST(ContextCache, ABorrowedBufferIsWipedWhenItIsGivenBack) {
  ContextCache cache;
  const std::uint8_t* where = nullptr;
  {
    const auto loan = cache.borrow(64);
    std::fill(loan.bytes().begin(), loan.bytes().end(), std::uint8_t{0x5a});
    where = loan.bytes().data();
  }
  const auto again = cache.borrow(32);
  ASSERT_EQ(again.bytes().data(), where);
  for (const std::uint8_t octet : again.bytes()) EXPECT_EQ(octet, 0);
}

}  // namespace
}  // namespace azekura::hsm::token

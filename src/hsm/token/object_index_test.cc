#include "hsm/token/object_index.h"

#include <gtest/gtest.h>

#include <chrono>

#include "hsm/token/service_testing.h"

namespace azekura::hsm::token {
namespace {

ObjectPtr an_object(Handle handle, std::string_view label, bool is_private = false,
                    std::uint64_t slot = 0) {
  Draft draft;
  draft.attributes.set_number(CKA_CLASS, CKO_SECRET_KEY);
  draft.attributes.set_flag(CKA_PRIVATE, is_private);
  draft.attributes.set_text(CKA_LABEL, label);
  return std::make_shared<const Object>(handle, slot, nullptr, 0, std::move(draft));
}

std::vector<Handle> search(const ObjectIndex& index, const wire::Template& wanted, Handle after = 0,
                           std::size_t count_max = 100, bool private_too = true) {
  return index.search({wanted, 0, after, count_max, private_too}).handles;
}

TEST(ObjectIndex, FindsNothingInItself) {
  ObjectIndex index;
  EXPECT_EQ(index.find(1), nullptr);
  EXPECT_TRUE(search(index, {}).empty());
  EXPECT_EQ(index.erase(1), nullptr);
  EXPECT_FALSE(index.replace(an_object(1, "a")));
}

TEST(ObjectIndex, FindsByLabelAscending) {
  ObjectIndex index;
  for (Handle handle : {5, 3, 9, 1}) index.insert(an_object(handle, handle == 9 ? "b" : "a"));
  EXPECT_EQ(search(index, TemplateBuilder().text(CKA_LABEL, "a")), (std::vector<Handle>{1, 3, 5}));
  EXPECT_EQ(search(index, TemplateBuilder().text(CKA_LABEL, "c")), (std::vector<Handle>{}));
  EXPECT_EQ(search(index, {}), (std::vector<Handle>{1, 3, 5, 9}));
}

TEST(ObjectIndex, GoesOnBehindTheLastAndSaysThatThereIsMore) {
  ObjectIndex index;
  for (Handle handle = 1; handle <= 5; ++handle) index.insert(an_object(handle, "a"));
  const auto label = TemplateBuilder().text(CKA_LABEL, "a");
  for (const wire::Template& wanted : {wire::Template{}, label.get()}) {
    const Found first = index.search({wanted, 0, 0, 2, true});
    EXPECT_EQ(first.handles, (std::vector<Handle>{1, 2}));
    EXPECT_TRUE(first.more);
    const Found last = index.search({wanted, 0, 2, 3, true});
    EXPECT_EQ(last.handles, (std::vector<Handle>{3, 4, 5}));
    EXPECT_FALSE(last.more);
    EXPECT_TRUE(index.search({wanted, 0, UINT64_MAX, 3, true}).handles.empty());
  }
}

TEST(ObjectIndex, HidesPrivateObjectsAndOtherSlots) {
  ObjectIndex index;
  index.insert(an_object(1, "a", true));
  index.insert(an_object(2, "a", false, 1));
  index.insert(an_object(3, "a"));
  const auto label = TemplateBuilder().text(CKA_LABEL, "a");
  EXPECT_EQ(search(index, label, 0, 10, false), (std::vector<Handle>{3}));
  EXPECT_EQ(search(index, label, 0, 10, true), (std::vector<Handle>{1, 3}));
}

TEST(ObjectIndex, FollowsAChangedLabelAndLeavesTheOldObjectStale) {
  ObjectIndex index;
  const ObjectPtr old = an_object(1, "old");
  index.insert(old);
  EXPECT_TRUE(index.replace(an_object(1, "new")));
  EXPECT_TRUE(old->stale());
  EXPECT_FALSE(index.find(1)->stale());
  EXPECT_TRUE(search(index, TemplateBuilder().text(CKA_LABEL, "old")).empty());
  EXPECT_EQ(search(index, TemplateBuilder().text(CKA_LABEL, "new")), (std::vector<Handle>{1}));
}

TEST(ObjectIndex, ForgetsWhatWasErased) {
  ObjectIndex index;
  for (Handle handle = 1; handle <= 6; ++handle) index.insert(an_object(handle, "a"));
  const ObjectPtr erased = index.erase(2);
  EXPECT_TRUE(erased->stale());
  EXPECT_EQ(index.erase_if([](const Object& object) { return object.handle() > 4; }), 2u);
  EXPECT_EQ(search(index, TemplateBuilder().text(CKA_LABEL, "a")), (std::vector<Handle>{1, 3, 4}));
  EXPECT_EQ(index.size(), 3u);
  index.erase_if([](const Object&) { return true; });
  EXPECT_EQ(index.weight(), 0u);
}

TEST(ObjectIndex, UsesTheMostSelectiveAttribute) {
  ObjectIndex index;
  constexpr Handle kCount = 20'000;
  for (Handle handle = 1; handle <= kCount; ++handle) {
    index.insert(an_object(handle, std::to_string(handle)));
  }
  const auto asked = TemplateBuilder().number(CKA_CLASS, CKO_SECRET_KEY).text(CKA_LABEL, "19999");
  const wire::Template wanted = asked.get();
  const auto begin = std::chrono::steady_clock::now();
  constexpr int kSearches = 1000;
  for (int i = 0; i < kSearches; ++i) ASSERT_EQ(search(index, wanted).size(), 1u);
  const auto each = (std::chrono::steady_clock::now() - begin) / kSearches;
  // A walk over the class would take milliseconds.
  EXPECT_LT(each, std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace azekura::hsm::token

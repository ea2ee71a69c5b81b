#include "hsm/pkcs11/attributes.h"

#include <gtest/gtest.h>

namespace azekura::hsm::pkcs11 {
namespace {

CK_RV rv_of(const CK_ATTRIBUTE* list, CK_ULONG count) {
  auto attributes = Attributes::from(list, count);
  return attributes ? CKR_OK : attributes.error().rv;
}

TEST(Attributes, CountsAndPointersAreHeldAgainstEachOther) {
  EXPECT_EQ(rv_of(nullptr, 0), CKR_OK);
  EXPECT_EQ(rv_of(nullptr, 1), CKR_ARGUMENTS_BAD);
  EXPECT_EQ(rv_of(nullptr, ~CK_ULONG{0}), CKR_ARGUMENTS_BAD);
  std::vector<CK_ATTRIBUTE> many(wire::kTemplateItemsMax + 1);
  EXPECT_EQ(rv_of(many.data(), wire::kTemplateItemsMax), CKR_OK);
  EXPECT_EQ(rv_of(many.data(), wire::kTemplateItemsMax + 1), CKR_ARGUMENTS_BAD);
}

TEST(Attributes, ALengthNeedsAValue) {
  CK_ATTRIBUTE attribute{CKA_LABEL, nullptr, 1};
  EXPECT_EQ(rv_of(&attribute, 1), CKR_ATTRIBUTE_VALUE_INVALID);
  attribute.ulValueLen = 0;
  EXPECT_EQ(rv_of(&attribute, 1), CKR_OK);
}

TEST(Attributes, ATemplateWithinATemplateStopsThere) {
  CK_ATTRIBUTE innermost{CKA_LABEL, nullptr, 0};
  CK_ATTRIBUTE inner{CKA_WRAP_TEMPLATE, &innermost, sizeof innermost};
  const CK_ATTRIBUTE outer{CKA_UNWRAP_TEMPLATE, &inner, sizeof inner};
  EXPECT_EQ(rv_of(&outer, 1), CKR_ATTRIBUTE_VALUE_INVALID);
  inner = {CKA_LABEL, nullptr, 4};
  EXPECT_EQ(rv_of(&outer, 1), CKR_ATTRIBUTE_VALUE_INVALID);
}

TEST(Attributes, OwnedOnesOutliveTheCaller) {
  std::string label = "label";
  const CK_ATTRIBUTE attribute{CKA_LABEL, label.data(), label.size()};
  auto attributes = Attributes::from(&attribute, 1);
  ASSERT_TRUE(attributes);
  attributes->own();
  label = "other";
  Attributes moved = std::move(*attributes);
  EXPECT_EQ(as_text(moved.items()[0].value), "label");
}

TEST(Attributes, AValueIsStoredByTheRules) {
  const Bytes value(4, 9);
  CK_ATTRIBUTE out{CKA_LABEL, nullptr, 0};
  EXPECT_EQ(store_value(value, out), CKR_OK);
  EXPECT_EQ(out.ulValueLen, 4u);
  std::uint8_t buffer[5] = {};
  out = {CKA_LABEL, buffer, 3};
  EXPECT_EQ(store_value(value, out), CKR_BUFFER_TOO_SMALL);
  EXPECT_EQ(out.ulValueLen, CK_UNAVAILABLE_INFORMATION);
  EXPECT_EQ(buffer[0], 0);
  out = {CKA_LABEL, buffer, 5};
  EXPECT_EQ(store_value(value, out), CKR_OK);
  EXPECT_EQ(out.ulValueLen, 4u);
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

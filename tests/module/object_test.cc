// Objects: making, reading, searching, and who sees them.

#include <set>

#include "tests/module/token.h"

namespace azekura::module_test {
namespace {

CK_OBJECT_HANDLE data_object(const CK_FUNCTION_LIST_3_2& f, CK_SESSION_HANDLE session,
                             std::string_view label, bool token = false, bool is_private = false) {
  Template object;
  object.number(CKA_CLASS, CKO_DATA)
      .string(CKA_LABEL, label)
      .string(CKA_VALUE, "value")
      .flag(CKA_TOKEN, token)
      .flag(CKA_PRIVATE, is_private);
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_OK, f.C_CreateObject(session, object.data(), object.size(), &handle));
  return handle;
}

std::vector<CK_OBJECT_HANDLE> find(const CK_FUNCTION_LIST_3_2& f, CK_SESSION_HANDLE session,
                                   Template what, CK_ULONG at_once = 7) {
  std::vector<CK_OBJECT_HANDLE> found;
  EXPECT_RV(CKR_OK, f.C_FindObjectsInit(session, what.data(), what.size()));
  for (;;) {
    std::vector<CK_OBJECT_HANDLE> page(at_once);
    CK_ULONG count = 0;
    EXPECT_RV(CKR_OK, f.C_FindObjects(session, page.data(), at_once, &count));
    if (count == 0) break;
    found.insert(found.end(), page.begin(), page.begin() + static_cast<long>(count));
  }
  EXPECT_RV(CKR_OK, f.C_FindObjectsFinal(session));
  return found;
}

TEST_F(WithUser, TemplatesAreCheckedBeforeTheyAreFollowed) {
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_CreateObject(session, nullptr, 3, &handle));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_CreateObject(session, nullptr, ~CK_ULONG{0}, &handle));
  CK_ATTRIBUTE attribute{CKA_LABEL, nullptr, 5};
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_CreateObject(session, &attribute, 1, nullptr));
  EXPECT_RV(CKR_ATTRIBUTE_VALUE_INVALID, f.C_CreateObject(session, &attribute, 1, &handle));
  EXPECT_RV(CKR_ARGUMENTS_BAD,
            f.C_CreateObject(session, &attribute, ~CK_ULONG{0} / sizeof attribute + 2, &handle));
  std::uint8_t octet = 0;
  attribute = {CKA_LABEL, &octet, CK_UNAVAILABLE_INFORMATION};
  EXPECT_RV(CKR_ATTRIBUTE_VALUE_INVALID, f.C_CreateObject(session, &attribute, 1, &handle));
  attribute = {CKA_LABEL, &octet, ~CK_ULONG{0} - 1};
  EXPECT_RV(CKR_ATTRIBUTE_VALUE_INVALID, f.C_CreateObject(session, &attribute, 1, &handle));
  attribute = {CKA_WRAP_TEMPLATE, &octet, sizeof(CK_ATTRIBUTE) - 1};
  EXPECT_RV(CKR_ATTRIBUTE_VALUE_INVALID, f.C_CreateObject(session, &attribute, 1, &handle));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_FindObjectsInit(session, nullptr, 1));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GetAttributeValue(session, 1, nullptr, 1));
  EXPECT_RV(CKR_TEMPLATE_INCOMPLETE, f.C_CreateObject(session, nullptr, 0, &handle));
}

TEST_F(WithUser, EveryAttributeIsTreatedEvenWhenOneFails) {
  const CK_OBJECT_HANDLE key = aes_key(16);
  CK_ULONG value_len = 0;
  std::uint8_t value[16];
  std::uint8_t small[1];
  CK_ULONG modulus = 0;
  CK_ATTRIBUTE list[] = {
      {CKA_VALUE, value, sizeof value},
      {CKA_MODULUS, &modulus, sizeof modulus},
      {CKA_KEY_TYPE, small, sizeof small},
      {CKA_VALUE_LEN, &value_len, sizeof value_len},
      {CKA_CLASS, nullptr, 0},
  };
  const CK_RV rv = f.C_GetAttributeValue(session, key, list, 5);
  EXPECT_TRUE(rv == CKR_ATTRIBUTE_SENSITIVE || rv == CKR_ATTRIBUTE_TYPE_INVALID ||
              rv == CKR_BUFFER_TOO_SMALL);
  EXPECT_EQ(list[0].ulValueLen, CK_UNAVAILABLE_INFORMATION);
  EXPECT_EQ(list[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
  EXPECT_EQ(list[2].ulValueLen, CK_UNAVAILABLE_INFORMATION);
  EXPECT_EQ(list[3].ulValueLen, sizeof value_len);
  EXPECT_EQ(value_len, 16u);
  EXPECT_EQ(list[4].ulValueLen, sizeof(CK_OBJECT_CLASS));
  EXPECT_RV(CKR_ATTRIBUTE_SENSITIVE, f.C_GetAttributeValue(session, key, list, 1));
}

TEST_F(WithUser, AKeyWithoutAListOfMechanismsHasAnEmptyOne) {
  CK_MECHANISM_TYPE type = 0;
  CK_ATTRIBUTE attribute{CKA_ALLOWED_MECHANISMS, nullptr, 99};
  const CK_OBJECT_HANDLE key = aes_key();
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &attribute, 1));
  EXPECT_EQ(attribute.ulValueLen, 0u);
  attribute = {CKA_ALLOWED_MECHANISMS, &type, sizeof type};
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &attribute, 1));
  EXPECT_EQ(attribute.ulValueLen, 0u);
  const CK_OBJECT_HANDLE object = data_object(f, session, "no key");
  EXPECT_RV(CKR_ATTRIBUTE_TYPE_INVALID, f.C_GetAttributeValue(session, object, &attribute, 1));
}

TEST_F(WithUser, AnExtractableValueIsToldToWhoMayReadIt) {
  const Octets value(32, 0x5a);
  Template open_key;
  open_key.flag(CKA_SENSITIVE, false).flag(CKA_EXTRACTABLE, true);
  const CK_OBJECT_HANDLE key = import(CKK_AES, value, std::move(open_key));
  Octets read(32);
  CK_ATTRIBUTE attribute{CKA_VALUE, nullptr, 0};
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &attribute, 1));
  EXPECT_EQ(attribute.ulValueLen, 32u);
  attribute = {CKA_VALUE, read.data(), 31};
  EXPECT_RV(CKR_BUFFER_TOO_SMALL, f.C_GetAttributeValue(session, key, &attribute, 1));
  attribute = {CKA_VALUE, read.data(), 32};
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &attribute, 1));
  EXPECT_EQ(read, value);
  // Tightened, it is told no more, although it was read before.
  Template tight;
  tight.flag(CKA_SENSITIVE, true);
  EXPECT_RV(CKR_OK, f.C_SetAttributeValue(session, key, tight.data(), tight.size()));
  attribute = {CKA_VALUE, read.data(), 32};
  EXPECT_RV(CKR_ATTRIBUTE_SENSITIVE, f.C_GetAttributeValue(session, key, &attribute, 1));
}

TEST_F(WithUser, AChangeIsSeenAtOnce) {
  const CK_OBJECT_HANDLE object = data_object(f, session, "before");
  char label[16] = {};
  CK_ATTRIBUTE attribute{CKA_LABEL, label, sizeof label};
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, object, &attribute, 1));
  Template change;
  change.string(CKA_LABEL, "afterwards");
  EXPECT_RV(CKR_OK, f.C_SetAttributeValue(session, object, change.data(), change.size()));
  attribute.ulValueLen = sizeof label;
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, object, &attribute, 1));
  EXPECT_EQ(std::string_view(label, attribute.ulValueLen), "afterwards");
  EXPECT_RV(CKR_OK, f.C_DestroyObject(session, object));
  attribute.ulValueLen = sizeof label;
  EXPECT_RV(CKR_OBJECT_HANDLE_INVALID, f.C_GetAttributeValue(session, object, &attribute, 1));
  EXPECT_RV(CKR_OBJECT_HANDLE_INVALID, f.C_DestroyObject(session, object));
  CK_ULONG size = 0;
  EXPECT_RV(CKR_OBJECT_HANDLE_INVALID, f.C_GetObjectSize(session, object, &size));
}

TEST_F(WithUser, NestedTemplatesComeBackAsTheyWent) {
  CK_BBOOL yes = CK_TRUE;
  CK_ULONG size = 32;
  CK_ATTRIBUTE inner[] = {{CKA_EXTRACTABLE, &yes, 1}, {CKA_VALUE_LEN, &size, sizeof size}};
  CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
  CK_BBOOL wraps = CK_TRUE;
  CK_ATTRIBUTE outer[] = {{CKA_VALUE_LEN, &size, sizeof size},
                          {CKA_WRAP, &wraps, 1},
                          {CKA_WRAP_TEMPLATE, inner, sizeof inner}};
  CK_OBJECT_HANDLE key = 0;
  ASSERT_RV(CKR_OK, f.C_GenerateKey(session, &mechanism, outer, 3, &key));
  CK_ATTRIBUTE query{CKA_WRAP_TEMPLATE, nullptr, 0};
  ASSERT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &query, 1));
  ASSERT_EQ(query.ulValueLen, sizeof inner);
  CK_BBOOL read_yes = CK_FALSE;
  CK_ULONG read_size = 0;
  CK_ATTRIBUTE read[] = {{0, nullptr, 0}, {0, nullptr, 0}};
  query.pValue = read;
  ASSERT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &query, 1));
  for (CK_ATTRIBUTE& each : read) {
    if (each.type == CKA_EXTRACTABLE) each.pValue = &read_yes;
    if (each.type == CKA_VALUE_LEN) each.pValue = &read_size;
  }
  ASSERT_RV(CKR_OK, f.C_GetAttributeValue(session, key, &query, 1));
  EXPECT_EQ(read_yes, CK_TRUE);
  EXPECT_EQ(read_size, 32u);
}

TEST_F(WithUser, ASearchGoesOnOverManyPages) {
  CK_ULONG count = 0;
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_FindObjects(session, &handle, 1, &count));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_FindObjectsFinal(session));
  std::set<CK_OBJECT_HANDLE> made;
  for (int i = 0; i < 700; ++i) made.insert(data_object(f, session, "many"));
  data_object(f, session, "other");
  Template what;
  what.string(CKA_LABEL, "many");
  const auto found = find(f, session, std::move(what));
  EXPECT_EQ(std::set<CK_OBJECT_HANDLE>(found.begin(), found.end()), made);
  EXPECT_EQ(found.size(), made.size());

  EXPECT_RV(CKR_OK, f.C_FindObjectsInit(session, nullptr, 0));
  EXPECT_RV(CKR_OPERATION_ACTIVE, f.C_FindObjectsInit(session, nullptr, 0));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_FindObjects(session, nullptr, 1, &count));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_FindObjects(session, &handle, 1, nullptr));
  EXPECT_RV(CKR_OK, f.C_SessionCancel(session, CKF_FIND_OBJECTS));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, f.C_FindObjectsFinal(session));
}

TEST_F(WithUser, PrivateObjectsVanishWithTheLogin) {
  const CK_OBJECT_HANDLE hidden = data_object(f, session, "hidden", true, true);
  const CK_OBJECT_HANDLE shown = data_object(f, session, "shown", true, false);
  char label[16];
  CK_ATTRIBUTE attribute{CKA_LABEL, label, sizeof label};
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, hidden, &attribute, 1));
  ASSERT_RV(CKR_OK, f.C_Logout(session));
  attribute.ulValueLen = sizeof label;
  EXPECT_RV(CKR_OBJECT_HANDLE_INVALID, f.C_GetAttributeValue(session, hidden, &attribute, 1));
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, shown, &attribute, 1));
  EXPECT_EQ(find(f, session, {}), std::vector<CK_OBJECT_HANDLE>{shown});
}

TEST_F(WithUser, SessionObjectsEndWithTheirSession) {
  const CK_SESSION_HANDLE other = open();
  const CK_OBJECT_HANDLE object = data_object(f, other, "brief");
  char label[16];
  CK_ATTRIBUTE attribute{CKA_LABEL, label, sizeof label};
  EXPECT_RV(CKR_OK, f.C_GetAttributeValue(session, object, &attribute, 1));
  EXPECT_RV(CKR_OK, f.C_CloseSession(other));
  attribute.ulValueLen = sizeof label;
  EXPECT_RV(CKR_OBJECT_HANDLE_INVALID, f.C_GetAttributeValue(session, object, &attribute, 1));
}

TEST_F(WithUser, AReadOnlySessionMakesNoTokenObject) {
  const CK_SESSION_HANDLE read_only = open(CKF_SERIAL_SESSION);
  Template object;
  object.number(CKA_CLASS, CKO_DATA).flag(CKA_TOKEN, true);
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_SESSION_READ_ONLY,
            f.C_CreateObject(read_only, object.data(), object.size(), &handle));
  data_object(f, read_only, "of the session");
}

TEST_F(WithUser, ACopyIsAnObjectOfItsOwn) {
  const CK_OBJECT_HANDLE object = data_object(f, session, "original");
  CK_OBJECT_HANDLE copy = 0;
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_CopyObject(session, object, nullptr, 0, nullptr));
  EXPECT_RV(CKR_OBJECT_HANDLE_INVALID, f.C_CopyObject(session, 987654, nullptr, 0, &copy));
  Template change;
  change.string(CKA_LABEL, "copy");
  ASSERT_RV(CKR_OK, f.C_CopyObject(session, object, change.data(), change.size(), &copy));
  EXPECT_NE(copy, object);
  EXPECT_RV(CKR_OK, f.C_DestroyObject(session, object));
  CK_ULONG size = 0;
  EXPECT_RV(CKR_OK, f.C_GetObjectSize(session, copy, &size));
  EXPECT_GT(size, 0u);
}

}  // namespace
}  // namespace azekura::module_test

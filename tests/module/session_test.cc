// Slots, sessions, logging in, PINs.

#include "tests/module/token.h"

namespace azekura::module_test {
namespace {

CK_STATE state_of(const CK_FUNCTION_LIST_3_2& f, CK_SESSION_HANDLE session) {
  CK_SESSION_INFO info{};
  EXPECT_RV(CKR_OK, f.C_GetSessionInfo(session, &info));
  return info.state;
}

TEST_F(WithToken, SlotsAreListedByTheRules) {
  CK_ULONG count = 0;
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GetSlotList(CK_FALSE, nullptr, nullptr));
  EXPECT_RV(CKR_OK, f.C_GetSlotList(CK_FALSE, nullptr, &count));
  ASSERT_EQ(count, 2u);  // the token, and the place for the next one
  CK_SLOT_ID slots[2];
  count = 1;
  EXPECT_RV(CKR_BUFFER_TOO_SMALL, f.C_GetSlotList(CK_FALSE, slots, &count));
  EXPECT_EQ(count, 2u);
  EXPECT_RV(CKR_OK, f.C_GetSlotList(CK_FALSE, slots, &count));
  CK_TOKEN_INFO info;
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GetTokenInfo(slots[0], nullptr));
  EXPECT_RV(CKR_SLOT_ID_INVALID, f.C_GetTokenInfo(12345, &info));
  EXPECT_RV(CKR_SLOT_ID_INVALID, f.C_GetTokenInfo(~CK_SLOT_ID{0}, &info));
  ASSERT_RV(CKR_OK, f.C_GetTokenInfo(slots[0], &info));
  EXPECT_EQ(std::string(info.label, info.label + 5), "conf ");
  EXPECT_NE(info.flags & CKF_TOKEN_INITIALIZED, 0u);
  EXPECT_NE(info.flags & CKF_USER_PIN_INITIALIZED, 0u);
  ASSERT_RV(CKR_OK, f.C_GetTokenInfo(slots[1], &info));
  EXPECT_EQ(info.flags & CKF_TOKEN_INITIALIZED, 0u);
}

TEST_F(WithToken, EveryAdvertisedMechanismHasItsFacts) {
  CK_ULONG count = 0;
  ASSERT_RV(CKR_OK, f.C_GetMechanismList(slot, nullptr, &count));
  std::vector<CK_MECHANISM_TYPE> types(count);
  ASSERT_RV(CKR_OK, f.C_GetMechanismList(slot, types.data(), &count));
  for (const CK_MECHANISM_TYPE type : types) {
    CK_MECHANISM_INFO info;
    EXPECT_RV(CKR_OK, f.C_GetMechanismInfo(slot, type, &info));
    EXPECT_NE(info.flags, 0u);
  }
  CK_MECHANISM_INFO info;
  EXPECT_RV(CKR_MECHANISM_INVALID, f.C_GetMechanismInfo(slot, CKM_RC4, &info));
}

TEST_F(WithToken, OpenSessionRefusesWhatItMust) {
  CK_SESSION_HANDLE session = 0;
  EXPECT_RV(CKR_ARGUMENTS_BAD,
            f.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, nullptr));
  EXPECT_RV(CKR_SESSION_PARALLEL_NOT_SUPPORTED,
            f.C_OpenSession(slot, 0, nullptr, nullptr, &session));
  EXPECT_RV(CKR_SLOT_ID_INVALID,
            f.C_OpenSession(4711, CKF_SERIAL_SESSION, nullptr, nullptr, &session));
  EXPECT_RV(CKR_TOKEN_NOT_RECOGNIZED,
            f.C_OpenSession(1, CKF_SERIAL_SESSION, nullptr, nullptr, &session));
}

TEST_F(WithToken, AClosedHandleIsNeverUsedAgain) {
  const CK_SESSION_HANDLE first = open();
  EXPECT_RV(CKR_OK, f.C_CloseSession(first));
  EXPECT_RV(CKR_SESSION_HANDLE_INVALID, f.C_CloseSession(first));
  for (int i = 0; i < 1000; ++i) {
    const CK_SESSION_HANDLE next = open();
    ASSERT_NE(next, first);
    ASSERT_NE(next, 0u);
    ASSERT_RV(CKR_OK, f.C_CloseSession(next));
  }
  CK_SESSION_INFO info;
  EXPECT_RV(CKR_SESSION_HANDLE_INVALID, f.C_GetSessionInfo(first, &info));
  EXPECT_RV(CKR_SESSION_HANDLE_INVALID, f.C_GetSessionInfo(0, &info));
  EXPECT_RV(CKR_SESSION_HANDLE_INVALID, f.C_GetSessionInfo(~CK_SESSION_HANDLE{0}, &info));
}

TEST_F(WithToken, TenThousandSessionsAreNoTrouble) {
  std::vector<CK_SESSION_HANDLE> sessions;
  for (int i = 0; i < 10'000; ++i) sessions.push_back(open());
  CK_TOKEN_INFO info;
  EXPECT_RV(CKR_OK, f.C_GetTokenInfo(slot, &info));
  EXPECT_EQ(info.ulSessionCount, 10'000u);
  EXPECT_RV(CKR_OK, f.C_CloseAllSessions(slot));
  EXPECT_RV(CKR_OK, f.C_GetTokenInfo(slot, &info));
  EXPECT_EQ(info.ulSessionCount, 0u);
  EXPECT_RV(CKR_SESSION_HANDLE_INVALID, f.C_CloseSession(sessions[5000]));
}

TEST_F(WithToken, LoginIsOfTheWholeApplication) {
  const CK_SESSION_HANDLE one = open();
  const CK_SESSION_HANDLE read_only = open(CKF_SERIAL_SESSION);
  EXPECT_RV(CKR_USER_NOT_LOGGED_IN, f.C_Logout(one));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_Login(one, CKU_USER, nullptr, 4));
  EXPECT_RV(CKR_USER_TYPE_INVALID, login(one, 17, kPin));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED, login(one, CKU_CONTEXT_SPECIFIC, kPin));
  EXPECT_RV(CKR_PIN_INCORRECT, login(one, CKU_USER, "wrong-pin"));
  EXPECT_RV(CKR_PIN_INCORRECT, login(one, CKU_USER, std::string(1000, 'x')));
  EXPECT_RV(CKR_SESSION_READ_ONLY_EXISTS, login(one, CKU_SO, kSoPin));
  EXPECT_RV(CKR_OK, login(one, CKU_USER, kPin));
  EXPECT_RV(CKR_USER_ALREADY_LOGGED_IN, login(read_only, CKU_USER, kPin));
  EXPECT_RV(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, login(one, CKU_SO, kSoPin));
  EXPECT_EQ(state_of(f, one), CKS_RW_USER_FUNCTIONS);
  EXPECT_EQ(state_of(f, read_only), CKS_RO_USER_FUNCTIONS);
  EXPECT_EQ(state_of(f, open()), CKS_RW_USER_FUNCTIONS);
  EXPECT_RV(CKR_OK, f.C_Logout(read_only));
  EXPECT_EQ(state_of(f, one), CKS_RW_PUBLIC_SESSION);
}

TEST_F(WithToken, TheSecurityOfficerAllowsNoReadOnlySession) {
  const CK_SESSION_HANDLE session = open();
  ASSERT_RV(CKR_OK, login(session, CKU_SO, kSoPin));
  EXPECT_EQ(state_of(f, session), CKS_RW_SO_FUNCTIONS);
  CK_SESSION_HANDLE read_only = 0;
  EXPECT_RV(CKR_SESSION_READ_WRITE_SO_EXISTS,
            f.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &read_only));
}

TEST_F(WithToken, ClosingTheLastSessionLogsOut) {
  const CK_SESSION_HANDLE one = open();
  const CK_SESSION_HANDLE two = open();
  ASSERT_RV(CKR_OK, login(one, CKU_USER, kPin));
  EXPECT_RV(CKR_OK, f.C_CloseSession(one));
  EXPECT_EQ(state_of(f, two), CKS_RW_USER_FUNCTIONS);
  EXPECT_RV(CKR_OK, f.C_CloseSession(two));
  EXPECT_EQ(state_of(f, open()), CKS_RW_PUBLIC_SESSION);
}

TEST_F(WithToken, PinsAreChangedByWhomTheyBelongTo) {
  const CK_SESSION_HANDLE session = open();
  EXPECT_RV(CKR_USER_NOT_LOGGED_IN, f.C_InitPIN(session, text("123456"), 6));
  const CK_SESSION_HANDLE read_only = open(CKF_SERIAL_SESSION);
  EXPECT_RV(CKR_SESSION_READ_ONLY,
            f.C_SetPIN(read_only, text(kPin), kPin.size(), text("123456"), 6));
  ASSERT_RV(CKR_OK, login(session, CKU_USER, kPin));
  EXPECT_RV(CKR_PIN_LEN_RANGE, f.C_SetPIN(session, text(kPin), kPin.size(), text("123"), 3));
  EXPECT_RV(CKR_PIN_INCORRECT, f.C_SetPIN(session, text("not-it"), 6, text("123456"), 6));
  EXPECT_RV(CKR_OK, f.C_SetPIN(session, text(kPin), kPin.size(), text("123456"), 6));
  EXPECT_RV(CKR_OK, f.C_Logout(session));
  EXPECT_RV(CKR_PIN_INCORRECT, login(session, CKU_USER, kPin));
  EXPECT_RV(CKR_OK, login(session, CKU_USER, "123456"));
}

TEST_F(WithToken, InitTokenNeedsThatNoSessionIsOpen) {
  CK_UTF8CHAR label[32];
  std::memset(label, ' ', sizeof label);
  const CK_SESSION_HANDLE session = open();
  EXPECT_RV(CKR_SESSION_EXISTS, f.C_InitToken(slot, text(kSoPin), kSoPin.size(), label));
  ASSERT_RV(CKR_OK, f.C_CloseSession(session));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_InitToken(slot, nullptr, 8, label));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_InitToken(slot, text(kSoPin), kSoPin.size(), nullptr));
  EXPECT_RV(CKR_PIN_INCORRECT, f.C_InitToken(slot, text("wrong-so"), 8, label));
  EXPECT_RV(CKR_OK, f.C_InitToken(slot, text(kSoPin), kSoPin.size(), label));
}

TEST_F(WithToken, RandomComesInAnyLength) {
  const CK_SESSION_HANDLE session = open();
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GenerateRandom(session, nullptr, 4));
  EXPECT_RV(CKR_OK, f.C_GenerateRandom(session, nullptr, 0));
  EXPECT_RV(CKR_RANDOM_SEED_NOT_SUPPORTED, f.C_SeedRandom(session, nullptr, 0));
  Octets random((2 << 20) + 3);
  EXPECT_RV(CKR_OK, f.C_GenerateRandom(session, random.data(), random.size()));
  EXPECT_NE(Octets(random.end() - 8, random.end()), Octets(8));
}

TEST_F(WithToken, WhatIsOfThePastSaysSo) {
  const CK_SESSION_HANDLE session = open();
  EXPECT_RV(CKR_FUNCTION_NOT_PARALLEL, f.C_GetFunctionStatus(session));
  EXPECT_RV(CKR_FUNCTION_NOT_PARALLEL, f.C_CancelFunction(session));
  CK_SLOT_ID event = 0;
  EXPECT_RV(CKR_NO_EVENT, f.C_WaitForSlotEvent(CKF_DONT_BLOCK, &event, nullptr));
  EXPECT_RV(CKR_FUNCTION_NOT_SUPPORTED, f.C_WaitForSlotEvent(0, &event, nullptr));
  EXPECT_RV(CKR_FUNCTION_NOT_SUPPORTED, f.C_SignRecoverInit(session, nullptr, 0));
  EXPECT_RV(CKR_FUNCTION_NOT_SUPPORTED, f.C_MessageEncryptInit(session, nullptr, 0));
}

}  // namespace
}  // namespace azekura::module_test

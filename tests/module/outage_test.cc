// The daemon goes and comes back under a running application, over both transports.

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/module/token.h"

namespace azekura::module_test {
namespace {

using Clock = std::chrono::steady_clock;

class Outage : public WithUser, public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    setenv("AZEKURA_TRANSPORT", GetParam(), 1);
    WithUser::SetUp();
  }
  CK_RV sign(CK_OBJECT_HANDLE key) {
    CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
    Octets data(32, 5);
    Octets out(64);
    CK_ULONG size = out.size();
    if (const CK_RV rv = f.C_SignInit(session, &mechanism, key); rv != CKR_OK) return rv;
    return f.C_Sign(session, data.data(), data.size(), out.data(), &size);
  }
};
INSTANTIATE_TEST_SUITE_P(Over, Outage, ::testing::Values("ring", "socket"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(Outage, KeysAndLoginSurviveARestart) {
  const KeyPair pair = ec_pair(true);
  ASSERT_RV(CKR_OK, sign(pair.private_key));
  for (int round = 0; round < 3; ++round) {
    daemon.kill();
    daemon.start();
    EXPECT_RV(CKR_OK, sign(pair.private_key));
    CK_SESSION_INFO info;
    EXPECT_RV(CKR_OK, f.C_GetSessionInfo(session, &info));
    EXPECT_EQ(info.state, CKS_RW_USER_FUNCTIONS);
  }
}

TEST_P(Outage, ACallWaitsForTheDaemonToComeBack) {
  const KeyPair pair = ec_pair(true);
  daemon.kill();
  std::thread starter([&] { daemon.start(); });
  EXPECT_RV(CKR_OK, sign(pair.private_key));
  starter.join();
}

TEST_P(Outage, WhatLivedInTheDaemonIsGoneAndSaysSo) {
  const CK_OBJECT_HANDLE key = aes_key();
  const CK_OBJECT_HANDLE kept = aes_key(32, true);
  CK_AES_CTR_PARAMS ctr{128, {}};
  CK_MECHANISM mechanism{CKM_AES_CTR, &ctr, sizeof ctr};
  Octets data(100);
  CK_ULONG size = data.size();
  ASSERT_RV(CKR_OK, f.C_EncryptInit(session, &mechanism, kept));
  ASSERT_RV(CKR_OK, f.C_EncryptUpdate(session, data.data(), 100, data.data(), &size));
  daemon.kill();
  daemon.start();
  size = data.size();
  EXPECT_RV(CKR_DEVICE_ERROR, f.C_EncryptUpdate(session, data.data(), 100, data.data(), &size));
  EXPECT_RV(CKR_OPERATION_NOT_INITIALIZED,
            f.C_EncryptUpdate(session, data.data(), 100, data.data(), &size));
  EXPECT_RV(CKR_KEY_HANDLE_INVALID, f.C_EncryptInit(session, &mechanism, key));
  EXPECT_RV(CKR_OK, f.C_EncryptInit(session, &mechanism, kept));
}

TEST_P(Outage, WithoutADaemonNoCallOutlivesItsPatience) {
  const KeyPair pair = ec_pair(true);
  daemon.kill();
  const auto start = Clock::now();
  EXPECT_RV(CKR_DEVICE_ERROR, sign(pair.private_key));
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(12));
  // Given up once, it is not waited for again.
  const auto again = Clock::now();
  EXPECT_RV(CKR_DEVICE_ERROR, sign(pair.private_key));
  EXPECT_LT(Clock::now() - again, std::chrono::seconds(1));
  EXPECT_RV(CKR_OK, f.C_SessionCancel(session, CKF_SIGN));
  daemon.start();
  EXPECT_RV(CKR_OK, sign(pair.private_key));
}

TEST_P(Outage, LoggedOutStaysLoggedOutAfterARestart) {
  const KeyPair pair = ec_pair(true);
  ASSERT_RV(CKR_OK, f.C_Logout(session));
  daemon.kill();
  daemon.start();
  EXPECT_RV(CKR_KEY_HANDLE_INVALID, sign(pair.private_key));
  CK_SESSION_INFO info;
  EXPECT_RV(CKR_OK, f.C_GetSessionInfo(session, &info));
  EXPECT_EQ(info.state, CKS_RW_PUBLIC_SESSION);
}

TEST_P(Outage, AChangeByAnotherApplicationIsNoticed) {
  const KeyPair pair = ec_pair(true);
  ASSERT_RV(CKR_OK, sign(pair.private_key));
  const pid_t pid = fork();
  if (pid == 0) {
    f.C_Initialize(nullptr);
    CK_SESSION_HANDLE own = 0;
    f.C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &own);
    f.C_Login(own, CKU_USER, text(kPin), kPin.size());
    _exit(f.C_DestroyObject(own, pair.private_key) == CKR_OK ? 0 : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_RV(CKR_KEY_HANDLE_INVALID, sign(pair.private_key));
}

}  // namespace
}  // namespace azekura::module_test

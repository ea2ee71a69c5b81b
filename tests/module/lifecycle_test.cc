// The module as a guest: coming and going, threads, forks, unloading.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <latch>
#include <thread>

#include "tests/module/token.h"

namespace azekura::module_test {
namespace {

template <class Body>
int in_child(Body&& body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class Guest : public ::testing::Test {
 protected:
  ~Guest() override { f.C_Finalize(nullptr); }
  const CK_FUNCTION_LIST_3_2& f = functions();
};

TEST_F(Guest, ArgumentsOfInitializeAreChecked) {
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.pReserved = &arguments;
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_Initialize(&arguments));
  arguments = {};
  arguments.LockMutex = [](CK_VOID_PTR) -> CK_RV { return CKR_OK; };
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_Initialize(&arguments));
  EXPECT_RV(CKR_CRYPTOKI_NOT_INITIALIZED, f.C_Finalize(nullptr));
  arguments = {};
  arguments.flags = CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS;
  EXPECT_RV(CKR_OK, f.C_Initialize(&arguments));
  EXPECT_RV(CKR_CRYPTOKI_ALREADY_INITIALIZED, f.C_Initialize(&arguments));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_Finalize(&arguments));
  EXPECT_RV(CKR_OK, f.C_Finalize(nullptr));
}

TEST_F(Guest, EveryFunctionOfEveryListIsThere) {
  std::array<CK_INTERFACE, 3> interfaces;
  CK_ULONG count = 1;
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GetInterfaceList(nullptr, nullptr));
  EXPECT_RV(CKR_BUFFER_TOO_SMALL, f.C_GetInterfaceList(interfaces.data(), &count));
  ASSERT_EQ(count, interfaces.size());
  ASSERT_RV(CKR_OK, f.C_GetInterfaceList(interfaces.data(), &count));
  const std::array<std::size_t, 3> functions_of{104, 92, 68};
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_STREQ(reinterpret_cast<const char*>(interfaces[i].pInterfaceName), "PKCS 11");
    auto* table = static_cast<void* const*>(interfaces[i].pFunctionList);
    for (std::size_t k = 1; k <= functions_of[i]; ++k) EXPECT_NE(table[k], nullptr) << k;
  }
  CK_INTERFACE_PTR found = nullptr;
  CK_VERSION version{3, 1};
  EXPECT_RV(CKR_FUNCTION_FAILED, f.C_GetInterface(text("PKCS 11"), &version, &found, 0));
  EXPECT_RV(CKR_FUNCTION_FAILED, f.C_GetInterface(text("other"), nullptr, &found, 0));
  EXPECT_RV(CKR_ARGUMENTS_BAD, f.C_GetInterface(nullptr, nullptr, nullptr, 0));
  EXPECT_RV(CKR_OK, f.C_GetInterface(nullptr, nullptr, &found, 0));
  EXPECT_EQ(found->pFunctionList, &f);
  CK_FUNCTION_LIST_PTR old = nullptr;
  EXPECT_RV(CKR_OK, f.C_GetFunctionList(&old));
  EXPECT_EQ(old->version.major, 2);
  EXPECT_EQ(old->version.minor, 40);
}

TEST_F(Guest, NothingWorksBeforeInitialize) {
  CK_ULONG count = 0;
  CK_INFO info;
  CK_SESSION_HANDLE session = 0;
  EXPECT_RV(CKR_CRYPTOKI_NOT_INITIALIZED, f.C_GetInfo(&info));
  EXPECT_RV(CKR_CRYPTOKI_NOT_INITIALIZED, f.C_GetSlotList(CK_TRUE, nullptr, &count));
  EXPECT_RV(CKR_CRYPTOKI_NOT_INITIALIZED,
            f.C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &session));
  EXPECT_RV(CKR_CRYPTOKI_NOT_INITIALIZED, f.C_Sign(1, nullptr, 0, nullptr, nullptr));
}

TEST_F(Guest, RacingInitializeHasOneWinner) {
  constexpr int kThreads = 8;
  for (int round = 0; round < 1000; ++round) {
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    std::latch start(kThreads);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const CK_RV rv = f.C_Initialize(nullptr);
        if (rv == CKR_OK) ++won;
        if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED) ++lost;
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(won, 1);
    ASSERT_EQ(lost, kThreads - 1);
    ASSERT_RV(CKR_OK, f.C_Finalize(nullptr));
  }
}

TEST_F(Guest, WithoutADaemonThereIsOneEmptySlotThatSaysWhy) {
  setenv("AZEKURA_SOCKET", "/nowhere/azekura.sock", 1);
  ASSERT_RV(CKR_OK, f.C_Initialize(nullptr));
  CK_ULONG count = 0;
  EXPECT_RV(CKR_OK, f.C_GetSlotList(CK_TRUE, nullptr, &count));
  EXPECT_EQ(count, 0u);
  CK_SLOT_ID slots[1];
  count = 1;
  ASSERT_RV(CKR_OK, f.C_GetSlotList(CK_FALSE, slots, &count));
  ASSERT_EQ(count, 1u);
  CK_SLOT_INFO info;
  ASSERT_RV(CKR_OK, f.C_GetSlotInfo(slots[0], &info));
  EXPECT_EQ(info.flags & CKF_TOKEN_PRESENT, 0u);
  const std::string description(std::begin(info.slotDescription), std::end(info.slotDescription));
  EXPECT_NE(description.find("no azekura-hsmd at /nowhere/azekura.sock"), std::string::npos);
  CK_TOKEN_INFO token;
  EXPECT_RV(CKR_TOKEN_NOT_PRESENT, f.C_GetTokenInfo(slots[0], &token));
  CK_SESSION_HANDLE session = 0;
  EXPECT_RV(CKR_TOKEN_NOT_PRESENT,
            f.C_OpenSession(slots[0], CKF_SERIAL_SESSION, nullptr, nullptr, &session));
}

TEST_F(WithToken, AForkedChildBeginsAnew) {
  const CK_SESSION_HANDLE session = open();
  ASSERT_RV(CKR_OK, login(session, CKU_USER, kPin));
  EXPECT_EQ(0, in_child([&] {
              CK_SESSION_INFO info;
              if (f.C_GetSessionInfo(session, &info) != CKR_CRYPTOKI_NOT_INITIALIZED) return 1;
              if (f.C_Finalize(nullptr) != CKR_CRYPTOKI_NOT_INITIALIZED) return 2;
              if (f.C_Initialize(nullptr) != CKR_OK) return 3;
              if (f.C_GetSessionInfo(session, &info) != CKR_SESSION_HANDLE_INVALID) return 4;
              CK_SESSION_HANDLE own = 0;
              if (f.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &own) != CKR_OK)
                return 5;
              if (f.C_GetSessionInfo(own, &info) != CKR_OK) return 6;
              if (info.state != CKS_RO_PUBLIC_SESSION) return 7;
              if (f.C_Login(own, CKU_USER, text(kPin), kPin.size()) != CKR_OK) return 8;
              std::uint8_t random[32];
              if (f.C_GenerateRandom(own, random, sizeof random) != CKR_OK) return 9;
              return f.C_Finalize(nullptr) == CKR_OK ? 0 : 10;
            }));
  // The parent has lost nothing.
  std::uint8_t random[32];
  EXPECT_RV(CKR_OK, f.C_GenerateRandom(session, random, sizeof random));
  CK_SESSION_INFO info;
  EXPECT_RV(CKR_OK, f.C_GetSessionInfo(session, &info));
  EXPECT_EQ(info.state, CKS_RW_USER_FUNCTIONS);
}

TEST_F(WithToken, AChildForkedWhileThreadsCallIsNotStuck) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const CK_SESSION_HANDLE session = open();
      std::uint8_t random[16];
      while (!stop) EXPECT_RV(CKR_OK, f.C_GenerateRandom(session, random, sizeof random));
    });
  }
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(0, in_child([&] {
                if (f.C_Initialize(nullptr) != CKR_OK) return 1;
                CK_SESSION_HANDLE own = 0;
                if (f.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &own) != CKR_OK)
                  return 2;
                std::uint8_t random[16];
                return f.C_GenerateRandom(own, random, sizeof random) == CKR_OK ? 0 : 3;
              }));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

TEST_F(WithToken, FinalizeWhileOthersCallIsSafe) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        std::uint8_t random[16];
        while (!stop) {
          CK_SESSION_HANDLE session = 0;
          if (f.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session) == CKR_OK) {
            f.C_GenerateRandom(session, random, sizeof random);
            f.C_CloseSession(session);
          }
        }
      });
    }
    CK_TOKEN_INFO info;
    for (int i = 0; i < 50; ++i) f.C_GetTokenInfo(slot, &info);
    EXPECT_RV(CKR_OK, f.C_Finalize(nullptr));
    EXPECT_RV(CKR_OK, f.C_Initialize(nullptr));
    stop = true;
    for (std::thread& thread : threads) thread.join();
  }
}

TEST_F(WithToken, LoadingAndUnloadingLeavesNothingBehind) {
  const auto descriptors = [] {
    int open_ones = 0;
    for (int fd = 0; fd < 256; ++fd) open_ones += fcntl(fd, F_GETFD) != -1;
    return open_ones;
  };
  ASSERT_RV(CKR_OK, f.C_Finalize(nullptr));
  const int before = descriptors();
  for (int i = 0; i < 100; ++i) {
    void* module = dlopen(module_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(module, nullptr);
    auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(module, "C_GetFunctionList"));
    CK_FUNCTION_LIST_PTR list = nullptr;
    ASSERT_RV(CKR_OK, get(&list));
    ASSERT_RV(CKR_OK, list->C_Initialize(nullptr));
    std::thread([&] {
      CK_SESSION_HANDLE session = 0;
      EXPECT_RV(CKR_OK, list->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session));
      std::uint8_t random[16];
      EXPECT_RV(CKR_OK, list->C_GenerateRandom(session, random, sizeof random));
    }).join();
    ASSERT_RV(CKR_OK, list->C_Finalize(nullptr));
    ASSERT_EQ(0, dlclose(module));
  }
  EXPECT_EQ(descriptors(), before);
  ASSERT_RV(CKR_OK, f.C_Initialize(nullptr));
}

TEST_F(WithToken, ExitingWithoutFinalizeIsQuiet) {
  EXPECT_EXIT(
      {
        f.C_Initialize(nullptr);
        CK_SESSION_HANDLE session = 0;
        f.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
        std::thread([&] {
          std::uint8_t random[16];
          for (;;) f.C_GenerateRandom(session, random, sizeof random);
        }).detach();
        std::uint8_t random[16];
        for (int i = 0; i < 100; ++i) f.C_GenerateRandom(session, random, sizeof random);
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "^$");
}

TEST_F(WithToken, ACancelledThreadLeavesTheModuleUsable) {
  const CK_SESSION_HANDLE session = open();
  pthread_t thread;
  const auto loop = [](void* self) -> void* {
    auto* test = static_cast<std::pair<const CK_FUNCTION_LIST_3_2*, CK_SESSION_HANDLE>*>(self);
    std::uint8_t random[16];
    for (;;) {
      test->first->C_GenerateRandom(test->second, random, sizeof random);
      pthread_testcancel();
    }
  };
  std::pair<const CK_FUNCTION_LIST_3_2*, CK_SESSION_HANDLE> argument{&f, session};
  ASSERT_EQ(0, pthread_create(&thread, nullptr, loop, &argument));
  std::uint8_t random[16];
  for (int i = 0; i < 100; ++i) f.C_GenerateRandom(session, random, sizeof random);
  pthread_cancel(thread);
  pthread_join(thread, nullptr);
  EXPECT_RV(CKR_OK, f.C_GenerateRandom(session, random, sizeof random));
}

}  // namespace
}  // namespace azekura::module_test

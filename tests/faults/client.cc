// A PKCS#11 application for the fault tests: it does one thing in a loop and says what was
// acknowledged, so that a test can kill whatever it likes meanwhile.
//
//   faults_client create FIRST THREADS     makes AES token keys numbered from FIRST; prints "made
//   N" after
//                                          CKR_OK; ends quietly with the first error
//   faults_client present                  reads numbers; prints "missing N" for each key that is
//   not
//                                          there exactly once or does not encipher, then "checked
//                                          N"
//   faults_client sign KEY_ID THREADS S    signs with the P-256 key for S seconds and verifies
//   every
//                                          signature; prints "signing" when it begins, at the end
//                                          "signed N errors N longest_ms N", and each error's name
//
// The module is $AZEKURA_MODULE, the PIN $AZEKURA_PIN, the token the first.
#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "hsm/cryptoki/names.h"
#include "hsm/cryptoki/pkcs11.h"

namespace {

using Clock = std::chrono::steady_clock;
CK_FUNCTION_LIST* f = nullptr;
CK_SLOT_ID slot = 0;

[[noreturn]] void give_up(const char* what, CK_RV rv) {
  std::fprintf(stderr, "%s: %s\n", what,
               std::string(azekura::hsm::cryptoki::name_of_rv(rv)).c_str());
  std::exit(1);
}

void must(const char* what, CK_RV rv) {
  if (rv != CKR_OK) give_up(what, rv);
}

CK_SESSION_HANDLE open_session() {
  CK_SESSION_HANDLE session = 0;
  must("C_OpenSession",
       f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session));
  return session;
}

void begin() {
  void* module = dlopen(std::getenv("AZEKURA_MODULE"), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(1);
  }
  auto get = reinterpret_cast<CK_C_GetFunctionList>(dlsym(module, "C_GetFunctionList"));
  must("C_GetFunctionList", get(&f));
  CK_C_INITIALIZE_ARGS args{};
  args.flags = CKF_OS_LOCKING_OK;
  must("C_Initialize", f->C_Initialize(&args));
  CK_ULONG count = 1;
  const CK_RV rv = f->C_GetSlotList(CK_TRUE, &slot, &count);
  if (rv != CKR_BUFFER_TOO_SMALL) must("C_GetSlotList", rv);
  std::string pin = std::getenv("AZEKURA_PIN");
  must("C_Login", f->C_Login(open_session(), CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()),
                             pin.size()));
}

template <typename T>
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, T& value) {
  return {type, &value, sizeof value};
}
CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, std::string& value) {
  return {type, value.data(), value.size()};
}

std::vector<CK_OBJECT_HANDLE> find(CK_SESSION_HANDLE session, CK_OBJECT_CLASS object_class,
                                   std::string id) {
  CK_ATTRIBUTE wanted[] = {attribute(CKA_CLASS, object_class), attribute(CKA_ID, id)};
  must("C_FindObjectsInit", f->C_FindObjectsInit(session, wanted, 2));
  std::vector<CK_OBJECT_HANDLE> found(8);
  CK_ULONG count = 0;
  must("C_FindObjects", f->C_FindObjects(session, found.data(), found.size(), &count));
  must("C_FindObjectsFinal", f->C_FindObjectsFinal(session));
  found.resize(count);
  return found;
}

std::string id_of(long number) { return "key " + std::to_string(number); }

int create(long first, int threads) {
  std::atomic<long> next{first};
  std::mutex output;
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&] {
      const CK_SESSION_HANDLE session = open_session();
      for (;;) {
        const long number = next.fetch_add(1);
        std::string id = id_of(number);
        CK_BBOOL yes = CK_TRUE;
        CK_ULONG size = 32;
        CK_ATTRIBUTE wanted[] = {attribute(CKA_TOKEN, yes), attribute(CKA_ID, id),
                                 attribute(CKA_ENCRYPT, yes), attribute(CKA_VALUE_LEN, size)};
        CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
        CK_OBJECT_HANDLE key = 0;
        if (f->C_GenerateKey(session, &mechanism, wanted, 4, &key) != CKR_OK) return;
        const std::lock_guard lock(output);
        std::printf("made %ld\n", number);
        std::fflush(stdout);
      }
    });
  }
  for (std::thread& thread : pool) thread.join();
  return 0;
}

int present() {
  const CK_SESSION_HANDLE session = open_session();
  long checked = 0;
  for (long number; std::cin >> number; ++checked) {
    const auto found = find(session, CKO_SECRET_KEY, id_of(number));
    bool works = found.size() == 1;
    if (works) {
      CK_BYTE iv[16] = {}, block[16] = {}, out[16];
      CK_ULONG size = sizeof out;
      CK_MECHANISM mechanism{CKM_AES_CBC, iv, sizeof iv};
      works = f->C_EncryptInit(session, &mechanism, found[0]) == CKR_OK &&
              f->C_Encrypt(session, block, sizeof block, out, &size) == CKR_OK;
    }
    if (!works) std::printf("missing %ld\n", number);
  }
  std::printf("checked %ld\n", checked);
  return 0;
}

int sign(const std::string& key_id, int threads, double seconds) {
  std::mutex mutex;
  std::set<std::string> names;
  std::atomic<long> signed_count{0}, errors{0}, longest_ms{0};
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  std::printf("signing\n");
  std::fflush(stdout);
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&] {
      const CK_SESSION_HANDLE session = open_session();
      const CK_OBJECT_HANDLE private_key = find(session, CKO_PRIVATE_KEY, key_id).at(0);
      const CK_OBJECT_HANDLE public_key = find(session, CKO_PUBLIC_KEY, key_id).at(0);
      CK_BYTE digest[32] = {1, 2, 3}, signature[64];
      while (Clock::now() < until) {
        ++digest[0];
        const auto start = Clock::now();
        CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
        CK_ULONG size = sizeof signature;
        CK_RV rv = f->C_SignInit(session, &mechanism, private_key);
        if (rv == CKR_OK) rv = f->C_Sign(session, digest, sizeof digest, signature, &size);
        if (rv == CKR_OK) rv = f->C_VerifyInit(session, &mechanism, public_key);
        if (rv == CKR_OK) rv = f->C_Verify(session, digest, sizeof digest, signature, size);
        const long took =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
        for (long seen = longest_ms;
             took > seen && !longest_ms.compare_exchange_weak(seen, took);) {
        }
        if (rv == CKR_OK) {
          ++signed_count;
        } else {
          ++errors;
          const std::lock_guard lock(mutex);
          names.emplace(azekura::hsm::cryptoki::name_of_rv(rv));
        }
      }
    });
  }
  for (std::thread& thread : pool) thread.join();
  std::printf("signed %ld errors %ld longest_ms %ld", signed_count.load(), errors.load(),
              longest_ms.load());
  for (const std::string& name : names) std::printf(" %s", name.c_str());
  std::printf("\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.empty()) return 2;
  begin();
  if (args[0] == "create" && args.size() == 3)
    return create(std::stol(args[1]), std::stoi(args[2]));
  if (args[0] == "present") return present();
  if (args[0] == "sign" && args.size() == 4)
    return sign(args[1], std::stoi(args[2]), std::stod(args[3]));
  return 2;
}

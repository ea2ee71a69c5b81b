#include "tests/module/token.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace azekura::module_test {

std::string module_path() { return built("lib/libazekura-pkcs11.so"); }

const CK_FUNCTION_LIST_3_2& functions() {
  static const CK_FUNCTION_LIST_3_2* const loaded = [] {
    void* module = dlopen(module_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) {
      std::fprintf(stderr, "%s\n", dlerror());
      std::abort();
    }
    auto get = reinterpret_cast<CK_C_GetInterface>(dlsym(module, "C_GetInterface"));
    CK_VERSION version{3, 2};
    CK_INTERFACE_PTR interface = nullptr;
    if (get(text("PKCS 11"), &version, &interface, 0) != CKR_OK) std::abort();
    return static_cast<const CK_FUNCTION_LIST_3_2*>(interface->pFunctionList);
  }();
  return *loaded;
}

WithDaemon::WithDaemon() { setenv("AZEKURA_SOCKET", daemon.socket_path().c_str(), 1); }
WithDaemon::~WithDaemon() { f.C_Finalize(nullptr); }

void WithToken::SetUp() {
  ASSERT_RV(CKR_OK, f.C_Initialize(nullptr));
  CK_UTF8CHAR label[32];
  std::memset(label, ' ', sizeof label);
  std::memcpy(label, "conf", 4);
  ASSERT_RV(CKR_OK, f.C_InitToken(slot, text(kSoPin), kSoPin.size(), label));
  const CK_SESSION_HANDLE so = open();
  ASSERT_RV(CKR_OK, login(so, CKU_SO, kSoPin));
  ASSERT_RV(CKR_OK, f.C_InitPIN(so, text(kPin), kPin.size()));
  ASSERT_RV(CKR_OK, f.C_CloseSession(so));
}

void WithToken::TearDown() { EXPECT_RV(CKR_OK, f.C_Finalize(nullptr)); }

CK_SESSION_HANDLE WithToken::open(CK_FLAGS flags) {
  CK_SESSION_HANDLE opened = 0;
  EXPECT_RV(CKR_OK, f.C_OpenSession(slot, flags, nullptr, nullptr, &opened));
  return opened;
}

CK_RV WithToken::login(CK_SESSION_HANDLE session, CK_USER_TYPE user, std::string_view pin) {
  return f.C_Login(session, user, text(pin), pin.size());
}

void WithUser::SetUp() {
  WithToken::SetUp();
  if (HasFatalFailure()) return;
  session = open();
  ASSERT_RV(CKR_OK, login(session, CKU_USER, kPin));
}

CK_OBJECT_HANDLE WithUser::aes_key(std::size_t size, bool token) {
  CK_MECHANISM mechanism{CKM_AES_KEY_GEN, nullptr, 0};
  Template key;
  key.number(CKA_VALUE_LEN, size)
      .flag(CKA_TOKEN, token)
      .flag(CKA_ENCRYPT, true)
      .flag(CKA_DECRYPT, true);
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_OK, f.C_GenerateKey(session, &mechanism, key.data(), key.size(), &handle));
  return handle;
}

CK_OBJECT_HANDLE WithUser::hmac_key(std::size_t size) {
  CK_MECHANISM mechanism{CKM_GENERIC_SECRET_KEY_GEN, nullptr, 0};
  Template key;
  key.number(CKA_VALUE_LEN, size).flag(CKA_SIGN, true).flag(CKA_VERIFY, true);
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_OK, f.C_GenerateKey(session, &mechanism, key.data(), key.size(), &handle));
  return handle;
}

KeyPair WithUser::ec_pair(bool token) {
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  Template public_key;
  public_key.raw(CKA_EC_PARAMS, {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07})
      .flag(CKA_TOKEN, token)
      .flag(CKA_VERIFY, true);
  Template private_key;
  private_key.flag(CKA_TOKEN, token).flag(CKA_SIGN, true).flag(CKA_DERIVE, true);
  KeyPair pair;
  EXPECT_RV(CKR_OK, f.C_GenerateKeyPair(session, &mechanism, public_key.data(), public_key.size(),
                                        private_key.data(), private_key.size(), &pair.public_key,
                                        &pair.private_key));
  return pair;
}

KeyPair WithUser::ed_pair() {
  CK_MECHANISM mechanism{CKM_EC_EDWARDS_KEY_PAIR_GEN, nullptr, 0};
  Template public_key;
  public_key.raw(CKA_EC_PARAMS, {0x06, 0x03, 0x2b, 0x65, 0x70}).flag(CKA_VERIFY, true);
  Template private_key;
  private_key.flag(CKA_SIGN, true);
  KeyPair pair;
  EXPECT_RV(CKR_OK, f.C_GenerateKeyPair(session, &mechanism, public_key.data(), public_key.size(),
                                        private_key.data(), private_key.size(), &pair.public_key,
                                        &pair.private_key));
  return pair;
}

KeyPair WithUser::rsa_pair(CK_ULONG bits) {
  CK_MECHANISM mechanism{CKM_RSA_PKCS_KEY_PAIR_GEN, nullptr, 0};
  Template public_key;
  public_key.number(CKA_MODULUS_BITS, bits)
      .raw(CKA_PUBLIC_EXPONENT, {1, 0, 1})
      .flag(CKA_VERIFY, true)
      .flag(CKA_ENCRYPT, true);
  Template private_key;
  private_key.flag(CKA_SIGN, true).flag(CKA_DECRYPT, true);
  KeyPair pair;
  EXPECT_RV(CKR_OK, f.C_GenerateKeyPair(session, &mechanism, public_key.data(), public_key.size(),
                                        private_key.data(), private_key.size(), &pair.public_key,
                                        &pair.private_key));
  return pair;
}

CK_OBJECT_HANDLE WithUser::import(CK_KEY_TYPE type, const Octets& value, Template more) {
  more.number(CKA_CLASS, CKO_SECRET_KEY).number(CKA_KEY_TYPE, type).raw(CKA_VALUE, value);
  CK_OBJECT_HANDLE handle = 0;
  EXPECT_RV(CKR_OK, f.C_CreateObject(session, more.data(), more.size(), &handle));
  return handle;
}

}  // namespace azekura::module_test

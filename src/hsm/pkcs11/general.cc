// PKCS#11 3.2 §5.4: general-purpose functions, and the tables of all functions.

#include <array>
#include <cstring>

#include "hsm/pkcs11/library.h"
#include "hsm/pkcs11/texts.h"

namespace azekura::hsm::pkcs11 {
namespace {

Outcome<void> check_arguments(const CK_C_INITIALIZE_ARGS& arguments) {
  if (arguments.pReserved != nullptr) return refuse(CKR_ARGUMENTS_BAD, "pReserved is not null");
  const int callbacks = (arguments.CreateMutex != nullptr) + (arguments.DestroyMutex != nullptr) +
                        (arguments.LockMutex != nullptr) + (arguments.UnlockMutex != nullptr);
  if (callbacks != 0 && callbacks != 4) {
    return refuse(CKR_ARGUMENTS_BAD, "some of the mutex callbacks, but not all");
  }
  // Our own locks are the system's, whatever callbacks there are: they serve any host.
  return {};
}

Outcome<void> fill_info(CK_INFO_PTR out, CK_VERSION version) {
  if (out == nullptr) return refuse(CKR_ARGUMENTS_BAD);
  *out = {};
  out->cryptokiVersion = version;
  put_text(out->manufacturerID, kManufacturer);
  put_text(out->libraryDescription, "Azekura HSM client");
  out->libraryVersion = kLibraryVersion;
  return {};
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

using namespace azekura::hsm::pkcs11;
using azekura::hsm::Outcome;
using azekura::hsm::refuse;

extern "C" {

CK_RV C_Initialize(CK_VOID_PTR pInitArgs) {
  return guard_anytime(__func__, [&]() -> Outcome<void> {
    if (pInitArgs != nullptr) {
      CK_C_INITIALIZE_ARGS arguments;
      std::memcpy(&arguments, pInitArgs, sizeof arguments);
      if (auto fine = check_arguments(arguments); !fine) return fine;
    }
    return initialize();
  });
}

CK_RV C_Finalize(CK_VOID_PTR pReserved) {
  return guard_anytime(__func__, [&]() -> Outcome<void> {
    if (pReserved != nullptr) return refuse(CKR_ARGUMENTS_BAD, "pReserved is not null");
    return finalize();
  });
}

CK_RV C_GetInfo(CK_INFO_PTR pInfo) {
  return guard(__func__, [&](State&) { return fill_info(pInfo, {3, 2}); });
}

// Applications hold the version against the list through which they ask.
static CK_RV get_info_2_40(CK_INFO_PTR pInfo) {
  return guard("C_GetInfo", [&](State&) { return fill_info(pInfo, {2, 40}); });
}
static CK_RV get_info_3_0(CK_INFO_PTR pInfo) {
  return guard("C_GetInfo", [&](State&) { return fill_info(pInfo, {3, 0}); });
}

}  // extern "C"

namespace azekura::hsm::pkcs11 {
namespace {

#define AZEKURA_ENTRY(name, parameters) .name = ::name,

// The lists are handed out as pointers to non-const; the standard forbids to change them, and
// nothing here reads them. They differ from the generic ones in C_GetInfo.
template <class List>
constexpr List with_info(List list, CK_C_GetInfo info) {
  list.C_GetInfo = info;
  return list;
}
constinit CK_FUNCTION_LIST functions_2_40 =
    with_info(CK_FUNCTION_LIST{.version = {2, 40}, AZEKURA_PKCS11_FUNCTIONS_2_40(AZEKURA_ENTRY)},
              get_info_2_40);
constinit CK_FUNCTION_LIST_3_0 functions_3_0 =
    with_info(CK_FUNCTION_LIST_3_0{.version = {3, 0}, AZEKURA_PKCS11_FUNCTIONS_3_0(AZEKURA_ENTRY)},
              get_info_3_0);
constinit CK_FUNCTION_LIST_3_2 functions_3_2{.version = {3, 2},
                                             AZEKURA_PKCS11_FUNCTIONS_3_2(AZEKURA_ENTRY)};
#undef AZEKURA_ENTRY

constinit CK_UTF8CHAR interface_name[] = "PKCS 11";

// The first is the default. No CKF_INTERFACE_FORK_SAFE: a child begins with C_Initialize.
constinit std::array<CK_INTERFACE, 3> interfaces{{
    {interface_name, &functions_3_2, 0},
    {interface_name, &functions_3_0, 0},
    {interface_name, &functions_2_40, 0},
}};

CK_VERSION version_of(const CK_INTERFACE& interface) {
  return *static_cast<const CK_VERSION*>(interface.pFunctionList);
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

extern "C" {

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR ppFunctionList) {
  if (ppFunctionList == nullptr) return CKR_ARGUMENTS_BAD;
  *ppFunctionList = &functions_2_40;
  return CKR_OK;
}

CK_RV C_GetInterfaceList(CK_INTERFACE_PTR pInterfacesList, CK_ULONG_PTR pulCount) {
  if (pulCount == nullptr) return CKR_ARGUMENTS_BAD;
  const CK_ULONG room = *pulCount;
  *pulCount = interfaces.size();
  if (pInterfacesList == nullptr) return CKR_OK;
  if (room < interfaces.size()) return CKR_BUFFER_TOO_SMALL;
  std::memcpy(pInterfacesList, interfaces.data(), sizeof interfaces);
  return CKR_OK;
}

CK_RV C_GetInterface(CK_UTF8CHAR_PTR pInterfaceName, CK_VERSION_PTR pVersion,
                     CK_INTERFACE_PTR_PTR ppInterface, CK_FLAGS flags) {
  if (ppInterface == nullptr) return CKR_ARGUMENTS_BAD;
  for (CK_INTERFACE& interface : interfaces) {
    const CK_VERSION version = version_of(interface);
    if (pInterfaceName != nullptr &&
        std::strcmp(reinterpret_cast<const char*>(pInterfaceName),
                    reinterpret_cast<const char*>(interface.pInterfaceName)) != 0) {
      continue;
    }
    if (pVersion != nullptr &&
        (pVersion->major != version.major || pVersion->minor != version.minor)) {
      continue;
    }
    if ((flags & ~interface.flags) != 0) continue;
    *ppInterface = &interface;
    return CKR_OK;
  }
  return CKR_FUNCTION_FAILED;
}

}  // extern "C"

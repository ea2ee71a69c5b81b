// The ABI of pkcs11.h as this platform must have it. cross_check.py compares the details with the
// headers of p11-kit and NSS.

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "hsm/cryptoki/pkcs11.h"

namespace {

#define NAME(name, parameters) #name,
constexpr std::string_view kFunctions[] = {AZEKURA_PKCS11_FUNCTIONS_3_2(NAME)};
#undef NAME

template <typename List>
constexpr std::size_t functions_in() {
  return sizeof(List) / sizeof(void (*)()) - 1;  // the version takes the room of a pointer
}

TEST(Pkcs11Header, ScalarsAreThoseOfTheLinuxAbi) {
  EXPECT_EQ(sizeof(CK_ULONG), sizeof(void*));
  EXPECT_EQ(sizeof(CK_LONG), sizeof(CK_ULONG));
  EXPECT_EQ(sizeof(CK_BBOOL), 1u);
  EXPECT_TRUE(std::is_unsigned_v<CK_BYTE>);
  EXPECT_EQ(CK_UNAVAILABLE_INFORMATION, static_cast<CK_ULONG>(-1));
}

TEST(Pkcs11Header, StructuresAreNotPacked) {
  EXPECT_EQ(offsetof(CK_INFO, flags), 40u);
  EXPECT_EQ(offsetof(CK_INFO, libraryVersion), 80u);
  EXPECT_EQ(sizeof(CK_INFO), 88u);
  EXPECT_EQ(sizeof(CK_TOKEN_INFO), 208u);
  EXPECT_EQ(sizeof(CK_ATTRIBUTE), 24u);
  EXPECT_EQ(sizeof(CK_DATE), 8u);
}

TEST(Pkcs11Header, FunctionListsHave68And92And104Functions) {
  EXPECT_EQ(functions_in<CK_FUNCTION_LIST>(), 68u);
  EXPECT_EQ(functions_in<CK_FUNCTION_LIST_3_0>(), 92u);
  EXPECT_EQ(functions_in<CK_FUNCTION_LIST_3_2>(), 104u);
}

TEST(Pkcs11Header, FunctionListsBeginAndEndWithTheFunctionsOfTheirVersion) {
  EXPECT_EQ(kFunctions[0], "C_Initialize");
  EXPECT_EQ(kFunctions[67], "C_WaitForSlotEvent");
  EXPECT_EQ(kFunctions[68], "C_GetInterfaceList");
  EXPECT_EQ(kFunctions[91], "C_MessageVerifyFinal");
  EXPECT_EQ(kFunctions[92], "C_EncapsulateKey");
  EXPECT_EQ(kFunctions[103], "C_UnwrapKeyAuthenticated");
}

TEST(Pkcs11Header, AnOlderFunctionListIsTheBeginningOfTheNewer) {
#define SAME_PLACE(name, parameters) \
  EXPECT_EQ(offsetof(CK_FUNCTION_LIST, name), offsetof(CK_FUNCTION_LIST_3_0, name)) << #name;
  AZEKURA_PKCS11_FUNCTIONS_2_40(SAME_PLACE)
#undef SAME_PLACE
#define SAME_PLACE(name, parameters) \
  EXPECT_EQ(offsetof(CK_FUNCTION_LIST_3_0, name), offsetof(CK_FUNCTION_LIST_3_2, name)) << #name;
  AZEKURA_PKCS11_FUNCTIONS_3_0(SAME_PLACE)
#undef SAME_PLACE
}

TEST(Pkcs11Header, PointerTypesAreThoseOfThePrototypes) {
#define SAME_TYPE(name, parameters) \
  static_assert(std::is_same_v<CK_##name, std::add_pointer_t<decltype(name)>>);
  AZEKURA_PKCS11_FUNCTIONS_3_2(SAME_TYPE)
#undef SAME_TYPE
}

TEST(Pkcs11Header, PasswordParametersDifferOnlyInTheLengthBeingAPointer) {
  EXPECT_EQ(sizeof(CK_PKCS5_PBKD2_PARAMS), sizeof(CK_PKCS5_PBKD2_PARAMS2));
  EXPECT_TRUE((std::is_same_v<decltype(CK_PKCS5_PBKD2_PARAMS::ulPasswordLen), CK_ULONG_PTR>));
  EXPECT_TRUE((std::is_same_v<decltype(CK_PKCS5_PBKD2_PARAMS2::ulPasswordLen), CK_ULONG>));
}

// The values of 3.2, which neither p11-kit nor NSS can confirm, by hand from the standard.
TEST(Pkcs11Header, ConstantsOf32HaveTheValuesOfTheStandard) {
  EXPECT_EQ(CKO_VALIDATION, 0xaul);
  EXPECT_EQ(CKO_TRUST, 0xbul);
  EXPECT_EQ(CKK_XMSS, 0x47ul);
  EXPECT_EQ(CKK_ML_KEM, 0x49ul);
  EXPECT_EQ(CKK_ML_DSA, 0x4aul);
  EXPECT_EQ(CKK_SLH_DSA, 0x4bul);
  EXPECT_EQ(CKA_PARAMETER_SET, 0x61dul);
  EXPECT_EQ(CKA_OBJECT_VALIDATION_FLAGS, 0x61eul);
  EXPECT_EQ(CKA_VALIDATION_PROFILE, 0x629ul);
  EXPECT_EQ(CKA_ENCAPSULATE, 0x633ul);
  EXPECT_EQ(CKA_DECAPSULATE, 0x634ul);
  EXPECT_EQ(CKA_SEED, 0x637ul);
  EXPECT_EQ(CKM_ML_KEM_KEY_PAIR_GEN, 0xful);
  EXPECT_EQ(CKM_ML_KEM, 0x17ul);
  EXPECT_EQ(CKM_ML_DSA_KEY_PAIR_GEN, 0x1cul);
  EXPECT_EQ(CKM_ML_DSA, 0x1dul);
  EXPECT_EQ(CKM_HASH_ML_DSA, 0x1ful);
  EXPECT_EQ(CKM_HASH_ML_DSA_SHAKE256, 0x2cul);
  EXPECT_EQ(CKM_SLH_DSA_KEY_PAIR_GEN, 0x2dul);
  EXPECT_EQ(CKM_SLH_DSA, 0x2eul);
  EXPECT_EQ(CKM_HASH_SLH_DSA, 0x34ul);
  EXPECT_EQ(CKM_HASH_SLH_DSA_SHAKE256, 0x3ful);
  EXPECT_EQ(CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE, 0x56ul);
  EXPECT_EQ(CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, 0x57ul);
  EXPECT_EQ(CKM_PUB_KEY_FROM_PRIV_KEY, 0x403aul);
  EXPECT_EQ(CKR_PENDING, 0x204ul);
  EXPECT_EQ(CKR_PARAMETER_SET_NOT_SUPPORTED, 0x209ul);
  EXPECT_EQ(CKF_ASYNC_SESSION, 8ul);
  EXPECT_EQ(CKF_ASYNC_SESSION_SUPPORTED, 0x04000000ul);
  EXPECT_EQ(CKF_ENCAPSULATE, 0x10000000ul);
  EXPECT_EQ(CKF_DECAPSULATE, 0x20000000ul);
  EXPECT_EQ(CKP_ML_KEM_1024, 3ul);
  EXPECT_EQ(CKP_SLH_DSA_SHAKE_256F, 0xcul);
  EXPECT_EQ(CKT_TRUST_MUST_VERIFY_TRUST, 4ul);
}

TEST(Pkcs11Header, ParametersOf32HaveTheLayoutOfTheStandard) {
  EXPECT_EQ(sizeof(CK_SIGN_ADDITIONAL_CONTEXT), 24u);
  EXPECT_EQ(offsetof(CK_HASH_SIGN_ADDITIONAL_CONTEXT, hash), sizeof(CK_SIGN_ADDITIONAL_CONTEXT));
  EXPECT_EQ(offsetof(CK_GCM_WRAP_PARAMS, pAAD), offsetof(CK_GCM_MESSAGE_PARAMS, pTag));
  EXPECT_EQ(offsetof(CK_CCM_WRAP_PARAMS, pAAD), offsetof(CK_CCM_MESSAGE_PARAMS, pMAC));
  EXPECT_EQ(sizeof(CK_ASYNC_DATA), 40u);
  EXPECT_EQ(sizeof(CK_INTERFACE), 24u);
}

}  // namespace

#include "hsm/cryptoki/names.h"

#include <gtest/gtest.h>

namespace azekura::hsm::cryptoki {
namespace {

TEST(Names, AValueWithoutANameGivesAnEmptyView) {
  EXPECT_EQ(name_of_rv(0x4), "");
  EXPECT_EQ(name_of_rv(CK_UNAVAILABLE_INFORMATION), "");
  EXPECT_EQ(name_of_mechanism(CKM_VENDOR_DEFINED | 1), "");
  EXPECT_EQ(name_of_attribute(0x5), "");
  EXPECT_EQ(name_of_key_type(0x6), "");
  EXPECT_EQ(name_of_class(0xc), "");
}

TEST(Names, TheFirstAndTheLastOfEachTableAreFound) {
  EXPECT_EQ(name_of_rv(CKR_OK), "CKR_OK");
  EXPECT_EQ(name_of_rv(CKR_VENDOR_DEFINED), "CKR_VENDOR_DEFINED");
  EXPECT_EQ(name_of_mechanism(CKM_RSA_PKCS_KEY_PAIR_GEN), "CKM_RSA_PKCS_KEY_PAIR_GEN");
  EXPECT_EQ(name_of_mechanism(CKM_VENDOR_DEFINED), "CKM_VENDOR_DEFINED");
  EXPECT_EQ(name_of_attribute(CKA_CLASS), "CKA_CLASS");
  EXPECT_EQ(name_of_attribute(CKA_VENDOR_DEFINED), "CKA_VENDOR_DEFINED");
  EXPECT_EQ(name_of_key_type(CKK_RSA), "CKK_RSA");
  EXPECT_EQ(name_of_key_type(CKK_VENDOR_DEFINED), "CKK_VENDOR_DEFINED");
  EXPECT_EQ(name_of_class(CKO_DATA), "CKO_DATA");
  EXPECT_EQ(name_of_class(CKO_VENDOR_DEFINED), "CKO_VENDOR_DEFINED");
}

TEST(Names, NamesOfEveryVersionAreFound) {
  EXPECT_EQ(name_of_rv(CKR_PIN_INCORRECT), "CKR_PIN_INCORRECT");
  EXPECT_EQ(name_of_rv(CKR_OPERATION_CANCEL_FAILED), "CKR_OPERATION_CANCEL_FAILED");
  EXPECT_EQ(name_of_rv(CKR_PENDING), "CKR_PENDING");
  EXPECT_EQ(name_of_mechanism(CKM_AES_GCM), "CKM_AES_GCM");
  EXPECT_EQ(name_of_mechanism(CKM_EDDSA), "CKM_EDDSA");
  EXPECT_EQ(name_of_mechanism(CKM_ML_DSA), "CKM_ML_DSA");
  EXPECT_EQ(name_of_attribute(CKA_WRAP_TEMPLATE), "CKA_WRAP_TEMPLATE");
  EXPECT_EQ(name_of_attribute(CKA_SEED), "CKA_SEED");
  EXPECT_EQ(name_of_key_type(CKK_ML_KEM), "CKK_ML_KEM");
  EXPECT_EQ(name_of_class(CKO_PROFILE), "CKO_PROFILE");
}

TEST(Names, ADeprecatedAliasGivesTheNameInUse) {
  EXPECT_EQ(name_of_key_type(CKK_ECDSA), "CKK_EC");
  EXPECT_EQ(name_of_attribute(CKA_ECDSA_PARAMS), "CKA_EC_PARAMS");
  EXPECT_EQ(name_of_attribute(CKA_SUB_PRIME_BITS), "CKA_SUBPRIME_BITS");
  EXPECT_EQ(name_of_mechanism(CKM_ECDSA_KEY_PAIR_GEN), "CKM_EC_KEY_PAIR_GEN");
  EXPECT_EQ(name_of_mechanism(CKM_CAST5_CBC), "CKM_CAST128_CBC");
}

}  // namespace
}  // namespace azekura::hsm::cryptoki

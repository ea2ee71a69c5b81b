#include "hsm/pkcs11/parameters.h"

#include <gtest/gtest.h>

namespace azekura::hsm::pkcs11 {
namespace {

CK_RV rv_of(const CK_MECHANISM* mechanism, CK_FLAGS operation) {
  auto parsed = parse_mechanism(mechanism, operation);
  return parsed ? CKR_OK : parsed.error().rv;
}

TEST(Parameters, NoMechanismIsABadArgument) {
  EXPECT_EQ(rv_of(nullptr, CKF_SIGN), CKR_ARGUMENTS_BAD);
}

TEST(Parameters, AnOperationThatTheMechanismLacksIsInvalid) {
  const CK_MECHANISM mechanism{CKM_ECDSA, nullptr, 0};
  EXPECT_EQ(rv_of(&mechanism, CKF_SIGN), CKR_OK);
  EXPECT_EQ(rv_of(&mechanism, CKF_ENCRYPT), CKR_MECHANISM_INVALID);
}

TEST(Parameters, LengthsAreHeldAgainstStructures) {
  std::uint8_t octets[256] = {};
  for (CK_MECHANISM_TYPE type : {CKM_AES_CTR, CKM_AES_GCM, CKM_RSA_PKCS_OAEP}) {
    for (CK_ULONG size = 0; size < sizeof octets; ++size) {
      const CK_MECHANISM without{type, nullptr, size};
      EXPECT_EQ(rv_of(&without, CKF_ENCRYPT), CKR_MECHANISM_PARAM_INVALID);
      const CK_MECHANISM zeroes{type, octets, size};
      EXPECT_EQ(rv_of(&zeroes, CKF_ENCRYPT), CKR_MECHANISM_PARAM_INVALID);
    }
  }
}

TEST(Parameters, AnUnalignedStructureIsRead) {
  std::uint8_t iv[12] = {1};
  const CK_GCM_PARAMS gcm{iv, 12, 96, nullptr, 0, 128};
  std::uint8_t unaligned[sizeof gcm + 1];
  std::memcpy(unaligned + 1, &gcm, sizeof gcm);
  const CK_MECHANISM mechanism{CKM_AES_GCM, unaligned + 1, sizeof gcm};
  auto parsed = parse_mechanism(&mechanism, CKF_ENCRYPT);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->wire.first.data(), iv);
  EXPECT_EQ(parsed->wire.number_a, 128u);
}

TEST(Parameters, KeptOnesOutliveTheCaller) {
  Bytes storage;
  wire::Mechanism mechanism;
  {
    const Bytes iv(12, 1);
    const Bytes aad(20, 2);
    mechanism.first = iv;
    mechanism.second = aad;
    keep_parameters(mechanism, storage);
  }
  EXPECT_EQ(to_bytes(mechanism.first), Bytes(12, 1));
  EXPECT_EQ(to_bytes(mechanism.second), Bytes(20, 2));
}

}  // namespace
}  // namespace azekura::hsm::pkcs11

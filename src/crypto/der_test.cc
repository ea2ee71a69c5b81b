#include "crypto/der.h"

#include <gtest/gtest.h>

#include "crypto/der_codec.h"
#include "crypto/octets_testing.h"

namespace azekura::crypto {
namespace {

TEST(EcParams, AnOtherCurveOrExplicitParametersAreUnsupported) {
  for (const char* params : {"", "06", "06052b8104000a", "0500", "3003020101",
                             "06082a8648ce3d03010700", "1309736563703235366b31"}) {
    EXPECT_TRUE(failed_with(curve_from_params(hex(params)), Code::kUnsupported)) << params;
  }
}

TEST(EcParams, ACurveIsKnownByItsOidAndByItsName) {
  for (const Curve curve : kAllCurves) EXPECT_EQ(*curve_from_params(ec_params(curve)), curve);
  EXPECT_EQ(hex_of(ec_params(Curve::kP256)), "06082a8648ce3d030107");
  EXPECT_EQ(hex_of(ec_params(Curve::kP384)), "06052b81040022");
  EXPECT_EQ(hex_of(ec_params(Curve::kP521)), "06052b81040023");
  EXPECT_EQ(*curve_from_params(hex("1309736563703235367231")), Curve::kP256);
  EXPECT_EQ(*curve_from_params(hex("130a7072696d65323536"
                                   "7631")),
            Curve::kP256);
  EXPECT_EQ(*curve_from_params(hex("1305502d333834")), Curve::kP384);
}

TEST(EcParams, Ed25519IsKnownByItsOidAndByItsName) {
  EXPECT_TRUE(is_ed25519_params(ed25519_params()));
  EXPECT_TRUE(is_ed25519_params(hex("130c656477617264733235353139")));
  EXPECT_FALSE(is_ed25519_params(ec_params(Curve::kP256)));
  EXPECT_FALSE(is_ed25519_params({}));
}

TEST(OctetString, WhatIsNotExactlyOneIsRefused) {
  for (const char* der : {"", "04", "0401", "04020a", "04010a0b", "03010a", "04810a", "0481010a",
                          "048000", "0485000000010a", "0482000a"}) {
    EXPECT_TRUE(failed_with(unwrap_octet_string(hex(der)), Code::kInvalid)) << der;
  }
}

TEST(OctetString, EverySizeOfLengthComesBack) {
  for (const std::size_t size : {0, 1, 127, 128, 129, 255, 256, 257, 65535, 65536}) {
    const Bytes octets(size, 0x42);
    const Bytes der = wrap_octet_string(octets);
    EXPECT_TRUE(std::ranges::equal(*unwrap_octet_string(der), octets)) << size;
  }
  EXPECT_EQ(hex_of(wrap_octet_string(hex("0a0b"))), "04020a0b");
  EXPECT_EQ(hex_of(wrap_octet_string(Bytes(128))).substr(0, 8), "04818000");
}

TEST(EcdsaSignature, DerThatIsNotStrictIsRefused) {
  Bytes raw(64);
  for (const char* der :
       {"", "3000", "3003020101", "30060201010201", "300602010102010100", "30070201010201010000",
        "3006028101010201"
        "01",
        "300602010102018"
        "1",
        "30080202000102020001",
        "3007020100020200ff"
        "00",
        "308106020101020101", "3106020101020101",
        "300802010102010102"
        "00"}) {
    EXPECT_TRUE(failed_with(ecdsa_der_to_raw(from_hex(der).value_or(Bytes{}), raw), Code::kInvalid))
        << der;
  }
}

TEST(EcdsaSignature, ANumberWiderThanTheCurveIsRefused) {
  const Bytes der =
      hex("300802030100000201"
          "01");
  Bytes three(6);
  EXPECT_TRUE(ecdsa_der_to_raw(der, three));
  EXPECT_EQ(hex_of(three), "010000000001");
  Bytes two(4);
  EXPECT_TRUE(failed_with(ecdsa_der_to_raw(der, two), Code::kInvalid));
  Bytes odd(7);
  EXPECT_TRUE(failed_with(ecdsa_der_to_raw(der, odd), Code::kInvalid));
}

TEST(EcdsaSignature, RawOfOddOrTooLargeSizeIsRefused) {
  Bytes out(kEcdsaDerSizeMax);
  for (const std::size_t size : {0, 63, 65, 134}) {
    EXPECT_TRUE(failed_with(ecdsa_raw_to_der(Bytes(size), out), Code::kInvalid)) << size;
  }
}

TEST(EcdsaSignature, ABufferTooSmallIsRefused) {
  Bytes out(70);
  const Bytes raw(64, 0x7f);
  EXPECT_EQ(*ecdsa_raw_to_der(raw, out), 70u);
  EXPECT_TRUE(failed_with(ecdsa_raw_to_der(raw, MutableByteView(out).first(69)), Code::kInvalid));
}

TEST(EcdsaSignature, GoesToDerAndBack) {
  Bytes der(kEcdsaDerSizeMax);
  for (const int fill : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
    for (const Curve curve : kAllCurves) {
      const Bytes raw(2 * coordinate_size(curve), static_cast<std::uint8_t>(fill));
      const Result<std::size_t> size = ecdsa_raw_to_der(raw, der);
      ASSERT_TRUE(size);
      Bytes again(raw.size());
      ASSERT_TRUE(ecdsa_der_to_raw(ByteView(der).first(*size), again));
      EXPECT_EQ(again, raw);
    }
  }
}

TEST(DerReader, AFailedCallTakesNothing) {
  const Bytes der = hex("0202007f020105");
  DerReader reader(der);
  ByteView magnitude;
  std::uint8_t value = 0;
  EXPECT_FALSE(reader.integer(magnitude));
  EXPECT_FALSE(reader.small_integer(value));
  EXPECT_FALSE(reader.bit_string(magnitude));
  ByteView contents;
  ASSERT_TRUE(reader.element(DerTag::kInteger, contents));
  EXPECT_EQ(hex_of(contents), "007f");
  ASSERT_TRUE(reader.small_integer(value));
  EXPECT_EQ(value, 5);
  EXPECT_TRUE(reader.done());
}

TEST(DerReader, ABitStringHasWholeOctets) {
  ByteView octets;
  for (const char* der : {"0300", "030201ff", "03020800"}) {
    const Bytes bytes = hex(der);
    DerReader reader(bytes);
    EXPECT_FALSE(reader.bit_string(octets)) << der;
  }
}

TEST(DerBuilder, WhatDoesNotFitIsNotWritten) {
  Bytes buffer(4);
  DerBuilder builder(buffer);
  builder.element(DerTag::kOctetString, hex("0a0b"));
  EXPECT_TRUE(builder.ok());
  EXPECT_EQ(hex_of(builder.written()), "04020a0b");
  builder.octets(hex("00"));
  EXPECT_FALSE(builder.ok());
}

}  // namespace
}  // namespace azekura::crypto

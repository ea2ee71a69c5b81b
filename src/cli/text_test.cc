#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/key_types.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/public_key_text.h"

namespace azekura::cli {
namespace {

TEST(Base64, IsAsTheStandardShowsIt) {  // RFC 4648 §10
  const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : kVectors) EXPECT_EQ(base64(as_bytes(plain)), coded);
}

TEST(PublicKeyText, OfWhatIsNoKeyIsRefused) {
  EXPECT_FALSE(to_ssh(as_bytes("no key"), "comment"));
  EXPECT_FALSE(ssh_fingerprint({}));
}

TEST(PublicKeyText, ACommentCannotAddALine) {
  // RFC 8410 §10.1.
  const auto spki = from_hex(
      "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
  const auto line = to_ssh(*spki, "me\nssh-rsa AAAA evil");
  ASSERT_TRUE(line);
  EXPECT_EQ(*line,
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBm/RAlphM3+hUG6wWfcO5bIUIaqMLa2ywxcOK1wMWbh "
            "me?ssh-rsa AAAA evil\n");
}

TEST(PublicKeyText, PemLinesAreOf64Characters) {
  const std::string pem = to_pem(Bytes(49, 0));
  EXPECT_EQ(pem, "-----BEGIN PUBLIC KEY-----\n" + std::string(64, 'A') + "\nAA==\n" +
                     "-----END PUBLIC KEY-----\n");
}

TEST(Progress, SizesAreReadable) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(1024), "1.0 KiB");
  EXPECT_EQ(size_text(1.5 * 1024 * 1024), "1.5 MiB");
  EXPECT_EQ(size_text(5.0 * 1024 * 1024 * 1024 * 1024 * 1024), "5120.0 TiB");
}

TEST(Progress, ShowsShareRateAndTimeLeft) {
  EXPECT_EQ(progress_line("sealing x", 50 << 20, 200 << 20, 5),
            "sealing x  [######..................]  25 %  50.0 MiB  10.0 MiB/s  15 s left");
}

TEST(Progress, OfUnknownLengthShowsTheRateAlone) {
  EXPECT_EQ(progress_line("sealing -", 10 << 20, std::nullopt, 2),
            "sealing -  10.0 MiB  5.0 MiB/s");
}

TEST(Progress, AFileThatGrewStaysWithinTheBar) {
  const std::string line = progress_line("x", 300, 200, 1);
  EXPECT_NE(line.find("100 %"), std::string::npos) << line;
  EXPECT_NE(line.find("0 s left"), std::string::npos) << line;
}

TEST(Table, AlignsByColumnsAndShowsNoControls) {
  EXPECT_EQ(table({"A", "B"}, {{"校倉", "1"}, {"a\x1b", "2"}}), "A     B\n校倉  1\na?    2\n");
}

TEST(Usages, OfAListAreKnownWordsAndEachOnce) {
  EXPECT_EQ(usages_from("sign,wrap,sign").value(), (std::vector{Usage::kSign, Usage::kWrap}));
  for (const char* wrong : {"", "sing", "sign,", ",sign", "sign, wrap"}) {
    EXPECT_FALSE(usages_from(wrong)) << wrong;
  }
}

TEST(KeyTypes, NameThemselvesByTheirAttributes) {
  for (const KeyType& type : key_types()) {
    const KeyWishes wishes{.label = "l", .id = {1}, .usages = type.default_usages};
    Attributes facts =
        type.pair ? public_attributes(type, wishes) : private_attributes(type, wishes);
    facts.set_number(CKA_KEY_TYPE, type.key_type);
    if (type.key_type == CKK_RSA) facts.set(CKA_MODULUS, Bytes(type.size / 8, 0xff));
    EXPECT_EQ(key_type_of(facts), type.name);
    EXPECT_EQ(usages_of(facts), type.default_usages) << type.name;
  }
}

TEST(KeyTypes, APrivateKeyIsSensitiveAndStaysUnlessAsked) {
  const auto type = key_type_named("ec:p256").value();
  KeyWishes wishes{.label = "l", .id = {1}, .usages = {Usage::kSign}};
  EXPECT_TRUE(private_attributes(type, wishes).flag(CKA_SENSITIVE));
  EXPECT_FALSE(private_attributes(type, wishes).flag(CKA_EXTRACTABLE));
  wishes.extractable = true;
  EXPECT_TRUE(private_attributes(type, wishes).flag(CKA_EXTRACTABLE));
  EXPECT_TRUE(private_attributes(type, wishes).flag(CKA_SENSITIVE));
}

}  // namespace
}  // namespace azekura::cli

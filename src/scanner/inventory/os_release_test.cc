#include "scanner/inventory/os_release.h"

#include <gtest/gtest.h>

#include <string>

namespace azekura::scanner::inventory {
namespace {

TEST(OsRelease, WithoutAnIdIsInvalid) {
  for (const char* octets :
       {"", "\n\n", "NAME=Debian\n", "# ID=debian\n", "ID=\n", "id=debian\n"}) {
    const auto distribution = read_os_release(octets);
    ASSERT_FALSE(distribution) << octets;
    EXPECT_EQ(distribution.error().code, Code::kInvalid) << octets;
  }
}

TEST(OsRelease, LargerThanItsLimitIsExhausted) {
  const std::string head = "ID=debian\nVERSION_ID=12\n#";
  const auto of_size = [&](std::size_t size) {
    return head + std::string(size - head.size(), 'x');
  };
  EXPECT_TRUE(read_os_release(of_size(kOsReleaseSizeMax - 1)));
  EXPECT_TRUE(read_os_release(of_size(kOsReleaseSizeMax)));
  const auto larger = read_os_release(of_size(kOsReleaseSizeMax + 1));
  ASSERT_FALSE(larger);
  EXPECT_EQ(larger.error().code, Code::kExhausted);
}

TEST(OsRelease, QuotesAndBackslashesAreThoseOfAShell) {
  const struct {
    const char* text;
    const char* value;
  } cases[] = {
      {"plain", "plain"},
      {"\"a b\"", "a b"},
      {"'a b'", "a b"},
      {"\"say \\\"yes\\\"\"", "say \"yes\""},
      {"\"\\$5 \\`x\\` \\\\\"", "$5 `x` \\"},
      {"\"a\\nb\"", "a\\nb"},
      {"'a\\b'", "a\\b"},
      {"a\\ b", "a b"},
      {"\"never closed", "never closed"},
      {"\"ends in \\", "ends in \\"},
      {"two words", "two"},
      {"", ""},
  };
  for (const auto& [text, value] : cases) {
    const auto distribution =
        read_os_release("ID=x\n  PRETTY_NAME=" + std::string(text) + "\r\nBROKEN LINE\n");
    ASSERT_TRUE(distribution) << text;
    EXPECT_EQ(distribution->name, value) << text;
  }
}

TEST(OsRelease, ReleasesAreNamedAsTheAdvisoriesNameThem) {
  const struct {
    const char* octets;
    Ecosystem ecosystem;
    const char* release;
  } cases[] = {
      {"ID=debian\nVERSION_ID=\"12\"", Ecosystem::kDebian, "12"},
      {"ID=debian\nVERSION_ID=\"8.11\"", Ecosystem::kDebian, "8"},
      {"ID=debian\nVERSION_CODENAME=trixie", Ecosystem::kDebian, "13"},
      {"ID=debian\nVERSION_CODENAME=sid", Ecosystem::kDebian, ""},
      {"ID=ubuntu\nVERSION_ID=\"22.04\"", Ecosystem::kUbuntu, "22.04"},
      {"ID=alpine\nVERSION_ID=3.19.1", Ecosystem::kAlpine, "v3.19"},
      {"ID=alpine\nVERSION_ID=3.19", Ecosystem::kAlpine, "v3.19"},
      {"ID=alpine\nVERSION_ID=3", Ecosystem::kAlpine, ""},
      {"ID=alpine\nVERSION_ID=3.21_alpha20240807", Ecosystem::kAlpine, "edge"},
      {"ID=alpine\nVERSION_ID=3.20.0\nPRETTY_NAME=\"Alpine Linux edge\"", Ecosystem::kAlpine,
       "edge"},
      {"ID=\"almalinux\"\nVERSION_ID=\"9.3\"", Ecosystem::kAlmaLinux, "9"},
      {"ID=\"rocky\"\nVERSION_ID=\"8.9\"", Ecosystem::kRockyLinux, "8"},
      {"ID=\"rhel\"\nVERSION_ID=\"9.2\"", Ecosystem::kRedHat, "9"},
      {"ID=\"centos\"\nNAME=\"CentOS Linux\"\nVERSION_ID=\"7\"", Ecosystem::kRedHat, "7"},
      {"ID=\"centos\"\nNAME=\"CentOS Stream\"\nVERSION_ID=\"9\"", Ecosystem::kUnknown, ""},
      {"ID=\"amzn\"\nVERSION_ID=\"2\"", Ecosystem::kAmazonLinux, "2"},
      {"ID=\"amzn\"\nVERSION_ID=\"2023\"", Ecosystem::kAmazonLinux, "2023"},
      {"ID=\"amzn\"\nVERSION_ID=\"2018.03\"", Ecosystem::kAmazonLinux, "1"},
      {"ID=\"ol\"\nVERSION_ID=\"8.9\"", Ecosystem::kOracleLinux, "8"},
      {"ID=fedora\nVERSION_ID=40", Ecosystem::kFedora, "40"},
      {"ID=\"opensuse-leap\"\nVERSION_ID=\"15.5\"", Ecosystem::kOpenSuse, "Leap 15.5"},
      {"ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20240101\"", Ecosystem::kOpenSuse, "Tumbleweed"},
      {"ID=\"sles\"\nVERSION_ID=\"15.5\"", Ecosystem::kSuse, "Linux Enterprise Server 15 SP5"},
      {"ID=\"sles\"\nVERSION_ID=\"15\"", Ecosystem::kSuse, "Linux Enterprise Server 15"},
      {"ID=\"sles\"\nVERSION_ID=\"12.5\"", Ecosystem::kSuse, "Linux Enterprise Server 12 SP5"},
      {"ID=\"sles\"\nVERSION_ID=\"16.0\"", Ecosystem::kSuse, "Linux Enterprise Server 16.0"},
      {"ID=\"sle-micro\"\nVERSION_ID=\"5.5\"", Ecosystem::kSuse, "Linux Enterprise Micro 5.5"},
      {"ID=\"sl-micro\"\nVERSION_ID=\"6.0\"", Ecosystem::kSuse, "Linux Micro 6.0"},
  };
  for (const auto& [octets, ecosystem, release] : cases) {
    const auto distribution = read_os_release(octets);
    ASSERT_TRUE(distribution) << octets;
    EXPECT_EQ(distribution->release.ecosystem, ecosystem) << octets;
    EXPECT_EQ(distribution->release.release, release) << octets;
  }
}

TEST(OsRelease, DebianWithoutANumberAsksDebianVersion) {
  const struct {
    const char* version;
    const char* release;
  } cases[] = {{"trixie/sid\n", "13"},
               {"forky/sid", "14"},
               {"11.9\n", "11"},
               {"\n", ""},
               {"kali-rolling\n", ""}};
  for (const auto& [version, release] : cases) {
    const auto distribution = read_os_release("ID=debian\n", version);
    ASSERT_TRUE(distribution);
    EXPECT_EQ(distribution->release.release, release) << version;
  }
}

TEST(OsRelease, ADerivativeKeepsItsNameAndIsNoneOfOurs) {
  const auto mint = read_os_release(
      "NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"21.3\"\n");
  ASSERT_TRUE(mint);
  EXPECT_EQ(mint->release.ecosystem, Ecosystem::kUnknown);
  EXPECT_EQ(mint->id, "linuxmint");
  EXPECT_EQ(mint->version, "21.3");
  EXPECT_EQ(mint->name, "Linux Mint");
}

}  // namespace
}  // namespace azekura::scanner::inventory

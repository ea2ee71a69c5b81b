#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "hsm/host/places.h"
#include "hsm/host/secret_input.h"

namespace azekura::hsm::host {
namespace {

class SecretFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "azekura.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& text, mode_t mode = 0600) {
    const std::string path = folder_ + "/secret";
    std::ofstream(path, std::ios::binary) << text;
    chmod(path.c_str(), mode);
    return path;
  }

  std::string folder_;
};

std::string text_of(const Secret& secret) {
  return std::string(as_text(secret.reveal(Purpose::kDerive)));
}

TEST_F(SecretFile, ThatIsMissingIsNamed) {
  const auto key = read_key_file(folder_ + "/none");
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find("/none"), std::string::npos);
}

TEST_F(SecretFile, OfAKeyThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0640, 0604, 0644, 0660}) {
    const auto key = read_key_file(file(std::string(32, 'k'), mode));
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, Code::kDenied);
    EXPECT_FALSE(read_passphrase_file(file("passphrase\n", mode)));
  }
}

TEST_F(SecretFile, OfAPinMayHaveAnyMode) {
  EXPECT_EQ(text_of(read_pin_file(file("1234\n", 0644)).value()), "1234");
}

TEST_F(SecretFile, OfAKeyIsTakenWholeBetweenItsLimits) {
  EXPECT_FALSE(read_key_file(file(std::string(kKeyFileSizeMin - 1, 'k'))));
  EXPECT_EQ(read_key_file(file(std::string(kKeyFileSizeMin - 1, 'k') + "\n")).value().size(),
            kKeyFileSizeMin);
  EXPECT_EQ(read_key_file(file(std::string(kKeyFileSizeMax, 'k'))).value().size(), kKeyFileSizeMax);
  EXPECT_FALSE(read_key_file(file(std::string(kKeyFileSizeMax + 1, 'k'))));
}

TEST_F(SecretFile, OfAPassphraseGivesItsFirstLine) {
  EXPECT_EQ(text_of(read_passphrase_file(file("one two\r\nthree\n")).value()), "one two");
  EXPECT_EQ(text_of(read_passphrase_file(file("no end")).value()), "no end");
  EXPECT_FALSE(read_passphrase_file(file("")));
  EXPECT_FALSE(read_passphrase_file(file("\nsecond")));
  EXPECT_FALSE(read_passphrase_file(file(std::string(kLineSizeMax + 1, 'p'))));
}

TEST_F(SecretFile, OfAPassphraseMayBeAPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "piped\n", 6), 6);
  close(ends[1]);
  EXPECT_EQ(text_of(read_passphrase_file("/proc/self/fd/" + std::to_string(ends[0])).value()),
            "piped");
  close(ends[0]);
}

TEST(Places, AzekuraSocketDecidesWhereClientsLook) {
  setenv("AZEKURA_SOCKET", "/somewhere/hsmd.sock", 1);
  EXPECT_EQ(default_connect_path(), "/somewhere/hsmd.sock");
  unsetenv("AZEKURA_SOCKET");
  EXPECT_NE(default_connect_path(), "/somewhere/hsmd.sock");
}

}  // namespace
}  // namespace azekura::hsm::host

#include "hsm/daemon/options.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

namespace azekura::hsm::daemon {
namespace {

class DaemonOptions : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "azekura.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  void config(const std::string& text) { std::ofstream(dir_ + "/hsmd.toml") << text; }

  Parsed parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"azekura-hsmd", "--dir", dir_});
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    return parse_options(static_cast<int>(raw.size()), raw.data());
  }

  std::string dir_;
};

TEST_F(DaemonOptions, WithoutAFileAreTheDefaults) {
  const auto options = std::get<Options>(parse({}));
  EXPECT_EQ(options.dir, dir_);
  EXPECT_FALSE(options.socket_path.empty());
  EXPECT_EQ(options.workers, 0U);
  EXPECT_FALSE(options.check);
}

TEST_F(DaemonOptions, OfTheCommandLineGoBeforeTheFile) {
  config("socket = '/a'\nworkers = 3\nkey_file = '/k'\n");
  EXPECT_EQ(std::get<Options>(parse({})).workers, 3U);
  EXPECT_EQ(std::get<Options>(parse({})).key_file, "/k");
  const auto options =
      std::get<Options>(parse({"--socket", "/b", "--workers", "5", "--passphrase-file", "/p"}));
  EXPECT_EQ(options.socket_path, "/b");
  EXPECT_EQ(options.workers, 5U);
  EXPECT_EQ(options.passphrase_file, "/p");
  EXPECT_EQ(options.key_file, "");
}

TEST_F(DaemonOptions, AreRefusedWithStatus2WhenWrong) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--bogus"},
                                                {"extra"},
                                                {"--workers", "0"},
                                                {"--workers", std::to_string(kWorkersMax + 1)},
                                                {"--workers", "many"},
                                                {"--key-file", "/k", "--passphrase-file", "/p"}}) {
    const Parsed parsed = parse(wrong);
    ASSERT_TRUE(std::holds_alternative<int>(parsed)) << wrong.front();
    EXPECT_EQ(std::get<int>(parsed), 2);
  }
  EXPECT_TRUE(std::holds_alternative<Options>(parse({"--workers", std::to_string(kWorkersMax)})));
}

TEST_F(DaemonOptions, OfAFileAreReadStrictly) {
  for (const char* wrong :
       {"sockt = 'x'", "workers = 0", "workers = 65", "workers = 1.5", "workers = '1'",
        "socket = 1", "socket = ''", "key_file = 'a'\npassphrase_file = 'b'",
        "socket = 'a'\nsocket = 'b'", "= 1", "[table]\nsocket = 'x'"}) {
    config(wrong);
    Options options;
    EXPECT_FALSE(apply_config(dir_ + "/hsmd.toml", options)) << wrong;
  }
}

}  // namespace
}  // namespace azekura::hsm::daemon

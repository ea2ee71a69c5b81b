#include "cli/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace azekura::cli {
namespace {

namespace fs = std::filesystem;

class Output : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "azekura.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
    path_ = (dir_ / "out").string();
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir_), {}));
  }
  std::string contents() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path dir_;
  std::string path_;
};

TEST_F(Output, HasNoNameBeforeItIsFinished) {
  {
    auto output = OutputFile::create(path_, 0640, Existing::kRefuse).value();
    ASSERT_TRUE(output->write(as_bytes("half")));
    EXPECT_FALSE(fs::exists(path_));
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(Output, FinishedHasItsNameAndModeAndNothingIsLeft) {
  auto output = OutputFile::create(path_, 0640, Existing::kRefuse).value();
  ASSERT_TRUE(output->write(as_bytes("whole")));
  ASSERT_TRUE(output->finish());
  output.reset();
  EXPECT_EQ(contents(), "whole");
  EXPECT_EQ(files(), 1U);
  struct stat facts {};
  ASSERT_EQ(stat(path_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0640U);
}

TEST_F(Output, ThatExistsIsRefusedAtOnce) {
  std::ofstream(path_) << "before";
  const auto output = OutputFile::create(path_, 0600, Existing::kRefuse);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, Code::kConflict);
  EXPECT_EQ(contents(), "before");
}

TEST_F(Output, ThatAppearsMeanwhileIsNotReplaced) {
  auto output = OutputFile::create(path_, 0600, Existing::kRefuse).value();
  std::ofstream(path_) << "another's";
  const auto finished = output->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, Code::kConflict);
  output.reset();
  EXPECT_EQ(contents(), "another's");
  EXPECT_EQ(files(), 1U);
}

TEST_F(Output, ADanglingLinkIsNotFollowed) {
  fs::create_symlink(dir_ / "elsewhere", path_);
  EXPECT_FALSE(OutputFile::create(path_, 0600, Existing::kRefuse));
  EXPECT_FALSE(fs::exists(dir_ / "elsewhere"));
}

TEST_F(Output, IsReplacedAsAWholeWhenAsked) {
  std::ofstream(path_) << "before";
  auto output = OutputFile::create(path_, 0600, Existing::kReplace).value();
  ASSERT_TRUE(output->write(as_bytes("after")));
  EXPECT_EQ(contents(), "before");
  ASSERT_TRUE(output->finish());
  EXPECT_EQ(contents(), "after");
}

TEST_F(Output, InAFolderThatIsNotThereIsRefused) {
  EXPECT_FALSE(OutputFile::create((dir_ / "none" / "out").string(), 0600, Existing::kRefuse));
  EXPECT_FALSE(OutputFile::create(dir_.string() + "/", 0600, Existing::kReplace));
}

TEST_F(Output, OfAnInputTellsSizeAndMode) {
  std::ofstream(path_) << "12345";
  fs::permissions(path_, fs::perms{0604});
  const auto input = InputFile::open(path_).value();
  EXPECT_EQ(input->size(), 5U);
  EXPECT_EQ(input->mode(), 0604U);
  EXPECT_FALSE(InputFile::open(dir_.string()));
  EXPECT_FALSE(InputFile::open(path_ + ".none"));
}

}  // namespace
}  // namespace azekura::cli

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "scanner/document/archive_testing.h"
#include "scanner/inventory/tree_folder.h"
#include "scanner/inventory/tree_testing.h"

namespace azekura::scanner::inventory {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kLock = "[[package]]\nname = \"serde\"\nversion = \"1.0.1\"\n";

class Tree : public TreeTest {};

TEST_F(Tree, WhatIsNotThereIsNotFoundAndAPipeIsNoTree) {
  EXPECT_EQ(take_tree(path("none"), {}).error().code, Code::kNotFound);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(take_tree(path("pipe"), {}).error().code, Code::kInvalid);
}

TEST_F(Tree, AFolderAndOneFileAreRead) {
  write("a/Cargo.lock", kLock);
  EXPECT_THAT(said(take()), ElementsAre("serde 1.0.1 @ a/Cargo.lock"));
  EXPECT_THAT(said(take("a/Cargo.lock")), ElementsAre("serde 1.0.1 @ Cargo.lock"));
}

TEST_F(Tree, OneFileThatIsNothingKnownIsSaidToBe) {
  write("x.txt", "hello");
  write("x", "hello");
  EXPECT_THAT(troubles(take("x")), ElementsAre("unknown x"));
  EXPECT_THAT(troubles(take("x.txt")), ElementsAre("unknown x.txt"));
  EXPECT_THAT(troubles(take()), IsEmpty());
}

TEST_F(Tree, LinksPipesAndSocketsAreNotFollowedAndNotOpened) {
  write("real/Cargo.lock", kLock);
  std::string outside = ::testing::TempDir() + "azekura-outside-XXXXXX";
  ASSERT_NE(::mkdtemp(outside.data()), nullptr);
  std::ofstream(outside + "/Cargo.lock") << "[[package]]\nname = \"outside\"\nversion = \"1\"\n";
  ASSERT_EQ(::symlink(outside.c_str(), path("out").c_str()), 0);
  ASSERT_EQ(::symlink((outside + "/Cargo.lock").c_str(), path("Cargo.lock").c_str()), 0);
  ASSERT_EQ(::symlink("real", path("inside").c_str()), 0);
  ASSERT_EQ(::symlink("..", path("real/cycle").c_str()), 0);
  ASSERT_EQ(::mkfifo(path("pipe.jar").c_str(), 0600), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  path("s.jar").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const Inventory found = take();
  ::close(socket);
  std::filesystem::remove_all(outside);
  EXPECT_THAT(said(found), ElementsAre("serde 1.0.1 @ real/Cargo.lock"));
  EXPECT_THAT(troubles(found), IsEmpty());
}

TEST_F(Tree, AnUnreadableFileIsAProblemAndTheRestGoesOn) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write("a/Cargo.lock", kLock);
  write("b/Cargo.lock", kLock);
  write("c/x.jar", "x");
  ASSERT_EQ(::chmod(path("a/Cargo.lock").c_str(), 0), 0);
  ASSERT_EQ(::chmod(path("c").c_str(), 0), 0);
  const Inventory found = take();
  ::chmod(path("c").c_str(), 0700);
  EXPECT_THAT(said(found), ElementsAre("serde 1.0.1 @ b/Cargo.lock"));
  EXPECT_THAT(troubles(found), ElementsAre("unreadable a/Cargo.lock", "unreadable c"));
}

TEST_F(Tree, FileSystemsThatTheKernelMakesUpAreBounded) {
  // /proc/self as the root of a scan: files without a size, some without an end.
  const auto found = take_tree("/proc/self/fdinfo", {});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->components, IsEmpty());
}

TEST_F(Tree, TheNumberOfFilesIsLimited) {
  for (const char* name : {"a", "b", "c"}) write(std::string(name) + "/Cargo.lock", kLock);
  for (const std::uint64_t files_max : {2, 3, 4}) {
    TreeOptions options;
    options.files_max = files_max;
    const Inventory found = take(".", options);
    EXPECT_THAT(found.components, SizeIs(std::min<std::uint64_t>(3, files_max)));
    EXPECT_THAT(found.problems, SizeIs(files_max < 3 ? 1 : 0));
  }
}

TEST_F(Tree, FoldersNestedTooDeeplyAreSaid) {
  std::string deep;
  for (int i = 0; i <= kFolderDepthMax; ++i) deep += "d/";
  write(deep + "Cargo.lock", kLock);
  const Inventory found = take();
  EXPECT_THAT(found.components, IsEmpty());
  EXPECT_THAT(found.problems, SizeIs(1));
}

TEST_F(Tree, AFileOverTheLimitIsSaidAndNotRead) {
  write("a/Cargo.lock", kLock);
  TreeOptions options;
  options.file_octets_max = kLock.size() - 1;
  EXPECT_THAT(troubles(take(".", options)), ElementsAre("limit a/Cargo.lock"));
  options.file_octets_max = kLock.size();
  EXPECT_THAT(troubles(take(".", options)), IsEmpty());
}

TEST_F(Tree, ARootFileSystemGetsItsPackagesAndTheOwnersOfItsFiles) {
  write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
  write("var/lib/dpkg/status",
        "Package: app\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0-1\n\n");
  write("var/lib/dpkg/info/app.list",
        "/.\n/usr/share/app\n/usr/share/app/Cargo.lock\n/usr/share/app/x.jar\n");
  write("usr/share/app/Cargo.lock", kLock);
  write("usr/share/app/x.jar", ArchiveMaker(MadeFormat::kZip).file("a.class", "x").take());
  write("opt/Cargo.lock", kLock);
  write("opt/x.jar", ArchiveMaker(MadeFormat::kZip).file("a.class", "x").take());
  const Inventory found = take();
  EXPECT_THAT(said(found),
              ElementsAre("app 1.0-1 @ var/lib/dpkg/status", "serde 1.0.1 @ opt/Cargo.lock",
                          "serde 1.0.1 @ usr/share/app/Cargo.lock"));
  ASSERT_TRUE(found.distribution);
  for (const Component& component : found.components) {
    EXPECT_EQ(component.owner, component.location == "usr/share/app/Cargo.lock" ? "app" : "");
  }
  EXPECT_THAT(troubles(found), ElementsAre("unknown opt/x.jar"));
}

// What an archive hides must not hide the rest of the tree.
class Hostile : public TreeTest {
 protected:
  void SetUp() override {
    TreeTest::SetUp();
    write("z/Cargo.lock", kLock);
  }
  void expect_rest(const Inventory& found) const {
    EXPECT_THAT(said(found), Contains("serde 1.0.1 @ z/Cargo.lock"));
  }
};

TEST_F(Hostile, NamesThatLeadOutAreSaidAndLeftAlone) {
  write("x.zip", ArchiveMaker(MadeFormat::kZip)
                     .file("../../Cargo.lock", kLock)
                     .file("../evil", kLock)
                     .file("/abs/Cargo.lock", kLock)
                     .take());
  const Inventory found = take();
  expect_rest(found);
  EXPECT_THAT(said(found), Contains("serde 1.0.1 @ x.zip!abs/Cargo.lock"));
  EXPECT_THAT(troubles(found), ElementsAre("hostile x.zip"));
  EXPECT_THAT(found.problems.at(0).why, HasSubstr("2 names"));
}

TEST_F(Hostile, ArchivesInArchivesEndAtTheDepth) {
  std::string inner = ArchiveMaker(MadeFormat::kZip).file("Cargo.lock", kLock).take();
  for (int depth = 1; depth <= 8; ++depth) {
    write("x.jar", inner);
    TreeOptions options;
    options.archive_depth_max = 7;
    const Inventory found = take("x.jar", options);
    EXPECT_THAT(found.components, SizeIs(depth <= 7 ? 1 : 0)) << depth;
    EXPECT_EQ(found.problems.empty(), depth <= 7) << depth;
    inner = ArchiveMaker(depth % 2 == 0 ? MadeFormat::kZip : MadeFormat::kTar)
                .file("x.zip", inner)
                .take();
  }
}

TEST_F(Hostile, ABombOfManyLevelsEndsAtTheLimit) {
  // As 42.zip is made: each level holds the one below many times.
  std::string level =
      ArchiveMaker(MadeFormat::kZip).file("zeros", std::string(4 << 20, '\0')).take();
  for (int depth = 0; depth < 4; ++depth) {
    ArchiveMaker next(MadeFormat::kZip);
    for (int i = 0; i < 16; ++i) next.file(std::to_string(i) + ".zip", level);
    level = next.take();
  }
  write("42.zip", level);
  TreeOptions options;
  options.archive_octets_max = 8 << 20;
  const Inventory found = take(".", options);
  expect_rest(found);
  EXPECT_THAT(troubles(found), Contains(HasSubstr("limit 42.zip")));
}

TEST_F(Hostile, ZerosWithoutEndAreNotKept) {
  // 192 MB of zeros, some as a program, in a tar in a gzip.
  const std::string zeros(1 << 20, '\0');
  archive* out = archive_write_new();
  archive_write_set_format_pax_restricted(out);
  archive_write_add_filter_gzip(out);
  ASSERT_EQ(archive_write_open_filename(out, path("bomb.tar.gz").c_str()), ARCHIVE_OK);
  for (const std::string_view name : {"zeros", "elf"}) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, std::string(name).c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, la_int64_t{96} << 20);
    archive_write_header(out, entry);
    archive_entry_free(entry);
    std::string first = zeros;
    if (name == "elf")
      first.replace(0, 20,
                    std::string("\x7f"
                                "ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\x3e\0",
                                20));
    archive_write_data(out, first.data(), first.size());
    for (int i = 1; i < 96; ++i) archive_write_data(out, zeros.data(), zeros.size());
  }
  archive_write_free(out);
  TreeOptions options;
  options.archive_octets_max = std::uint64_t{64} << 20;
  const Inventory found = take(".", options);
  expect_rest(found);
  EXPECT_THAT(troubles(found), ElementsAre("limit bomb.tar.gz"));
}

TEST_F(Hostile, AnythingCutOffAnywhereIsSaidAndTheRestGoesOn) {
  const std::string inner = ArchiveMaker(MadeFormat::kZip)
                                .file("META-INF/MANIFEST.MF", "A: b\n")
                                .file("Cargo.lock", kLock)
                                .take();
  const std::string whole =
      ArchiveMaker(MadeFormat::kTar, ARCHIVE_FILTER_GZIP).file("a.jar", inner).take();
  for (std::size_t size = 1; size < whole.size(); size += 23) {
    write("x.tar.gz", std::string_view(whole).substr(0, size));
    write("x.jar", std::string_view(inner).substr(0, size % inner.size()));
    expect_rest(take());
  }
}

}  // namespace
}  // namespace azekura::scanner::inventory

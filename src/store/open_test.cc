// What open() finds and refuses. None of these may change a file that it refuses.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "store/store.h"
#include "store/store_testing.h"

namespace azekura::store {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

class StoreOpen : public testing::Test {
 protected:
  StoreOpen() : path_(folder_.file("db")) {}

  // A database with some pages, closed.
  void make_database() {
    auto store = open_or_create(path_);
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 50; ++i) {
      const std::string key = "key" + std::to_string(i);
      ASSERT_TRUE((*store)->commit(Batch().put(as_bytes(key), as_bytes(std::string(900, 'v')))));
    }
  }
  void run_sql(const char* sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
  Error refusal(Create create = Create::kIfMissing) const {
    auto store = Store::open({.path = path_, .create = create});
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }
  // Expects a refusal that leaves the database file and its log as they were.
  Error refusal_untouched() const {
    const std::string before = read_file(path_);
    const std::string log = path_ + "-wal";
    const std::string log_before = fs::exists(log) ? read_file(log) : "";
    Error error = refusal();
    EXPECT_EQ(read_file(path_), before);
    EXPECT_EQ(fs::exists(log) ? read_file(log) : "", log_before);
    EXPECT_FALSE(error.message.empty());
    return error;
  }
  void overwrite(std::size_t offset, std::string_view octets) const {
    std::string file = read_file(path_);
    file.replace(offset, octets.size(), octets);
    write_file(path_, file);
  }

  TemporaryFolder folder_;
  const std::string path_;
};

TEST_F(StoreOpen, WhatIsNotAPathIsInvalid) {
  for (const std::string& path : {std::string(), folder_.path() + "/", std::string("a\0b", 3),
                                  "/" + std::string(1024, 'x')}) {
    auto store = open_or_create(path);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Code::kInvalid);
  }
}

TEST_F(StoreOpen, AMissingFolderIsNotFound) {
  auto store = open_or_create(folder_.file("none/db"));
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kNotFound);
}

TEST_F(StoreOpen, AMissingFileIsNotFoundAndNotCreatedUnlessAsked) {
  EXPECT_EQ(refusal(Create::kNever).code, Code::kNotFound);
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_TRUE(open_or_create(path_));
  EXPECT_TRUE(Store::open({.path = path_}));
}

TEST_F(StoreOpen, TheFilesArePrivateWhateverTheUmask) {
  const mode_t before = umask(0);
  auto store = open_or_create(path_);
  umask(before);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->commit(Batch().put(as_bytes("a"), {})));
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    struct stat facts {};
    ASSERT_EQ(stat(entry.path().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 4);
}

TEST_F(StoreOpen, AFolderThatOthersMayWriteToIsDenied) {
  fs::permissions(folder_.path(), fs::perms::group_write, fs::perm_options::add);
  const Error error = refusal();
  EXPECT_EQ(error.code, Code::kDenied);
  EXPECT_NE(error.hint.find("chmod"), std::string::npos);
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(StoreOpen, AFolderOfAnotherUserIsDenied) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(chown(folder_.path().c_str(), kNobody, kNobody), 0);
  EXPECT_EQ(refusal().code, Code::kDenied);
}

TEST_F(StoreOpen, AFolderThatIsAFileIsRefused) {
  write_file(path_, "");
  auto store = open_or_create(path_ + "/db");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("Not a directory"), std::string::npos);
}

TEST_F(StoreOpen, AReadOnlyFolderIsDenied) {
  if (geteuid() == 0) {
    ASSERT_EQ(chown(folder_.path().c_str(), kNobody, kNobody), 0);
  }
  fs::permissions(folder_.path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(in_child([&] {
              if (geteuid() == 0 && setuid(kNobody) != 0) return std::string("setuid");
              return std::string(name_of(refusal().code));
            }),
            "denied");
  fs::permissions(folder_.path(), fs::perms::owner_all);
}

TEST_F(StoreOpen, AFileThatOthersMayReadIsDenied) {
  make_database();
  fs::permissions(path_, fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(refusal_untouched().code, Code::kDenied);
}

TEST_F(StoreOpen, ASymbolicLinkIsRefused) {
  make_database();
  fs::rename(path_, folder_.file("elsewhere"));
  fs::create_symlink(folder_.file("elsewhere"), path_);
  EXPECT_EQ(refusal().code, Code::kInvalid);
}

TEST_F(StoreOpen, AFolderReachedByASymbolicLinkIsTheSameFolder) {
  make_database();
  const TemporaryFolder other;
  fs::create_directory_symlink(folder_.path(), other.file("link"));
  auto store = Store::open({.path = other.file("link/db")});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(refusal().code, Code::kConflict);
}

TEST_F(StoreOpen, APipeInPlaceOfTheFileIsRefusedWithoutWaiting) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(refusal().code, Code::kInvalid);
}

TEST_F(StoreOpen, GarbageIsCorruptAndLeftAsItIs) {
  write_file(path_, std::string(8192, 'x'));
  EXPECT_EQ(refusal_untouched().code, Code::kCorrupt);
}

TEST_F(StoreOpen, AnEmptyFileIsCorruptAndLeftAsItIs) {
  write_file(path_, "");
  EXPECT_EQ(refusal_untouched().code, Code::kCorrupt);
}

TEST_F(StoreOpen, AFileCutAnywhereIsCorruptAndLeftAsItIs) {
  make_database();
  const std::string whole = read_file(path_);
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{99}, std::size_t{100}, std::size_t{16'383}, std::size_t{16'384},
        whole.size() / 2, whole.size() - 16'384, whole.size() - 1}) {
    write_file(path_, whole.substr(0, size));
    EXPECT_EQ(refusal_untouched().code, Code::kCorrupt) << size << " of " << whole.size();
  }
  write_file(path_, whole);
  EXPECT_TRUE(Store::open({.path = path_}));
}

TEST_F(StoreOpen, ADamagedPageIsCorrupt) {
  make_database();
  overwrite(2 * 16'384, std::string(64, '\xff'));
  const Error error = refusal_untouched();
  EXPECT_EQ(error.code, Code::kCorrupt);
  EXPECT_NE(error.message.find("damaged"), std::string::npos);
  EXPECT_FALSE(error.hint.empty());
}

TEST_F(StoreOpen, ADatabaseOfAnotherProgramIsCorruptAndLeftAsItIs) {
  run_sql("CREATE TABLE kv(key BLOB PRIMARY KEY, value BLOB)");
  fs::permissions(path_, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(refusal_untouched().code, Code::kCorrupt);
}

TEST_F(StoreOpen, OtherTablesThanOursAreCorrupt) {
  make_database();
  run_sql("CREATE TABLE more(x)");
  EXPECT_EQ(refusal_untouched().code, Code::kCorrupt);
}

TEST_F(StoreOpen, ANewerFormatIsUnsupportedAndLeftAsItIs) {
  make_database();
  run_sql("PRAGMA user_version=2");
  const Error error = refusal_untouched();
  EXPECT_EQ(error.code, Code::kUnsupported);
  EXPECT_NE(error.message.find("format 2"), std::string::npos);
  EXPECT_FALSE(error.hint.empty());
}

TEST_F(StoreOpen, ANewerFormatOnlyInTheLogIsUnsupportedAndLeftAsItIs) {
  make_database();
  EXPECT_EQ(in_child([&]() -> std::string {
              sqlite3* handle = nullptr;
              sqlite3_open(path_.c_str(), &handle);
              sqlite3_exec(handle, "PRAGMA user_version=2", nullptr, nullptr, nullptr);
              return "left open";
            }),
            "left open");
  ASSERT_GT(fs::file_size(path_ + "-wal"), 0u);
  EXPECT_EQ(refusal_untouched().code, Code::kUnsupported);
}

TEST_F(StoreOpen, NoFormatVersionIsCorrupt) {
  make_database();
  run_sql("PRAGMA user_version=0");
  EXPECT_EQ(refusal_untouched().code, Code::kCorrupt);
}

TEST_F(StoreOpen, ALogWithoutItsDatabaseIsCorruptAndNotTakenForThatOfANewOne) {
  make_database();
  fs::remove(path_);
  write_file(path_ + "-wal", "a log");
  const Error error = refusal();
  EXPECT_EQ(error.code, Code::kCorrupt);
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_EQ(read_file(path_ + "-wal"), "a log");
}

TEST_F(StoreOpen, AnInterruptedCreationIsBegunAgain) {
  write_file(path_ + ".new", "half a database");
  write_file(path_ + ".new-wal", "half a log");
  auto store = open_or_create(path_);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_FALSE(fs::exists(path_ + ".new"));
  EXPECT_FALSE(fs::exists(path_ + ".new-wal"));
}

TEST_F(StoreOpen, ASecondOpenerIsRefusedAndToldWhoHoldsIt) {
  auto store = open_or_create(path_);
  ASSERT_TRUE(store);
  const std::string pid = std::to_string(getpid());
  const std::string answer = in_child([&] {
    const Error error = refusal();
    return std::string(name_of(error.code)) + ": " + error.message;
  });
  EXPECT_EQ(answer, "conflict: " + path_ + " is in use by process " + pid);
  EXPECT_EQ(refusal().code, Code::kConflict) << "in the same process";
  EXPECT_TRUE((*store)->commit(Batch().put(as_bytes("still"), as_bytes("writable"))));
  store->reset();
  EXPECT_TRUE(Store::open({.path = path_}));
}

TEST_F(StoreOpen, AHolderThatWasKilledHoldsNothing) {
  EXPECT_EQ(in_child([&]() -> std::string {
              auto store = open_or_create(path_);
              if (!store) return store.error().message;
              if (!(*store)->commit(Batch().put(as_bytes("a"), as_bytes("1")))) return "commit";
              raise(SIGKILL);
              return "alive";
            }),
            "killed by signal 9");
  auto store = Store::open({.path = path_});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(contents(**store), (std::map<std::string, std::string>{{"a", "1"}}));
}

TEST_F(StoreOpen, ClosingLeavesOneFileAndItsLock) {
  make_database();
  EXPECT_TRUE(fs::exists(path_));
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
  EXPECT_FALSE(fs::exists(path_ + "-shm"));
}

// A file system of its own, where the test may make one: in a user namespace, or as root.
std::string fill_small_disk(const std::string& folder, const std::string& path) {
  if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0) return "skip";
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "skip";
  if (mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=512k,mode=0700") != 0) return "skip";
  auto store = open_or_create(path);
  if (!store) return store.error().message;
  const std::string value(10'000, 'v');
  std::size_t kept = 0;
  Status status;
  while ((status = (*store)->commit(
              Batch().put(as_bytes("key" + std::to_string(kept)), as_bytes(value))))) {
    if (++kept > 1'000) return "the disk never filled";
  }
  if (kept < 5) return "only " + std::to_string(kept) + " fit";
  if (contents(**store).size() != kept) return "an acknowledged one is not there";
  const std::string code(name_of(status.error().code));
  store->reset();
  store = Store::open({.path = path});
  if (!store) return "reopen: " + store.error().message;
  if (contents(**store).size() != kept) return "an acknowledged one is not there after reopening";
  return code;
}

TEST_F(StoreOpen, OnAFullDiskWhatWasAcknowledgedStaysAndTheRestIsRefused) {
  const std::string answer = in_child([&] { return fill_small_disk(folder_.path(), path_); });
  if (answer == "skip") GTEST_SKIP() << "may not mount here";
  EXPECT_EQ(answer, "exhausted");
}

TEST_F(StoreOpen, AFileSizeLimitIsAnErrorAndNotTheEnd) {
  make_database();
  EXPECT_EQ(in_child([&]() -> std::string {
              signal(SIGXFSZ, SIG_IGN);
              auto store = Store::open({.path = path_});
              if (!store) return store.error().message;
              const rlimit limit{200'000, 200'000};
              if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return "setrlimit";
              Status status;
              for (int i = 0; status && i < 1'000; ++i) {
                status = (*store)->commit(
                    Batch().put(as_bytes(std::to_string(i)), as_bytes(std::string(5'000, 'v'))));
              }
              return status ? "no limit" : std::string(name_of(status.error().code));
            }),
            "io");
  auto store = Store::open({.path = path_});
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(contents(**store, "key").size(), 50u);
}

}  // namespace
}  // namespace azekura::store

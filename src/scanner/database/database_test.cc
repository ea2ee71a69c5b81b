#include "scanner/database/database.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <atomic>
#include <cstddef>
#include <fstream>
#include <thread>

#include "scanner/database/database_testing.h"
#include "scanner/database/layout.h"
#include "scanner/database/read_everything_testing.h"

namespace azekura::scanner {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const std::string& path, std::string_view octets) {
  std::ofstream(path, std::ios::binary) << octets;
}

Code code_of(const std::string& path) {
  const auto database = Database::open(path);
  return database ? Code::kInternal : database.error().code;
}

// A database of every kind of section, of one problem that is called so.
void write_sample(const std::string& path, const std::string& cve) {
  DatabaseBuilder builder;
  auto sink = builder.begin();
  Advisory advisory;
  advisory.id = cve;
  advisory.aliases = {"GHSA-1"};
  advisory.published = 1'700'000'000;
  advisory.modified = 1'710'000'000;
  advisory.english = {"A title", "A body", "GHSA", "https://example.org/1"};
  advisory.japanese = {"題", "本文", "JVN iPedia", "https://example.org/2"};
  advisory.scores = {{.source = "nvd", .vector = "AV:N/AC:L/Au:N/C:P/I:P/A:P"}};
  advisory.cwes = {"CWE-79"};
  advisory.references = {"https://example.org/3"};
  advisory.known_exploited = KnownExploited{"cisa", 1'700'000'000, 1'700'100'000, true};
  advisory.epss = Epss{0.5, 0.9, "v3", 1'700'000'000};
  advisory.ssvc = Ssvc{"active", "yes", "total"};
  advisory.exploits = {{Exploit::Kind::kMetasploit, "exploit/a"}};
  Affected claim;
  claim.where = {Ecosystem::kDebian, "12"};
  claim.name = "nobody";
  claim.qualifier = "q";
  claim.note = "n";
  claim.ranges = {{.introduced = "1", .end = "2", .end_kind = AffectedRange::End::kFixed}};
  claim.versions = {"4"};
  advisory.affected = {claim};
  sink->add(std::move(advisory));
  sink->add(CweName{"CWE-79", "XSS", "クロスサイトスクリプティング"});
  sink->add(ProductName{"a:f5:nginx", "F5", "NGINX"});
  sink->add(ComponentCpe{"nginx", "f5", "nginx"});
  sink->add(ReleaseLife{{Ecosystem::kDebian, "12"}, "bookworm", 1'800'000'000, 1'900'000'000});
  sink->add(JavaScriptSignature{"jquery", JavaScriptSignature::Kind::kHash, "abc", "1.0"});
  builder.finish(std::move(sink), {.name = "all"});
  const auto written = builder.write(path);
  ASSERT_TRUE(written) << written.error().message;
}

TEST(Database, AFileThatIsNotThereIsNotFound) {
  const TemporaryFolder folder;
  EXPECT_EQ(code_of(folder.path("none")), Code::kNotFound);
}

TEST(Database, WhatIsNoDatabaseIsCorrupt) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  put(path, "");
  EXPECT_EQ(code_of(path), Code::kCorrupt);
  put(path, std::string(10'000, 'x'));
  EXPECT_EQ(code_of(path), Code::kCorrupt);
  EXPECT_EQ(code_of(folder.path("")), Code::kCorrupt) << "a folder";
}

TEST(Database, ANewerFormatIsUnsupported) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  write_sample(path, "CVE-2024-0001");
  std::string octets = content_of(path);
  octets[offsetof(layout::Header, format)] = static_cast<char>(layout::kFormat + 1);
  put(path, octets);
  EXPECT_EQ(code_of(path), Code::kUnsupported);
}

TEST(Database, AFileOfAnyOtherLengthIsCorrupt) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  write_sample(path, "CVE-2024-0001");
  const std::string octets = content_of(path);
  for (std::size_t size = 0; size < octets.size(); size += 1 + size / 7) {
    put(path, octets.substr(0, size));
    EXPECT_EQ(code_of(path), Code::kCorrupt) << size;
  }
  put(path, octets + '\0');
  EXPECT_EQ(code_of(path), Code::kCorrupt);
}

TEST(Database, EveryOctetMayBeDamaged) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  write_sample(path, "CVE-2024-0001");
  const std::string good = content_of(path);
  const std::uint64_t sum = EverythingReader(*Database::open(path)).read();
  EXPECT_GT(sum, 0U);
  std::size_t opened = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int bits : {0x01, 0x80, 0xFF}) {
      std::string octets = good;
      octets[at] = static_cast<char>(octets[at] ^ bits);
      put(path, octets);
      const auto database = Database::open(path);
      if (!database) continue;
      ++opened;
      EverythingReader(*database).read();
      const bool is_outside =
          at >= offsetof(layout::Header, built) && at < offsetof(layout::Header, digest);
      EXPECT_EQ(database->verify().has_value(), is_outside) << at;
    }
  }
  EXPECT_GT(opened, good.size());
}

TEST(Database, TheTimeOfItsMakingDoesNotChangeItsDigest) {
  const TemporaryFolder folder;
  write_sample(folder.path("a"), "CVE-2024-0001");
  write_sample(folder.path("b"), "CVE-2024-0001");
  write_sample(folder.path("c"), "CVE-2024-0002");
  const auto a = Database::open(folder.path("a"));
  EXPECT_GT(a->built(), 1'700'000'000);
  EXPECT_THAT(a->digest(), SizeIs(64));
  EXPECT_EQ(a->digest(), Database::open(folder.path("b"))->digest());
  EXPECT_NE(a->digest(), Database::open(folder.path("c"))->digest());
}

TEST(Database, AnOpenOneKeepsItsContentWhenTheFileIsReplaced) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  write_sample(path, "CVE-2024-0001");
  const auto before = Database::open(path);
  write_sample(path, "CVE-2024-0002");
  const auto after = Database::open(path);
  EXPECT_EQ(before->problem_id(0), "CVE-2024-0001");
  EXPECT_EQ(after->problem_id(0), "CVE-2024-0002");
  EXPECT_TRUE(before->verify());
}

TEST(Database, ReadersAlwaysFindAWholeFileWhileItIsReplaced) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  write_sample(path, "CVE-2024-0001");
  std::atomic<bool> is_done = false;
  std::atomic<int> broken = 0;
  std::atomic<int> opened = 0;
  std::thread reader([&] {
    do {
      const auto database = Database::open(path);
      if (!database || !database->verify() || database->find("GHSA-1") != 0U) ++broken;
      ++opened;
    } while (!is_done);
  });
  for (int i = 0; i < 20; ++i) write_sample(path, i % 2 == 0 ? "CVE-2024-0002" : "CVE-2024-0001");
  is_done = true;
  reader.join();
  EXPECT_EQ(broken, 0);
  EXPECT_GT(opened, 0);
}

TEST(Database, ASecondWriterIsAConflictAndChangesNothing) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  write_sample(path, "CVE-2024-0001");
  const int fd = open((path + ".new").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(flock(fd, LOCK_EX | LOCK_NB), 0);
  const auto written = DatabaseBuilder().write(path);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kConflict);
  EXPECT_EQ(Database::open(path)->problem_id(0), "CVE-2024-0001");
  close(fd);
}

TEST(Database, WhatACrashLeftBehindIsOverwritten) {
  const TemporaryFolder folder;
  const std::string path = folder.path("db");
  put(path + ".new", std::string(1'000'000, 'x'));
  write_sample(path, "CVE-2024-0001");
  EXPECT_TRUE(Database::open(path)->verify());
  struct stat about {};
  EXPECT_NE(stat((path + ".new").c_str(), &about), 0);
}

TEST(Database, APipeIsNotWaitedFor) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo(folder.path("db").c_str(), 0600), 0);
  EXPECT_EQ(code_of(folder.path("db")), Code::kCorrupt);
}

TEST(Database, AFolderThatIsNotThereIsAnErrorOfWriting) {
  const TemporaryFolder folder;
  const auto written = DatabaseBuilder().write(folder.path("none/db"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kNotFound);
}

TEST(Database, NumbersThatDoNotExistAreEmpty) {
  const TemporaryFolder folder;
  write_sample(folder.path("db"), "CVE-2024-0001");
  const auto database = Database::open(folder.path("db"));
  const auto count = static_cast<ProblemId>(database->problem_count());
  for (const std::uint32_t number : {count, UINT32_MAX}) {
    EXPECT_EQ(database->problem(number).id, "");
    EXPECT_EQ(database->problem_id(number), "");
    EXPECT_EQ(database->facts(number).flags, 0);
    EXPECT_EQ(database->problem_text(number, Language::kEnglish), std::nullopt);
    EXPECT_THAT(database->problem_references(number), IsEmpty());
    EXPECT_THAT(database->packages_of(number), IsEmpty());
  }
  EXPECT_EQ(database->version_text(UINT32_MAX), "");
  EXPECT_EQ(database->text(UINT32_MAX), "");
  EXPECT_EQ(database->record(UINT32_MAX).id, "");
}

TEST(Database, ThreadsMayAskForTextsAtOnce) {
  const TemporaryFolder folder;
  write_sample(folder.path("db"), "CVE-2024-0001");
  const auto database = Database::open(folder.path("db"));
  std::atomic<int> right = 0;
  const auto ask = [&] {
    for (int i = 0; i < 100; ++i)
      right += database->problem_text(0, Language::kJapanese)->body == "本文";
  };
  std::thread other(ask);
  ask();
  other.join();
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace azekura::scanner

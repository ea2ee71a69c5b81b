#include "scanner/document/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/document/archive_testing.h"

namespace azekura::scanner {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

using Files = std::vector<std::pair<std::string, std::string>>;

Files files_of(ArchiveReader& reader) {
  Files files;
  std::string buffer;
  for (ArchiveEntry entry;;) {
    const auto more = reader.next(entry);
    EXPECT_TRUE(more.has_value()) << (more ? "" : more.error().message);
    if (!more || !*more) return files;
    if (entry.kind != EntryKind::kFile) continue;
    const auto octets = reader.read(buffer);
    EXPECT_TRUE(octets.has_value()) << (octets ? "" : octets.error().message);
    files.emplace_back(entry.path, octets ? std::string(*octets) : "?");
  }
}

Code first_failure(std::string_view octets, ArchiveLimits limits = {}) {
  auto reader = ArchiveReader::open_octets(octets, limits);
  if (!reader) return reader.error().code;
  for (ArchiveEntry entry;;) {
    const auto more = reader->next(entry);
    if (!more) return more.error().code;
    if (!*more) return Code::kInternal;
    if (const auto content = reader->read(); !content) return content.error().code;
  }
}

TEST(Archive, WhatIsNoArchiveIsInvalid) {
  for (const std::string& octets :
       {std::string(), std::string("hello"), std::string(4096, 'x'), std::string(100, '\0')}) {
    const auto reader = ArchiveReader::open_octets(octets);
    ASSERT_FALSE(reader) << octets.size();
    EXPECT_EQ(reader.error().code, Code::kInvalid);
  }
  EXPECT_EQ(ArchiveReader::open_file("/nonexistent/x").error().code, Code::kNotFound);
  EXPECT_FALSE(ArchiveReader::open_file("/"));
}

TEST(Archive, ATruncatedOneIsCorruptFromThere) {
  for (const auto format : {MadeFormat::kTar, MadeFormat::kCpio}) {
    const std::string whole = ArchiveMaker(format)
                                  .file("a", std::string(5000, 'a'))
                                  .file("b", std::string(5000, 'b'))
                                  .take();
    EXPECT_EQ(first_failure(std::string_view(whole).substr(0, 4000)), Code::kCorrupt);
  }
  std::string noise;
  for (std::uint32_t i = 0, x = 1; i < 300'000; ++i, x = x * 1664525 + 1013904223)
    noise += static_cast<char>(x >> 24);
  const std::string packed =
      ArchiveMaker(MadeFormat::kTar, ARCHIVE_FILTER_GZIP).file("a", noise).take();
  EXPECT_EQ(first_failure(std::string_view(packed).substr(0, packed.size() / 2)), Code::kCorrupt);
  EXPECT_EQ(first_failure(std::string_view(packed).substr(0, 20)), Code::kInvalid);
}

TEST(Archive, EveryFormatAndCompressionIsRead) {
  for (const auto format : {MadeFormat::kTar, MadeFormat::kZip, MadeFormat::kCpio}) {
    for (const int filter : {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ,
                             ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4}) {
      const std::string big(300'000, 'z');
      const std::string octets = ArchiveMaker(format, filter)
                                     .folder("d")
                                     .file("d/a", "A")
                                     .file("d/big", big)
                                     .file("empty", "")
                                     .take();
      EXPECT_TRUE(looks_like_archive(octets));
      auto reader = ArchiveReader::open_octets(octets);
      ASSERT_TRUE(reader) << reader.error().message;
      EXPECT_FALSE(reader->is_compressed_file());
      EXPECT_THAT(files_of(*reader),
                  ElementsAre(Pair("d/a", "A"), Pair("d/big", big), Pair("empty", "")));
    }
  }
}

TEST(Archive, EntriesThatAreNotReadArePassedOver) {
  const std::string octets = ArchiveMaker(MadeFormat::kTar, ARCHIVE_FILTER_GZIP)
                                 .file("a", std::string(300'000, 'a'))
                                 .file("b", "B")
                                 .take();
  auto reader = ArchiveReader::open_octets(octets);
  ASSERT_TRUE(reader);
  ArchiveEntry entry;
  ASSERT_TRUE(*reader->next(entry));
  ASSERT_TRUE(*reader->next(entry));
  EXPECT_EQ(entry.path, "b");
  EXPECT_EQ(*reader->read(), "B");
  EXPECT_FALSE(*reader->next(entry));
}

TEST(Archive, NamesThatLeadOutComeEmptyAndTheRestIsNormalised) {
  const std::string octets = ArchiveMaker()
                                 .file("/etc/passwd", "1")
                                 .file("../../x", "2")
                                 .file("a/../../x", "3")
                                 .file("./a/./b/../c", "4")
                                 .file("a/..", "5")
                                 .file("..a", "6")
                                 .take();
  auto reader = ArchiveReader::open_octets(octets);
  ASSERT_TRUE(reader);
  EXPECT_THAT(files_of(*reader), ElementsAre(Pair("etc/passwd", "1"), Pair("", "2"), Pair("", "3"),
                                             Pair("a/c", "4"), Pair("", "5"), Pair("..a", "6")));
}

TEST(Archive, JapaneseNamesAreReadInTheCLocale) {
  for (const auto format : {MadeFormat::kTar, MadeFormat::kZip}) {
    const std::string octets = ArchiveMaker(format).file("資料/一覧.json", "1").take();
    auto reader = ArchiveReader::open_octets(octets);
    ASSERT_TRUE(reader);
    EXPECT_THAT(files_of(*reader), ElementsAre(Pair("資料/一覧.json", "1")));
  }
}

TEST(Archive, KindsAndLinksAreTold) {
  const std::string octets = ArchiveMaker()
                                 .file("f", "1")
                                 .folder("d")
                                 .link("s", "../f")
                                 .hard_link("h", "f")
                                 .device("c")
                                 .take();
  auto reader = ArchiveReader::open_octets(octets);
  ASSERT_TRUE(reader);
  std::vector<EntryKind> kinds;
  std::vector<std::string> links;
  for (ArchiveEntry entry; *reader->next(entry);) {
    kinds.push_back(entry.kind);
    links.push_back(entry.link);
  }
  EXPECT_THAT(kinds, ElementsAre(EntryKind::kFile, EntryKind::kFolder, EntryKind::kSymbolicLink,
                                 EntryKind::kHardLink, EntryKind::kOther));
  EXPECT_THAT(links, ElementsAre("", "", "../f", "f", ""));
}

TEST(Archive, AnEntryOverTheLimitIsExhaustedAndTheNextOneIsRead) {
  for (const auto format : {MadeFormat::kTar, MadeFormat::kZip}) {
    const std::string octets = ArchiveMaker(format)
                                   .file("a", std::string(1001, 'a'))
                                   .file("b", std::string(1000, 'b'))
                                   .file("c", std::string(999, 'c'))
                                   .take();
    auto reader = ArchiveReader::open_octets(octets, {.entry_octets_max = 1000});
    ASSERT_TRUE(reader);
    ArchiveEntry entry;
    ASSERT_TRUE(*reader->next(entry));
    EXPECT_EQ(reader->read().error().code, Code::kExhausted);
    ASSERT_TRUE(*reader->next(entry));
    EXPECT_EQ(reader->read()->size(), 1000U);
    ASSERT_TRUE(*reader->next(entry));
    EXPECT_EQ(reader->read()->size(), 999U);
  }
}

TEST(Archive, TheNumberOfEntriesIsLimited) {
  const std::string octets = ArchiveMaker().file("a", "").file("b", "").file("c", "").take();
  EXPECT_EQ(first_failure(octets, {.entries_max = 4}), Code::kInternal);
  EXPECT_EQ(first_failure(octets, {.entries_max = 3}), Code::kInternal);
  EXPECT_EQ(first_failure(octets, {.entries_max = 2}), Code::kExhausted);
}

TEST(Archive, ABombEndsAtTheLimitWhetherItIsReadOrPassedOver) {
  for (const auto format : {MadeFormat::kTar, MadeFormat::kZip}) {
    const int filter = format == MadeFormat::kTar ? ARCHIVE_FILTER_GZIP : ARCHIVE_FILTER_NONE;
    const std::string bomb = ArchiveMaker(format, filter)
                                 .file("zeros", std::string(64 << 20, '\0'))
                                 .file("b", "")
                                 .take();
    EXPECT_LT(bomb.size(), std::size_t{1} << 20);
    EXPECT_EQ(first_failure(bomb, {.total_octets_max = 32 << 20}), Code::kExhausted);
  }
  const std::string bomb = ArchiveMaker(MadeFormat::kTar, ARCHIVE_FILTER_GZIP)
                               .file("zeros", std::string(64 << 20, '\0'))
                               .file("b", "")
                               .take();
  auto reader = ArchiveReader::open_octets(bomb, {.total_octets_max = 32 << 20});
  ASSERT_TRUE(reader);
  ArchiveEntry entry;
  ASSERT_TRUE(*reader->next(entry));
  EXPECT_EQ(reader->next(entry).error().code, Code::kExhausted);
}

TEST(Archive, WhatIsInsideDrawsOnTheSameLimits) {
  const std::string inner = ArchiveMaker(MadeFormat::kTar, ARCHIVE_FILTER_GZIP)
                                .file("zeros", std::string(20 << 20, '\0'))
                                .take();
  const std::string outer = ArchiveMaker().file("1.tgz", inner).file("2.tgz", inner).take();
  auto reader = ArchiveReader::open_octets(outer, {.total_octets_max = 32 << 20});
  ASSERT_TRUE(reader);
  ArchiveEntry entry;
  for (const bool fits : {true, false}) {
    ASSERT_TRUE(*reader->next(entry));
    auto inside = reader->open_entry();
    ASSERT_TRUE(inside) << inside.error().message;
    ArchiveEntry zeros;
    ASSERT_TRUE(*inside->next(zeros));
    EXPECT_EQ(zeros.path, "zeros");
    EXPECT_EQ(inside->read().has_value(), fits);
  }
}

TEST(Archive, ATarInsideIsReadAsItStreamsBy) {
  const std::string inner =
      ArchiveMaker().file("x", "X").file("big", std::string(500'000, 'b')).file("y", "Y").take();
  const std::string outer =
      ArchiveMaker().file("before", "").file("inner.tar", inner).file("after", "Z").take();
  auto reader = ArchiveReader::open_octets(outer);
  ASSERT_TRUE(reader);
  ArchiveEntry entry;
  ASSERT_TRUE(*reader->next(entry));
  ASSERT_TRUE(*reader->next(entry));
  {
    auto inside = reader->open_entry();
    ASSERT_TRUE(inside) << inside.error().message;
    EXPECT_EQ(files_of(*inside).size(), 3U);
  }
  ASSERT_TRUE(*reader->next(entry));
  EXPECT_EQ(entry.path, "after");
  EXPECT_EQ(*reader->read(), "Z");
}

// An end record (APPNOTE 4.3.16) that says how large the directory before it is.
std::string zip_end(std::uint32_t directory_size) {
  std::string out("PK\5\6\0\0\0\0\1\0\1\0", 12);
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(directory_size >> shift);
  return "PK\3\4" + std::string(100, 'x') + out + std::string(6, '\0');
}

TEST(Archive, AZipsDirectoryIsLimited) {
  constexpr std::uint32_t kMax = 32 << 20;
  EXPECT_EQ(ArchiveReader::open_octets(zip_end(kMax + 1)).error().code, Code::kExhausted);
  for (const std::uint32_t fits : {kMax, kMax - 1}) {
    const auto reader = ArchiveReader::open_octets(zip_end(fits));
    EXPECT_TRUE(reader || reader.error().code != Code::kExhausted);
  }
}

TEST(Archive, APeekTakesNothingAway) {
  const std::string big(500'000, 'b');
  for (const auto format : {MadeFormat::kTar, MadeFormat::kZip}) {
    for (const int filter : {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP}) {
      const std::string octets = ArchiveMaker(format, filter)
                                     .file("a", "A")
                                     .file("big", big)
                                     .file("empty", "")
                                     .file("z", "Z")
                                     .take();
      auto reader = ArchiveReader::open_octets(octets);
      ASSERT_TRUE(reader);
      ArchiveEntry entry;
      ASSERT_TRUE(*reader->next(entry));
      EXPECT_EQ(*reader->peek(), "A");
      EXPECT_EQ(*reader->peek(), "A");
      EXPECT_EQ(*reader->read(), "A");
      ASSERT_TRUE(*reader->next(entry));
      EXPECT_GE(reader->peek()->size(), 512U);
      std::string pieces;
      ASSERT_TRUE(reader->read([&pieces](std::string_view piece) -> Status {
        pieces += piece;
        return {};
      }));
      EXPECT_EQ(pieces, big);
      ASSERT_TRUE(*reader->next(entry));
      EXPECT_EQ(*reader->peek(), "");
      ASSERT_TRUE(*reader->next(entry));
      EXPECT_EQ(*reader->peek(), "Z");
      EXPECT_FALSE(*reader->next(entry));
    }
  }
}

TEST(Archive, AZlibStreamIsUnpackedAndWhatIsNoneIsCorrupt) {
  using namespace std::string_literals;
  const std::string stored =
      "\x78\x01\x01\x03\x00\xfc\xff"
      "abc\x02\x4d\x01\x27"s;
  EXPECT_EQ(*decompressed_zlib(stored, 3), "abc");
  EXPECT_EQ(decompressed_zlib(stored, 2).error().code, Code::kExhausted);
  EXPECT_EQ(decompressed_zlib("rubbish that is none", 100).error().code, Code::kCorrupt);
  EXPECT_FALSE(decompressed_zlib(stored.substr(0, 9), 100));
  EXPECT_FALSE(decompressed_zlib("", 100));
}

TEST(Archive, ACompressedFileIsOneEntry) {
  for (const int filter :
       {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_ZSTD}) {
    archive* handle = archive_write_new();
    archive_write_set_format_raw(handle);
    archive_write_add_filter(handle, filter);
    std::string packed(100'000, '\0');
    std::size_t used = 0;
    archive_write_open_memory(handle, packed.data(), packed.size(), &used);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(handle, entry);
    archive_entry_free(entry);
    archive_write_data(handle, "{\"a\": 1}", 8);
    archive_write_free(handle);
    packed.resize(used);
    auto reader = ArchiveReader::open_octets(packed);
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_TRUE(reader->is_compressed_file());
    EXPECT_THAT(files_of(*reader), ElementsAre(Pair("data", "{\"a\": 1}")));
    EXPECT_EQ(*decompressed(packed, 8), "{\"a\": 1}");
    EXPECT_EQ(decompressed(packed, 7).error().code, Code::kExhausted);
  }
  EXPECT_EQ(*decompressed("plain", 100), "plain");
}

}  // namespace
}  // namespace azekura::scanner

// Archives of OSV and of the distributions, of each the first files: every record is read, none is
// bad.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <string_view>

#include "scanner/advisories/sink_testing.h"
#include "scanner/document/bundle_testing.h"
#include "scanner/document/files.h"

namespace azekura::scanner::advisories {
namespace {

struct Archive {
  std::string_view name;
  std::size_t records;
  std::size_t claims;
};
// So that the whole takes seconds; tests/ read them whole.
constexpr std::size_t kFilesMax = 1500;
constexpr std::array kArchives{
    Archive{"debian", 1500, 4597},         Archive{"ubuntu", 1500, 5809},
    Archive{"redhat-cve", 1500, 9364},     Archive{"almalinux", 1499, 6483},
    Archive{"rocky-osv", 1491, 5474},      Archive{"amazon", 1500, 14788},
    Archive{"alpine-secdb", 74280, 85317}, Archive{"ghsa", 1500, 2513},
    Archive{"go-vulndb", 1499, 2021},      Archive{"pypa", 1499, 1526},
    Archive{"bitnami", 959, 976},
};

// Counts, and forgets what it counted.
struct CountingSink : KeptSink {
  using KeptSink::add;
  void add(Advisory advisory) override {
    ++records;
    claims += advisory.affected.size();
    EXPECT_FALSE(advisory.id.empty());
    for (const Affected& claim : advisory.affected) {
      const bool fixed = claim.state == State::kFixed;
      if (fixed && claim.ranges.empty()) ADD_FAILURE() << advisory.id << ": fixed nowhere";
    }
  }
  std::size_t records = 0;
  std::size_t claims = 0;
};

class BulkArchives : public testing::TestWithParam<Archive> {};

TEST_P(BulkArchives, EveryRecordIsRead) {
  const Archive& archive = GetParam();
  const std::string name(archive.name);
  if (const auto missing = missing_bundle(name); !missing.empty()) GTEST_SKIP() << missing;
  CountingSink sink;
  JsonParser parser;
  std::size_t files = 0;
  const auto walked = for_each_data_file(
      bundle_folder() + "/" + name + ".tar.zst",
      [&](const DataFile& file) -> Status {
        if (++files > kFilesMax) return fail(Code::kExhausted, "enough");
        import_file({file.name, parser}, file.octets, sink);
        return {};
      },
      [](const std::string& file, const Error& why) { ADD_FAILURE() << file << why.message; });
  ASSERT_TRUE(walked || walked.error().message == "enough") << walked.error().message;
  std::cout << name << ": " << sink.records << " records, " << sink.claims << " claims\n";
  EXPECT_EQ(sink.records, archive.records);
  EXPECT_EQ(sink.claims, archive.claims);
  for (const auto& [file, why] : sink.bad) ADD_FAILURE() << file << ": " << why.message;
}

INSTANTIATE_TEST_SUITE_P(All, BulkArchives, testing::ValuesIn(kArchives), [](const auto& each) {
  std::string name(each.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace azekura::scanner::advisories

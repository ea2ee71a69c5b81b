// Originals of the distributions' and OSV's feeds, as their publishers serve them: what each file
// holds.
#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "scanner/advisories/sink_testing.h"
#include "scanner/document/bundle_testing.h"
#include "scanner/document/files.h"

namespace azekura::scanner::advisories {
namespace {

struct Count {
  std::size_t files = 0;  // taken
  std::size_t records = 0;
  std::size_t claims = 0;
  std::size_t bad = 0;
  std::size_t skipped = 0;  // no data
  std::size_t damaged = 0;  // archives that cannot be opened

  bool operator==(const Count&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Count& c) {
  return out << "{" << c.files << ", " << c.records << ", " << c.claims << ", " << c.bad << ", "
             << c.skipped << ", " << c.damaged << "}";
}

// "ubuntu/cve" of "feed-samples/ubuntu/cve/happy/0_1.json".
std::string feed_of(std::string_view name) {
  if (name.starts_with("feed-samples/")) name.remove_prefix(13);
  const std::size_t first = name.find('/');
  if (first == std::string_view::npos) return std::string(name);
  const std::size_t second = name.find_first_of("/!.", first + 1);
  return std::string(name.substr(0, second));
}

struct Expected {
  std::string_view feed;
  Count count;
};
constexpr std::array kExpected{
    Expected{"alma/errata", {2, 2, 6, 1, 0, 0}},
    Expected{"alma/osv", {4, 4, 25, 0, 0, 0}},
    Expected{"alma/updateinfo", {4, 4, 2, 1, 6, 0}},
    Expected{"alpine/osv", {2, 2, 10, 0, 0, 0}},
    Expected{"alpine/secdb", {5, 15, 15, 0, 4, 0}},
    Expected{"amazon/updateinfo_1", {1, 1, 1, 0, 0, 0}},
    Expected{"amazon/updateinfo_2", {1, 1, 1, 0, 0, 0}},
    Expected{"amazon/updateinfo_2022", {1, 1, 2, 0, 0, 0}},
    Expected{"amazon/updateinfo_2023", {1, 1, 21, 0, 0, 0}},
    Expected{"amazon/updateinfo_2023_kernel-livepatch", {1, 1, 1, 0, 0, 0}},
    Expected{"amazon/updateinfo_2023_nvidia", {1, 1, 6, 0, 0, 0}},
    Expected{"amazon/updateinfo_2_kernel-5", {1, 1, 16, 0, 0, 0}},
    Expected{"amazon/updateinfo_invalid_xml", {0, 0, 0, 0, 0, 1}},
    Expected{"bitnami/osv", {2, 2, 2, 0, 0, 0}},
    Expected{"cargo/ghsa", {13, 13, 18, 0, 8, 0}},
    Expected{"cargo/osv", {3, 3, 3, 0, 0, 0}},
    Expected{"composer/osv", {1, 1, 1, 0, 0, 0}},
    Expected{"debian/osv", {3, 3, 3, 0, 0, 0}},
    Expected{"fedora/updateinfo", {3, 3, 0, 0, 9, 0}},
    Expected{"golang/osv", {3, 3, 3, 0, 0, 0}},
    Expected{"linux/osv", {2, 2, 0, 0, 0, 0}},
    Expected{"maven/osv", {1, 1, 1, 0, 0, 0}},
    Expected{"npm/osv", {3, 3, 3, 0, 0, 0}},
    Expected{"nuget/osv", {1, 1, 8, 0, 0, 0}},
    Expected{"oss-fuzz/osv", {1, 1, 0, 0, 0, 0}},
    Expected{"pip/osv", {4, 4, 8, 0, 0, 0}},
    Expected{"redhat/csaf", {6, 6, 441, 0, 3, 0}},
    Expected{"redhat/cve", {6, 10, 45, 0, 0, 0}},
    Expected{"redhat/osv", {3, 3, 32, 0, 0, 0}},
    Expected{"redhat/vex", {11, 11, 868, 0, 4, 0}},
    Expected{"rocky/errata", {2, 2, 11, 0, 0, 0}},
    Expected{"rocky/osv", {2, 2, 2, 0, 0, 0}},
    Expected{"rocky/updateinfo", {5, 5, 3, 1, 16, 0}},
    Expected{"rubygems/osv", {2, 2, 2, 0, 0, 0}},
    Expected{"suse/csaf_vex", {2, 2, 1185, 0, 6, 0}},
    Expected{"suse/osv", {5, 4, 231, 0, 0, 0}},
    Expected{"ubuntu/cve", {3, 4, 216, 0, 0, 0}},
    Expected{"ubuntu/notice", {3, 4, 0, 0, 0, 0}},
    Expected{"ubuntu/osv", {3, 3, 13, 0, 0, 0}},
    Expected{"ubuntu/tracker", {4, 4, 15, 0, 2, 0}},
    Expected{"ubuntu/usndb", {1, 3, 14, 0, 0, 0}},
    Expected{"ubuntu/vex", {3, 3, 10, 0, 0, 0}},
};

TEST(FeedSamples, EachFeedGivesTheRecordsItHolds) {
  if (const auto missing = missing_bundle("feed-samples"); !missing.empty()) {
    GTEST_SKIP() << missing;
  }
  std::map<std::string, Count> counts;
  JsonParser parser;
  const auto walked = for_each_data_file(
      bundle_folder() + "/feed-samples.tar.zst",
      [&](const DataFile& file) -> Status {
        KeptSink sink;
        Count& count = counts[feed_of(file.name)];
        const bool taken = import_file({file.name, parser}, file.octets, sink);
        ++(taken ? count.files : count.skipped);
        count.records += sink.advisories.size();
        for (const Advisory& advisory : sink.advisories) count.claims += advisory.affected.size();
        count.bad += sink.bad.size();
        return {};
      },
      [&](const std::string& name, const Error&) { ++counts[feed_of(name)].damaged; });
  ASSERT_TRUE(walked) << walked.error().message;
  for (const auto& [feed, count] : counts) std::cout << feed << " " << count << "\n";
  for (const Expected& expected : kExpected) {
    EXPECT_EQ(counts[std::string(expected.feed)], expected.count) << expected.feed;
  }
}

}  // namespace
}  // namespace azekura::scanner::advisories

// Published data of the community databases, of CVE knowledge and of JVN iPedia: what each file and
// each archive holds. No text of JVN stands here: its records are compared by ids, lengths and
// scores.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "scanner/advisories/records.h"
#include "scanner/advisories/sink_testing.h"
#include "scanner/document/bundle_testing.h"
#include "scanner/document/files.h"
#include "scanner/terms/cvss.h"

namespace azekura::scanner::advisories {
namespace {

struct Count {
  std::size_t records = 0;
  std::size_t claims = 0;
  std::size_t words = 0;  // names of weaknesses and products, components, lives, signatures
  std::size_t bad = 0;

  bool operator==(const Count&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Count& c) {
  return out << "{" << c.records << ", " << c.claims << ", " << c.words << ", " << c.bad << "}";
}

// Counts, and forgets what it counted.
struct CountingSink : AdvisorySink {
  void add(Advisory advisory) override {
    ++count.records;
    count.claims += advisory.affected.size();
    EXPECT_FALSE(advisory.id.empty());
    for (const Score& score : advisory.scores) {
      if (!score.vector.empty() && !parse_cvss(score.vector)) ++vectors_bad;
    }
  }
  void add(CweName) override { ++count.words; }
  void add(ProductName) override { ++count.words; }
  void add(ComponentCpe) override { ++count.words; }
  void add(ReleaseLife) override { ++count.words; }
  void add(JavaScriptSignature) override { ++count.words; }
  void bad_record(std::string name, Error why) override {
    if (++count.bad <= 3) std::cout << "  " << name << ": " << why.message << "\n";
  }

  Count count;
  std::size_t vectors_bad = 0;
};

struct Expected {
  std::string_view name;
  Count count;
};

void walk(const std::string& archive, const std::function<void(const DataFile&)>& file) {
  const auto walked = for_each_data_file(
      bundle_folder() + "/" + archive + ".tar.zst",
      [&](const DataFile& data) -> Status {
        file(data);
        return {};
      },
      [](const std::string&, const Error&) {});
  ASSERT_TRUE(walked) << walked.error().message;
}

constexpr std::array kArchives{
    Expected{"rustsec", {1225, 1225, 0, 0}},
    Expected{"rubysec", {1381, 1379, 0, 0}},
    Expected{"friendsofphp", {1592, 1592, 0, 0}},
    Expected{"retirejs", {722, 722, 414, 0}},
    Expected{"nvd-data-overrides", {32184, 52692, 0, 0}},
    Expected{"kev", {2808, 0, 0, 0}},
    Expected{"vulnrichment", {36003, 68028, 0, 28}},
    Expected{"epss", {72272, 0, 0, 0}},
    Expected{"exploitdb", {29862, 0, 0, 0}},
    Expected{"metasploit", {2927, 0, 0, 0}},
    Expected{"cwe", {0, 0, 1429, 0}},
    Expected{"jvn-products", {0, 0, 76808, 1}},
};

class KnowledgeArchives : public testing::TestWithParam<Expected> {};

TEST_P(KnowledgeArchives, EveryRecordIsRead) {
  const std::string name(GetParam().name);
  if (const auto missing = missing_bundle(name); !missing.empty()) GTEST_SKIP() << missing;
  CountingSink sink;
  JsonParser parser;
  walk(name, [&](const DataFile& file) { import_file({file.name, parser}, file.octets, sink); });
  std::cout << name << " " << sink.count << "\n";
  EXPECT_EQ(sink.count, GetParam().count);
  EXPECT_EQ(sink.vectors_bad, 0U);
}

INSTANTIATE_TEST_SUITE_P(All, KnowledgeArchives, testing::ValuesIn(kArchives),
                         [](const auto& tested) {
                           std::string name(tested.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// By what the name begins and ends with: names inside archives differ with who opened them.
struct Sample {
  std::string_view begin;
  std::string_view end;
  Count count;
};
constexpr std::array kSamples{
    Sample{"cisa/kev/", ".json", {1, 0, 0, 0}},
    Sample{"endoflife-date/api/happy/full", "full", {0, 0, 42, 0}},
    Sample{"endoflife-date/products/", "/ubuntu.md", {0, 0, 41, 0}},
    Sample{"endoflife-date/products/", "/windows.md", {0, 0, 0, 0}},
    Sample{"enisa/kev/", "eukev.json", {1, 0, 0, 0}},
    Sample{"epss/epss_scores-2021-04-14", "", {2, 0, 0, 0}},
    Sample{"epss/epss_scores-2021-09-01", "", {2, 0, 0, 0}},
    Sample{"epss/epss_scores-2022-02-04", "", {2, 0, 0, 0}},
    Sample{"epss/epss_scores-2023-03-07", "", {2, 0, 0, 0}},
    Sample{"exploit/exploitdb/files_exploits", ".csv", {2, 0, 0, 0}},
    Sample{"exploit/exploitdb/files_papers", ".csv", {0, 0, 0, 0}},
    Sample{"exploit/exploitdb/files_shellcodes", ".csv", {0, 0, 0, 0}},
    Sample{"exploit/github/", "CVE-2022-0185.json", {1, 0, 0, 0}},
    Sample{"mitre/cve/v5/", "CVE-2023-0001.json", {1, 0, 0, 0}},
    Sample{"mitre/cve/v5/", "CVE-2023-0002.json", {1, 0, 0, 0}},
    Sample{"mitre/cve/v5/", "CVE-2022-0001.json", {1, 0, 0, 0}},
    Sample{"mitre/cve/v5/", "CVE-2022-0002.json", {1, 0, 0, 0}},
    Sample{"mitre/cve/v5/", "delta.json", {0, 0, 0, 0}},
    Sample{"mitre/cve/v5/", "deltaLog.json", {0, 0, 0, 0}},
    Sample{"mitre/cwe/", ".xml", {0, 0, 3, 0}},
    Sample{"msf/", "modules_metadata_base.json", {6, 0, 0, 0}},
    Sample{"nvd/api/cve/1_item/0-1", ".json", {1, 0, 0, 0}},
    Sample{"nvd/api/cve/1_item/0-3", ".json", {1, 0, 0, 0}},
    Sample{"nvd/api/cve/3_items/0-1", ".json", {1, 0, 0, 0}},
    Sample{"nvd/api/cve/3_items/0-3", ".json", {3, 0, 0, 0}},
    Sample{"nvd/api/cve/3_pages/0-1", ".json", {1, 0, 0, 0}},
    Sample{"nvd/api/cve/3_pages/0-3", ".json", {3, 0, 0, 0}},
    Sample{"nvd/api/cve/3_pages/3-3", ".json", {3, 0, 0, 0}},
    Sample{"nvd/api/cve/3_pages/6-3", ".json", {2, 0, 0, 0}},
    Sample{"nvd/api/cve/empty/0-1", ".json", {0, 0, 0, 0}},
    Sample{"nvd/api/cve/increase/0-1", ".json", {1, 0, 0, 0}},
    Sample{"nvd/api/cve/increase/0-3", ".json", {3, 0, 0, 0}},
    Sample{"nvd/api/cve/increase/3-3", ".json", {3, 0, 0, 0}},
    Sample{"nvd/api/cve/increase/6-3", ".json", {2, 0, 0, 0}},
    Sample{"nvd/api/cve/moddate/0-1", ".json", {8, 0, 0, 0}},
    Sample{"nvd/api/cve/moddate/0-3", ".json", {8, 0, 0, 0}},
    Sample{"nvd/api/cve/ssvc_affected/0-1", ".json", {1, 190, 0, 0}},
    Sample{"nvd/api/cve/ssvc_affected/0-3", ".json", {1, 190, 0, 0}},
    Sample{"nvd/feed/cve/v1/nvdcve-1.1-2002", "", {4, 4, 0, 0}},
    Sample{"nvd/feed/cve/v1/nvdcve-1.1-2021", "", {2, 4, 0, 0}},
    Sample{"nvd/feed/cve/v1/nvdcve-1.1-modified", "", {2, 4, 0, 0}},
    Sample{"nvd/feed/cve/v2/nvdcve-2.0-2002", "", {4, 5, 0, 0}},
    Sample{"nvd/feed/cve/v2/nvdcve-2.0-2021", "", {3, 192, 0, 0}},
    Sample{"nvd/feed/cve/v2/nvdcve-2.0-modified", "", {2, 2, 0, 0}},
};

TEST(KnowledgeSamples, EachFileGivesTheRecordsItHolds) {
  if (const auto missing = missing_bundle("feed-samples"); !missing.empty())
    GTEST_SKIP() << missing;
  JsonParser parser;
  std::map<std::string_view, std::size_t> met;
  walk("feed-samples", [&](const DataFile& file) {
    std::string_view name = file.name;
    if (name.starts_with("feed-samples/")) name.remove_prefix(13);
    for (const Sample& sample : kSamples) {
      if (!name.starts_with(sample.begin) || !name.ends_with(sample.end)) continue;
      CountingSink sink;
      EXPECT_TRUE(import_file({file.name, parser}, file.octets, sink)) << name;
      EXPECT_EQ(sink.count, sample.count) << name;
      ++met["all"];
    }
  });
  EXPECT_EQ(met["all"], kSamples.size());
}

constexpr std::array kJvnFiles{
    Expected{"api-hnd-2018/jvnrss-1.xml", {2, 0, 6, 0}},
    Expected{"api-hnd-2018/jvnrss-2.xml", {1, 0, 2, 0}},
    Expected{"api-hnd-2018/vuldef-1.xml", {2, 0, 6, 0}},
    Expected{"api-hnd-2018/vuldef-2.xml", {1, 0, 2, 0}},
    Expected{"cwe-ja.tsv", {0, 0, 309, 0}},
    Expected{"feeds/hnd-original/detail/jvndb_detail_2021.rdf", {1, 0, 2, 0}},
    Expected{"feeds/hnd-original/detail/jvndb_detail_2022.rdf", {2, 0, 3, 0}},
    Expected{"feeds/hnd-original/detail/jvndb_detail_2023.rdf", {2, 0, 4, 0}},
    Expected{"feeds/hnd-original/product/myjvn_product_202311.rdf", {0, 0, 13, 0}},
    Expected{"feeds/hnd-original/rss/jvndb.rdf", {1, 0, 2, 0}},
    Expected{"feeds/hnd-original/rss/jvndb_2007.rdf", {1, 0, 1, 0}},
    Expected{"feeds/hnd-original/rss/jvndb_2011.rdf", {1, 0, 2, 0}},
    Expected{"feeds/hnd-original/rss/jvndb_2021.rdf", {1, 0, 2, 0}},
    Expected{"feeds/hnd-original/rss/jvndb_2022.rdf", {3, 0, 4, 0}},
    Expected{"feeds/hnd-original/rss/jvndb_2023.rdf", {2, 0, 4, 0}},
    Expected{"feeds/hnd-original/rss/jvndb_new.rdf", {2, 0, 3, 0}},
    // As published, these do not parse: an attribute without quotes, an empty value.
    Expected{"myjvn/examples/hnd/dataFeed_jvndb_rss_hnd.xml", {0, 0, 0, 1}},
    Expected{"myjvn/examples/oka/dataFeed_jvndb_detail_oka.json", {0, 0, 0, 1}},
    Expected{"myjvn/examples/oka/dataFeed_myjvn_product_oka.json", {0, 0, 0, 1}},
    Expected{"myjvn/examples/oka/dataFeed_myjvn_product_version_oka.json", {0, 0, 0, 1}},
};

TEST(KnowledgeSamples, EachFileOfJvnGivesTheRecordsItHolds) {
  if (const auto missing = missing_bundle("jvn-records"); !missing.empty()) GTEST_SKIP() << missing;
  JsonParser parser;
  Count all;
  for (const BundleFile& file : bundle_files("jvn-records")) {
    if (file.name == "index.json") continue;
    CountingSink sink;
    import_file({file.name, parser}, file.octets, sink);
    all.records += sink.count.records;
    all.words += sink.count.words;
    all.bad += sink.count.bad;
    EXPECT_EQ(sink.vectors_bad, 0U) << file.name;
    for (const Expected& expected : kJvnFiles) {
      if (expected.name != file.name) continue;
      EXPECT_EQ(sink.count, expected.count) << file.name;
    }
  }
  EXPECT_EQ(all, (Count{174, 0, 1159, 4}));
}

// index.json of the bundle names every CVE that stands anywhere in a record.
TEST(KnowledgeSamples, RecordsOfJvnAreAboutTheCvesOfTheBundlesIndex) {
  if (const auto missing = missing_bundle("jvn-records"); !missing.empty()) GTEST_SKIP() << missing;
  std::map<std::string, std::string> files;
  for (BundleFile& file : bundle_files("jvn-records")) files[file.name] = std::move(file.octets);
  const auto index = JsonDocument::parse(files["index.json"]);
  ASSERT_TRUE(index);
  std::size_t compared = 0;
  std::size_t equal = 0;
  for (const auto [name, facts] : index->root().members()) {
    Lines cves;
    for (const Json cve : facts["cves"].items()) add_once(cves, cve.string());
    std::sort(cves.begin(), cves.end());
    const Imported sink = imported(name, files[std::string(name) + ".json"]);
    ASSERT_EQ(sink.advisories.size(), 1U) << name;
    Lines about = sink.advisories[0].about;
    std::sort(about.begin(), about.end());
    // Some texts mention other problems.
    EXPECT_FALSE(about.empty()) << name;
    EXPECT_TRUE(std::includes(cves.begin(), cves.end(), about.begin(), about.end())) << name;
    equal += about == cves ? 1 : 0;
    EXPECT_EQ(sink.advisories[0].id, base_name(name));
    ++compared;
  }
  std::cout << compared << " records\n";
  EXPECT_EQ(compared, 109U);
  EXPECT_EQ(equal, 104U);
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// Read by hand out of the records.
struct Facts {
  std::string_view file;
  std::string_view id;
  std::size_t title_characters;
  std::string_view cve;
  Time published;
  double score_v2;
  double score_v3;
  std::string_view cwe;
};
constexpr std::array kFacts{
    Facts{"feeds/hnd-original/rss/jvndb_2021.rdf", "JVNDB-2021-005429", 32, "CVE-2021-44228",
          1639467420, 9.3, 10.0, "CWE-20"},
    Facts{"feeds/hnd-original/detail/jvndb_detail_2021.rdf", "JVNDB-2021-005429", 32, "",
          1639467447, 9.3, 10.0, ""},
    Facts{"feeds/hnd-original/rss/jvndb.rdf", "JVNDB-2023-000001", 31, "CVE-2022-46648", 1672887720,
          6.0, 5.5, "CWE-94"},
    Facts{"api-hnd-2018/jvnrss-2.xml", "JVNDB-2018-000022", 53, "CVE-2018-0546", 1520478148, 4.3,
          6.1, "CWE-79"},
    Facts{"api-hnd-2018/vuldef-2.xml", "JVNDB-2018-000023", 53, "CVE-2018-0547", 1520478293, 2.6,
          6.1, "CWE-79"},
    Facts{"rss/2019/JVNDB-2019-003000.json", "JVNDB-2019-003000", 50, "CVE-2018-1917", 1557210060,
          4.0, 6.5, "CWE-200"},
    Facts{"detail/2014/JVNDB-2014-000054.json", "JVNDB-2014-000054", 37, "CVE-2014-3578",
          1402629083, 5.0, 0, "CWE-22"},
};

double score_of(const Advisory& advisory, std::string_view version) {
  for (const Score& score : advisory.scores) {
    if (score.vector.starts_with("CVSS:3") == (version == "3")) return score.score;
  }
  return 0;
}

TEST(KnowledgeSamples, RecordsOfJvnSayWhatWasReadByHand) {
  if (const auto missing = missing_bundle("jvn-records"); !missing.empty()) GTEST_SKIP() << missing;
  std::map<std::string, std::string> files;
  for (BundleFile& file : bundle_files("jvn-records")) files[file.name] = std::move(file.octets);
  for (const Facts& facts : kFacts) {
    const Imported sink = imported(facts.file, files[std::string(facts.file)]);
    ASSERT_EQ(sink.advisories.size(), 1U) << facts.file;
    const Advisory& advisory = sink.advisories[0];
    EXPECT_EQ(advisory.id, facts.id);
    EXPECT_EQ(characters(advisory.japanese.title), facts.title_characters) << facts.file;
    EXPECT_EQ(advisory.about.empty() ? "" : advisory.about[0], facts.cve) << facts.file;
    EXPECT_EQ(advisory.published, facts.published) << facts.file;
    EXPECT_EQ(score_of(advisory, "2"), facts.score_v2) << facts.file;
    EXPECT_EQ(score_of(advisory, "3"), facts.score_v3) << facts.file;
    EXPECT_EQ(advisory.cwes.empty() ? "" : advisory.cwes[0], facts.cwe) << facts.file;
    EXPECT_EQ(advisory.japanese.body.find('\r'), std::string::npos);
  }
}

// The feeds as served and the rendering of the same records were made by others, one from the
// other.
TEST(KnowledgeSamples, TheFeedsOfJvnAndTheirRenderingGiveTheSameRecords) {
  if (const auto missing = missing_bundle("jvn-records"); !missing.empty()) GTEST_SKIP() << missing;
  std::map<std::string, Advisory> served;
  std::size_t compared = 0;
  const auto files = bundle_files("jvn-records", "feeds/");
  for (const std::string_view kind : {"rss/", "detail/"}) {
    served.clear();
    for (const BundleFile& file : files) {
      const bool newest =
          file.name.ends_with("/jvndb.rdf") || file.name.ends_with("/jvndb_new.rdf");
      if (!file.name.starts_with("feeds/hnd-original/" + std::string(kind)) || newest) continue;
      for (Advisory& advisory : imported(file.name, file.octets).advisories)
        served[advisory.id] = advisory;
    }
    for (const BundleFile& file : files) {
      if (!file.name.starts_with("feeds/json-rendering/" + std::string(kind))) continue;
      const Imported sink = imported(file.name, file.octets);
      ASSERT_EQ(sink.advisories.size(), 1U) << file.name;
      const auto other = served.find(sink.advisories[0].id);
      if (other == served.end() || other->second.modified != sink.advisories[0].modified) continue;
      EXPECT_EQ(sink.advisories[0].about, other->second.about) << file.name;
      EXPECT_EQ(sink.advisories[0].references, other->second.references) << file.name;
      EXPECT_TRUE(sink.advisories[0].japanese.title == other->second.japanese.title) << file.name;
      EXPECT_TRUE(sink.advisories[0].japanese.body == other->second.japanese.body) << file.name;
      EXPECT_EQ(sink.advisories[0].scores.size(), other->second.scores.size()) << file.name;
      ++compared;
    }
  }
  std::cout << compared << " records\n";
  EXPECT_GT(compared, 5U);
}

}  // namespace
}  // namespace azekura::scanner::advisories

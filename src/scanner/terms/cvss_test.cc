#include "scanner/terms/cvss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>

#include "scanner/document/bundle_testing.h"
#include "scanner/document/json.h"
#include "scanner/terms/cvss_metrics.h"

namespace azekura::scanner {
namespace {

// A score, or -1 where the vector is refused.
double base_score(std::string_view vector) {
  const auto cvss = parse_cvss(vector);
  return cvss ? cvss->score : -1;
}
double overall_score(std::string_view vector) {
  const auto cvss = parse_cvss(vector);
  return cvss ? cvss->overall : -1;
}

TEST(Cvss, WhatIsNoVectorIsRefusedWithTheReason) {
  for (const std::string_view text :
       {"", "/", "()", "(", "CVSS:3.1", "CVSS:3.1/", "CVSS:3.1//", "CVSS:9.9/AV:N", "AV",
        "AV:", ":N", "AV:N/AC:L/Au:N/C:C/I:C/A:C/", "AV:N AC:L",
        "cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}) {
    const auto cvss = parse_cvss(text);
    ASSERT_FALSE(cvss) << text;
    EXPECT_EQ(cvss.error().code, Code::kInvalid);
    EXPECT_FALSE(cvss.error().message.empty());
  }
  EXPECT_EQ(parse_cvss("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H").error().message,
            "the CVSS vector lacks A");
  EXPECT_EQ(parse_cvss("CVSS:3.1/AV:N/AV:N").error().message, "the CVSS vector repeats AV");
}

TEST(Cvss, Version2MayStandInParentheses) {
  EXPECT_EQ(base_score("(AV:N/AC:L/Au:N/C:N/I:N/A:C)"), 7.8);
  EXPECT_EQ(base_score(" AV:N/AC:L/Au:N/C:N/I:N/A:C "), 7.8);
}

TEST(Cvss, TheBaseScoreIsApartFromTheScoreOfAllMetrics) {
  const std::string vector = "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N/E:F/RL:X";
  EXPECT_EQ(base_score(vector), 3.8);
  EXPECT_EQ(overall_score(vector), 3.7);
  EXPECT_EQ(base_score("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C"), 10.0);
  EXPECT_EQ(overall_score("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C"), 8.3);
}

TEST(Cvss, TheVersionsDifferOnlyWhereTheSpecificationsDo) {
  // With the scope changed and an environment, 3.1 has another exponent.
  const std::string metrics = "AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N";
  EXPECT_EQ(base_score("CVSS:3.0/" + metrics), base_score("CVSS:3.1/" + metrics));
  EXPECT_EQ(overall_score("CVSS:3.0/" + metrics + "/CR:H/IR:H"), 7.6);
  EXPECT_EQ(overall_score("CVSS:3.1/" + metrics + "/CR:H/IR:H"), 7.6);
  EXPECT_EQ(overall_score("CVSS:3.0/AV:N/AC:L/PR:H/UI:R/S:C/C:H/I:H/A:H/MC:H/MI:H/MA:H/CR:H"), 8.4);
  EXPECT_EQ(overall_score("CVSS:3.1/AV:N/AC:L/PR:H/UI:R/S:C/C:H/I:H/A:H/MC:H/MI:H/MA:H/CR:H"), 8.5);
}

TEST(Cvss, MetricsOfVersion3ComeInAnyOrderAndAreNamedInOne) {
  EXPECT_EQ(canonical_cvss("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N").value_or(""),
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  EXPECT_FALSE(canonical_cvss("CVSS:3.1/A:H"));
}

TEST(Severity, ChangesAtTheTenthsOfTheScale) {
  const auto severity = [](double score) { return severity_of(CvssVersion::kV31, score); };
  EXPECT_EQ(severity(-0.1), Severity::kUnknown);
  EXPECT_EQ(severity(0), Severity::kNone);
  EXPECT_EQ(severity(0.1), Severity::kLow);
  EXPECT_EQ(severity(3.9), Severity::kLow);
  EXPECT_EQ(severity(4.0), Severity::kMedium);
  EXPECT_EQ(severity(6.9), Severity::kMedium);
  EXPECT_EQ(severity(7.0), Severity::kHigh);
  EXPECT_EQ(severity(8.9), Severity::kHigh);
  EXPECT_EQ(severity(9.0), Severity::kCritical);
  EXPECT_EQ(severity(10.0), Severity::kCritical);
  EXPECT_EQ(severity(10.1), Severity::kUnknown);
  EXPECT_EQ(severity(std::numeric_limits<double>::quiet_NaN()), Severity::kUnknown);
  EXPECT_EQ(severity_of(CvssVersion::kV2, 0), Severity::kLow);
  EXPECT_EQ(severity_of(CvssVersion::kV2, 10), Severity::kHigh);
}

TEST(Severity, KnowsTheWordsOfTheVendors) {
  EXPECT_EQ(parse_severity("Important"), Severity::kHigh);
  EXPECT_EQ(parse_severity("MODERATE"), Severity::kMedium);
  EXPECT_EQ(parse_severity("negligible"), Severity::kLow);
  EXPECT_EQ(parse_severity("緊急"), Severity::kCritical);
  EXPECT_EQ(parse_severity("not yet assigned"), Severity::kUnknown);
  EXPECT_EQ(parse_severity(""), Severity::kUnknown);
  for (const auto each :
       {Severity::kNone, Severity::kLow, Severity::kMedium, Severity::kHigh, Severity::kCritical}) {
    EXPECT_EQ(parse_severity(name_of(each)), each);
  }
}

// The lines of a list without their comments: the vector, and what stands after it.
struct Line {
  std::string vector;
  std::string rest;
  bool marked_ok = false;
};
std::vector<Line> lines_of(const std::string& name) {
  std::vector<Line> lines;
  for (const BundleFile& file : bundle_files("formats", "cvss/claircore/" + name)) {
    std::istringstream text(file.octets);
    for (std::string line; std::getline(text, line);) {
      Line each;
      each.marked_ok = line.find("#OK") != std::string::npos;
      std::istringstream words(line.substr(0, line.find('#')));
      if (words >> each.vector) {
        words >> each.rest;
        lines.push_back(std::move(each));
      }
    }
  }
  return lines;
}

class CvssVectors : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = missing_bundle("formats");
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
};

TEST_F(CvssVectors, ScoreAsTheyShould) {
  int count = 0;
  for (const char* list : {"v2_score.list", "v30_score.list", "v31_score.list", "v4_score.list"}) {
    for (const Line& line : lines_of(list)) {
      ++count;
      EXPECT_NEAR(overall_score(line.vector), std::stod(line.rest), 1e-9) << line.vector;
    }
  }
  std::cout << count << " scores\n";
  EXPECT_EQ(count, 119);
}

TEST_F(CvssVectors, AreRefusedOrReadAsTheyShould) {
  int count = 0;
  for (const char* list : {"v2_error.list", "v3_error.list", "v4_error.list"}) {
    const std::string version = std::string(list).substr(0, 2);
    for (const Line& line : lines_of(list)) {
      ++count;
      const auto cvss = parse_cvss(line.vector);
      // The lists are for readers of one version: a vector of another one is none to them.
      const bool other = cvss && ((cvss->version == CvssVersion::kV2) != (version == "v2") ||
                                  (cvss->version == CvssVersion::kV40) != (version == "v4"));
      EXPECT_EQ(cvss.has_value() && !other, line.marked_ok) << line.vector;
    }
  }
  std::cout << count << " vectors, right and wrong\n";
  EXPECT_EQ(count, 48);
}

TEST_F(CvssVectors, AreWrittenAsTheyWereRead) {
  int count = 0;
  for (const char* list : {"v2_roundtrip.list", "v3_roundtrip.list", "v4_roundtrip.list"}) {
    for (const Line& line : lines_of(list)) {
      ++count;
      EXPECT_EQ(canonical_cvss(line.vector).value_or("refused"), line.vector);
    }
  }
  std::cout << count << " vectors there and back\n";
  EXPECT_EQ(count, 71);
}

// Version 4 by the published tables alone, vector by vector: FIRST's own way, without our
// shortcuts.
class Reference {
 public:
  explicit Reference(Json tables) : tables_(tables) {}

  double score(const std::string& vector) const {
    std::map<std::string, std::string> m{{"E", "A"}, {"CR", "H"}, {"IR", "H"}, {"AR", "H"}};
    std::istringstream text(vector.substr(9));
    for (std::string part; std::getline(text, part, '/');) {
      m[part.substr(0, part.find(':'))] = part.substr(part.find(':') + 1);
    }
    const auto is = [&](const char* name, const char* value) { return m[name] == value; };
    const bool eq1_all = is("AV", "N") && is("PR", "N") && is("UI", "N");
    const bool eq1_some = is("AV", "N") || is("PR", "N") || is("UI", "N");
    const int eq1 = eq1_all ? 0 : (eq1_some && !is("AV", "P") ? 1 : 2);
    const int eq2 = is("AC", "L") && is("AT", "N") ? 0 : 1;
    const bool high = is("VC", "H") || is("VI", "H") || is("VA", "H");
    const int eq3 = is("VC", "H") && is("VI", "H") ? 0 : (high ? 1 : 2);
    const int eq4 = is("SC", "H") || is("SI", "H") || is("SA", "H") ? 1 : 2;
    const int eq5 = is("E", "A") ? 0 : (is("E", "P") ? 1 : 2);
    const int eq6 = (is("CR", "H") && is("VC", "H")) || (is("IR", "H") && is("VI", "H")) ||
                            (is("AR", "H") && is("VA", "H"))
                        ? 0
                        : 1;
    const int at[6] = {eq1, eq2, eq3, eq4, eq5, eq6};
    const double value = *lookup(at);

    double below[5];
    if (!distances(m, at, below)) return -1;
    double sum = 0;
    int count = 0;
    for (int eq = 0; eq < 5; ++eq) {
      int next[6];
      std::copy(at, at + 6, next);
      auto lower = std::optional<double>();
      if (eq == 2 && eq3 == 0 && eq6 == 0) {
        next[5] = 1;
        const double left = *lookup(next);
        next[5] = 0;
        next[2] = 1;
        lower = std::max(left, *lookup(next));
      } else {
        ++next[eq == 2 && eq3 == 1 && eq6 == 0 ? 5 : eq];
        lower = lookup(next);
      }
      if (!lower) continue;
      ++count;
      sum += (value - *lower) * below[eq] / depth(eq, at);
    }
    const double mean = count == 0 ? 0 : sum / count;
    return std::round((std::clamp(value - mean, 0.0, 10.0) + 1e-6) * 10) / 10;
  }

 private:
  std::optional<double> lookup(const int at[6]) const {
    std::string key;
    for (int eq = 0; eq < 6; ++eq) key += static_cast<char>('0' + at[eq]);
    return tables_["lookup"][key].number();
  }
  double depth(int eq, const int at[6]) const {
    const Json depths = tables_["max_severity"];
    if (eq == 4) return 10;  // the distance is none
    if (eq == 2) return *depths["eq3eq6"][std::to_string(at[2])][std::to_string(at[5])].number();
    return *depths["eq" + std::to_string(eq + 1)][std::to_string(at[eq])].number();
  }
  double level(const std::string& name, const std::string& value) const {
    return *tables_["metric_levels"][name][value].number() * 10;
  }
  // Of the first highest vector that is above in everything, for each class.
  bool distances(const std::map<std::string, std::string>& m, const int at[6],
                 double out[5]) const {
    const Json highest = tables_["max_composed"];
    for (int eq = 0; eq < 5; ++eq) {
      Json vectors = highest["eq" + std::to_string(eq + 1)][std::to_string(at[eq])];
      if (eq == 2) vectors = vectors[std::to_string(at[5])];
      bool found = false;
      for (const Json vector : vectors.items()) {
        double sum = 0;
        bool above = true;
        std::istringstream text(vector.string());
        for (std::string part; std::getline(text, part, '/');) {
          const std::string name = part.substr(0, part.find(':'));
          const double steps =
              level(name, m.at(name)) - level(name, part.substr(part.find(':') + 1));
          above = above && steps > -1e-9;
          sum += steps;
        }
        if (!above) continue;
        out[eq] = sum;
        found = true;
        break;
      }
      if (!found) return false;
    }
    return true;
  }

  Json tables_;
};

TEST_F(CvssVectors, EveryBaseVectorOfVersion4ScoresAsThePublishedTablesSay) {
  const auto files = bundle_files("formats", "cvss/redhat-v4-tables.json");
  ASSERT_EQ(files.size(), 1U);
  const auto tables = JsonDocument::parse(files[0].octets);
  ASSERT_TRUE(tables) << tables.error().message;
  const Reference reference(tables->root());

  int count = 0;
  int wrong = 0;
  // Every seventh of the 104,976 base vectors, and all values of E and of one requirement with
  // them.
  constexpr int kStep = 7;
  const std::array<std::string, 11> values{"NALP", "LH",  "NP",  "NLH", "NPA", "HLN",
                                           "HLN",  "HLN", "HLN", "HLN", "HLN"};
  const std::array<const char*, 11> names{"AV", "AC", "AT", "PR", "UI", "VC",
                                          "VI", "VA", "SC", "SI", "SA"};
  const std::array<const char*, 4> exploits{"", "/E:A", "/E:P", "/E:U"};
  const std::array<const char*, 4> requirements{"", "/CR:M", "/CR:L/IR:M", "/IR:L/AR:M"};
  for (int number = 0; number < 104'976; number += kStep) {
    std::string vector = "CVSS:4.0";
    int rest = number;
    for (std::size_t i = 0; i < names.size(); ++i) {
      vector.append("/").append(names[i]).append(":");
      vector += values[i][static_cast<std::size_t>(rest) % values[i].size()];
      rest /= static_cast<int>(values[i].size());
    }
    if (vector.ends_with("VC:N/VI:N/VA:N/SC:N/SI:N/SA:N")) continue;
    vector += exploits[static_cast<std::size_t>(number) % 4];
    vector += requirements[static_cast<std::size_t>(number / 4) % 4];
    ++count;
    const double expected = reference.score(vector);
    const double score = overall_score(vector);
    if (std::abs(score - expected) > 1e-9 && ++wrong < 10) {
      ADD_FAILURE() << vector << ": " << score << ", not " << expected;
    }
  }
  std::cout << count << " vectors of version 4\n";
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(count, 14'976);
}

// Every object that has a vector and its score, of all that is below `value`.
void visit_scores(Json value, const std::function<void(std::string_view, double)>& visit) {
  if (value.is_array()) {
    for (const Json item : value.items()) visit_scores(item, visit);
    return;
  }
  const std::array<std::pair<const char*, const char*>, 3> pairs{
      {{"vectorString", "baseScore"},
       {"cvss3_scoring_vector", "cvss3_base_score"},
       {"cvss_scoring_vector", "cvss_base_score"}}};
  for (const auto& [vector, score] : pairs) {
    const auto number = value[score].number();
    if (number && value[vector].is_text()) visit(value[vector].text(), *number);
  }
  for (const auto [key, member] : value.members()) visit_scores(member, visit);
}

struct Agreement {
  int agree = 0;
  int differ = 0;
  int refused = 0;
};

// Some write the score of all metrics for the base score.
Agreement compare_scores(const std::string& archive, std::string_view prefix) {
  Agreement result;
  JsonParser parser;
  for (const BundleFile& file : bundle_files(archive, prefix)) {
    if (!file.name.ends_with(".json")) continue;
    const auto root = parser.parse(file.octets);
    if (!root) continue;
    visit_scores(*root, [&](std::string_view vector, double score) {
      const auto cvss = parse_cvss(vector);
      if (!cvss) {
        ++result.refused;
        return;
      }
      const bool agree =
          std::abs(cvss->score - score) < 1e-9 || std::abs(cvss->overall - score) < 1e-9;
      ++(agree ? result.agree : result.differ);
    });
  }
  std::cout << archive << ": " << result.agree << " agree, " << result.differ << " differ, "
            << result.refused << " refused\n";
  return result;
}

TEST(CvssOfSources, AgreeWithTheScoresOfRedHat) {
  if (const auto why = missing_bundle("redhat-cve"); !why.empty()) GTEST_SKIP() << why;
  const Agreement result = compare_scores("redhat-cve", "2022");
  EXPECT_EQ(result.agree, 1870);
  EXPECT_EQ(result.differ, 0);
  EXPECT_EQ(result.refused, 0);
}

// Those that differ: one large publisher rounds by the formula for environments (S:C/C:H/I:H/A:H a
// tenth too high), and single vectors and scores that were never of each other.
TEST(CvssOfSources, AgreeWithTheScoresOfCveRecords) {
  if (const auto why = missing_bundle("vulnrichment"); !why.empty()) GTEST_SKIP() << why;
  const Agreement result = compare_scores("vulnrichment", "2024/3");
  EXPECT_EQ(result.agree, 6798);
  EXPECT_EQ(result.differ, 47);
  EXPECT_EQ(result.refused, 0);
}

// IPA's examples of its new format also have a vector of a "5.0" that is made up, and one score
// of 10.
TEST(CvssOfSources, AgreeWithTheScoresOfJvn) {
  if (const auto why = missing_bundle("jvn-records"); !why.empty()) GTEST_SKIP() << why;
  const Agreement result = compare_scores("jvn-records", "");
  EXPECT_EQ(result.agree, 25);
  EXPECT_EQ(result.differ, 1);
  EXPECT_EQ(result.refused, 4);
}

// GHSA has words beside the vectors, of the newer version where there are two.
TEST(CvssOfSources, AgreeWithTheWordsOfGhsa) {
  if (const auto why = missing_bundle("ghsa"); !why.empty()) GTEST_SKIP() << why;
  int agree = 0, differ = 0, refused = 0;
  JsonParser parser;
  for (const BundleFile& file : bundle_files("ghsa", "")) {
    const auto root = parser.parse(file.octets);
    if (!root || !(*root)["id"].is_text()) continue;
    const Severity word = parse_severity((*root)["database_specific"]["severity"].text());
    bool any = false, one_agrees = false;
    for (const Json severity : (*root)["severity"].items()) {
      const auto cvss = parse_cvss(severity["score"].text());
      if (!cvss) ++refused;
      if (!cvss) continue;
      any = true;
      one_agrees = one_agrees || cvss->severity == word;
    }
    if (any) ++(one_agrees ? agree : differ);
  }
  std::cout << "ghsa: " << agree << " agree, " << differ << " differ, " << refused << " refused\n";
  EXPECT_GT(agree, differ * 20);
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace azekura::scanner

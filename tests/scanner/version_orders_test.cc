// Every line of the tables of orders: `a < b`, `a = b`, `a > b`.

#include <string>
#include <vector>

#include "tests/scanner/version_tables.h"

namespace azekura::scanner {
namespace {

using version::Scheme;

class VersionOrders : public VersionTables {
 protected:
  struct Expected {
    std::size_t lines;
    // Lines with a version that the original's own check refuses, though it orders them.
    std::size_t refused;
  };

  // Compares in both directions, and the keys where there are keys.
  static bool holds(Scheme scheme, std::string_view a, char order, std::string_view b) {
    const auto forward = version::compare(scheme, a, b);
    const auto backward = version::compare(scheme, b, a);
    if (!forward || !backward || *backward != 0 <=> *forward) return false;
    const bool agrees = order == '<' ? *forward < 0 : order == '>' ? *forward > 0 : *forward == 0;
    if (!version::has_keys(scheme)) return agrees;
    const auto key_a = version::key(scheme, a);
    const auto key_b = version::key(scheme, b);
    return agrees && key_a && key_b && (key_a->compare(*key_b) <=> 0) == *forward;
  }

  // Lines of three words; others are skipped, and so are comments.
  static void expect_table(std::string_view file, Scheme scheme, Expected expected,
                           std::vector<Exception> exceptions = {}) {
    Rows rows(std::move(exceptions));
    std::size_t refused = 0;
    for (std::string& line : lines_of(table(file))) {
      if (line.starts_with("# ") || line.starts_with("// ")) continue;
      if (const std::size_t comment = line.find("\t\t#"); comment != std::string::npos) {
        line.resize(comment);
      }
      const std::size_t first = line.find_first_of(" \t");
      const std::size_t op = line.find_first_not_of(" \t", first);
      if (first == std::string::npos || op == std::string::npos) continue;
      const std::size_t end = line.find_first_of(" \t", op);
      const std::string order = line.substr(op, end - op);
      const std::size_t second = line.find_first_not_of(" \t", end);
      if (second == std::string::npos || !is_order(order)) continue;
      const std::string a = line.substr(0, first);
      const std::string b = line.substr(second);
      refused += !version::check(scheme, a) || !version::check(scheme, b);
      rows.row(holds(scheme, a, order[0], b), line);
    }
    EXPECT_EQ(rows.finish(), expected.lines) << file;
    EXPECT_EQ(refused, expected.refused) << file;
    say(expected.lines, file,
        refused == 0 ? "" : ", " + std::to_string(refused) + " with a version that is none");
  }

 private:
  static bool is_order(std::string_view word) {
    return word == "<" || word == ">" || word == "=" || word == "==";
  }
};

TEST_F(VersionOrders, OfDebianAreDpkgs) {
  expect_table("osv-scalibr/debian-versions.txt", Scheme::kDpkg, {30, 0});
  expect_table("osv-scalibr/debian-versions-generated.txt", Scheme::kDpkg, {14442, 0});
}

TEST_F(VersionOrders, OfRedHatAreRpms) {
  expect_table("osv-scalibr/redhat-versions.txt", Scheme::kRpm, {165, 0});
  expect_table("rpm/claircore-rpmvercmp.txt", Scheme::kRpm, {113, 0});

  Rows rows;
  for (const std::string& line : lines_of(table("rpm/rpmvercmp.tsv"))) {
    if (line.starts_with('#')) continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    const std::string result = line.substr(second + 1);
    rows.row(holds(Scheme::kRpm, line.substr(0, first),
                   result == "0"   ? '='
                   : result == "1" ? '>'
                                   : '<',
                   line.substr(first + 1, second - first - 1)),
             line);
  }
  EXPECT_EQ(rows.finish(), 91U);
  say(91, "rpm/rpmvercmp.tsv");
  std::cout << "not of rpm/claircore-compare.txt, rpm/claircore-parse.txt: names and architectures"
            << std::endl;
}

TEST_F(VersionOrders, OfAlpineAreApks) {
  expect_table("osv-scalibr/alpine-versions.txt", Scheme::kApk, {778, 37});
  expect_table("osv-scalibr/alpine-versions-generated.txt", Scheme::kApk, {13979, 58});
  expect_table("apk/version.data", Scheme::kApk, {738, 2});
}

TEST_F(VersionOrders, ApkKnowsWhatIsAVersion) {
  Rows rows;
  std::size_t fuzzy = 0;
  for (std::string line : lines_of(table("apk/version.data"))) {
    line.resize(line.find_last_not_of(" \t") + 1);
    if (line.find(' ') != std::string::npos) {
      for (const std::string_view op : {" ~ ", " <~ ", " >~ ", " !~ "}) {
        fuzzy += line.find(op) != std::string::npos;
      }
      continue;
    }
    if (line.empty() || line.starts_with('#')) continue;
    const bool valid = !line.starts_with('!');
    const std::string text = valid ? line : line.substr(1);
    rows.row(version::check(Scheme::kApk, text).has_value() == valid, line);
  }
  EXPECT_EQ(rows.finish(), 31U);
  say(31, "apk/version.data", " say what is a version");
  std::cout << "not of apk/version.data: " << fuzzy << " lines of ~, which no range here has"
            << std::endl;
}

TEST_F(VersionOrders, OfSemverAreNpms) {
  expect_table("osv-scalibr/semver-versions.txt", Scheme::kSemver, {86, 1});
}

TEST_F(VersionOrders, OfPubCountTheBuild) {
  expect_table("osv-scalibr/pub-versions.txt", Scheme::kPub, {100, 1});
}

TEST_F(VersionOrders, OfNugetHaveFourNumbers) {
  expect_table("osv-scalibr/nuget-versions.txt", Scheme::kNuget, {35, 0});
}

TEST_F(VersionOrders, OfPypiArePep440s) {
  expect_table("osv-scalibr/pypi-versions.txt", Scheme::kPep440, {37, 11});
  expect_table("osv-scalibr/pypi-versions-generated.txt", Scheme::kPep440, {12375, 69});
}

TEST_F(VersionOrders, OfRubyGemsAreGemVersions) {
  expect_table("osv-scalibr/rubygems-versions.txt", Scheme::kGem, {25, 2});
  expect_table("osv-scalibr/rubygems-versions-generated.txt", Scheme::kGem, {4098, 0});
}

TEST_F(VersionOrders, OfMavenAreComparableVersions) {
  constexpr std::string_view kDot =
      "Maven before 3.8.7; since then a word after a dot is one after a hyphen (MNG-7559)";
  expect_table("osv-scalibr/maven-versions.txt", Scheme::kMaven, {102, 0},
               {{"1-1 = 1-ga-1", "Maven 3.8.7 says >"}});
  expect_table("osv-scalibr/maven-versions-generated.txt", Scheme::kMaven, {14752, 0},
               {
                   {"1.0.0-RC16 < 1.0.0.RC8-beta", kDot},
                   {"1.0.0-gradle-rework-beta3 < 1.0.0.RC7-3", kDot},
                   {"2.9.0-1 < 2.9.0.RC1", kDot},
                   {"6.1.12.rc5 < 6.1.12rc1", kDot},
                   {"1.1.31.sec10 < 1.1.31_noneautotype", kDot},
                   {"1.1.34.sec10 < 1.1.34_noneautotype", kDot},
                   {"1.1.46.sec10 < 1.1.46_noneautotype", kDot},
                   {"1.2.8.sec10_noneautotype < 1.2.8_noneautotype", kDot},
                   {"1.2.31.sec10 < 1.2.31_noneautotype", kDot},
                   {"1.2.48.sec10 < 1.2.48_noneautotype", kDot},
                   {"1.2.50.sec10 < 1.2.50_noneautotype", kDot},
                   {"1.2.54.sec10 < 1.2.54_noneautotype", kDot},
                   {"1.2.57.sec10 < 1.2.57_noneautotype", kDot},
                   {"1.2.60.sec10 < 1.2.60_noneautotype", kDot},
                   {"1.2.67.sec10 < 1.2.67_noneautotype", kDot},
                   {"1.0.0rc0 < 1.0.beta8", kDot},
                   {"1.5.9.RC1 < 1.5.9-RC0", kDot},
                   {"1.1.0-01-glassfish < 1.1.0.Beta1", kDot},
               });
  expect_table("maven/comparable-version.txt", Scheme::kMaven, {965, 0});
}

TEST_F(VersionOrders, OfPackagistAreComposers) {
  // The table's orders are PHP's version_compare() of the texts. Composer compares normal forms.
  constexpr std::string_view kNormal = "Composer compares normal forms: it says otherwise";
  expect_table("osv-scalibr/packagist-versions.txt", Scheme::kComposer, {95, 11},
               {{"1.0.0 > 1.0", kNormal},
                {"1.2.3.# = 1.2.3.1", "no version of Composer, and 1.2.3.# = 1.2.3 < 1.2.3.1"}});
  expect_table("osv-scalibr/packagist-versions-generated.txt", Scheme::kComposer, {10630, 18},
               {
                   {"v3.0 < v3.0.0-beta", kNormal},
                   {"v3.4 < v3.4.0-alpha", kNormal},
                   {"v4-beta4 < v4.0-alpha", kNormal},
                   {"v1.9.0-ALPHA.1 = v1.9.0-BETA.1", kNormal},
                   {"v1.9.0-BETA.1 < v1.9.0-ALPHA.2", kNormal},
                   {"v1.9.0-ALPHA.2 = v1.9.0-BETA.2", kNormal},
                   {"5.1.0-stable < 5.1.0-beta2", kNormal},
                   {"v4.4 < v4.4.0-beta", kNormal},
                   {"v6.5 < v6.5.0-beta-0", kNormal},
                   {"v6.6 < v6.6.0-beta", kNormal},
               });
}

TEST_F(VersionOrders, OfCranAndHackageAreNotOurs) {
  std::cout << "not of osv-scalibr/cran-*.txt, osv-scalibr/hackage-versions.txt: no ecosystems here"
            << std::endl;
  EXPECT_FALSE(table("osv-scalibr/cran-versions.txt").empty());
}

}  // namespace
}  // namespace azekura::scanner

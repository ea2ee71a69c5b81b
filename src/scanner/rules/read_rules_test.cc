#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "scanner/document/bundle_testing.h"
#include "scanner/rules/rule.h"

namespace azekura::scanner::rules {
namespace {

RuleFile read(std::string_view name, std::string_view octets, std::string_view folder = "") {
  auto file = read_rules(name, octets, folder);
  EXPECT_TRUE(file) << name << ": " << file.error().message;
  return file.value_or(RuleFile{});
}

std::string error_of(std::string_view name, std::string_view octets) {
  const auto file = read_rules(name, octets, "");
  return file ? "no error" : file.error().message;
}

TEST(ReadRules, WhatIsNoFileOfRulesSaysWhy) {
  EXPECT_EQ(error_of("a.json", "{}"),
            "a.json is no file of rules: JSON that is neither OpenVEX nor CSAF nor CycloneDX");
  EXPECT_EQ(error_of("a.xml", "<pairs/>"),
            "a.xml is no file of rules: XML, but no suppressions of Dependency-Check");
  EXPECT_EQ(error_of("a.toml", "a = 1"),
            "a.toml is no file of rules: TOML with neither IgnoredVulns nor PackageOverrides");
  EXPECT_EQ(error_of("a.yaml", "a: 1"),
            "a.yaml is no file of rules: YAML with neither `ignore` (Grype) nor `vulnerabilities` "
            "(Trivy)");
  EXPECT_EQ(error_of("a.txt", "hello"),
            "a.txt is no file of rules: neither its name nor its content is of a known format");
  EXPECT_EQ(error_of("b.json", R"({"bomFormat":"CycloneDX"})"),
            "b.json is no file of rules: CycloneDX without vulnerabilities");
  EXPECT_EQ(error_of("b.json", R"({"document":{"csaf_version":"3.0"}})"),
            "b.json: CSAF 3.0 is not known");
}

TEST(ReadRules, WhatIsMalformedSaysWhere) {
  for (const auto& [name, octets] : std::map<std::string, std::string>{{"a.json", "{\"a\":"},
                                                                       {"a.xml", "<a"},
                                                                       {"a.yaml", "a: [1"},
                                                                       {"a.toml", "a = = 1"},
                                                                       {"b.json", ""}}) {
    const auto file = read_rules(name, octets, "");
    ASSERT_FALSE(file) << name;
    EXPECT_EQ(file.error().code, Code::kInvalid) << file.error().message;
    EXPECT_TRUE(file.error().message.starts_with(name + ": ")) << file.error().message;
  }
}

TEST(ReadRules, OpenVexTellsEachStatementThatCannotHold) {
  const RuleFile file =
      read("vex.json", R"({"@context": "https://openvex.dev/ns/v0.2.0", "author": "me",
    "timestamp": "2024-01-01T00:00:00Z", "statements": [
    {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "perhaps"},
    {"vulnerability": {}, "products": [{"@id": "pkg:npm/a@1"}], "status": "fixed"},
    {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "not_affected"},
    {"vulnerability": {"name": "CVE-1"}, "status": "fixed"},
    {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a", "subcomponents": [{"@id": "x"}]}],
     "status": "fixed"},
    {"vulnerability": {"name": "CVE-1", "aliases": ["GHSA-1"]}, "status": "affected",
     "action_statement": "update", "timestamp": "2024-02-01T00:00:00+09:00",
     "products": [{"identifiers": {"purl": "pkg:npm/a@1"}},
                  {"@id": "https://example.org/app", "subcomponents": [{"@id": "pkg:npm/b@2"}]}]}]})");
  EXPECT_EQ(file.format, Format::kOpenVex);
  EXPECT_EQ(file.problems,
            (std::vector<std::string>{
                "vex.json: statement 1: its status is unknown: perhaps",
                "vex.json: statement 2: it names no vulnerability",
                "vex.json: statement 3: it says neither by a justification nor an impact statement "
                "why not affected",
                "vex.json: statement 4: it names no product",
                "vex.json: statement 5: a subcomponent has neither a purl nor a CPE: x"}));
  ASSERT_EQ(file.rules.size(), 2U);
  EXPECT_EQ(file.rules[0].state, State::kAffected);
  EXPECT_EQ(file.rules[0].ids, (std::vector<std::string>{"CVE-1", "GHSA-1"}));
  EXPECT_EQ(file.rules[0].product, "pkg:npm/a@1");
  EXPECT_EQ(file.rules[0].reason, "update");
  EXPECT_EQ(file.rules[0].owner, "me");
  EXPECT_EQ(file.rules[0].stated, 1706713200);
  EXPECT_EQ(file.rules[0].source, "vex.json: statement 6");
  EXPECT_EQ(file.rules[1].product, "https://example.org/app");
  EXPECT_EQ(file.rules[1].purl, "pkg:npm/b@2");
}

TEST(ReadRules, OfOpenVexAnAttestationIsOpened) {
  const RuleFile file =
      read("vex.json", R"({"predicateType": "https://openvex.dev/ns/v0.2.0", "predicate": {
    "@context": "https://openvex.dev/ns", "statements": [{"vulnerability": "CVE-1", "products": ["pkg:npm/a"],
    "subcomponents": ["pkg:npm/b"], "status": "fixed"}]}})");
  ASSERT_EQ(file.rules.size(), 1U);
  EXPECT_EQ(file.rules[0].product, "pkg:npm/a");
  EXPECT_EQ(file.rules[0].purl, "pkg:npm/b");
}

TEST(ReadRules, CsafTellsEachProductThatIsNotKnown) {
  const RuleFile file =
      read("csaf.json", R"({"document": {"csaf_version": "2.0", "publisher": {"name": "V"},
    "tracking": {"current_release_date": "2024-01-01T00:00:00Z"}},
    "product_tree": {
      "branches": [{"category": "vendor", "branches": [
        {"category": "product_version_range", "name": "vers:npm/>=1.0.0|<2.0.0", "product": {"product_id": "range",
         "product_identification_helper": {"purl": "pkg:npm/ranged"}}},
        {"category": "product_version_range", "name": "before 2", "product": {"product_id": "words",
         "product_identification_helper": {"purl": "pkg:npm/words"}}},
        {"category": "product_version", "name": "1.2.3", "product": {"product_id": "version",
         "product_identification_helper": {"purl": "pkg:npm/versioned"}}},
        {"category": "product_name", "name": "RHEL 9", "product": {"product_id": "rhel9",
         "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9::baseos"}}}]}],
      "full_product_names": [{"product_id": "bare", "name": "Bare"}, {"product_id": "bash",
         "product_identification_helper": {"purls": ["pkg:rpm/redhat/bash@5-1.el9"]}}],
      "relationships": [{"category": "default_component_of", "product_reference": "bash",
        "relates_to_product_reference": "rhel9", "full_product_name": {"product_id": "rhel9:bash"}}],
      "product_groups": [{"group_id": "g", "product_ids": ["range", "version"]}]},
    "vulnerabilities": [{"title": "nameless"}, {"cve": "CVE-2024-1", "ids": [{"text": "V-1"}],
      "flags": [{"label": "vulnerable_code_not_present", "group_ids": ["g"]}],
      "threats": [{"category": "impact", "details": "Not built in.", "product_ids": ["range"]}],
      "remediations": [{"category": "no_fix_planned", "details": "Old.", "product_ids": ["rhel9:bash"]}],
      "product_status": {"known_not_affected": ["range", "words", "version", "bare", "missing"],
                         "known_affected": ["rhel9:bash"], "under_investigation": ["rhel9"]}}]})");
  EXPECT_EQ(
      file.problems,
      (std::vector<std::string>{
          "csaf.json: vulnerability 1: it names neither a CVE nor another id",
          "csaf.json: CVE-2024-1: the product words has a version range that is no vers: before 2",
          "csaf.json: CVE-2024-1: the product bare has neither a purl nor a CPE",
          "csaf.json: CVE-2024-1: the product missing is not defined"}));
  ASSERT_EQ(file.rules.size(), 4U);
  EXPECT_EQ(file.rules[0].purl, "pkg:npm/ranged");
  EXPECT_EQ(file.rules[0].version_range, "vers:npm/>=1.0.0|<2.0.0");
  EXPECT_EQ(file.rules[0].justification, "vulnerable_code_not_present");
  EXPECT_EQ(file.rules[0].reason, "Not built in.");
  EXPECT_EQ(file.rules[0].ids, (std::vector<std::string>{"CVE-2024-1", "V-1"}));
  EXPECT_EQ(file.rules[1].product, "pkg:npm/versioned");
  EXPECT_EQ(file.rules[1].version, "1.2.3");
  EXPECT_EQ(file.rules[2].purl, "pkg:rpm/redhat/bash@5-1.el9");
  EXPECT_EQ(file.rules[2].ecosystem, "Red Hat:enterprise_linux:9::baseos");
  EXPECT_EQ(file.rules[2].state, State::kWontFix);
  EXPECT_EQ(file.rules[2].reason, "Old.");
  EXPECT_EQ(file.rules[3].product, "cpe:/o:redhat:enterprise_linux:9::baseos");
  EXPECT_EQ(file.rules[3].state, State::kInvestigating);
  EXPECT_EQ(file.rules[3].owner, "V");
}

TEST(ReadRules, CycloneDxKnowsWhatItsReferencesMean) {
  const RuleFile file = read("bom.json", R"({"bomFormat": "CycloneDX",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "metadata": {"timestamp": "2024-01-01T00:00:00Z", "authors": [{"name": "A"}],
                 "component": {"bom-ref": "root", "name": "app"}},
    "components": [{"bom-ref": "a", "purl": "pkg:npm/a@1", "components": [{"bom-ref": "b", "purl": "pkg:npm/b@1"}]}],
    "vulnerabilities": [
      {"id": "CVE-1", "affects": [{"ref": "a"}]},
      {"id": "CVE-2", "analysis": {"state": "false_positive", "detail": "No."}, "affects": [{"ref": "b"},
        {"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#a"}, {"ref": "root"},
        {"ref": "urn:cdx:aaaaaaaa-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2Fc%401"}]},
      {"id": "CVE-3", "analysis": {"state": "exploitable"}, "affects": [{"ref": "a", "versions": [
        {"version": "2.0", "status": "unaffected"}, {"range": "vers:npm/<1.0.0"}, {"range": "old ones"}]}]},
      {"id": "CVE-4", "analysis": {"state": "odd"}, "affects": [{"ref": "a"}]}]})");
  EXPECT_EQ(file.problems,
            (std::vector<std::string>{
                "bom.json: CVE-2, 2: it is not known here what root is (neither a purl nor a CPE)",
                "bom.json: CVE-3, 3: it has a version range that is no vers: old ones",
                "bom.json: CVE-4, 4: its state is unknown: odd"}));
  ASSERT_EQ(file.rules.size(), 5U);
  EXPECT_EQ(file.rules[0].product, "pkg:npm/b@1");
  EXPECT_EQ(file.rules[0].owner, "A");
  EXPECT_EQ(file.rules[1].product, "pkg:npm/a@1");
  EXPECT_EQ(file.rules[2].product, "pkg:npm/c@1");
  EXPECT_EQ(file.rules[3].purl, "pkg:npm/a@2.0");
  EXPECT_EQ(file.rules[3].state, State::kNotAffected);
  EXPECT_EQ(file.rules[4].purl, "pkg:npm/a");
  EXPECT_EQ(file.rules[4].version_range, "vers:npm/<1.0.0");
  EXPECT_EQ(file.rules[4].state, State::kAffected);
}

TEST(ReadRules, DependencyCheckRefusesWhatLinearPatternsCannotSayByName) {
  const RuleFile file = read("s.xml", R"(<?xml version="1.0"?>
    <suppressions xmlns="https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd">
      <suppress><packageUrl regex="true">^pkg:maven/(?!good).*$</packageUrl><cve>CVE-2024-1</cve></suppress>
      <suppress until="soon"><cve>CVE-2024-1</cve></suppress>
      <suppress><gav>a:b:1</gav></suppress>
      <suppress><future>x</future><cve>CVE-2024-1</cve></suppress>
      <suppress><cvssBelow>eleven</cvssBelow></suppress>
      <suppress until="2030-01-01Z" base="true"><notes><![CDATA[ why
         not ]]></notes><gav regex="true">^a:b:.*$</gav>
        <cpe>cpe:/a:v:p</cpe><cpe>cpe:2.3:a:w:q</cpe><cve>CVE-2024-1</cve><cve>CVE-2024-2</cve>
        <vulnerabilityName regex="true">X.*</vulnerabilityName><cwe>79</cwe><cvssBelow>4.5</cvssBelow></suppress>
    </suppressions>)");
  ASSERT_EQ(file.problems.size(), 5U);
  EXPECT_TRUE(file.problems[0].starts_with(
      "s.xml: suppress 1: the pattern (?i)^pkg:maven/(?!good).*$ cannot be taken over: "))
      << file.problems[0];
  EXPECT_EQ(file.problems[1], "s.xml: suppress 2: until is no date: soon");
  EXPECT_EQ(file.problems[2], "s.xml: suppress 3: it names nothing to suppress");
  EXPECT_EQ(file.problems[3], "s.xml: suppress 4: it has an element that is not known or is empty");
  EXPECT_EQ(file.problems[4], "s.xml: suppress 5: cvssBelow is no score: eleven");
  ASSERT_EQ(file.rules.size(), 6U);
  for (const Rule& rule : file.rules) {
    EXPECT_EQ(rule.gav_pattern, "(?i)^a:b:.*$");
    EXPECT_EQ(rule.reason, "why not");
    EXPECT_EQ(rule.expires, 1893456000);
    EXPECT_TRUE(rule.stock);
    EXPECT_EQ(rule.source, "s.xml: suppress 6");
  }
  EXPECT_EQ(file.rules[0].cpe, "cpe:/a:v:p");
  EXPECT_EQ(file.rules[1].cpe, "cpe:/a:w:q");
  EXPECT_EQ(file.rules[2].id_pattern, "(?i)X.*");
  EXPECT_EQ(file.rules[3].cwe, "CWE-79");
  EXPECT_EQ(file.rules[4].cvss_below, 4.5);
  EXPECT_EQ(file.rules[5].ids, (std::vector<std::string>{"CVE-2024-1", "CVE-2024-2"}));
}

TEST(ReadRules, TrivyIgnoreTakesAReasonFromTheComment) {
  const RuleFile file =
      read(".trivyignore",
           "# accepted by ops\nCVE-2024-1 exp:2024-02-30\nCVE-2024-2  exp:2030-01-01 k:v\r\n\n"
           "CVE-2024-3 # no exploit\n");
  EXPECT_EQ(file.problems,
            (std::vector<std::string>{".trivyignore: line 2: its date is none: exp:2024-02-30"}));
  ASSERT_EQ(file.rules.size(), 2U);
  EXPECT_EQ(file.rules[0].ids, (std::vector<std::string>{"CVE-2024-2"}));
  EXPECT_EQ(file.rules[0].expires, 1893456000);
  EXPECT_EQ(file.rules[0].reason, "accepted by ops");
  EXPECT_EQ(file.rules[1].reason, "no exploit");
  EXPECT_EQ(file.rules[1].source, ".trivyignore: line 5");
}

TEST(ReadRules, TrivyIgnoreYamlHoldsForAnyOfItsPathsAndPurls) {
  const RuleFile file =
      read(".trivyignore.yaml",
           "vulnerabilities:\n- id: CVE-2024-1\n  paths: ['a/*.json', '**/b.lock']\n"
           "  purls: ['pkg:npm/x', 'pkg:npm/y@1']\n  expired_at: 2030-01-01\n  statement: ok\n"
           "- id: CVE-2024-2\n  purls: [nonsense]\n- paths: [a]\n- id: CVE-2024-3\n  expired_at: "
           "soon\n");
  EXPECT_EQ(file.problems,
            (std::vector<std::string>{
                ".trivyignore.yaml: vulnerabilities, 2: it has a purl that is none: nonsense",
                ".trivyignore.yaml: vulnerabilities, 3: it has no id",
                ".trivyignore.yaml: vulnerabilities, 4: expired_at is no date: soon"}));
  ASSERT_EQ(file.rules.size(), 4U);
  EXPECT_EQ(file.rules[0].path_pattern, "a\\/[^/]*\\.json");
  EXPECT_EQ(file.rules[3].path_pattern, "(?:.*/)?b\\.lock");
  EXPECT_EQ(file.rules[3].purl, "pkg:npm/y@1");
  EXPECT_EQ(file.rules[3].reason, "ok");
}

TEST(ReadRules, GrypeRefusesRulesThatWouldHoldForMore) {
  const RuleFile file = read(".grype.yaml", R"(
ignore:
  - vulnerability: CVE-2008-4318
    reason: false positive
    fix-state: unknown
    namespace: debian:distro:debian:12
    package: {name: libcurl.*, version: 1.5.1, type: deb, location: "/usr/lib/**/*.so"}
  - package: {type: gem}
  - {}
  - vex-status: affected
  - vulnerability: CVE-1
    match-type: exact-indirect-match
  - vulnerability: CVE-2
    package: {language: cobol}
  - package: {name: lodash, language: javascript}
)");
  ASSERT_EQ(file.rules.size(), 3U) << file.problems.size();
  const Rule& rule = file.rules[0];
  EXPECT_EQ(rule.only_state, "unknown");
  EXPECT_EQ(rule.ecosystem, "Debian:12");
  EXPECT_EQ(rule.name_pattern, "libcurl.*");
  EXPECT_EQ(rule.version, "1.5.1");
  EXPECT_EQ(rule.purl_pattern, "pkg:deb/.*");
  EXPECT_EQ(rule.path_pattern, "usr\\/lib\\/(?:.*/)?[^/]*\\.so");
  EXPECT_EQ(file.rules[2].name, "lodash");
  EXPECT_EQ(file.rules[2].ecosystem, "npm");
  EXPECT_EQ(file.problems,
            (std::vector<std::string>{
                ".grype.yaml: ignore, 3: it would hold for everything",
                ".grype.yaml: ignore, 4: vex-status cannot be taken over: affected",
                ".grype.yaml: ignore, 5: match-type cannot be taken over: exact-indirect-match",
                ".grype.yaml: ignore, 6: its language is not known: cobol"}));
}

TEST(ReadRules, AConditionThatCannotBeReadTakesItsRuleWithIt) {
  const RuleFile grype = read(".grype.yaml", R"(
ignore:
  - package: {nam: lodash}
  - package: {name: ""}
  - {vulnerability: CVE-1, package: lodash}
  - {vulnerability: CVE-1, package: {name: [lodash]}}
  - {vulnerability: [CVE-1], package: {name: lodash}}
  - {vulnerability: CVE-1, package: {location: /}}
)");
  EXPECT_TRUE(grype.rules.empty());
  EXPECT_EQ(grype.problems,
            (std::vector<std::string>{
                ".grype.yaml: ignore, 1: what it asks of a package is not known: nam",
                ".grype.yaml: ignore, 2: it would hold for everything",
                ".grype.yaml: ignore, 3: its package is none",
                ".grype.yaml: ignore, 4: name is no single value",
                ".grype.yaml: ignore, 5: vulnerability is no single value",
                ".grype.yaml: ignore, 6: its location is none: /"}));

  const RuleFile trivy =
      read(".trivyignore.yaml",
           "vulnerabilities:\n- {id: CVE-1, paths: {a: b}}\n- {id: CVE-1, purls: 'pkg:npm/x'}\n"
           "- {id: CVE-1, paths: [/]}\n- {id: CVE-1, paths: [[a]]}\n");
  EXPECT_TRUE(trivy.rules.empty());
  EXPECT_EQ(trivy.problems,
            (std::vector<std::string>{
                ".trivyignore.yaml: vulnerabilities, 1: paths is no list",
                ".trivyignore.yaml: vulnerabilities, 2: purls is no list",
                ".trivyignore.yaml: vulnerabilities, 3: it has a path that is none: /",
                ".trivyignore.yaml: vulnerabilities, 4: it has a path that is none: "}));

  const RuleFile osv = read("osv-scanner.toml", R"(
[[PackageOverrides]]
ignore = true
[[PackageOverrides]]
name = ["a"]
ignore = true
[[PackageOverrides]]
name = 5
ignore = true
)");
  ASSERT_EQ(osv.rules.size(), 1U);
  EXPECT_EQ(osv.rules[0].name, "5");
  EXPECT_EQ(osv.problems, (std::vector<std::string>{
                              "osv-scanner.toml: PackageOverrides, 1: it would hold for everything",
                              "osv-scanner.toml: PackageOverrides, 2: name is no single value"}));
}

TEST(ReadRules, OsvScannerHoldsForItsOwnFolder) {
  const RuleFile file = read("osv-scanner.toml", R"(
[[IgnoredVulns]]
id = "GO-2022-0968"
ignoreUntil = 2030-01-01
reason = "No ssh servers"
[[IgnoredVulns]]
reason = "none"
[[PackageOverrides]]
name = "lib.*"
nameIsRegex = true
version = "1.0"
ecosystem = "Go"
ignore = true
effectiveUntil = 2030-01-01T00:00:00Z
[[PackageOverrides]]
name = "licensed"
license.override = ["MIT"]
[[PackageOverrides]]
ecosystem = "npm"
group = "dev"
vulnerability.ignore = true
)",
                             "app/");
  ASSERT_EQ(file.rules.size(), 2U);
  EXPECT_EQ(file.rules[0].folder, "app");
  EXPECT_EQ(file.rules[0].expires, 1893456000);
  EXPECT_EQ(file.rules[0].reason, "No ssh servers");
  EXPECT_EQ(file.rules[1].name_pattern, "lib.*");
  EXPECT_EQ(file.rules[1].ecosystem, "Go");
  EXPECT_EQ(file.rules[1].expires, 1893456000);
  EXPECT_EQ(file.problems,
            (std::vector<std::string>{
                "osv-scanner.toml: IgnoredVulns, 2: it has no id",
                "osv-scanner.toml: PackageOverrides, 3: group cannot be taken over: dev"}));
}

// What all files of a kind gave together.
struct Count {
  int files = 0;
  int refused = 0;
  std::size_t rules = 0;
  std::size_t problems = 0;
  bool operator==(const Count&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Count& count) {
  return out << count.files << " files, " << count.refused << " refused, " << count.rules
             << " rules, " << count.problems << " problems";
}

Count count_rules(const std::string& archive, const std::string& prefix, bool name_each) {
  Count count;
  for (const BundleFile& file : bundle_files(archive, prefix)) {
    if (file.name.ends_with(".xsd") || file.name.ends_with(".md") || file.name.ends_with("LICENSE"))
      continue;
    ++count.files;
    const auto read = read_rules(file.name, file.octets, "");
    if (!read) {
      ++count.refused;
      EXPECT_FALSE(read.error().message.empty());
      if (name_each) std::cout << "  " << read.error().message << "\n";
      continue;
    }
    count.rules += read->rules.size();
    count.problems += read->problems.size();
    EXPECT_TRUE(RuleSet::create(read->rules)) << file.name;
    if (name_each) {
      std::cout << "  " << file.name << ": " << name_of(read->format) << ", " << read->rules.size()
                << " rules\n";
      for (const std::string& problem : read->problems) std::cout << "    " << problem << "\n";
    }
  }
  std::cout << archive << " " << prefix << ": " << count << "\n";
  return count;
}

class BundleOfRules : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* archive : {"vex-sbom", "formats"}) {
      if (const auto why = missing_bundle(archive); !why.empty()) GTEST_SKIP() << why;
    }
  }
};

TEST_F(BundleOfRules, OfTrivyIsRead) {
  EXPECT_EQ(count_rules("vex-sbom", "vex-trivy/", true), (Count{11, 1, 91, 0}));
}
TEST_F(BundleOfRules, OfGrypeIsRead) {
  EXPECT_EQ(count_rules("vex-sbom", "vex-grype/", true), (Count{7, 0, 17, 0}));
}
TEST_F(BundleOfRules, OfOpenVexIsRead) {
  EXPECT_EQ(count_rules("vex-sbom", "openvex-spec/", true), (Count{2, 2, 0, 0}));
}
TEST_F(BundleOfRules, OfCycloneDxIsRead) {
  EXPECT_EQ(count_rules("vex-sbom", "cyclonedx-examples/VEX/", false), (Count{39, 14, 1, 156}));
}
TEST_F(BundleOfRules, OfCsafIsRead) {
  EXPECT_EQ(count_rules("vex-sbom", "csaf/csaf_2.0/examples/csaf/", false), (Count{19, 0, 7, 364}));
  EXPECT_EQ(count_rules("vex-sbom", "csaf/csaf_2.1/examples/csaf/", false), (Count{23, 0, 7, 366}));
}
TEST_F(BundleOfRules, OfCsafsOwnTestsIsReadOrRefused) {
  EXPECT_EQ(count_rules("vex-sbom", "csaf/csaf_2.0/test/", false), (Count{242, 2, 0, 152}));
  EXPECT_EQ(count_rules("vex-sbom", "csaf/csaf_2.1/test/", false), (Count{912, 55, 0, 499}));
}
TEST_F(BundleOfRules, OfDependencyCheckIsRead) {
  EXPECT_EQ(count_rules("formats", "dependency-check/", true), (Count{10, 4, 23, 0}));
}
TEST_F(BundleOfRules, OfTrivyIgnoreIsRead) {
  EXPECT_EQ(count_rules("formats", "trivyignore/", true), (Count{2, 0, 17, 0}));
}

}  // namespace
}  // namespace azekura::scanner::rules

#include "scanner/inventory/sboms.h"

#include "scanner/inventory/reading_testing.h"

namespace azekura::scanner::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Result<ReadOutcome> cyclonedx(const std::string& rest) {
  return read_with(read_cyclonedx_json,
                   R"({"bomFormat": "CycloneDX", "specVersion": "1.6", )" + rest + "}");
}

Component only(const Result<ReadOutcome>& outcome) {
  if (!outcome || outcome->components.size() != 1) {
    ADD_FAILURE() << "not one component";
    return {};
  }
  return outcome->components[0];
}

Component of_purl(const std::string& purl) {
  return only(
      cyclonedx(R"("components": [{"type": "library", "name": "n", "version": "v", "purl": ")" +
                purl + "\"}]"));
}

TEST(CycloneDx, AnotherFormatIsRefused) {
  expect_invalid(read_with(read_cyclonedx_json, "{"));
  expect_invalid(read_with(read_cyclonedx_json, R"({"bomFormat": "Another"})"));
  expect_invalid(read_with(read_cyclonedx_xml, "<bom/>"));
  expect_invalid(read_with(read_cyclonedx_xml, "<x xmlns='http://cyclonedx.org/schema/bom/1.4'/>"));
  expect_invalid(read_with(read_cyclonedx_xml, "not xml"));
}

TEST(CycloneDx, PurlsTellEcosystemNameAndVersion) {
  const Component npm = of_purl("pkg:npm/%40babel/core@7.0.0");
  EXPECT_EQ(npm.ecosystem, Ecosystem::kNpm);
  EXPECT_EQ(npm.name, "@babel/core");
  EXPECT_EQ(npm.version, "7.0.0");
  EXPECT_EQ(npm.evidence, Evidence::kSbom);
  EXPECT_EQ(of_purl("pkg:maven/org.a/b@1").name, "org.a:b");
  EXPECT_EQ(of_purl("pkg:golang/example.com/a/b@v1.0.0").name, "example.com/a/b");
  EXPECT_EQ(of_purl("pkg:composer/v/a@1").name, "v/a");
  EXPECT_EQ(of_purl("pkg:pypi/a").version, "v");
  EXPECT_EQ(of_purl("pkg:generic/openssl@1.1.1").ecosystem, Ecosystem::kUnknown);
}

TEST(CycloneDx, PackagesOfDistributionsHaveSourcesArchitecturesAndEpochs) {
  const Component deb = of_purl(
      "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl");
  EXPECT_EQ(deb.ecosystem, Ecosystem::kDebian);
  EXPECT_EQ(deb.name, "libssl3");
  EXPECT_EQ(deb.source_name, "openssl");
  EXPECT_EQ(deb.source_version, "3.0.11-1~deb12u2");
  EXPECT_EQ(deb.architecture, "amd64");
  EXPECT_EQ(of_purl("pkg:deb/debian/a@1-1+b1?distro=debian-12&upstream=b%402-1").source_version,
            "2-1");
  const Component own = of_purl("pkg:apk/alpine/musl@1.2.3-r0?distro=alpine-3.16.0");
  EXPECT_EQ(own.source_name, "musl");
  EXPECT_EQ(own.source_version, "1.2.3-r0");
  const Component rpm = of_purl(
      "pkg:rpm/redhat/openssl-libs@3.0.7-1.el9?arch=x86_64&epoch=1&distro=rhel-9.2"
      "&upstream=openssl-3.0.7-1.el9.src.rpm&modularitylabel=nodejs:18:8090:0123");
  EXPECT_EQ(rpm.version, "1:3.0.7-1.el9");
  EXPECT_EQ(rpm.source_name, "openssl");
  EXPECT_EQ(rpm.source_version, "3.0.7-1.el9");
  EXPECT_EQ(rpm.module_stream, "nodejs:18");
}

TEST(CycloneDx, TheOperatingSystemIsTheDistribution) {
  const auto stated = cyclonedx(R"("components": [
    {"type": "operating-system", "name": "alpine", "version": "3.16.0"},
    {"type": "library", "name": "musl", "version": "1", "purl": "pkg:apk/alpine/musl@1?distro=3.16.0"}])");
  ASSERT_TRUE(stated->distribution.has_value());
  EXPECT_EQ(stated->distribution->release.ecosystem, Ecosystem::kAlpine);
  EXPECT_EQ(stated->distribution->release.release, "v3.16");
  EXPECT_EQ(stated->distribution->id, "alpine");
  EXPECT_THAT(lines_of(stated), ElementsAre("musl 1"));
}

TEST(CycloneDx, WithoutOneThePurlsTellTheDistribution) {
  const auto outcome = cyclonedx(R"("components": [
    {"type": "library", "name": "a", "purl": "pkg:deb/debian/a@1?distro=debian-12"},
    {"type": "library", "name": "b", "purl": "pkg:deb/debian/b@1?distro=debian-12"},
    {"type": "library", "name": "c", "purl": "pkg:deb/debian/c@1?distro=debian-11"},
    {"type": "library", "name": "d", "purl": "pkg:deb/debian/d@1?distro=debian-11"}])");
  ASSERT_TRUE(outcome->distribution.has_value());
  EXPECT_EQ(outcome->distribution->release.release, "12");
  EXPECT_THAT(
      problems_of(outcome),
      ElementsAre("unknown: packages of debian 12 and of debian 11: they are judged as the first"));
}

TEST(CycloneDx, NamesOfOperatingSystemsAreNoPlaceForLines) {
  const auto outcome = cyclonedx(
      R"("components": [{"type": "operating-system", "name": "x\nID=debian", "version": "12"}])");
  EXPECT_FALSE(outcome->distribution.has_value());
}

TEST(CycloneDx, BadPurlsAreProblemsOneByOneAndTheRestIsRead) {
  const auto outcome = cyclonedx(R"("components": [
    {"type": "library", "name": "a", "version": "1", "purl": "nonsense"},
    {"type": "library", "name": "b", "version": "1", "purl": "pkg:pypi/"},
    {"type": "library", "name": "c", "version": "1", "purl": "pkg:", "cpe": "cpe:/a:v:c:1"},
    {"type": "library", "name": "d", "version": "1", "purl": "pkg:npm/d@1", "cpe": "nonsense"}])");
  EXPECT_THAT(lines_of(outcome), ElementsAre("c 1", "d 1"));
  EXPECT_EQ(outcome->components[0].cpe, "cpe:/a:v:c:1");
  EXPECT_EQ(outcome->components[1].cpe, "");
  EXPECT_EQ(outcome->problems.size(), 4u);
}

TEST(CycloneDx, WithoutPurlACpeOrANameWithItsVersionCounts) {
  const auto outcome = cyclonedx(R"("metadata": {"component": {"type": "application", "name": "app",
      "version": "1"}}, "components": [
    {"type": "application", "group": "g", "name": "a", "version": "1"},
    {"type": "library", "name": "b"},
    {"type": "library"},
    {"type": "application", "name": "app/composer.lock"},
    {"type": "file", "name": "f", "version": "1"},
    {"type": "file", "name": "g", "cpe": "cpe:2.3:a:v:g:1:*:*:*:*:*:*:*"}])");
  EXPECT_THAT(lines_of(outcome), ElementsAre("g/a 1", "g "));
  EXPECT_THAT(problems_of(outcome), ElementsAre("unknown: b: neither a package URL nor a version",
                                                "malformed: an entry without a name"));
}

TEST(CycloneDx, NestedPartsFlagsHashesAndPlaces) {
  const auto outcome =
      cyclonedx(R"("metadata": {"component": {"bom-ref": "app", "purl": "pkg:npm/app@1",
      "type": "application", "name": "app"}},
    "dependencies": [{"ref": "app", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}],
    "components": [{"bom-ref": "a", "type": "library", "name": "a", "purl": "pkg:npm/a@1",
      "hashes": [{"alg": "SHA-1", "content": "E6B1000B94E835FFD37F4C6DCBDAD43F4B48A02A"}],
      "properties": [{"name": "syft:location:0:path", "value": "/x/package.json"},
                     {"name": "syft:location:0:layerID", "value": "sha256:0123"}],
      "components": [{"bom-ref": "b", "type": "library", "name": "b", "purl": "pkg:npm/b@2",
        "scope": "excluded", "evidence": {"occurrences": [{"location": "y/package.json"}]}}]}])");
  EXPECT_THAT(lines_of(outcome), ElementsAre("app 1", "a 1 direct", "b 2 dev"));
  EXPECT_EQ(outcome->components[1].sha1, "e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a");
  EXPECT_EQ(outcome->components[1].location, "x/package.json");
  EXPECT_EQ(outcome->components[1].layer, "sha256:0123");
  EXPECT_EQ(outcome->components[2].location, "y/package.json");
}

TEST(CycloneDx, SourcesAsTrivyStatesThem) {
  const Component deb = only(cyclonedx(R"("components": [{"type": "library", "name": "libx",
    "purl": "pkg:deb/ubuntu/libx@1.0-2?distro=ubuntu-22.04", "properties": [
      {"name": "aquasecurity:trivy:SrcEpoch", "value": "1"},
      {"name": "aquasecurity:trivy:SrcName", "value": "x"},
      {"name": "aquasecurity:trivy:SrcRelease", "value": "2"},
      {"name": "aquasecurity:trivy:SrcVersion", "value": "1.0"}]}])"));
  EXPECT_EQ(deb.source_name, "x");
  EXPECT_EQ(deb.source_version, "1:1.0-2");
}

TEST(CycloneDx, XmlTellsTheSame) {
  const auto outcome = read_with(read_cyclonedx_xml, R"(<?xml version="1.0"?>
<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.4"><b:metadata><b:component bom-ref="app" type="application">
  <b:name>app</b:name></b:component></b:metadata><b:components>
  <b:component type="operating-system"><b:name>debian</b:name><b:version>12</b:version></b:component>
  <b:component bom-ref="a" type="library"><b:group>@s</b:group><b:name>a</b:name><b:version>1</b:version>
    <b:scope>excluded</b:scope><b:purl><![CDATA[pkg:npm/%40s/a@1]]></b:purl>
    <b:hashes><b:hash alg="SHA-1">e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a</b:hash></b:hashes>
    <b:properties><b:property name="syft:location:0:path">/x/y</b:property></b:properties>
    <b:components><b:component type="library"><b:name>c</b:name><b:version>2</b:version>
      <b:cpe>cpe:/a:v:c:2</b:cpe></b:component></b:components></b:component></b:components>
  <b:dependencies><b:dependency ref="app"><b:dependency ref="a"/></b:dependency></b:dependencies></b:bom>)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("@s/a 1 dev direct", "c 2"));
  EXPECT_EQ(outcome->components[0].location, "x/y");
  EXPECT_EQ(outcome->components[0].sha1, "e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a");
  ASSERT_TRUE(outcome->distribution.has_value());
  EXPECT_EQ(outcome->distribution->release.release, "12");
}

TEST(Spdx, AnotherFormatIsRefused) {
  expect_invalid(read_with(read_spdx_json, "{}"));
  expect_invalid(read_with(read_spdx_json, "not json"));
  expect_invalid(read_with(read_spdx_yaml, "just a text"));
  expect_invalid(read_with(read_spdx_tag_value, "Not an sbom at all!"));
  expect_invalid(read_with(read_spdx_tag_value, ""));
}

TEST(Spdx, PackagesOfVersion2) {
  const auto outcome = read_with(read_spdx_json, R"({"spdxVersion": "SPDX-2.3", "packages": [
    {"SPDXID": "SPDXRef-OperatingSystem-1", "name": "alpine", "versionInfo": "3.16.0"},
    {"SPDXID": "SPDXRef-Application-1", "name": "jar"},
    {"SPDXID": "SPDXRef-1", "name": "a", "versionInfo": "1", "sourceInfo": "from APK DB: /lib/apk/db/installed",
     "checksums": [{"algorithm": "SHA1", "checksumValue": "e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a"}],
     "externalRefs": [
       {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:v:a:1:*:*:*:*:*:*:*"},
       {"referenceType": "http://spdx.org/rdf/references/purl", "referenceLocator": "pkg:pypi/a@1"}]},
    {"SPDXID": "SPDXRef-2", "name": "b", "versionInfo": "NOASSERTION"},
    {"SPDXID": "SPDXRef-3", "name": "c", "versionInfo": "3"},
    {"SPDXID": "SPDXRef-4"}]})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1", "c 3"));
  const Component& a = outcome->components[0];
  EXPECT_EQ(a.ecosystem, Ecosystem::kPyPI);
  EXPECT_EQ(a.cpe, "cpe:2.3:a:v:a:1:*:*:*:*:*:*:*");
  EXPECT_EQ(a.sha1, "e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a");
  EXPECT_EQ(a.location, "lib/apk/db/installed");
  EXPECT_EQ(outcome->distribution->release.release, "v3.16");
  EXPECT_THAT(problems_of(outcome), ElementsAre("unknown: b: neither a package URL nor a version",
                                                "malformed: an entry without a name"));
}

TEST(Spdx, YamlIsReadAsJson) {
  EXPECT_THAT(lines_of(read_with(read_spdx_yaml, R"(spdxVersion: "SPDX-2.3"
packages:
- SPDXID: "SPDXRef-1"
  name: "openssl"
  externalRefs:
  - referenceType: "purl"
    referenceLocator: "pkg:generic/openssl@1.1.1l"
)")),
              ElementsAre("openssl 1.1.1l"));
}

TEST(Spdx, TagValueSkipsTextsOfManyLinesAndOtherSections) {
  const auto outcome = read_with(read_spdx_tag_value, R"(SPDXVersion: SPDX-2.2
# PackageName: commented
PackageName: a
SPDXID: SPDXRef-1
PackageVersion: 1
PackageChecksum: SHA1: e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a
PackageComment: <text>
PackageVersion: 9
</text>
ExternalRef: PACKAGE-MANAGER purl pkg:pypi/a@1
FileName: ./x
PackageVersion: 8
PackageName: b
PackageVersion: NOASSERTION
ExternalRef: SECURITY cpe23Type cpe:2.3:a:v:b:2:*:*:*:*:*:*:*
Relationship: SPDXRef-1 CONTAINS SPDXRef-2
)");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1", "b "));
  EXPECT_EQ(outcome->components[0].sha1, "e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a");
  EXPECT_EQ(outcome->components[1].cpe, "cpe:2.3:a:v:b:2:*:*:*:*:*:*:*");
}

TEST(Spdx, Version3IsAGraph) {
  const auto outcome = read_with(read_spdx_json, R"({
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
    {"type": "CreationInfo"},
    {"type": "software_Package", "name": "a", "software_packageVersion": "1",
     "software_packageUrl": "pkg:npm/a@1",
     "verifiedUsing": [{"type": "Hash", "algorithm": "sha1",
                        "hashValue": "e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a"}]},
    {"@type": "https://spdx.org/rdf/3.0.1/terms/Software/Package", "name": "b",
     "externalIdentifier": [{"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/b@2"},
       {"externalIdentifierType": "cpe23", "identifier": "cpe:2.3:a:v:b:2:*:*:*:*:*:*:*"}]},
    {"type": "software_Package", "name": "debian", "software_packageVersion": "12",
     "software_primaryPurpose": "operatingSystem"},
    {"type": "software_File", "name": "f"}]})");
  EXPECT_THAT(lines_of(outcome), ElementsAre("a 1", "b 2"));
  EXPECT_EQ(outcome->components[0].sha1, "e6b1000b94e835ffd37f4c6dcbdad43f4b48a02a");
  EXPECT_EQ(outcome->distribution->release.release, "12");
}

}  // namespace
}  // namespace azekura::scanner::inventory

#include "scanner/inventory/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/document/archive_testing.h"
#include "scanner/inventory/tree_testing.h"

namespace azekura::scanner::inventory {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string lock(const std::string& name, const std::string& version) {
  return "[[package]]\nname = \"" + name + "\"\nversion = \"" + version + "\"\n";
}
std::string stanza(const std::string& name, const std::string& version) {
  return "Package: " + name +
         "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + version + "\n\n";
}
constexpr std::string_view kOsRelease = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n";

// The layers of the tests: what is below, what deletes and replaces, what is on top.
std::vector<std::string> layers(int filter) {
  return {
      ArchiveMaker(MadeFormat::kTar, filter)
          .file("usr/lib/os-release", kOsRelease)
          .link("etc/os-release", "../usr/lib/os-release")
          .file("var/lib/dpkg/status", stanza("libc6", "2.36-9") + stanza("gone", "1.0-1"))
          .file("var/lib/dpkg/info/libc6.list", "/.\n/opt\n/opt/owned\n/opt/owned/Cargo.lock\n")
          .file("opt/owned/Cargo.lock", lock("owned", "1.0.0"))
          .file("app/deleted/Cargo.lock", lock("deleted", "1.0.0"))
          .file("app/replaced/Cargo.lock", lock("replaced", "1.0.0"))
          .file("app/opaque/a/Cargo.lock", lock("opaque", "1.0.0"))
          .file("app/folder/Cargo.lock", lock("covered", "1.0.0"))
          .file("app/kept/Cargo.lock", lock("kept", "1.0.0"))
          .take(),
      ArchiveMaker(MadeFormat::kTar, filter)
          .file("app/deleted/.wh.Cargo.lock", "")
          .file("app/replaced/Cargo.lock", lock("replaced", "2.0.0"))
          .file("app/opaque/.wh..wh..opq", "")
          .file("app/opaque/b/Cargo.lock", lock("fresh", "1.0.0"))
          .file("app/folder", "a file where a folder was")
          .file("var/lib/dpkg/status", stanza("libc6", "2.36-9") + stanza("added", "3.0-1"))
          .take(),
      ArchiveMaker(MadeFormat::kTar, filter).file("app/.wh.replaced", "").take(),
  };
}

const auto kLeft =
    ElementsAre("added 3.0-1 @ var/lib/dpkg/status", "fresh 1.0.0 @ app/opaque/b/Cargo.lock",
                "kept 1.0.0 @ app/kept/Cargo.lock", "libc6 2.36-9 @ var/lib/dpkg/status",
                "owned 1.0.0 @ opt/owned/Cargo.lock");

void expect_layers(const Inventory& found, const std::vector<std::string>& digests) {
  EXPECT_THAT(said(found), kLeft);
  ASSERT_TRUE(found.distribution);
  EXPECT_EQ(found.distribution->id, "debian");
  EXPECT_EQ(find(found, "libc6")->layer, digests[0]);
  EXPECT_EQ(find(found, "added")->layer, digests[1]);
  EXPECT_EQ(find(found, "kept")->layer, digests[0]);
  EXPECT_EQ(find(found, "fresh")->layer, digests[1]);
  EXPECT_EQ(find(found, "owned")->owner, "libc6");
  EXPECT_EQ(find(found, "kept")->owner, "");
}

class Image : public TreeTest {
 protected:
  static std::string hash(char c) { return std::string(64, c); }
  static std::string digest(char c) { return "sha256:" + hash(c); }
};

TEST_F(Image, ADockerArchiveIsReadLayerByLayer) {
  const auto made = layers(ARCHIVE_FILTER_NONE);
  // The layers out of their order, the manifest last, as `docker save` writes.
  write("image.tar",
        ArchiveMaker()
            .file(hash('c') + "/layer.tar", made[2])
            .file(hash('a') + "/layer.tar", made[0])
            .file(hash('b') + "/layer.tar", made[1])
            .file(hash('f') + ".json",
                  "{\"rootfs\":{\"diff_ids\":[\"sha256:1\",\"sha256:2\",\"sha256:3\"]}}")
            .file("manifest.json", "[{\"Config\":\"" + hash('f') + ".json\",\"Layers\":[\"" +
                                       hash('a') + "/layer.tar\",\"" + hash('b') +
                                       "/layer.tar\",\"" + hash('c') + "/layer.tar\"]}]")
            .take());
  const Inventory found = take("image.tar");
  EXPECT_THAT(troubles(found), IsEmpty());
  expect_layers(found, {"sha256:1", "sha256:2"});
}

std::string oci_manifest(const std::vector<std::string>& digests) {
  std::string out = R"({"schemaVersion":2,"layers":[)";
  for (std::size_t i = 0; i < digests.size(); ++i)
    out += (i == 0 ? "" : ",") + ("{\"digest\":\"" + digests[i] + "\"}");
  return out + "]}";
}

TEST_F(Image, AnOciLayoutIsReadWithGzipAndZstdLayersAsATarAndAsAFolder) {
  for (const int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD}) {
    const auto made = layers(filter);
    const std::string index = R"({"manifests":[{"digest":")" + digest('9') +
                              R"(","platform":{"os":"unknown"}},{"digest":")" + digest('e') +
                              R"("}]})";
    const std::string manifest = oci_manifest({digest('a'), digest('b'), digest('c')});
    write("image.tar", ArchiveMaker()
                           .folder("blobs")
                           .file("blobs/sha256/" + hash('a'), made[0])
                           .file("blobs/sha256/" + hash('c'), made[2])
                           .file("blobs/sha256/" + hash('b'), made[1])
                           .file("blobs/sha256/" + hash('e'), manifest)
                           .file("index.json", index)
                           .file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})")
                           .take());
    const Inventory found = take("image.tar");
    EXPECT_THAT(troubles(found), IsEmpty());
    expect_layers(found, {digest('a'), digest('b')});

    write("layout/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    write("layout/index.json", index);
    write("layout/blobs/sha256/" + hash('e'), manifest);
    for (int i = 0; i < 3; ++i)
      write("layout/blobs/sha256/" + hash(static_cast<char>('a' + i)),
            made[static_cast<std::size_t>(i)]);
    const Inventory folder = take("layout");
    EXPECT_THAT(troubles(folder), IsEmpty());
    expect_layers(folder, {digest('a'), digest('b')});
  }
}

TEST_F(Image, AnImageInAFolderHasItsLocationsInTheArchive) {
  write("images/x.tar", ArchiveMaker()
                            .file(hash('a') + "/layer.tar",
                                  ArchiveMaker().file("a/Cargo.lock", lock("a", "1.0.0")).take())
                            .file("manifest.json", "[{\"Config\":\"none\",\"Layers\":[\"" +
                                                       hash('a') + "/layer.tar\"]}]")
                            .take());
  EXPECT_THAT(said(take()), ElementsAre("a 1.0.0 @ images/x.tar!a/Cargo.lock"));
}

TEST_F(Image, AMissingOrDamagedLayerIsAProblemAndTheOthersAreRead) {
  const std::string good = ArchiveMaker(MadeFormat::kTar, ARCHIVE_FILTER_GZIP)
                               .file("a/Cargo.lock", lock("a", "1.0.0"))
                               .take();
  write("image.tar",
        ArchiveMaker()
            .file(hash('a') + "/layer.tar", good)
            .file(hash('b') + "/layer.tar", "no tar at all")
            .file("manifest.json", "[{\"Layers\":[\"" + hash('a') + "/layer.tar\",\"" + hash('b') +
                                       "/layer.tar\",\"" + hash('c') + "/layer.tar\"]}]")
            .take());
  const Inventory found = take("image.tar");
  EXPECT_THAT(said(found), ElementsAre("a 1.0.0 @ a/Cargo.lock"));
  EXPECT_EQ(found.problems.size(), 2U);
}

TEST_F(Image, AManifestThatIsNoneIsAProblem) {
  write("a.tar", ArchiveMaker().file("manifest.json", "[{}]").take());
  write("b.tar",
        ArchiveMaker().file("index.json", "{\"manifests\":[{\"digest\":\"sha256:0\"}]}").take());
  EXPECT_THAT(troubles(take()), ElementsAre("malformed a.tar", "malformed b.tar"));
}

TEST_F(Image, ATarOfSomethingElseIsAnArchive) {
  write(
      "x.tar",
      ArchiveMaker().file("src/Cargo.lock", lock("a", "1.0.0")).file("manifest.json", "[]").take());
  EXPECT_THAT(said(take()), ElementsAre("a 1.0.0 @ x.tar!src/Cargo.lock"));
}

TEST_F(Image, WhatAHardLinkNamesAgainIsThereWhenTheFirstNameIsDeleted) {
  write("image.tar",
        ArchiveMaker()
            .file(hash('a') + "/layer.tar", ArchiveMaker()
                                                .file("a/Cargo.lock", lock("a", "1.0.0"))
                                                .hard_link("b/Cargo.lock", "a/Cargo.lock")
                                                .take())
            .file(hash('b') + "/layer.tar", ArchiveMaker().file(".wh.a", "").take())
            .file("manifest.json", "[{\"Layers\":[\"" + hash('a') + "/layer.tar\",\"" + hash('b') +
                                       "/layer.tar\"]}]")
            .take());
  EXPECT_THAT(said(take("image.tar")), ElementsAre("a 1.0.0 @ b/Cargo.lock"));
}

}  // namespace
}  // namespace azekura::scanner::inventory

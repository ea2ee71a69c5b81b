// Every file of the bundle's archive `lockfiles`: held against what lockfiles_bundle.tsv says of
// it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "scanner/document/bundle_testing.h"
#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::size_t kFiles = 846 + 2;  // records, and the licences

struct Expected {
  std::string format;
  std::string components;
  std::string digest;
};

std::map<std::string, Expected> expected_files() {
  std::ifstream table(AZEKURA_SOURCE_DIR "/src/scanner/inventory/lockfiles_bundle.tsv");
  std::map<std::string, Expected> expected;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    std::string path;
    Expected entry;
    std::getline(fields, path, '\t');
    std::getline(fields, entry.format, '\t');
    std::getline(fields, entry.components, '\t');
    std::getline(fields, entry.digest, '\t');
    expected.emplace(std::move(path), std::move(entry));
  }
  return expected;
}

const ReaderEntry* reader_of_format(std::string_view format) {
  for (const ReaderEntry& reader : lockfile_readers()) {
    if (reader.format == format) return &reader;
  }
  return nullptr;
}

std::string digest_of(const std::vector<Component>& components, std::size_t& count) {
  std::set<std::string> lines;
  for (const Component& component : components) {
    lines.insert(component.name + "\t" + component.version + "\n");
  }
  count = lines.size();
  std::uint64_t digest = 0xcbf29ce484222325;
  for (const std::string& line : lines) {
    for (const char c : line) {
      digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  }
  std::ostringstream text;
  text << std::hex << std::setw(16) << std::setfill('0') << digest;
  return text.str();
}

// Records of packages that no reader takes, by the ecosystem that writes them.
struct Unread {
  std::string_view part;  // of the path
  std::string_view ecosystem;
};
constexpr Unread kUnread[] = {
    {"Podfile.lock", "CocoaPods"},
    {"swift/podfilelock", "CocoaPods"},
    {"Package.resolved", "Swift"},
    {"swift/packageresolved", "Swift"},
    {"stack.yaml", "Hackage"},
    {"haskell/stacklock", "Hackage"},
    {"cabal.project.freeze", "Hackage"},
    {"haskell/cabal", "Hackage"},
    {"renvlock", "CRAN"},
    {"/r/", "CRAN"},
    {"julia/", "Julia"},
    {"rockspec", "LuaRocks"},
    {"perl/cpan", "CPAN"},
    {"ocaml/", "opam"},
    {"conda", "Conda"},
    {"/nix/", "Nix"},
    {"snap/", "snap"},
    {"wordpress/", "WordPress"},
    {"vscodeextensions/", "VS Code"},
    {"chrome/", "Chrome"},
    {"githubactions/", "GitHub Actions"},
    {"bazelmaven/", "Maven (Bazel)"},
    {"netscaler/", "NetScaler"},
    {".tool-versions", "runtimes (asdf)"},
    {"runtime/mise", "runtimes (mise)"},
    {"runtime/nodejs", "runtimes (Node.js)"},
    {"denojson/", "Deno"},
    {"vcpkg", "vcpkg"},
    {"conanfile", "Conan (manifest)"},
    {"conaninfo", "Conan (installed)"},
    {".sum", "Go (go.sum: only beside a go.mod)"},
    {"cargotoml/", "crates.io (manifest)"},
    {"gleamtoml/", "Hex (Gleam's manifest)"},
    {"pyproject", "PyPI (manifest)"},
    {"pubspec.yaml", "Pub (manifest)"},
    {"gradleversioncatalog/", "Maven (Gradle's version catalog)"},
    {"paket.dependencies", "NuGet (Paket's manifest)"},
    {"paketdependencies/", "NuGet (Paket's manifest)"},
    {"packagejson/", "npm (manifest)"},
    {"pkg-json/", "npm (manifest)"},
    {"package.json", "npm (manifest)"},
    {"pom.properties", "Maven (inside archives)"},
    {"MANIFEST.MF", "Maven (inside archives)"},
    {"graalvm-sbom/", "Maven (inside binaries)"},
    {"osv-scanner", "osv-scanner's own lists"},
};

std::string_view ecosystem_of_unread(std::string_view path) {
  // os/ and the distributions belong to other readers.
  for (const Unread& unread : kUnread) {
    if (path.find(unread.part) != std::string_view::npos) return unread.ecosystem;
  }
  return {};
}

class Bundle {
 public:
  Bundle() {
    for (BundleFile& file : bundle_files("lockfiles")) {
      files_.emplace(std::move(file.name), std::move(file.octets));
    }
  }

  const std::map<std::string, std::string>& files() const { return files_; }

  Result<ReadOutcome> read(const ReaderEntry& reader, const std::string& path) const {
    ReadContext context;
    context.path = path;
    context.open = [&](std::string_view relative) -> Result<std::string> {
      const auto folder = std::filesystem::path(path).parent_path();
      const auto found = files_.find((folder / relative).lexically_normal().string());
      if (found == files_.end()) return fail(Code::kNotFound, "no such file");
      return found->second;
    };
    return reader.read(files_.at(path), context);
  }

 private:
  std::map<std::string, std::string> files_;
};

TEST(LockfilesBundle, EveryFileGivesTheComponentsThatTheTableStates) {
  if (const auto why = missing_bundle("lockfiles"); !why.empty()) GTEST_SKIP() << why;
  const Bundle bundle;
  const auto expected = expected_files();
  EXPECT_EQ(bundle.files().size(), kFiles);
  std::map<std::string, std::pair<int, std::size_t>> by_format;
  std::size_t errors = 0;
  for (const auto& [path, entry] : expected) {
    SCOPED_TRACE(path);
    ASSERT_TRUE(bundle.files().contains(path));
    const ReaderEntry* reader = reader_of_format(entry.format);
    ASSERT_NE(reader, nullptr) << entry.format;
    const auto outcome = bundle.read(*reader, path);
    if (entry.digest == "error") {
      ++errors;
      ASSERT_FALSE(outcome.has_value());
      EXPECT_EQ(outcome.error().code, Code::kInvalid);
      continue;
    }
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    std::size_t count = 0;
    const std::string digest = digest_of(outcome->components, count);
    EXPECT_EQ(std::to_string(count), entry.components);
    EXPECT_EQ(digest, entry.digest);
    auto& sum = by_format[entry.format];
    ++sum.first;
    sum.second += count;
  }
  for (const auto& [format, sum] : by_format) {
    std::cout << format << ": " << sum.first << " files, " << sum.second << " components\n";
  }
  std::cout << errors << " files are refused\n";
  EXPECT_EQ(expected.size(), 491u);
  EXPECT_EQ(errors, 32u);
}

TEST(LockfilesBundle, WhatHasNoReaderIsKnown) {
  if (const auto why = missing_bundle("lockfiles"); !why.empty()) GTEST_SKIP() << why;
  const auto expected = expected_files();
  const Bundle bundle;
  std::map<std::string, int> unread;
  for (const auto& [path, octets] : bundle.files()) {
    if (expected.contains(path)) continue;
    EXPECT_EQ(reader_for(path), nullptr) << path << " has a reader and is not in the table";
    if (const auto ecosystem = ecosystem_of_unread(path); !ecosystem.empty()) {
      ++unread[std::string(ecosystem)];
      std::cout << "no reader: " << path << " (" << ecosystem << ")\n";
    }
  }
  for (const auto& [ecosystem, files] : unread) {
    std::cout << "no reader for " << ecosystem << ": " << files << " files\n";
  }
  EXPECT_FALSE(unread.empty());
}

}  // namespace
}  // namespace azekura::scanner::inventory

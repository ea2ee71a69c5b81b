#include "scanner/inventory/reader.h"

#include <array>

#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/sboms.h"

namespace azekura::scanner::inventory {
namespace {

using Patterns = std::string_view[];

constexpr Patterns kPackageLock = {"package-lock.json", "npm-shrinkwrap.json",
                                   "node_modules/.package-lock.json"};
constexpr Patterns kYarn = {"yarn.lock"};
constexpr Patterns kPnpm = {"pnpm-lock.yaml"};
constexpr Patterns kBun = {"bun.lock"};
constexpr Patterns kNodePackage = {"node_modules/*/package.json", "node_modules/@*/*/package.json"};
constexpr Patterns kRequirements = {"*requirements*.txt", "requirements/*.txt"};
constexpr Patterns kPipfile = {"Pipfile.lock"};
constexpr Patterns kPoetry = {"poetry.lock"};
constexpr Patterns kUv = {"uv.lock"};
constexpr Patterns kPdm = {"pdm.lock"};
constexpr Patterns kPylock = {"pylock.toml", "pylock.*.toml"};
constexpr Patterns kPythonMetadata = {"*.dist-info/METADATA", "*.egg-info/PKG-INFO",
                                      "EGG-INFO/PKG-INFO", "*.egg-info"};
constexpr Patterns kCargo = {"Cargo.lock"};
constexpr Patterns kGoMod = {"go.mod"};
constexpr Patterns kVendorModules = {"vendor/modules.txt"};
constexpr Patterns kGemfile = {"Gemfile.lock", "gems.locked"};
constexpr Patterns kGemspec = {"specifications/*.gemspec", "specifications/default/*.gemspec"};
constexpr Patterns kComposer = {"composer.lock"};
constexpr Patterns kComposerInstalled = {"vendor/composer/installed.json"};
constexpr Patterns kPom = {"pom.xml"};
constexpr Patterns kGradle = {"gradle.lockfile"};
constexpr Patterns kBuildscript = {"buildscript-gradle.lockfile"};
constexpr Patterns kGradleVerification = {"gradle/verification-metadata.xml"};
constexpr Patterns kNugetLock = {"packages.lock.json", "packages.*.lock.json"};
constexpr Patterns kDepsJson = {"*.deps.json"};
constexpr Patterns kPackagesConfig = {"packages.config", "packages.*.config"};
constexpr Patterns kProjectAssets = {"project.assets.json"};
constexpr Patterns kMsbuild = {"Directory.Packages.props", "Packages.props", "*.csproj", "*.fsproj",
                               "*.vbproj"};
constexpr Patterns kPaket = {"paket.lock"};
constexpr Patterns kPubspec = {"pubspec.lock"};
constexpr Patterns kMix = {"mix.lock"};
constexpr Patterns kRebar = {"rebar.lock"};
constexpr Patterns kConan = {"conan.lock"};

constexpr std::array kLockfiles = {
    ReaderEntry{"package-lock.json", kPackageLock, read_package_lock},
    ReaderEntry{"yarn.lock", kYarn, read_yarn_lock},
    ReaderEntry{"pnpm-lock.yaml", kPnpm, read_pnpm_lock},
    ReaderEntry{"bun.lock", kBun, read_bun_lock},
    ReaderEntry{"node_modules package.json", kNodePackage, read_node_package},
    ReaderEntry{"Pipfile.lock", kPipfile, read_pipfile_lock},
    ReaderEntry{"poetry.lock", kPoetry, read_poetry_lock},
    ReaderEntry{"uv.lock", kUv, read_uv_lock},
    ReaderEntry{"pdm.lock", kPdm, read_pdm_lock},
    ReaderEntry{"pylock.toml", kPylock, read_pylock},
    ReaderEntry{"Python package metadata", kPythonMetadata, read_python_metadata},
    ReaderEntry{"requirements.txt", kRequirements, read_requirements},
    ReaderEntry{"Cargo.lock", kCargo, read_cargo_lock},
    ReaderEntry{"go.mod", kGoMod, read_go_mod},
    ReaderEntry{"vendor/modules.txt", kVendorModules, read_vendor_modules},
    ReaderEntry{"Gemfile.lock", kGemfile, read_gemfile_lock},
    ReaderEntry{"installed gemspec", kGemspec, read_gemspec},
    ReaderEntry{"composer.lock", kComposer, read_composer_lock},
    ReaderEntry{"composer installed.json", kComposerInstalled, read_composer_installed},
    ReaderEntry{"pom.xml", kPom, read_pom},
    ReaderEntry{"gradle.lockfile", kGradle, read_gradle_lockfile},
    ReaderEntry{"buildscript-gradle.lockfile", kBuildscript, read_buildscript_lockfile},
    ReaderEntry{"gradle verification-metadata.xml", kGradleVerification, read_gradle_verification},
    ReaderEntry{"packages.lock.json", kNugetLock, read_nuget_lock},
    ReaderEntry{"deps.json", kDepsJson, read_deps_json},
    ReaderEntry{"packages.config", kPackagesConfig, read_packages_config},
    ReaderEntry{"project.assets.json", kProjectAssets, read_project_assets},
    ReaderEntry{"MSBuild package references", kMsbuild, read_package_references},
    ReaderEntry{"paket.lock", kPaket, read_paket_lock},
    ReaderEntry{"pubspec.lock", kPubspec, read_pubspec_lock},
    ReaderEntry{"mix.lock", kMix, read_mix_lock},
    ReaderEntry{"rebar.lock", kRebar, read_rebar_lock},
    ReaderEntry{"conan.lock", kConan, read_conan_lock},
};

constexpr Patterns kCycloneDxJson = {"bom.json",   "obom.json",        "*.bom.json",
                                     "*.cdx.json", "*.cyclonedx.json", "*.cdx"};
constexpr Patterns kCycloneDxXml = {"bom.xml", "*.bom.xml", "*.cdx.xml", "*.cyclonedx.xml"};
constexpr Patterns kSpdxJson = {"*.spdx.json", ".spdx.*.json", "*.spdx3.json"};
constexpr Patterns kSpdxYaml = {"*.spdx.yml", "*.spdx.yaml"};
constexpr Patterns kSpdx = {"*.spdx"};

constexpr std::array kSboms = {
    ReaderEntry{"CycloneDX JSON", kCycloneDxJson, read_cyclonedx_json},
    ReaderEntry{"CycloneDX XML", kCycloneDxXml, read_cyclonedx_xml},
    ReaderEntry{"SPDX JSON", kSpdxJson, read_spdx_json},
    ReaderEntry{"SPDX YAML", kSpdxYaml, read_spdx_yaml},
    ReaderEntry{"SPDX tag-value", kSpdx, read_spdx_tag_value},
};

// What tells them apart, and how far into the document it may stand. In JSON the order of members
// is free.
struct Mark {
  char begin;  // the first octet that is no blank; 0: any
  std::string_view text;
  std::size_t within;
  Reader read;
};
constexpr std::size_t kAnywhere = std::string_view::npos;
constexpr std::size_t kHead = 4096;
constexpr std::array kMarks = {
    Mark{'{', "\"bomFormat\"", kAnywhere, read_cyclonedx_json},
    Mark{'{', "\"spdxVersion\"", kAnywhere, read_spdx_json},
    Mark{'{', "spdx.org/rdf/3", kAnywhere, read_spdx_json},
    Mark{'<', "cyclonedx.org/schema/bom", kHead, read_cyclonedx_xml},
    Mark{0, "SPDXVersion: SPDX-2", kHead, read_spdx_tag_value},
    Mark{0, "spdxVersion: \"SPDX-2", kHead, read_spdx_yaml},
};

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool part_matches(std::string_view pattern, std::string_view part) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < part.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && folded(pattern[p]) == folded(part[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// Takes the last part off.
std::string_view take_last(std::string_view& path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  return last;
}

const ReaderEntry* first_that_takes(std::span<const ReaderEntry> readers, std::string_view path) {
  for (const ReaderEntry& reader : readers) {
    for (const std::string_view pattern : reader.patterns) {
      if (matches(pattern, path)) return &reader;
    }
  }
  return nullptr;
}

}  // namespace

std::span<const ReaderEntry> lockfile_readers() { return kLockfiles; }

std::span<const ReaderEntry> sbom_readers() { return kSboms; }

const ReaderEntry* reader_for(std::string_view path) {
  const ReaderEntry* reader = first_that_takes(sbom_readers(), path);
  return reader != nullptr ? reader : first_that_takes(lockfile_readers(), path);
}

const ReaderEntry* sbom_reader_for_octets(std::string_view octets) {
  if (octets.starts_with("\xEF\xBB\xBF")) octets.remove_prefix(3);
  const std::size_t begin = octets.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return nullptr;
  for (const Mark& mark : kMarks) {
    if (mark.begin != 0 && octets[begin] != mark.begin) continue;
    if (octets.substr(0, mark.within).find(mark.text) == std::string_view::npos) continue;
    for (const ReaderEntry& reader : kSboms) {
      if (reader.read == mark.read) return &reader;
    }
  }
  return nullptr;
}

bool matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (path.empty() || !part_matches(take_last(pattern), take_last(path))) return false;
  }
  return true;
}

}  // namespace azekura::scanner::inventory

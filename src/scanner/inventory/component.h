// Component: one thing that is installed or used, and how we know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/terms/ecosystem.h"

namespace azekura::scanner::inventory {

// How the identity of a component was found. The better the evidence, the earlier in this list.
enum class Evidence : std::uint8_t {
  kPackageDatabase,  // dpkg, rpm, apk
  kLockfile,         // exact versions
  kInstalled,        // an installed tree: METADATA, package.json, *.gemspec
  kBuildInfo,        // inside a binary or an archive: Go, cargo-auditable, pom.properties
  kDigest,           // a known digest of the file
  kSbom,             // somebody else's word
  kDeclared,         // the user's word
  kManifest,         // ranges: the lowest version that satisfies, marked as such
  kSignature,        // retire.js patterns
  kFileName,         // log4j-core-2.14.1.jar
};
std::string_view name_of(Evidence evidence);

struct Component {
  Ecosystem ecosystem = Ecosystem::kUnknown;
  // As its own tools write it: "libssl3", "@babel/core", "org.apache.logging.log4j:log4j-core".
  std::string name;
  std::string version;  // rpm: [epoch:]version-release; dpkg: with epoch

  // Distribution packages.
  std::string source_name;  // dpkg, apk (origin): never empty there; rpm: of the source RPM
  std::string source_version;
  std::string architecture;
  std::string module_stream;  // rpm: "nodejs:18"
  std::string module_build;   // rpm: "8090020240301110609.a75119d5"; empty: not told
  std::string
      origin;  // rpm vendor, apt origin: "Debian", "Red Hat, Inc.", "Docker"; empty: unknown

  std::string cpe;   // declared, or out of an SBOM
  std::string sha1;  // of the file, hexadecimal, where it was computed
  // Where: from the root of what was scanned. Parts of archives after '!':
  // "app.war!WEB-INF/lib/x.jar".
  std::string location;
  std::string owner;  // the distribution package that owns that file; empty: none
  std::string layer;  // of an image: its digest
  Evidence evidence = Evidence::kLockfile;
  bool development = false;  // only used to build or test
  bool direct = false;       // asked for by name, not only needed by others
  // More signs that speak for this identity ("pom.properties", "manifest", "file name"); for
  // guesses.
  std::vector<std::string> signs;
};

struct Distribution {
  EcosystemRelease release;  // {kDebian, "12"}; kUnknown where it is none of ours
  std::string id;            // os-release ID: "debian"
  std::string version;       // VERSION_ID: "12"
  std::string name;          // PRETTY_NAME
};

struct Kernel {
  std::string release;            // uname -r of the running one; empty: not the running system
  std::string package;            // the package it comes from; empty: none
  std::vector<std::string> idle;  // installed kernel packages that do not run
  bool reboot_needed = false;     // a newer one is installed
};

// A running process that has files of a package open (mapped).
struct Process {
  std::uint32_t pid = 0;
  std::string name;
  std::vector<std::string> packages;  // names of distribution packages, sorted
  std::vector<std::string> deleted;   // mapped files that were replaced since: a restart is needed
  std::vector<std::string> listens;   // "tcp 0.0.0.0:443"
};

// What was not read, or not wholly, and why.
struct Problem {
  enum class Kind : std::uint8_t { kUnreadable, kMalformed, kLimit, kHostile, kUnknown, kSkipped };
  Kind kind = Kind::kUnreadable;
  std::string location;
  std::string why;
};
std::string_view name_of(Problem::Kind kind);

// A file that was read, and how many components it gave.
struct ReadFile {
  std::string location;
  std::string format;  // "dpkg status", "package-lock.json"
  std::uint32_t components = 0;
};

struct Inventory {
  std::string asset;  // the host's name, or the path
  std::optional<Distribution> distribution;
  std::optional<Kernel> kernel;
  std::vector<Process> processes;
  std::vector<Component> components;
  std::vector<Problem> problems;
  std::vector<ReadFile> files;
};

}  // namespace azekura::scanner::inventory

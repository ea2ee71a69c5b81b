// Ecosystems: who numbers and names a package.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scanner/version/scheme.h"

namespace azekura::scanner {

// The values are stored in the compiled database: add at the end only.
enum class Ecosystem : std::uint8_t {
  kUnknown,
  // Distributions: `release` says which one.
  kDebian,       // "12"
  kUbuntu,       // "22.04", "22.04:Pro" where a fix needs a subscription
  kAlpine,       // "v3.19", "edge"
  kAlmaLinux,    // "9"
  kRockyLinux,   // "9"
  kRedHat,       // "9", "8.4-eus"
  kAmazonLinux,  // "2", "2023"
  kSuse,         // "Linux Enterprise Server 15 SP5", as OSV names them
  kOpenSuse,     // "Leap 15.5", "Tumbleweed"
  kOracleLinux,  // "9"
  kFedora,       // "40"
  // Languages; `release` is empty.
  kNpm,
  kPyPI,
  kMaven,
  kGo,
  kCratesIo,
  kRubyGems,
  kPackagist,
  kNuGet,
  kPub,
  kHex,
  kConan,
  // Middleware and the rest.
  kBitnami,
  kCpe,         // name is "part:vendor:product", lower case
  kJavaScript,  // libraries in browsers, by retire.js's names
  kRuntime,     // an ecosystem's own compiler or interpreter: "ruby", "rust", "go", "node"
};

// As OSV writes it: "Debian", "crates.io".
std::string_view name_of(Ecosystem ecosystem);

struct EcosystemRelease {
  Ecosystem ecosystem = Ecosystem::kUnknown;
  std::string release;
};
// "Debian:12" → {kDebian, "12"}; what is not known → {kUnknown, ""}. Case as OSV writes it.
EcosystemRelease parse_ecosystem(std::string_view osv);

bool is_distribution(Ecosystem ecosystem);
version::Scheme scheme_of(Ecosystem ecosystem);

// The form under which a package is stored and looked up: PEP 503 for PyPI, lower case where the
// registry folds case, "group:artifact" for Maven, the module path for Go (stdlib and toolchain
// as "stdlib" and "toolchain").
std::string normalized_name(Ecosystem ecosystem, std::string_view name);

}  // namespace azekura::scanner

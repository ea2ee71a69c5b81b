// Ecosystems: who numbers and names a package.
#pragma once

#include <cstddef>
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
inline constexpr std::size_t kEcosystemCount = 27;

// As OSV writes it: "Debian", "crates.io".
std::string_view name_of(Ecosystem ecosystem);

struct EcosystemRelease {
  Ecosystem ecosystem = Ecosystem::kUnknown;
  std::string release;

  bool operator==(const EcosystemRelease&) const = default;
};
// "Debian:12" → {kDebian, "12"}; what is not known → {kUnknown, ""}. Case as OSV writes it. A
// distribution's archive that has no release of ours ("Ubuntu:Pro:FIPS:20.04:LTS", "Red
// Hat:openshift:4.12::el8") is not known.
EcosystemRelease parse_ecosystem(std::string_view osv);
// The way back: "Ubuntu:Pro:22.04:LTS", "Red Hat:rhel_eus:8.4", "Debian". Empty for kUnknown.
std::string osv_name(const EcosystemRelease& ecosystem);

bool is_distribution(Ecosystem ecosystem);
version::Scheme scheme_of(Ecosystem ecosystem);

// The form under which a package is stored and looked up: PEP 503 for PyPI, lower case where the
// registry folds case, "group:artifact" for Maven, the module path for Go in lower case, as many
// tools write it in purls (the standard library and the toolchain are "stdlib" and "toolchain").
std::string normalized_name(Ecosystem ecosystem, std::string_view name);

}  // namespace azekura::scanner

// Schemes: each ecosystem's own order of versions.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner::version {

enum class Scheme : std::uint8_t {
  kExact,     // no order: equal or not (git commits, unknown ecosystems)
  kDpkg,      // Debian policy §5.6.12
  kRpm,       // [epoch:]version[-release], rpmvercmp with ~ and ^
  kApk,       // apk-tools: 1.2.3a_rc1_p2~hash-r4
  kSemver,    // SemVer 2.0.0; a leading v or = and missing parts are tolerated (npm, Cargo, Hex)
  kGo,        // Go modules: SemVer with v, pseudo-versions, +incompatible
  kPep440,    // PyPI; what is not PEP 440 sorts below all that is, as setuptools' legacy order did
  kMaven,     // Maven's ComparableVersion
  kGem,       // Gem::Version
  kComposer,  // composer/semver's normalised versions (PHP's version_compare)
  kNuget,     // SemVer with a fourth number, case-insensitive
  kPub,       // SemVer in which the build metadata counts
  kBitnami,   // SemVer with a trailing revision: 1.2.3-4 is later than 1.2.3
  kGeneric,   // CPE and unknown middleware: numbers and words, 1.0.2k, 9.8p1, 8u342
};
inline constexpr std::size_t kSchemeCount = 14;

// Versions longer than this are refused.
inline constexpr std::size_t kVersionSizeMax = 1024;

std::string_view name_of(Scheme scheme);  // "dpkg"

// kInvalid if the text is no version of the scheme (the original would refuse it too).
Status check(Scheme scheme, std::string_view version);

// The order of the original tool. Some originals also order what they would not accept (dpkg, apk,
// PyPI before PEP 440, PHP); so does this, because a package with an odd version is installed
// all the same. kInvalid for what has no place in the order; kUnsupported for unequal versions of
// kExact.
Result<std::strong_ordering> compare(Scheme scheme, std::string_view a, std::string_view b);

// Octets whose memcmp order (a prefix is less) is the order of compare(): compare(a, b) == 0
// exactly if the keys are equal. Empty for a scheme whose order cannot be put into such a key
// (Maven's has cycles); then compare() is the only way. kInvalid as compare().
Result<std::string> key(Scheme scheme, std::string_view version);
bool has_keys(Scheme scheme);

}  // namespace azekura::scanner::version

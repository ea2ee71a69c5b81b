// Purl: a package URL (package-url/purl-spec, ECMA-427).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scanner/terms/ecosystem.h"

namespace azekura::scanner {

struct Purl {
  std::string type;   // "deb"
  std::string space;  // the namespace: "debian", "org.apache.logging.log4j", "@babel" with its @
  std::string name;
  std::string version;
  std::map<std::string, std::string> qualifiers;  // "arch" → "amd64", "distro" → "debian-12"
  std::string subpath;

  bool operator==(const Purl&) const = default;
};

inline constexpr std::size_t kPurlSizeMax = std::size_t{16} << 10;

// Decoded and normalised by the rules of its type. kInvalid. As other tools write many without, a
// missing namespace is no error for maven, golang, deb, rpm, apk and others that should have one.
Result<Purl> parse_purl(std::string_view text);
// The parts as they come from elsewhere, normalised and checked in the same way. kInvalid.
Result<Purl> normalized(Purl purl);
// Canonical text.
std::string to_string(const Purl& purl);

// Who a purl speaks of: kUnknown where no ecosystem of ours has that type. The release comes from
// the qualifier distro, where there is one.
EcosystemRelease ecosystem_of(const Purl& purl);
// The name under which the package is looked up, normalised: "group:artifact", "@scope/name".
std::string package_name_of(const Purl& purl);
// The version as the ecosystem compares it: with the epoch, which rpm's purls have apart.
std::string package_version_of(const Purl& purl);
// The purl of a package. A distribution's release goes into the qualifier distro ("debian-12").
Purl make_purl(const EcosystemRelease& ecosystem, std::string_view name, std::string_view version);

}  // namespace azekura::scanner

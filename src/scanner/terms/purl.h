// Purl: a package URL (package-url/purl-spec, ECMA-427).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scanner/terms/ecosystem.h"

namespace azekura::scanner {

struct Purl {
  std::string type;       // "deb"
  std::string space;      // the namespace: "debian", "org.apache.logging.log4j", "@babel" with its @
  std::string name;
  std::string version;
  std::map<std::string, std::string> qualifiers;  // "arch" → "amd64", "distro" → "debian-12"
  std::string subpath;

  bool operator==(const Purl&) const = default;
};

// Decoded and normalised by the rules of its type. kInvalid.
Result<Purl> parse_purl(std::string_view text);
// Canonical text.
std::string to_string(const Purl& purl);

// Who a purl speaks of: kUnknown where no ecosystem of ours has that type. The release comes from the
// qualifier distro, where there is one.
EcosystemRelease ecosystem_of(const Purl& purl);
// The name under which the package is looked up, normalised: "group:artifact", "@scope/name".
std::string package_name_of(const Purl& purl);
// The purl of a package; distro as "debian-12" or empty.
Purl make_purl(const EcosystemRelease& ecosystem, std::string_view name, std::string_view version);

}  // namespace azekura::scanner

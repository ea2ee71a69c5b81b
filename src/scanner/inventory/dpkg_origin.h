// Who a Debian package comes from, as far as its own record tells.
#pragma once

#include <string_view>

#include "scanner/terms/ecosystem.h"

namespace azekura::scanner::inventory {

struct DpkgSigns {
  Ecosystem ecosystem = Ecosystem::kUnknown;  // of the distribution that it is installed in
  std::string_view version;
  std::string_view origin;      // the field, which few packages have
  std::string_view maintainer;  // "Docker <support@docker.com>"
};

// dpkg does not record from which repository a package came, so this is a judgement, in this order:
//   1. the field Origin, as it stands;
//   2. the mark that a repository leaves in its versions ("~pgdg", "+deb.sury.org", "nodesource");
//   3. the domain of the maintainer: one that is known to publish packages of its own ("Docker"),
//   or
//      the distribution's ("Debian", "Ubuntu"; that of the other says nothing, as people of each
//      maintain packages in the other).
// Empty where none of these speaks: most often a person who maintains the distribution's package
// under an address of their own, so "empty" is no sign of a third party. Backports are "Debian
// Backports".
std::string_view dpkg_origin(const DpkgSigns& signs);

}  // namespace azekura::scanner::inventory

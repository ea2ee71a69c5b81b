// Lookups: under which names the advisories know a component, and whether they may be asked at all.
#pragma once

#include <string>
#include <vector>

#include "scanner/database/database.h"
#include "scanner/inventory/component.h"
#include "scanner/match/report.h"

namespace azekura::scanner::match {

// One question to the database.
struct Lookup {
  Ecosystem ecosystem = Ecosystem::kUnknown;
  std::string release;
  std::string name;     // normalised
  std::string version;  // to be compared with what the claims say
  std::string module_stream;
  std::string cpe;  // for the attributes that a claim's qualifier names
  Route route = Route::kEcosystem;
  int confidence = 100;

  bool operator==(const Lookup&) const = default;
};

// The questions that a component leads to, by who owns it:
//   a distribution's package: the feed of exactly that release. Debian and Ubuntu speak of source
//   packages, Alpine of the origin, Red Hat's CVE pages of source packages too; the rest of binary
//   packages. For the kernel's headers and tools (not its images) the confidence is 50;
//   a library: its ecosystem; declared middleware: Bitnami's name, and its CPE; a CPE: the CPE;
//   a thing of which two signs agree but no ecosystem is known: a guessed CPE, of confidence 60 at
//   most.
// None where nothing may be asked; `gap` says why then, if somebody should know.
struct Lookups {
  std::vector<Lookup> asked;
  std::optional<Gap> gap;
};
Lookups lookups_of(const inventory::Component& component,
                   const std::optional<inventory::Distribution>& distribution,
                   const Database& database);

// Appends what decides the lookups of a distribution's package: those of the same identity have the
// same.
void append_identity(const inventory::Component& component, std::string& key);

// Whether the distribution itself made the package. An unknown origin is believed to be the
// distribution's. (EPEL's packages come from the Fedora Project, and so are nobody's on RHEL.)
bool made_by_distribution(Ecosystem ecosystem, std::string_view origin);

}  // namespace azekura::scanner::match

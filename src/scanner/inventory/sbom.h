// What CycloneDX and SPDX have in common: an entry of a bill of materials, and what becomes of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scanner/inventory/reading.h"
#include "scanner/terms/purl.h"

namespace azekura::scanner::inventory {

// As the document states it; empty: it does not.
struct SbomEntry {
  std::string group;
  std::string name;
  std::string version;
  std::string purl;
  std::string cpe;
  std::string sha1;
  std::string location;
  std::string layer;
  std::string publisher;
  std::string source_name;
  std::string source_version;
  bool development = false;
  bool direct = false;
  // Without purl and CPE it counts only if it is software of its own, not a group of other
  // entries; a missing name or version is then a problem.
  bool counts_by_name = true;
};

class Sbom {
 public:
  // The identity is the purl's; else the CPE's; else only a name. What can't be read of it is a
  // problem.
  void add(const SbomEntry& entry);
  // Of an entry that says that it is the operating system. The first one holds.
  void note_operating_system(std::string_view id, std::string_view version);

  Collector& collector() { return found_; }
  ReadOutcome take();

 private:
  bool is_counted_by_name(const SbomEntry& entry);
  bool add_by_purl(const SbomEntry& entry, Component& component);
  void note_distribution(const Purl& purl);

  Collector found_{Ecosystem::kUnknown, Evidence::kSbom};
  std::optional<Distribution> distribution_;  // stated
  std::optional<Distribution> of_packages_;   // by the purls of the packages
  bool contradiction_ = false;
};

}  // namespace azekura::scanner::inventory

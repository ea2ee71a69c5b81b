// Jar: who a Java archive is, by what lies in it and what it is called.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/component.h"
#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

// Larger ones are no metadata.
inline constexpr std::uint64_t kJarMetadataMax = std::uint64_t{1} << 20;
// Of one archive: shaded jars hold hundreds.
inline constexpr std::size_t kJarArtifactsMax = 2'000;

// ".jar", ".war", ".ear" and their kin, by the file's name.
bool is_java_archive(std::string_view path);
// Whether JarIdentity wants this entry of a Java archive.
bool is_jar_metadata(std::string_view entry);

// The attributes of a manifest's main section (JAR File Specification), names in lower case.
std::map<std::string, std::string> parse_manifest(std::string_view octets);

// "commons-lang3-3.12.0.jar" → "commons-lang3", "3.12.0"; without a version: the whole name.
struct JarName {
  std::string artifact;
  std::string version;
};
JarName parse_jar_name(std::string_view path);

// Collects the evidence of one archive.
class JarIdentity {
 public:
  // `location` of the archive.
  explicit JarIdentity(std::string location) : location_(std::move(location)) {}

  void add_entry(std::string_view entry);
  void add_metadata(std::string_view entry, std::string_view octets);

  // What it is. Of several pom.properties the one that agrees with the file's name is the archive's
  // own, and the rest is what was shaded into it, located at its pom.properties. Where the signs
  // contradict each other, `signs` says so ("the file name says 1.2"). A .jar with classes that
  // cannot be identified is a problem "unknown jar".
  ReadOutcome finish(const std::string& sha1) const;

 private:
  struct Artifact {
    std::string group;
    std::string name;
    std::string version;
    std::string entry;
    bool by_properties = false;
  };
  const Artifact* own_artifact(const JarName& name) const;
  void weigh_signs(const JarName& name, Component& component) const;
  bool identify_by_manifest(const JarName& name, ReadOutcome& outcome) const;
  std::string attribute(std::initializer_list<const char*> names) const;

  std::string location_;
  bool has_classes_ = false;
  std::vector<Artifact> artifacts_;
  std::map<std::string, std::string> manifest_;
  std::vector<Problem> problems_;
};

}  // namespace azekura::scanner::inventory

// What Gradle locks and verifies: gradle.lockfile, buildscript-gradle.lockfile, and
// gradle/verification-metadata.xml (docs.gradle.org: dependency locking, dependency verification).
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "scanner/document/xml.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

// Whether it is in the class paths of tests only.
bool only_tests(std::string_view configurations) {
  const auto names = split(configurations, ',');
  for (const std::string_view name : names) {
    if (!contains(lower(name), "test")) return false;
  }
  return !names.empty();
}

struct Coordinates {
  std::string name;  // "group:artifact"
  std::string_view version;
};

// "group:artifact:version".
bool read_coordinates(std::string_view text, Coordinates& coordinates) {
  std::string_view rest = text;
  const std::string_view group = cut(rest, ':');
  const std::string_view artifact = cut(rest, ':');
  if (group.empty() || artifact.empty() || rest.empty() || contains(rest, ":")) return false;
  coordinates = {fmt::format("{}:{}", group, artifact), rest};
  return true;
}

Result<ReadOutcome> read_lockfile(std::string_view octets, bool buildscript) {
  if (octets.find('\0') != std::string_view::npos) {
    return fail(Code::kInvalid, "gradle.lockfile: not a text");
  }
  Collector found(Ecosystem::kMaven, Evidence::kLockfile);
  for (std::string_view line; next_line(octets, line);) {
    line = trimmed(line);
    if (line.empty() || line.starts_with('#')) continue;
    std::string_view configurations = line;
    const std::string_view text = cut(configurations, '=');
    if (text == "empty") continue;
    Coordinates coordinates;
    if (!read_coordinates(text, coordinates)) {
      found.malformed(fmt::format("not group:artifact:version: {}", shown(line)));
      continue;
    }
    found.add(coordinates.name, coordinates.version,
              {.development = buildscript || only_tests(configurations)});
  }
  return found.take();
}

}  // namespace

Result<ReadOutcome> read_gradle_lockfile(std::string_view octets, const ReadContext&) {
  return read_lockfile(octets, false);
}

Result<ReadOutcome> read_buildscript_lockfile(std::string_view octets, const ReadContext&) {
  return read_lockfile(octets, true);
}

Result<ReadOutcome> read_gradle_verification(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, XmlDocument::parse(octets));
  if (local_name(document.root()) != "verification-metadata") {
    return fail(Code::kInvalid, "verification-metadata.xml: another root element");
  }
  Collector found(Ecosystem::kMaven, Evidence::kLockfile);
  for (const XmlNode node : children(child(document.root(), "components"), "component")) {
    const std::string_view group = attribute(node, "group");
    const std::string_view name = attribute(node, "name");
    if (group.empty() || name.empty()) {
      found.malformed("a component without group or name");
      continue;
    }
    found.add(fmt::format("{}:{}", group, name), attribute(node, "version"));
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory

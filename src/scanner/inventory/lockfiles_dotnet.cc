// NuGet: packages.lock.json, *.deps.json, project.assets.json, packages.config, package references
// in projects and Directory.Packages.props, and paket.lock.
#include <string_view>

#include <fmt/format.h>

#include "scanner/document/json.h"
#include "scanner/document/xml.h"
#include "scanner/inventory/lockfiles.h"
#include "scanner/inventory/reading.h"

namespace azekura::scanner::inventory {
namespace {

// `libraries` of deps.json and project.assets.json: {"Name/1.0.0": {"type": "package"}}.
void read_libraries(Json libraries, Collector& found) {
  constexpr std::string_view kRuntimePack = "runtimepack.";
  for (auto [key, library] : libraries.members()) {
    // Projects are the application's own, references are files without a package.
    const std::string_view type = library["type"].text();
    if (type != "package" && type != "runtimepack") continue;
    std::string_view version = key;
    std::string_view name = cut(version, '/');
    if (name.starts_with(kRuntimePack)) name.remove_prefix(kRuntimePack.size());
    found.add(name, version);
  }
}

Result<ReadOutcome> read_json_libraries(std::string_view octets, std::string_view what,
                                        Evidence evidence) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  if (!document.root().is_object())
    return fail(Code::kInvalid, fmt::format("{}: not an object", what));
  Collector found(Ecosystem::kNuGet, evidence);
  read_libraries(document.root()["libraries"], found);
  return found.take();
}

std::string_view attribute_or_child(XmlNode node, const char* name, std::string& storage) {
  const std::string_view value = attribute(node, name);
  if (!value.empty()) return value;
  storage = child_text(node, name);
  return storage;
}

// NuGet takes the lowest version that a reference allows: "1.0" and "[1.0,2.0)" are 1.0. Variables
// of MSBuild, "1.*" and "(1.0,)" tell none.
std::string_view lowest(std::string_view version) {
  if (version.starts_with('['))
    version = trimmed(version.substr(1, version.find_first_of(",]") - 1));
  return version.find_first_of("$*([,") == std::string_view::npos ? version : std::string_view();
}

void read_reference(XmlNode node, Collector& found) {
  std::string storage;
  std::string_view name = attribute(node, "Include");
  if (name.empty()) name = attribute(node, "Update");
  if (name.empty() || contains(name, "$(")) {
    found.malformed("a package reference without a name");
    return;
  }
  std::string_view version = attribute_or_child(node, "Version", storage);
  if (version.empty()) version = attribute(node, "VersionOverride");
  found.add(name, lowest(trimmed(version)), {.direct = true});
}

}  // namespace

Result<ReadOutcome> read_nuget_lock(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  const Json frameworks = document.root()["dependencies"];
  if (!frameworks.is_object()) return fail(Code::kInvalid, "packages.lock.json: no dependencies");
  Collector found(Ecosystem::kNuGet, Evidence::kLockfile);
  for (auto [framework, packages] : frameworks.members()) {
    for (auto [name, package] : packages.members()) {
      const std::string_view type = package["type"].text();
      if (type == "Project") continue;
      found.add(name, package["resolved"].text(), {.direct = type == "Direct"});
    }
  }
  return found.take();
}

Result<ReadOutcome> read_deps_json(std::string_view octets, const ReadContext&) {
  return read_json_libraries(octets, "deps.json", Evidence::kInstalled);
}

Result<ReadOutcome> read_project_assets(std::string_view octets, const ReadContext&) {
  return read_json_libraries(octets, "project.assets.json", Evidence::kLockfile);
}

Result<ReadOutcome> read_packages_config(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, XmlDocument::parse(octets));
  if (local_name(document.root()) != "packages") {
    return fail(Code::kInvalid, "packages.config: another root element");
  }
  Collector found(Ecosystem::kNuGet, Evidence::kLockfile);
  for (const XmlNode node : children(document.root(), "package")) {
    found.add(attribute(node, "id"), attribute(node, "version"),
              {.development = attribute(node, "developmentDependency") == "true"});
  }
  return found.take();
}

Result<ReadOutcome> read_package_references(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, XmlDocument::parse(octets));
  if (local_name(document.root()) != "Project") {
    return fail(Code::kInvalid, "MSBuild project: another root element");
  }
  Collector found(Ecosystem::kNuGet, Evidence::kManifest);
  for (const XmlNode group : children(document.root(), "ItemGroup")) {
    for (const auto* kind : {"PackageVersion", "PackageReference", "GlobalPackageReference"}) {
      for (const XmlNode node : children(group, kind)) read_reference(node, found);
    }
  }
  return found.take();
}

// "NUGET", "  remote: …", "    Name (1.0.0)"; deeper lines are what that one needs.
Result<ReadOutcome> read_paket_lock(std::string_view octets, const ReadContext&) {
  Collector found(Ecosystem::kNuGet, Evidence::kLockfile);
  std::string_view section;
  bool development = false;
  for (std::string_view line; next_line(octets, line);) {
    const std::string_view text = trimmed(line);
    if (text.empty()) continue;
    if (!line.starts_with(' ')) {
      if (contains(text, " ") && !text.starts_with("GROUP ")) {
        if (contains(text, ": ")) continue;  // an option: "STORAGE: NONE"
        return fail(Code::kInvalid, fmt::format("paket.lock: unknown section {}", shown(text)));
      }
      if (text.starts_with("GROUP ")) development = contains(lower(text), "test");
      section = text;
    }
    if (section != "NUGET" || !line.starts_with("    ") || line.starts_with("     ")) continue;
    const std::size_t open = text.find(" (");
    const std::size_t close = text.find(')', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      found.malformed(fmt::format("no version: {}", shown(text)));
      continue;
    }
    found.add(text.substr(0, open), text.substr(open + 2, close - open - 2),
              {.development = development});
  }
  return found.take();
}

}  // namespace azekura::scanner::inventory

// CycloneDX 1.0 to 1.7, JSON and XML (ECMA-424).
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>

#include "scanner/document/json.h"
#include "scanner/document/xml.h"
#include "scanner/inventory/sbom.h"
#include "scanner/inventory/sboms.h"

namespace azekura::scanner::inventory {
namespace {

constexpr std::string_view kOperatingSystem = "operating-system";
constexpr std::string_view kNamespace = "cyclonedx.org/schema/bom";

// The kinds that are software, where nothing but a name and a version is told.
bool is_software(std::string_view type) {
  constexpr std::array<std::string_view, 6> kSoftware = {"library",  "framework", "application",
                                                         "firmware", "platform",  "device-driver"};
  return std::find(kSoftware.begin(), kSoftware.end(), type) != kSoftware.end();
}

// Of the properties that the tools in use add (github.com/CycloneDX/cyclonedx-property-taxonomy).
void note_property(std::string_view name, std::string_view value, SbomEntry& entry) {
  const auto set = [&](std::string& field) {
    if (field.empty()) field = value;
  };
  if (name == "syft:location:0:path" || name == "aquasecurity:trivy:FilePath" ||
      name == "SrcFile") {
    set(entry.location);
  }
  if (name == "syft:location:0:layerID" || name == "aquasecurity:trivy:LayerDiffID")
    set(entry.layer);
  if (name == "aquasecurity:trivy:SrcName") set(entry.source_name);
  if (name == "aquasecurity:trivy:SrcVersion") entry.source_version.insert(0, value);
  if (name == "aquasecurity:trivy:SrcRelease") entry.source_version.append("-").append(value);
  if (name == "cdx:npm:package:development" && value == "true") entry.development = true;
}

// Trivy states the epoch of the source beside its version, in any order.
void put_epoch(std::string_view epoch, SbomEntry& entry) {
  if (epoch.empty() || epoch == "0" || entry.source_version.empty()) return;
  entry.source_version.insert(0, std::string(epoch) + ":");
}

void finish(std::string_view type, std::string_view scope, SbomEntry& entry) {
  // Tools write an application without a version for each lockfile that they have read.
  const bool group = type == "application" && !entry.name.empty() && entry.version.empty();
  entry.counts_by_name = (type.empty() || is_software(type)) && !group;
  entry.development = entry.development || scope == "excluded";
  while (entry.location.starts_with('/')) entry.location.erase(0, 1);
}

using Refs = std::unordered_set<std::string>;

class JsonBom {
 public:
  JsonBom(Json root, Sbom& sbom) : root_(root), sbom_(sbom) {}

  void read() {
    const Json subject = root_["metadata"]["component"];
    note_asked(subject["bom-ref"].text());
    if (!subject.missing()) read_component(subject, true);
    read_all(root_["components"]);
  }

 private:
  void note_asked(std::string_view ref) {
    if (ref.empty()) return;
    for (Json dependency : root_["dependencies"].items()) {
      if (dependency["ref"].text() != ref) continue;
      for (Json on : dependency["dependsOn"].items()) asked_.emplace(on.text());
    }
  }

  void read_all(Json components) {
    for (Json component : components.items()) read_component(component, false);
  }

  void read_component(Json component, bool subject) {
    const std::string_view type = component["type"].text();
    if (type == kOperatingSystem && component["purl"].missing()) {
      sbom_.note_operating_system(component["name"].text(), component["version"].text());
    } else {
      SbomEntry entry = entry_of(component);
      if (subject) entry.counts_by_name = false;
      sbom_.add(entry);
    }
    read_all(component["components"]);
  }

  SbomEntry entry_of(Json component) const {
    SbomEntry entry;
    entry.group = component["group"].text();
    entry.name = component["name"].text();
    entry.version = component["version"].text();
    entry.purl = component["purl"].text();
    entry.cpe = component["cpe"].text();
    entry.publisher = component["publisher"].text();
    entry.direct = asked_.contains(component["bom-ref"].string());
    for (Json hash : component["hashes"].items()) {
      if (hash["alg"].text() == "SHA-1") entry.sha1 = hash["content"].text();
    }
    entry.location = component["evidence"]["occurrences"].at(0)["location"].text();
    std::string_view epoch;
    for (Json property : component["properties"].items()) {
      note_property(property["name"].text(), property["value"].text(), entry);
      if (property["name"].text() == "aquasecurity:trivy:SrcEpoch")
        epoch = property["value"].text();
    }
    put_epoch(epoch, entry);
    finish(component["type"].text(), component["scope"].text(), entry);
    return entry;
  }

  Json root_;
  Sbom& sbom_;
  Refs asked_;
};

class XmlBom {
 public:
  XmlBom(XmlNode root, Sbom& sbom) : root_(root), sbom_(sbom) {}

  void read() {
    const XmlNode subject = descend(root_, "metadata/component");
    note_asked(attribute(subject, "bom-ref"));
    if (subject) read_component(subject, true);
    read_all(child(root_, "components"));
  }

 private:
  void note_asked(std::string_view ref) {
    if (ref.empty()) return;
    for (const XmlNode dependency : children(child(root_, "dependencies"), "dependency")) {
      if (attribute(dependency, "ref") != ref) continue;
      for (const XmlNode on : children(dependency, "dependency"))
        asked_.emplace(attribute(on, "ref"));
    }
  }

  void read_all(XmlNode components) {
    for (const XmlNode node : children(components, "component")) read_component(node, false);
  }

  void read_component(XmlNode node, bool subject) {
    if (attribute(node, "type") == kOperatingSystem && !child(node, "purl")) {
      sbom_.note_operating_system(child_text(node, "name"), child_text(node, "version"));
    } else {
      SbomEntry entry = entry_of(node);
      if (subject) entry.counts_by_name = false;
      sbom_.add(entry);
    }
    read_all(child(node, "components"));
  }

  SbomEntry entry_of(XmlNode node) const {
    SbomEntry entry;
    entry.group = child_text(node, "group");
    entry.name = child_text(node, "name");
    entry.version = child_text(node, "version");
    entry.purl = child_text(node, "purl");
    entry.cpe = child_text(node, "cpe");
    entry.publisher = child_text(node, "publisher");
    entry.direct = asked_.contains(std::string(attribute(node, "bom-ref")));
    for (const XmlNode hash : children(child(node, "hashes"), "hash")) {
      if (attribute(hash, "alg") == "SHA-1") entry.sha1 = text_of(hash);
    }
    entry.location = text_of(descend(node, "evidence/occurrences/occurrence/location"));
    std::string epoch;
    for (const XmlNode property : children(child(node, "properties"), "property")) {
      const std::string value = text_of(property);
      note_property(attribute(property, "name"), value, entry);
      if (attribute(property, "name") == "aquasecurity:trivy:SrcEpoch") epoch = value;
    }
    put_epoch(epoch, entry);
    finish(attribute(node, "type"), child_text(node, "scope"), entry);
    return entry;
  }

  XmlNode root_;
  Sbom& sbom_;
  Refs asked_;
};

// A prefix may be bound to it as well.
bool declares_namespace(XmlNode root) {
  for (const auto& attribute : root.attributes()) {
    if (std::string_view(attribute.name()).starts_with("xmlns") &&
        contains(attribute.value(), kNamespace)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<ReadOutcome> read_cyclonedx_json(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  if (document.root()["bomFormat"].text() != "CycloneDX") {
    return fail(Code::kInvalid, "not CycloneDX: bomFormat is another");
  }
  Sbom sbom;
  JsonBom(document.root(), sbom).read();
  return sbom.take();
}

Result<ReadOutcome> read_cyclonedx_xml(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, XmlDocument::parse(octets));
  if (local_name(document.root()) != "bom" || !declares_namespace(document.root())) {
    return fail(Code::kInvalid, "not CycloneDX: the root element is another");
  }
  Sbom sbom;
  XmlBom(document.root(), sbom).read();
  return sbom.take();
}

}  // namespace azekura::scanner::inventory

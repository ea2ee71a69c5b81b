// SPDX 2.x (JSON, YAML, tag-value) and 3.0 (JSON-LD). spdx.github.io/spdx-spec.
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "scanner/document/json.h"
#include "scanner/document/text.h"
#include "scanner/inventory/sbom.h"
#include "scanner/inventory/sboms.h"

namespace azekura::scanner::inventory {
namespace {

std::string_view stated(std::string_view value) {
  return value == "NOASSERTION" || value == "NONE" ? std::string_view() : value;
}

// `type`: "purl", "cpe23Type", or its address ("http://spdx.org/rdf/references/purl").
void note_reference(std::string_view type, std::string_view locator, SbomEntry& entry) {
  type = file_name(type);
  if (type == "purl" && entry.purl.empty()) entry.purl = locator;
  if (type == "cpe23Type" || (type == "cpe22Type" && entry.cpe.empty())) {
    if (!entry.cpe.starts_with("cpe:2.3:")) entry.cpe = locator;
  }
}

// "acquired package info from APK DB: /lib/apk/db/installed" → the path.
std::string_view location_of(std::string_view source) {
  const std::size_t at = source.rfind(": /");
  return at == std::string_view::npos ? std::string_view() : source.substr(at + 3);
}

bool is_operating_system(std::string_view id, std::string_view purpose) {
  return id.starts_with("SPDXRef-OperatingSystem") || purpose == "OPERATING-SYSTEM" ||
         purpose == "OPERATING_SYSTEM";
}

// What Trivy writes for an image and for each lockfile that it has read.
bool is_group(std::string_view id) {
  return id.starts_with("SPDXRef-Application-") || id.starts_with("SPDXRef-ContainerImage-") ||
         id.starts_with("SPDXRef-Filesystem-");
}

struct Package {
  SbomEntry entry;
  std::string id;
  std::string purpose;  // of the package: "LIBRARY", "OPERATING-SYSTEM"
};

void add(const Package& package, Sbom& sbom) {
  if (package.entry.purl.empty() && is_operating_system(package.id, package.purpose)) {
    sbom.note_operating_system(package.entry.name, package.entry.version);
  } else {
    sbom.add(package.entry);
  }
}

void read_package(Json json, Sbom& sbom) {
  Package package;
  SbomEntry& entry = package.entry;
  package.id = json["SPDXID"].text();
  package.purpose = json["primaryPackagePurpose"].text();
  entry.name = json["name"].text();
  entry.version = stated(json["versionInfo"].text());
  entry.location = location_of(json["sourceInfo"].text());
  for (Json reference : json["externalRefs"].items()) {
    note_reference(reference["referenceType"].text(), reference["referenceLocator"].text(), entry);
  }
  for (Json checksum : json["checksums"].items()) {
    if (checksum["algorithm"].text() == "SHA1") entry.sha1 = checksum["checksumValue"].text();
  }
  entry.counts_by_name = !is_group(package.id);
  add(package, sbom);
}

// The last part of a type or a kind, however far it is written out: "software_Package",
// "https://spdx.org/rdf/3.0.1/terms/Software/Package".
std::string_view last_word(std::string_view text) {
  return text.substr(text.find_last_of("/_:") + 1);
}

// A property of the software profile, with its prefix or without.
Json software(Json element, std::string_view name) {
  const Json prefixed = element[fmt::format("software_{}", name)];
  return prefixed.missing() ? element[name] : prefixed;
}

void read_element(Json element, Sbom& sbom) {
  const Json type = element["type"].missing() ? element["@type"] : element["type"];
  if (last_word(type.text()) != "Package") return;
  SbomEntry entry;
  entry.name = element["name"].text();
  entry.version = stated(software(element, "packageVersion").text());
  entry.purl = software(element, "packageUrl").text();
  for (Json identifier : element["externalIdentifier"].items()) {
    const std::string_view kind = last_word(identifier["externalIdentifierType"].text());
    const std::string_view value = identifier["identifier"].text();
    if ((kind == "packageUrl" || kind == "purl") && entry.purl.empty()) entry.purl = value;
    if (kind == "cpe23" || (kind == "cpe22" && entry.cpe.empty())) entry.cpe = value;
  }
  for (Json hash : element["verifiedUsing"].items()) {
    if (last_word(hash["algorithm"].text()) == "sha1") entry.sha1 = hash["hashValue"].text();
  }
  if (entry.purl.empty() &&
      last_word(software(element, "primaryPurpose").text()) == "operatingSystem") {
    sbom.note_operating_system(entry.name, entry.version);
  } else {
    sbom.add(entry);
  }
}

bool is_version_3(Json root) {
  if (contains(root["@context"].text(), "spdx.org/rdf/3")) return true;
  for (Json context : root["@context"].items()) {
    if (contains(context.text(), "spdx.org/rdf/3")) return true;
  }
  return false;
}

Result<ReadOutcome> read_document(Json root) {
  Sbom sbom;
  if (is_version_3(root)) {
    for (Json element : root["@graph"].items()) read_element(element, sbom);
    if (root["@graph"].missing()) read_element(root, sbom);
    return sbom.take();
  }
  if (!root["spdxVersion"].text().starts_with("SPDX-2")) {
    return fail(Code::kInvalid, "not SPDX 2 or 3: spdxVersion is another");
  }
  for (Json package : root["packages"].items()) read_package(package, sbom);
  return sbom.take();
}

// Tag-value: "Tag: value", where a value may be a <text> of several lines.
class TagValue {
 public:
  bool is_spdx() const { return is_spdx_; }

  void take(std::string_view tag, std::string_view value) {
    constexpr std::array<std::string_view, 4> kOtherSections = {"FileName", "SnippetSPDXID",
                                                                "LicenseID", "Relationship"};
    if (tag == "SPDXVersion") is_spdx_ = value.starts_with("SPDX-2");
    if (tag == "PackageName") {
      flush();
      in_package_ = true;
      package_.entry.name = value;
    }
    for (const std::string_view other : kOtherSections) {
      if (tag == other) flush();
    }
    if (in_package_) take_of_package(tag, value);
  }

  ReadOutcome finish() {
    flush();
    return sbom_.take();
  }

 private:
  void take_of_package(std::string_view tag, std::string_view value) {
    constexpr std::string_view kSha1 = "SHA1:";
    SbomEntry& entry = package_.entry;
    if (tag == "SPDXID") package_.id = value;
    if (tag == "PackageVersion") entry.version = stated(value);
    if (tag == "PrimaryPackagePurpose") package_.purpose = value;
    if (tag == "PackageSourceInfo") entry.location = location_of(value);
    if (tag == "PackageChecksum" && value.starts_with(kSha1)) {
      entry.sha1 = trimmed(value.substr(kSha1.size()));
    }
    if (tag != "ExternalRef") return;
    cut(value, ' ');  // the category
    const std::string_view type = cut(value, ' ');
    note_reference(type, trimmed(value), entry);
  }

  void flush() {
    if (in_package_) add(package_, sbom_);
    in_package_ = false;
    package_ = {};
  }

  Sbom sbom_;
  Package package_;
  bool in_package_ = false;
  bool is_spdx_ = false;
};

}  // namespace

Result<ReadOutcome> read_spdx_json(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, JsonDocument::parse(octets));
  return read_document(document.root());
}

Result<ReadOutcome> read_spdx_yaml(std::string_view octets, const ReadContext&) {
  ASSIGN_OR_RETURN(const auto document, parse_yaml_one(octets));
  return read_document(document.root());
}

Result<ReadOutcome> read_spdx_tag_value(std::string_view octets, const ReadContext&) {
  constexpr std::string_view kText = "<text>";
  constexpr std::string_view kTextEnd = "</text>";
  TagValue reader;
  bool in_text = false;
  for (std::string_view line; next_line(octets, line);) {
    if (in_text) {
      in_text = !contains(line, kTextEnd);
      continue;
    }
    std::string_view value = line;
    const std::string_view tag = trimmed(cut(value, ':'));
    value = trimmed(value);
    if (tag.starts_with('#')) continue;
    if (value.starts_with(kText)) {
      in_text = !contains(value, kTextEnd);
      value = value.substr(kText.size());
      value = value.substr(0, value.find(kTextEnd));
    }
    reader.take(tag, value);
  }
  if (!reader.is_spdx()) return fail(Code::kInvalid, "not SPDX 2: no SPDXVersion");
  return reader.finish();
}

}  // namespace azekura::scanner::inventory

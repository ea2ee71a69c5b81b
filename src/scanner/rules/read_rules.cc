// Which format a file is of, by its content and its name.

#include "scanner/document/text.h"
#include "scanner/rules/reading.h"

namespace azekura::scanner::rules {
namespace {

tl::unexpected<Error> none_of_ours(std::string_view name, std::string_view why) {
  return fail(Code::kUnsupported, std::string(name) + " is no file of rules: " + std::string(why));
}

// The parser's message, with the file.
tl::unexpected<Error> unreadable(std::string_view name, Error error) {
  error.message = std::string(name) + ": " + error.message;
  return tl::make_unexpected(std::move(error));
}

std::string_view without_mark_and_blanks(std::string_view octets) {
  if (octets.starts_with("\xEF\xBB\xBF")) octets.remove_prefix(3);
  while (!octets.empty() &&
         std::string_view(" \t\r\n").find(octets.front()) != std::string_view::npos) {
    octets.remove_prefix(1);
  }
  return octets;
}

Result<RuleFile> read_json(std::string_view name, std::string_view octets) {
  const auto document = JsonDocument::parse(octets);
  if (!document) return unreadable(name, document.error());
  Json root = document->root();
  // An attestation has the statement inside.
  if (root["predicateType"].text().starts_with("https://openvex.dev/ns")) root = root["predicate"];

  if (root["@context"].text().starts_with("https://openvex.dev/ns")) {
    if (!root["statements"].is_array()) return none_of_ours(name, "OpenVEX without statements");
    Reading reading(Format::kOpenVex, name);
    read_open_vex(root, reading);
    return reading.take();
  }
  if (const Json version = root["document"]["csaf_version"]; !version.missing()) {
    if (version.text() != "2.0" && version.text() != "2.1") {
      return fail(Code::kUnsupported,
                  std::string(name) + ": CSAF " + version.scalar() + " is not known");
    }
    Reading reading(Format::kCsafVex, name);
    read_csaf(root, reading);
    return reading.take();
  }
  if (root["bomFormat"].text() == "CycloneDX") {
    if (!root["vulnerabilities"].is_array())
      return none_of_ours(name, "CycloneDX without vulnerabilities");
    Reading reading(Format::kCycloneDxVex, name);
    read_cyclone_dx(root, reading);
    return reading.take();
  }
  return none_of_ours(name, "JSON that is neither OpenVEX nor CSAF nor CycloneDX");
}

Result<RuleFile> read_xml(std::string_view name, std::string_view octets) {
  const auto document = XmlDocument::parse(octets);
  if (!document) return unreadable(name, document.error());
  if (local_name(document->root()) != "suppressions") {
    return none_of_ours(name, "XML, but no suppressions of Dependency-Check");
  }
  Reading reading(Format::kDependencyCheck, name);
  read_dependency_check(document->root(), reading);
  return reading.take();
}

Result<RuleFile> read_yaml(std::string_view name, std::string_view octets) {
  const auto document = parse_yaml_one(octets);
  if (!document) return unreadable(name, document.error());
  const Json root = document->root();
  if (root["ignore"].is_array()) {
    Reading reading(Format::kGrype, name);
    read_grype(root, reading);
    return reading.take();
  }
  for (const char* section : {"vulnerabilities", "misconfigurations", "secrets", "licenses"}) {
    if (!root[section].is_array()) continue;
    Reading reading(Format::kTrivyIgnoreYaml, name);
    read_trivy_ignore_yaml(root, reading);
    return reading.take();
  }
  return none_of_ours(name, "YAML with neither `ignore` (Grype) nor `vulnerabilities` (Trivy)");
}

Result<RuleFile> read_toml(std::string_view name, std::string_view octets,
                           std::string_view folder) {
  const auto document = parse_toml(octets);
  if (!document) return unreadable(name, document.error());
  const Json root = document->root();
  if (root["IgnoredVulns"].missing() && root["PackageOverrides"].missing()) {
    return none_of_ours(name, "TOML with neither IgnoredVulns nor PackageOverrides");
  }
  Reading reading(Format::kOsvScanner, name);
  read_osv_scanner(root, folder, reading);
  return reading.take();
}

}  // namespace

Result<RuleFile> read_rules(std::string_view name, std::string_view octets,
                            std::string_view folder) {
  const std::string_view text = without_mark_and_blanks(octets);
  if (text.starts_with('{')) return read_json(name, octets);
  if (text.starts_with('<')) return read_xml(name, octets);

  const std::string_view file = name.substr(name.rfind('/') + 1);
  if (file.ends_with(".json")) return read_json(name, octets);
  if (file.ends_with(".xml")) return read_xml(name, octets);
  if (file.ends_with(".yaml") || file.ends_with(".yml")) return read_yaml(name, octets);
  if (file.ends_with(".toml")) return read_toml(name, octets, folder);
  if (file.find("trivyignore") != std::string_view::npos) {
    Reading reading(Format::kTrivyIgnore, name);
    read_trivy_ignore(octets, reading);
    return reading.take();
  }
  return none_of_ours(name, "neither its name nor its content is of a known format");
}

}  // namespace azekura::scanner::rules

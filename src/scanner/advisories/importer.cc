#include "scanner/advisories/importer.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/document/text.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// In the order in which they are asked.
using Family = FormatFamily (*)();
constexpr std::array kFamilies{
    // JVN's profile of CSAF before CSAF.
    Family{jvn_xml_formats},
    Family{jvn_json_formats},
    Family{jvn_oka_formats},
    Family{nvd_formats},
    Family{cve_record_formats},
    Family{known_exploited_formats},
    Family{epss_formats},
    Family{exploit_formats},
    Family{rustsec_formats},
    Family{rubysec_formats},
    Family{friendsofphp_formats},
    Family{retirejs_formats},
    Family{cwe_formats},
    Family{bitnami_component_formats},
    Family{end_of_life_formats},
    Family{osv_formats},
    Family{debian_tracker_formats},
    Family{ubuntu_tracker_formats},
    Family{ubuntu_api_formats},
    Family{alpine_formats},
    Family{updateinfo_formats},
    Family{errata_formats},
    Family{red_hat_formats},
    Family{csaf_formats},
};

// Names of what stands beside the data, in lower case, as a plain text, Markdown or without an
// extension.
constexpr std::array<std::string_view, 15> kOtherNames{
    "license",    "licence",    "copying",  "notice",       "authors",
    "owners",     "codeowners", "security", "contributing", "makefile",
    "dockerfile", "changelog",  "index",    "timestamp",    "release",
};
constexpr std::array<std::string_view, 4> kOtherExtensions{"", "md", "txt", "rst"};
constexpr std::array<std::string_view, 8> kOtherPrefixes{
    "readme",         "license",       "code_of_conduct", "fullfiletimelist",
    "archive_latest", "00boilerplate", "extras-catalog",  "repomd",
};
constexpr std::array<std::string_view, 18> kOtherSuffixes{
    ".html",         ".htm",          ".asc",
    ".sig",          ".sha256",       ".sha512",
    ".xsd",          ".xsl",          ".py",
    ".sh",           "modules.yaml",  "schema.json",
    "changes.csv",   "deletions.csv", "commits.json",
    "checksums.txt", "checksum.txt",  "repository-to-cpe.json",
};

// "CVE-1.json" of "feed/osv.zip!2024/CVE-1.json".
std::string_view name_of_file(std::string_view path) {
  return path.substr(path.find_last_of("/!") + 1);  // npos + 1 is 0
}

bool is_other_file(std::string_view path) {
  const std::string name = to_lower(name_of_file(path));
  if (name.empty() || name.front() == '.') return true;
  if (path.find("/.git") != std::string_view::npos || path.starts_with(".git")) return true;
  if (path.find("LICENSES/") != std::string_view::npos) return true;
  const auto ends = [&](std::string_view suffix) { return name.ends_with(suffix); };
  const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
  if (std::any_of(kOtherSuffixes.begin(), kOtherSuffixes.end(), ends)) return true;
  if (std::any_of(kOtherPrefixes.begin(), kOtherPrefixes.end(), begins)) return true;
  const auto [stem, extension] = split_once(name, '.');
  return std::find(kOtherNames.begin(), kOtherNames.end(), stem) != kOtherNames.end() &&
         std::find(kOtherExtensions.begin(), kOtherExtensions.end(), extension) !=
             kOtherExtensions.end();
}

std::string_view trimmed_left(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

enum class Syntax { kJson, kXml, kYaml, kText, kOther };

Syntax syntax_of(std::string_view path, std::string_view octets) {
  if (octets.starts_with("\xEF\xBB\xBF")) octets.remove_prefix(3);
  octets = trimmed_left(octets);
  const std::string_view name = name_of_file(path);
  if (name.ends_with(".json")) return Syntax::kJson;
  if (name.ends_with(".yml") || name.ends_with(".yaml")) return Syntax::kYaml;
  if (name.ends_with(".xml") || name.ends_with(".rdf")) return Syntax::kXml;
  if (name.ends_with(".md") || name.ends_with(".csv")) return Syntax::kText;
  if (octets.empty()) return Syntax::kOther;
  const std::string head = to_lower(octets.substr(0, 15));
  if (head.starts_with("<!doctype html") || head.starts_with("<html")) return Syntax::kOther;
  if (octets.front() == '<') return Syntax::kXml;
  if (octets.front() == '{' || octets.front() == '[') return Syntax::kJson;
  return Syntax::kText;
}

bool not_recognised(std::string_view file, AdvisorySink& sink) {
  sink.bad_record(
      std::string(file),
      {.code = Code::kUnsupported, .message = "no advisory format that is known", .hint = {}});
  return true;
}

// A JSON schema stands beside many feeds.
bool is_schema(Json root) {
  const bool named = !root["$schema"].missing() || !root["$id"].missing();
  return named && (root["properties"].is_object() || root["definitions"].is_object() ||
                   root["$defs"].is_object());
}

bool import_json(Json root, std::string_view file, AdvisorySink& sink) {
  if (is_schema(root)) return false;
  for (const Family family : kFamilies) {
    for (const JsonFormat& format : family().json) {
      if (!format.recognises(root, file)) continue;
      format.import(root, file, sink);
      return true;
    }
  }
  return not_recognised(file, sink);
}

bool import_xml(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  const auto document = XmlDocument::parse(octets);
  if (!document) {
    sink.bad_record(std::string(file), document.error());
    return true;
  }
  const XmlNode root = document->root();
  const std::string_view name = local_name(root);
  for (const Family family : kFamilies) {
    for (const XmlFormat& format : family().xml) {
      if (format.root != name) continue;
      format.import(root, file, sink);
      return true;
    }
  }
  return not_recognised(file, sink);
}

bool import_text(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  for (const Family family : kFamilies) {
    for (const TextFormat& format : family().text) {
      if (!format.recognises(octets, file)) continue;
      format.import(octets, file, sink);
      return true;
    }
  }
  // Markdown is mostly documentation.
  if (file.ends_with(".md")) return false;
  return not_recognised(file, sink);
}

bool import_yaml(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  const auto document = parse_yaml_one(octets);
  if (document) return import_json(document->root(), file, sink);
  sink.bad_record(std::string(file), document.error());
  return true;
}

}  // namespace

bool import_file(const FileContext& file, std::string_view octets, AdvisorySink& sink) {
  if (is_other_file(file.name)) return false;
  switch (syntax_of(file.name, octets)) {
    case Syntax::kJson: {
      const auto root = file.json.parse(octets);
      if (root) return import_json(*root, file.name, sink);
      sink.bad_record(std::string(file.name), root.error());
      return true;
    }
    case Syntax::kXml:
      return import_xml(octets, file.name, sink);
    case Syntax::kYaml:
      return import_yaml(octets, file.name, sink);
    case Syntax::kText:
      return import_text(octets, file.name, sink);
    case Syntax::kOther:
      return false;
  }
  return false;
}

}  // namespace azekura::scanner::advisories

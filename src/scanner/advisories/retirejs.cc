// retire.js: vulnerabilities of JavaScript libraries in browsers, and how to recognise the
// libraries.
//
// A checkout of retire.js holds the same repository in seven forms (folder `repository`):
// unversioned, v2 to v6, master and "combined". Of that folder only jsrepository-v5.json is read:
// the later ones add nothing but longer texts, the earlier ones lack exclusions, and
// npmrepository.json is about packages, which others know better. A file given without that folder
// is read whatever its form.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/records.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kFormOfCheckouts = "jsrepository-v5.json";

// What stands in identifiers and names the problem for everybody.
void set_names(Json identifiers, Advisory& advisory) {
  for (const Json cve : identifiers["CVE"].items()) {
    if (is_cve(cve.text())) add_once(advisory.aliases, cve.string());
  }
  if (const Json ghsa = identifiers["githubID"]; is_ghsa(ghsa.text())) {
    add_once(advisory.aliases, ghsa.string());
  }
  // Several CVEs: the record is about them all, and none is another name of it.
  const auto is_a_cve = [](const std::string& name) { return is_cve(name); };
  if (std::count_if(advisory.aliases.begin(), advisory.aliases.end(), is_a_cve) > 1) {
    std::copy_if(advisory.aliases.begin(), advisory.aliases.end(),
                 std::back_inserter(advisory.about), is_a_cve);
    advisory.related = std::move(advisory.aliases);
    advisory.aliases.clear();
    std::erase_if(advisory.related, is_a_cve);
  }
}

// FNV-1a: tells two problems of one range apart.
std::string digest_name(std::string_view text) {
  std::uint32_t digest = 2166136261U;
  for (const char c : text) digest = (digest ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{:08x}", digest);
}

// A stable name of our own: retire.js has none. "RETIREJS-jquery-1.2.1-1.9.0".
std::string id_of(std::string_view library, Json range) {
  std::string id = "RETIREJS-" + std::string(library);
  for (const char* const key : {"atOrAbove", "above", "below", "atOrBelow"}) {
    if (const Json bound = range[key]; !bound.missing()) {
      id += std::string("-") + to_lower(key) + "-" + bound.scalar();
    }
  }
  return id;
}

AffectedRange range_of(Json range) {
  AffectedRange read{.introduced = range["atOrAbove"].scalar(), .end = range["below"].scalar()};
  if (read.introduced.empty() && !range["above"].missing()) {
    read.introduced = range["above"].scalar();
    read.introduced_exclusive = true;
  }
  if (!read.end.empty()) read.end_kind = AffectedRange::End::kFixed;
  if (read.end.empty() && !range["atOrBelow"].missing()) {
    read.end = range["atOrBelow"].scalar();
    read.end_kind = AffectedRange::End::kLastAffected;
  }
  return read;
}

// "1.12.4-aem" is patched by somebody else: it ends the range, which goes on after it.
void exclude(std::string version, std::vector<AffectedRange>& ranges) {
  AffectedRange& last = ranges.back();
  AffectedRange rest{.introduced = version,
                     .end = last.end,
                     .end_kind = last.end_kind,
                     .introduced_exclusive = true};
  last.end = std::move(version);
  last.end_kind = AffectedRange::End::kFixed;
  ranges.push_back(std::move(rest));
}

// The ranges stand in the vulnerability itself, or in `ranges` in the master form.
Affected read_claim(std::string_view library, Json vulnerability) {
  Affected claim;
  claim.where.ecosystem = Ecosystem::kJavaScript;
  claim.name = library;
  if (const Json ranges = vulnerability["ranges"]; ranges.is_array()) {
    for (const Json range : ranges.items()) claim.ranges.push_back(range_of(range));
  } else {
    claim.ranges.push_back(range_of(vulnerability));
  }
  claim.state = State::kFixed;
  for (const AffectedRange& range : claim.ranges) {
    if (range.end_kind != AffectedRange::End::kFixed) claim.state = State::kAffected;
  }
  for (const Json excluded : vulnerability["excludes"].items()) {
    if (std::string version = excluded.scalar(); !version.empty())
      exclude(std::move(version), claim.ranges);
  }
  return claim;
}

Result<Advisory> read(std::string_view library, Json vulnerability, std::string_view npm_name) {
  const Json first_range =
      vulnerability["ranges"].is_array() ? vulnerability["ranges"].at(0) : vulnerability;
  if (first_range["below"].missing() && first_range["atOrAbove"].missing() &&
      first_range["above"].missing() && first_range["atOrBelow"].missing()) {
    return fail(Code::kInvalid, "a vulnerability without any bound");
  }
  const Json identifiers = vulnerability["identifiers"];
  Advisory advisory;
  set_names(identifiers, advisory);
  advisory.id = id_of(library, first_range);
  const std::string summary =
      tidy(identifiers["summary"].is_text() ? identifiers["summary"].text()
                                            : vulnerability["summary"].text());
  // Two problems of one range differ by their summary only.
  if (advisory.aliases.empty() && advisory.about.empty() && !summary.empty()) {
    advisory.id += "-" + digest_name(summary);
  } else if (!advisory.aliases.empty()) {
    advisory.id += "-" + advisory.aliases.front();
  } else if (!advisory.about.empty()) {
    advisory.id += "-" + advisory.about.front();
  }
  for (const Json link : vulnerability["info"].items()) add_reference(advisory, link.text());
  advisory.link = advisory.references.empty() ? std::string() : advisory.references.front();
  advisory.english = {.title = summary,
                      .body = tidy(vulnerability["details"].text()),
                      .source = "retire.js",
                      .link = advisory.link};
  advisory.severity = parse_severity(vulnerability["severity"].text());
  for (const Json cwe : vulnerability["cwe"].items()) add_once(advisory.cwes, cwe_id(cwe.text()));
  Affected claim = read_claim(library, vulnerability);
  claim.severity = advisory.severity;
  if (!npm_name.empty()) {
    claim.note += (claim.note.empty() ? "" : "; ") + ("npm: " + std::string(npm_name));
  }
  advisory.affected.push_back(std::move(claim));
  return advisory;
}

// `func` runs in a browser only, and is left out.
struct Extractor {
  const char* key;
  JavaScriptSignature::Kind kind;
};
constexpr std::array kExtractors{
    Extractor{"uri", JavaScriptSignature::Kind::kUri},
    Extractor{"filename", JavaScriptSignature::Kind::kFileName},
    Extractor{"filecontent", JavaScriptSignature::Kind::kContent},
    Extractor{"filecontentreplace", JavaScriptSignature::Kind::kContentReplace},
    Extractor{"ast", JavaScriptSignature::Kind::kAst},
};

void read_signatures(std::string_view library, Json extractors, AdvisorySink& sink) {
  for (const Extractor& extractor : kExtractors) {
    for (const Json pattern : extractors[extractor.key].items()) {
      if (!pattern.is_text()) continue;
      sink.add(JavaScriptSignature{.library = std::string(library),
                                   .kind = extractor.kind,
                                   .pattern = pattern.string(),
                                   .version = {}});
    }
  }
  for (const auto [sha1, version] : extractors["hashes"].members()) {
    sink.add(JavaScriptSignature{.library = std::string(library),
                                 .kind = JavaScriptSignature::Kind::kHash,
                                 .pattern = to_lower(sha1),
                                 .version = version.scalar()});
  }
}

bool is_library(Json library) {
  return library["vulnerabilities"].is_array() || library["extractors"].is_object();
}

bool recognises(Json root, std::string_view) {
  const Json libraries = root["advisories"].is_object() ? root["advisories"] : root;
  for (const auto [name, library] : libraries.members()) {
    if (is_library(library)) return true;
    return false;
  }
  return false;
}

void import(Json root, std::string_view file, AdvisorySink& sink) {
  if (folder_name(file) == "repository" && base_name(file) != kFormOfCheckouts) return;
  const Json libraries = root["advisories"].is_object() ? root["advisories"] : root;
  for (const auto [name, library] : libraries.members()) {
    if (!is_library(library) || name.empty()) {
      sink.bad_record(std::string(name.empty() ? file : name),
                      {.code = Code::kInvalid, .message = "no library of retire.js", .hint = {}});
      continue;
    }
    // An example of theirs, and URIs that are not to be looked at.
    if (name == "retire-example" || name == "dont check") continue;
    const std::string_view npm_name = library["npmname"].text();
    for (const Json vulnerability : library["vulnerabilities"].items()) {
      deliver(sink, name, read(name, vulnerability, npm_name));
    }
    read_signatures(name, library["extractors"], sink);
  }
}

// Beside it in the folder: a list of hosts, and the test cases of the signatures.
bool is_neighbour(Json, std::string_view file) {
  return folder_name(file) == "repository" &&
         (base_name(file) == "testcases.json" || base_name(file) == "jsrepository-backdoored.json");
}
void import_nothing(Json, std::string_view, AdvisorySink&) {}

constexpr std::array kJson{
    JsonFormat{.name = "retirejs-neighbours", .recognises = is_neighbour, .import = import_nothing},
    JsonFormat{.name = "retirejs", .recognises = recognises, .import = import},
};

}  // namespace

FormatFamily retirejs_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

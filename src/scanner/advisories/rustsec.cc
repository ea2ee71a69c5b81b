// RustSec: Markdown that begins with a TOML block (rustsec/advisory-db, ADVISORY_FORMAT.md).
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/records.h"
#include "scanner/advisories/version_ranges.h"
#include "scanner/document/text.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kFenceBegin = "```toml";
constexpr std::string_view kFenceEnd = "\n```";

struct Parts {
  std::string_view toml;
  std::string_view title;
  std::string_view body;
};

bool recognises(std::string_view octets, std::string_view file) {
  if (base_name(file).starts_with("RUSTSEC-")) return true;
  return octets.starts_with(kFenceBegin) && octets.find("[advisory]") != std::string_view::npos;
}

Result<Parts> split(std::string_view octets) {
  if (!octets.starts_with(kFenceBegin))
    return fail(Code::kInvalid, "no TOML block at the beginning");
  octets.remove_prefix(kFenceBegin.size());
  const auto end = octets.find(kFenceEnd);
  if (end == std::string_view::npos) return fail(Code::kInvalid, "the TOML block has no end");
  Parts parts{.toml = octets.substr(0, end + 1),
              .title = {},
              .body = octets.substr(end + kFenceEnd.size())};
  // The first heading is the title.
  const auto heading = parts.body.find("# ");
  if (heading == std::string_view::npos) return parts;
  const auto line_end = std::min(parts.body.find('\n', heading), parts.body.size());
  parts.title = parts.body.substr(heading + 2, line_end - heading - 2);
  parts.body = parts.body.substr(line_end);
  return parts;
}

std::vector<std::string> safe_ranges(Json versions) {
  std::vector<std::string> safe;
  for (const char* const key : {"patched", "unaffected"}) {
    for (const Json range : versions[key].items()) safe.push_back(range.string());
  }
  return safe;
}

// "functions: a::b (<= 1.0); only on: windows"
std::string note_of(Json root) {
  std::string note;
  const auto append = [&note](std::string_view separator, std::string_view text) {
    if (!note.empty()) note += separator;
    note += text;
  };
  if (const Json kind = root["advisory"]["informational"]; kind.is_text())
    append("; ", kind.text());
  bool first = true;
  for (const auto [function, ranges] : root["affected"]["functions"].members()) {
    append(first ? "; " : ", ", first ? "functions: " : "");
    note += function;
    first = false;
    std::string text;
    for (const Json range : ranges.items()) text += (text.empty() ? "" : " || ") + range.string();
    if (!text.empty()) note += " (" + text + ")";
  }
  for (const char* const key : {"os", "arch"}) {
    first = true;
    for (const Json one : root["affected"][key].items()) {
      append(first ? "; " : ", ", first ? "only on: " : "");
      note += one.text();
      first = false;
    }
  }
  return note;
}

Affected claim_frame(std::string_view package, std::string_view file) {
  Affected claim;
  claim.name = package;
  claim.where.ecosystem = Ecosystem::kCratesIo;
  // rust/std, rust/cargo, rust/rustdoc: parts of the toolchain, numbered like it.
  const bool is_toolchain =
      file.starts_with("rust/") || file.find("/rust/") != std::string_view::npos;
  if (is_toolchain && file.find("crates/") == std::string_view::npos) {
    claim.where.ecosystem = Ecosystem::kRuntime;
    claim.name = "rust";
  }
  return claim;
}

void set_names(Json head, Advisory& advisory) {
  for (const Json alias : head["aliases"].items()) add_once(advisory.aliases, alias.string());
  for (const Json other : head["related"].items()) add_once(advisory.related, other.string());
  add_reference(advisory, head["url"].text());
  for (const Json url : head["references"].items()) add_reference(advisory, url.text());
  if (const Json vector = head["cvss"]; vector.is_text()) {
    advisory.scores.push_back({.source = "rustsec", .vector = vector.string(), .score = 0});
  }
}

Result<Advisory> read(std::string_view octets, std::string_view file) {
  ASSIGN_OR_RETURN(const Parts parts, split(octets));
  ASSIGN_OR_RETURN(const JsonDocument document, parse_toml(parts.toml));
  const Json root = document.root();
  const Json head = root["advisory"];
  Advisory advisory;
  advisory.id = head["id"].string();
  const std::string package = head["package"].string();
  if (advisory.id.empty() || package.empty()) return fail(Code::kInvalid, "no id or no package");

  set_names(head, advisory);
  advisory.published = parse_time(head["date"].text());
  if (!head["withdrawn"].missing()) advisory.void_reason = "withdrawn";
  advisory.link = "https://rustsec.org/advisories/" + advisory.id + ".html";
  advisory.english = {.title = tidy(parts.title),
                      .body = tidy(parts.body),
                      .source = "RustSec",
                      .link = advisory.link};
  // Unmaintained and the like are news, no vulnerabilities; "unsound" is one that nobody rated.
  const std::string_view kind = head["informational"].text();
  if (!kind.empty() && kind != "unsound") advisory.severity = Severity::kNone;

  Affected claim = claim_frame(package, file);
  ASSIGN_OR_RETURN(claim.ranges,
                   ranges_outside(version::RangeLanguage::kCargo, safe_ranges(root["versions"])));
  claim.note = note_of(root);
  claim.state = state_outside(claim.ranges);
  claim.severity = advisory.severity;
  // Nothing is affected where everything is patched.
  if (!claim.ranges.empty()) advisory.affected.push_back(std::move(claim));
  return advisory;
}

void import(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  deliver(sink, file, read(octets, file));
}

constexpr std::array kText{
    TextFormat{.name = "rustsec", .recognises = recognises, .import = import}};

}  // namespace

FormatFamily rustsec_formats() { return {.json = {}, .xml = {}, .text = kText}; }

}  // namespace azekura::scanner::advisories

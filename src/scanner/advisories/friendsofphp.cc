// FriendsOfPHP security-advisories: YAML, one advisory a file.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/records.h"
#include "scanner/advisories/version_ranges.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::string_view kComposer = "composer://";

bool recognises(Json root, std::string_view) {
  return root["branches"].is_object() && root["reference"].is_text();
}

// The database has no ids of its own: the CVE, else where the file lies:
// "FOP-symfony/http-kernel/2012-08-28-1".
std::string id_of(Json root, std::string_view package, std::string_view file) {
  std::vector<std::string> cves = cves_in(root["cve"].text());
  if (!cves.empty()) return std::move(cves.front());
  const std::string_view name = base_name(file);
  return "FOP-" + std::string(package) + "/" + std::string(name.substr(0, name.rfind('.')));
}

// The versions of a branch are bounds that hold together: ['>=2.0.0', '<2.0.99']. As they stand,
// people recognise the fixed version; anything else is left to the language of ranges.
Result<std::vector<AffectedRange>> ranges_of_branch(const std::vector<std::string>& bounds) {
  AffectedRange range;
  std::string all;
  bool plain = bounds.size() <= 2;
  for (const std::string& bound : bounds) {
    all += (all.empty() ? "" : ",") + bound;
    const auto version_at = bound.find_first_not_of("<>=");
    const std::string operation = bound.substr(0, std::min(version_at, bound.size()));
    const std::string version = version_at == std::string::npos ? "" : bound.substr(version_at);
    plain &= version::check(version::Scheme::kComposer, version).has_value();
    if (operation == ">=" || operation == ">") {
      plain &= range.introduced.empty();
      range.introduced = version;
      range.introduced_exclusive = operation == ">";
    } else if (operation == "<" || operation == "<=") {
      plain &= range.end.empty();
      range.end = version;
      range.end_kind =
          operation == "<" ? AffectedRange::End::kFixed : AffectedRange::End::kLastAffected;
    } else {
      plain = false;
    }
  }
  if (plain) return std::vector<AffectedRange>{std::move(range)};
  return ranges_of(version::RangeLanguage::kComposer, all);
}

Result<Affected> read_claim(Json root, std::string_view package) {
  Affected claim;
  claim.where.ecosystem = Ecosystem::kPackagist;
  claim.name = package;
  for (const auto [branch, content] : root["branches"].members()) {
    std::vector<std::string> bounds;
    const Json versions = content["versions"];
    if (versions.is_text()) bounds.push_back(versions.string());
    for (const Json bound : versions.items()) bounds.push_back(bound.scalar());
    if (bounds.empty())
      return fail(Code::kInvalid, "branch " + std::string(branch) + " has no versions");
    ASSIGN_OR_RETURN(auto ranges, ranges_of_branch(bounds));
    for (AffectedRange& one : ranges) claim.ranges.push_back(std::move(one));
  }
  if (claim.ranges.empty()) return fail(Code::kInvalid, "no branches");
  claim.state = state_of(claim.ranges);
  if (root["composer-repository"].boolean() == false) claim.note = "not on packagist.org";
  return claim;
}

Result<Advisory> read(Json root, std::string_view file) {
  std::string_view package = root["reference"].text();
  if (!package.starts_with(kComposer) || package.size() == kComposer.size())
    return fail(Code::kInvalid, "no composer:// reference");
  package.remove_prefix(kComposer.size());
  Advisory advisory;
  advisory.id = id_of(root, package, file);
  advisory.link = root["link"].string();
  add_reference(advisory, advisory.link);
  advisory.english = {.title = tidy(root["title"].text()),
                      .body = {},
                      .source = "FriendsOfPHP",
                      .link = advisory.link};
  for (const auto [branch, content] : root["branches"].members()) {
    const Time time = parse_time(content["time"].text());
    if (time != 0 && (advisory.published == 0 || time < advisory.published))
      advisory.published = time;
  }
  ASSIGN_OR_RETURN(Affected claim, read_claim(root, package));
  advisory.affected.push_back(std::move(claim));
  return advisory;
}

void import(Json root, std::string_view file, AdvisorySink& sink) {
  deliver(sink, file, read(root, file));
}

constexpr std::array kJson{
    JsonFormat{.name = "friendsofphp", .recognises = recognises, .import = import}};

}  // namespace

FormatFamily friendsofphp_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

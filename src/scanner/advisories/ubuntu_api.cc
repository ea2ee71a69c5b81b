// What ubuntu.com and usn.ubuntu.com serve: the security API's CVEs and notices, the database of
// notices (USN), and OpenVEX.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/releases.h"
#include "scanner/advisories/ubuntu_status.h"
#include "scanner/terms/purl.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// CVEs (ubuntu.com/security/cves.json).

void import_cve(Json record, std::string_view file, AdvisorySink& sink) {
  Advisory advisory;
  advisory.id = record["id"].string();
  if (advisory.id.empty()) return report_bad(sink, file, "a CVE without an id");
  advisory.published = parse_time(record["published"].text());
  advisory.modified = parse_time(record["updated_at"].text());
  advisory.severity = parse_severity(record["priority"].text());
  advisory.english.body = trimmed(record["description"].text());
  note_state_of_text(advisory, advisory.english.body);
  if (record["status"].text() == "rejected") advisory.void_reason = "rejected";
  sign_as_ubuntu(advisory);
  const std::string_view vector = record["impact"]["baseMetricV3"]["cvssV3"]["vectorString"].text();
  const double score = record["cvss3"].number().value_or(0);
  if (!vector.empty() || score > 0) {
    advisory.scores.push_back({"ubuntu", std::string(vector), vector.empty() ? score : 0});
  }
  for (const Json url : record["references"].items()) add_reference(advisory, url.text());
  for (const Json notice : record["notices_ids"].items()) add_subject(advisory, notice.text());
  for (const Json package : record["packages"].items()) {
    for (const Json row : package["statuses"].items()) {
      auto claim = ubuntu_claim(
          {.release = ubuntu_release(row["release_codename"].text(), row["pocket"].text()),
           .package = package["name"].text(),
           .status = row["status"].text(),
           .note = row["description"].text()});
      if (claim) advisory.affected.push_back(std::move(*claim));
    }
  }
  sink.add(std::move(advisory));
}

bool recognises_cves(Json root, std::string_view) {
  return root["cves"].is_array() && !root["total_results"].missing();
}

void import_cves(Json root, std::string_view file, AdvisorySink& sink) {
  for (const Json record : root["cves"].items()) import_cve(record, file, sink);
}

// Notices (ubuntu.com/security/notices.json).

void add_fix(std::string release, std::string_view package, std::string_view version,
             Advisory& advisory) {
  auto claim = ubuntu_claim(
      {.release = std::move(release), .package = package, .status = "released", .note = version});
  if (claim) advisory.affected.push_back(std::move(*claim));
}

void import_notice(Json record, std::string_view file, AdvisorySink& sink) {
  Advisory advisory;
  advisory.id = record["id"].string();
  if (advisory.id.empty()) return report_bad(sink, file, "a notice without an id");
  advisory.published = parse_time(record["published"].text());
  for (const Json cve : record["cves_ids"].items()) add_subject(advisory, cve.text());
  for (const Json notice : record["related_notices"].items()) add_subject(advisory, notice.text());
  for (const Json url : record["references"].items()) add_reference(advisory, url.text());
  advisory.english.title = record["title"].string();
  advisory.english.body = trimmed(record["description"].text());
  sign_as_ubuntu(advisory);
  for (const auto [codename, packages] : record["release_packages"].members()) {
    for (const Json package : packages.items()) {
      if (!package["is_source"].boolean().value_or(false)) continue;
      const std::string_view version = package["version"].text();
      // The API leaves the pocket out of sources; the versions of esm say so themselves.
      const std::string_view pocket =
          version.find("esm") == std::string_view::npos ? package["pocket"].text() : "esm";
      add_fix(ubuntu_release(codename, pocket), package["name"].text(), version, advisory);
    }
  }
  sink.add(std::move(advisory));
}

bool recognises_notices(Json root, std::string_view) {
  return root["notices"].is_array() && !root["total_results"].missing();
}

void import_notices(Json root, std::string_view file, AdvisorySink& sink) {
  for (const Json record : root["notices"].items()) import_notice(record, file, sink);
}

// The database of notices (usn.ubuntu.com/usn-db/database-all.json): "4011-1" → notice.

void import_usn(std::string_view number, Json record, AdvisorySink& sink) {
  if (!record["releases"].is_object()) {
    return report_bad(sink, "USN-" + std::string(number), "a notice without releases");
  }
  Advisory advisory;
  advisory.id = number.starts_with("USN-") ? std::string(number) : "USN-" + std::string(number);
  advisory.published = static_cast<Time>(record["timestamp"].number().value_or(0));
  for (const Json cve : record["cves"].items()) {
    // Bugs in Launchpad stand among them as addresses.
    if (cve.text().starts_with("http")) {
      add_reference(advisory, cve.text());
    } else {
      add_subject(advisory, cve.text());
    }
  }
  advisory.english.title = record["title"].string();
  advisory.english.body = trimmed(record["description"].text());
  sign_as_ubuntu(advisory);
  for (const auto [codename, release] : record["releases"].members()) {
    for (const auto [package, source] : release["sources"].members()) {
      const std::string_view version = source["version"].text();
      const bool esm = version.find("esm") != std::string_view::npos;
      add_fix(ubuntu_release(codename, esm ? "esm" : ""), package, version, advisory);
    }
  }
  sink.add(std::move(advisory));
}

bool recognises_usns(Json root, std::string_view) {
  for (const auto [number, record] : root.members()) {
    return record["releases"].is_object() && !record["cves"].missing() &&
           !record["timestamp"].missing();
  }
  return false;
}

void import_usns(Json root, std::string_view, AdvisorySink& sink) {
  for (const auto [number, record] : root.members()) import_usn(number, record, sink);
}

// OpenVEX (security-metadata.canonical.com/vex): purls with a version are those of the fix.

struct VexStatus {
  std::string_view word;
  State state;
};
constexpr std::array kVexStatuses{
    VexStatus{"fixed", State::kFixed},
    VexStatus{"affected", State::kAffected},
    VexStatus{"not_affected", State::kNotAffected},
    VexStatus{"under_investigation", State::kInvestigating},
};

void add_vex_product(std::string_view address, State state, Advisory& advisory) {
  // Hundreds of binaries stand beside each source.
  if (address.find("arch=source") == std::string_view::npos) return;
  const auto purl = parse_purl(address);
  if (!purl || purl->type != "deb") return;
  const auto distro = purl->qualifiers.find("distro");
  Affected claim;
  claim.where = {Ecosystem::kUbuntu,
                 distro == purl->qualifiers.end() ? std::string() : ubuntu_release(distro->second)};
  if (claim.where.release.empty()) return;
  claim.name = purl->name;
  claim.state = state;
  if (state == State::kFixed && purl->version.empty()) return;
  if (state == State::kFixed) claim.ranges.push_back(fixed_at(purl->version));
  advisory.affected.push_back(std::move(claim));
}

void import_vex(Json root, std::string_view file, AdvisorySink& sink) {
  const Json metadata = root["metadata"].missing() ? root : root["metadata"];
  Advisory advisory;
  const std::string_view address = metadata["@id"].text();
  advisory.id = address.substr(address.find_last_of('/') + 1);
  if (advisory.id.empty()) return report_bad(sink, file, "a VEX document without an id");
  advisory.modified = parse_time(metadata["timestamp"].text());
  for (const Json statement : root["statements"].items()) {
    const Json vulnerability = statement["vulnerability"];
    if (advisory.english.body.empty()) {
      advisory.english.body = trimmed(vulnerability["description"].text());
    }
    for (const Json alias : vulnerability["aliases"].items()) add_subject(advisory, alias.text());
    if (!is_cve(advisory.id)) add_subject(advisory, vulnerability["name"].text());
    const auto* known = std::find_if(
        kVexStatuses.begin(), kVexStatuses.end(),
        [&](const VexStatus& each) { return each.word == statement["status"].text(); });
    if (known == kVexStatuses.end()) continue;
    for (const Json product : statement["products"].items()) {
      add_vex_product(product["@id"].text(), known->state, advisory);
    }
  }
  sign_as_ubuntu(advisory);
  sink.add(std::move(advisory));
}

bool recognises_vex(Json root, std::string_view) {
  const Json metadata = root["metadata"].missing() ? root : root["metadata"];
  return root["statements"].is_array() && metadata["author"].text().starts_with("Canonical") &&
         metadata["@context"].text().starts_with("https://openvex.dev/");
}

constexpr std::array kJson{
    JsonFormat{"ubuntu-cves", recognises_cves, import_cves},
    JsonFormat{"ubuntu-notices", recognises_notices, import_notices},
    JsonFormat{"ubuntu-usn-database", recognises_usns, import_usns},
    JsonFormat{"ubuntu-vex", recognises_vex, import_vex},
};

}  // namespace

FormatFamily ubuntu_api_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

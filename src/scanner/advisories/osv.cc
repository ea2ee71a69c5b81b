// OSV: the Open Source Vulnerability format (ossf.github.io/osv-schema, 1.0 to 1.7), JSON and YAML,
// of every database that publishes it.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/osv_ranges.h"
#include "scanner/terms/ecosystem.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

// Whose record an id names.
struct Database {
  std::string_view prefix;
  std::string_view score_source;
  std::string_view name;
  // A distribution's advisory is about the CVEs that it names; anybody else's record is one
  // problem.
  bool advisory = false;
};
constexpr std::array kDatabases{
    Database{"GHSA-", "ghsa", "GHSA"},
    Database{"PYSEC-", "pysec", "PyPA"},
    Database{"GO-", "go", "Go"},
    Database{"RUSTSEC-", "rustsec", "RustSec"},
    Database{"BIT-", "bitnami", "Bitnami"},
    Database{"MAL-", "ossf", "OpenSSF"},
    Database{"OSV-", "oss-fuzz", "OSS-Fuzz"},
    Database{"UBUNTU-CVE-", "ubuntu", "Ubuntu"},
    Database{"DEBIAN-CVE-", "debian", "Debian"},
    Database{"ALPINE-CVE-", "alpine", "Alpine"},
    Database{"CVE-", "nvd", "NVD"},
    Database{"DSA-", "debian", "Debian", true},
    Database{"DLA-", "debian", "Debian", true},
    Database{"DTSA-", "debian", "Debian", true},
    Database{"USN-", "ubuntu", "Ubuntu", true},
    Database{"LSN-", "ubuntu", "Ubuntu", true},
    Database{"ALSA-", "almalinux", "AlmaLinux", true},
    Database{"ALBA-", "almalinux", "AlmaLinux", true},
    Database{"ALEA-", "almalinux", "AlmaLinux", true},
    Database{"RLSA-", "rocky", "Rocky Linux", true},
    Database{"RLBA-", "rocky", "Rocky Linux", true},
    Database{"RLEA-", "rocky", "Rocky Linux", true},
    Database{"RXSA-", "rocky", "Rocky Linux", true},
    Database{"RHSA-", "redhat", "Red Hat", true},
    Database{"RHBA-", "redhat", "Red Hat", true},
    Database{"RHEA-", "redhat", "Red Hat", true},
    Database{"SUSE-", "suse", "SUSE", true},
    Database{"openSUSE-", "suse", "openSUSE", true},
    Database{"GLSA-", "gentoo", "Gentoo", true},
};
constexpr Database kElse{"", "osv", "OSV"};

const Database& database_of(std::string_view id) {
  const auto* found = std::find_if(kDatabases.begin(), kDatabases.end(), [&](const Database& each) {
    return id.starts_with(each.prefix);
  });
  return found == kDatabases.end() ? kElse : *found;
}

// "CVE-2024-1" of "UBUNTU-CVE-2024-1"; nothing for ids that say less or more.
std::string_view cve_within(std::string_view id) {
  const std::size_t at = id.find("-CVE-");
  if (at == std::string_view::npos || !is_cve(id.substr(at + 1))) return {};
  return id.substr(at + 1);
}

// Several CVEs are no aliases of one record: it is about them all. The record of a CVE is about
// that one alone: where others stand among its aliases, names were mixed up, and none of them is
// taken for its own.
void read_names(Json record, const Database& database, Advisory& advisory) {
  const auto ids = [&](const char* key) {
    std::vector<std::string_view> found;
    for (const Json item : record[key].items()) found.push_back(item.text());
    return found;
  };
  const std::vector<std::string_view> aliases = ids("aliases");
  const std::vector<std::string_view> upstream = ids("upstream");
  const std::vector<std::string_view> related = ids("related");

  if (database.advisory) {
    for (const auto* list : {&aliases, &upstream, &related}) {
      for (const std::string_view id : *list) add_subject(advisory, id);
    }
    return;
  }
  const std::string_view own = cve_within(advisory.id);
  add_once(advisory.aliases, std::string(own));
  const std::string_view cve = is_cve(advisory.id) ? std::string_view(advisory.id) : own;
  const auto is_other_cve = [&](std::string_view id) { return is_cve(id) && id != cve; };
  const bool mixed_up = !cve.empty() && std::any_of(aliases.begin(), aliases.end(), is_other_cve);
  const auto cves = std::count_if(aliases.begin(), aliases.end(), is_cve);
  for (const std::string_view id : aliases) {
    if (mixed_up) {
      if (id != advisory.id) add_once(advisory.related, std::string(id));
    } else if (cves > 1 && is_cve(id)) {
      add_once(advisory.about, std::string(id));
    } else if (id != advisory.id) {
      add_once(advisory.aliases, std::string(id));
    }
  }
  for (const auto* list : {&upstream, &related}) {
    for (const std::string_view id : *list) {
      if (id == own || id == advisory.id || advisory.related.size() >= kRelatedMax) continue;
      add_once(advisory.related, std::string(id));
    }
  }
}

void read_scores(Json severities, const Database& database, Advisory& advisory) {
  for (const Json item : severities.items()) {
    const std::string_view score = item["score"].text();
    if (!item["type"].text().starts_with("CVSS_")) {
      if (const Severity word = parse_severity(score); word != Severity::kUnknown) {
        advisory.severity = word;
      }
      continue;
    }
    const bool known = std::any_of(advisory.scores.begin(), advisory.scores.end(),
                                   [&](const Score& each) { return each.vector == score; });
    if (known || score.empty()) continue;
    advisory.scores.push_back({std::string(database.score_source), std::string(score), 0});
  }
}

// "Important: bcel security update", as AlmaLinux and Rocky Linux write.
Severity severity_of_title(std::string_view title) {
  return parse_severity(split_once(title, ':').first);
}

void read_texts(Json record, const Database& database, Advisory& advisory) {
  const std::string_view details = record["details"].text();
  advisory.english.title = record["summary"].string();
  advisory.english.body = trimmed(details);
  advisory.english.source = database.name;
  note_state_of_text(advisory, details);
  note_state_of_text(advisory, advisory.english.title);
  if (!record["withdrawn"].text().empty()) advisory.void_reason = "withdrawn";

  const Json specific = record["database_specific"];
  advisory.severity = parse_severity(specific["severity"].text());
  if (database.advisory && advisory.severity == Severity::kUnknown) {
    advisory.severity = severity_of_title(advisory.english.title);
  }
  for (const char* key : {"cwe_ids", "cwes"}) {
    for (const Json cwe : specific[key].items()) add_once(advisory.cwes, cwe_id(cwe.text()));
  }
  for (const Json item : record["references"].items()) add_reference(advisory, item["url"].text());
}

// The page of the record itself where a rule gives it, else the first address that calls itself
// one.
void read_link(Json record, Advisory& advisory) {
  advisory.link = page_of(advisory.id);
  if (advisory.link.empty() && is_cve(advisory.id)) {
    for (const Affected& affected : advisory.affected) {
      if (affected.where.ecosystem != Ecosystem::kDebian) continue;
      advisory.link = "https://security-tracker.debian.org/tracker/" + advisory.id;
      advisory.english.source = "Debian";
      break;
    }
  }
  for (const Json item : record["references"].items()) {
    if (!advisory.link.empty()) break;
    if (item["type"].text() == "ADVISORY") advisory.link = item["url"].string();
  }
  // AlmaLinux names Red Hat's page first.
  for (const std::string& url : advisory.references) {
    if (url.starts_with("https://errata.almalinux.org/")) advisory.link = url;
  }
  advisory.english.link = advisory.link;
}

// "crypto/tls: Conn.Read, Dial; crypto/x509", from Go's imports.
std::string symbols_of(Json imports) {
  std::string note;
  for (const Json import : imports.items()) {
    if (note.size() > kNoteSizeMax) break;
    if (!note.empty()) note += "; ";
    note += import["path"].text();
    std::string_view separator = ": ";
    for (const Json symbol : import["symbols"].items()) {
      note.append(separator).append(symbol.text());
      separator = ", ";
    }
  }
  return note;
}

// What the databases say about one package beside its versions.
struct Remarks {
  std::string note;
  Severity severity = Severity::kUnknown;
  bool end_of_life = false;
};

Remarks remarks_of(Json affected, Ecosystem ecosystem) {
  const Json specific = affected["ecosystem_specific"];
  Remarks remarks;
  if (const std::string_view urgency = specific["urgency"].text(); !urgency.empty()) {
    remarks.note = urgency;
    remarks.severity = parse_severity(urgency);
    remarks.end_of_life = urgency == "end-of-life";
  }
  if (const std::string_view priority = specific["ubuntu_priority"].text(); !priority.empty()) {
    remarks.severity = parse_severity(priority);
  }
  if (specific["availability"].text().starts_with("Livepatch")) remarks.note = "livepatch";
  if (ecosystem == Ecosystem::kGo) {
    remarks.note = symbols_of(specific["imports"]);
    if (specific["custom_ranges"].size() != 0) {
      remarks.note += remarks.note.empty() ? "versions of its own" : "; versions of its own";
    }
  }
  // Ubuntu's priorities and others' CVSS stand in the rows too.
  for (const Json item : affected["severity"].items()) {
    if (item["type"].text() == "Ubuntu") remarks.severity = parse_severity(item["score"].text());
  }
  remarks.note = cut_note(remarks.note);
  return remarks;
}

void add_claim(const Affected& row, State state, std::vector<AffectedRange> ranges,
               std::vector<std::string> versions, Advisory& advisory) {
  Affected& claim = advisory.affected.emplace_back(row);
  claim.state = state;
  claim.ranges = std::move(ranges);
  claim.versions = std::move(versions);
  if (is_distribution(claim.where.ecosystem) && !claim.ranges.empty()) {
    claim.qualifier = module_qualifier(claim.ranges.front().end);
  }
}

// SUSE names the source package and lists the binaries of the whole update beside it, over and
// over.
using Seen = std::set<std::pair<std::string, std::string>>;

bool read_suse_binaries(const Affected& row, Json binaries, Seen& seen, Advisory& advisory) {
  for (const Json group : binaries.items()) {
    for (const auto [name, version] : group.members()) {
      if (name.empty() || version.text().empty()) continue;
      if (!seen.emplace(row.where.release, name).second) continue;
      Affected binary = row;
      binary.name = name;
      add_claim(binary, State::kFixed, {fixed_at(version.text())}, {}, advisory);
    }
  }
  return binaries.size() != 0;
}

void read_affected(Json affected, Seen& seen, Advisory& advisory) {
  const Json package = affected["package"];
  Affected row;
  row.where = parse_ecosystem(package["ecosystem"].text());
  row.name = package["name"].string();
  if (row.where.ecosystem == Ecosystem::kUnknown || row.name.empty()) return;

  const Ecosystem ecosystem = row.where.ecosystem;
  const Remarks remarks = remarks_of(affected, ecosystem);
  row.note = remarks.note;
  row.severity = remarks.severity;
  if ((ecosystem == Ecosystem::kSuse || ecosystem == Ecosystem::kOpenSuse) &&
      read_suse_binaries(row, affected["ecosystem_specific"]["binaries"], seen, advisory)) {
    return;
  }

  OsvVersions versions = osv_versions(affected, ecosystem);
  if (versions.nothing_said) return;
  const State open_state = remarks.end_of_life ? State::kEndOfLife : State::kAffected;
  if (!versions.fixed.empty()) {
    add_claim(row, State::kFixed, std::move(versions.fixed), {}, advisory);
  }
  if (!versions.unfixed.empty() || !versions.listed.empty() || versions.every_version) {
    add_claim(row, open_state, std::move(versions.unfixed), std::move(versions.listed), advisory);
  }
  if (versions.none) add_claim(row, State::kNotAffected, {}, {}, advisory);
}

void import_record(Json record, std::string_view file, AdvisorySink& sink) {
  Advisory advisory;
  advisory.id = record["id"].string();
  if (advisory.id.empty()) return report_bad(sink, file, "an OSV record without an id");
  const std::string_view modified = record["modified"].text();
  advisory.modified = parse_time(modified);
  if (advisory.modified == 0 && record["published"].missing()) {
    return report_bad(sink, advisory.id, "an OSV record without a date");
  }
  advisory.published = parse_time(record["published"].text());
  advisory.malicious = advisory.id.starts_with("MAL-");

  const Database& database = database_of(advisory.id);
  read_names(record, database, advisory);
  read_texts(record, database, advisory);
  read_scores(record["severity"], database, advisory);
  Seen seen;
  // What repairs no CVE is no problem: its text is kept, its packages are not.
  if (!is_bug_fix_advisory(advisory.id) || !advisory.about.empty()) {
    for (const Json affected : record["affected"].items()) {
      read_scores(affected["severity"], database, advisory);
      read_affected(affected, seen, advisory);
    }
  }
  read_link(record, advisory);
  sink.add(std::move(advisory));
}

// The lists of ids that stand beside the records ("all.json").
bool is_index_entry(Json record) {
  return record.size() == 2 && record["id"].is_text() && record["modified"].is_text();
}

bool looks_like_osv(Json root) {
  if (!root["id"].is_text()) return false;
  if (root["affected"].is_array() || root["schema_version"].is_text()) return true;
  return root["modified"].is_text() && (root["details"].is_text() || root["summary"].is_text());
}

bool recognises(Json root, std::string_view) {
  if (!root.is_array()) return looks_like_osv(root);
  const Json first = root.at(0);
  return looks_like_osv(first) || is_index_entry(first);
}

void import_osv(Json root, std::string_view file, AdvisorySink& sink) {
  if (!root.is_array()) return import_record(root, file, sink);
  for (const Json record : root.items()) {
    if (!is_index_entry(record)) import_record(record, file, sink);
  }
}

constexpr std::array kJson{JsonFormat{"osv", recognises, import_osv}};

}  // namespace

FormatFamily osv_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

#include "scanner/advisories/fields.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace azekura::scanner::advisories {
namespace {

struct Page {
  std::string_view prefix;  // of the id
  std::string_view before;
  std::string_view after;
  std::size_t cut = 0;  // octets of the id that the address leaves out
};
constexpr std::array kPages{
    Page{"GHSA-", "https://github.com/advisories/", ""},
    Page{"GO-", "https://pkg.go.dev/vuln/", ""},
    Page{"RUSTSEC-", "https://rustsec.org/advisories/", ".html"},
    Page{"DSA-", "https://security-tracker.debian.org/tracker/", ""},
    Page{"DLA-", "https://security-tracker.debian.org/tracker/", ""},
    Page{"DEBIAN-CVE-", "https://security-tracker.debian.org/tracker/", "", 7},
    Page{"UBUNTU-CVE-", "https://ubuntu.com/security/", "", 7},
    Page{"USN-", "https://ubuntu.com/security/notices/", ""},
    Page{"LSN-", "https://ubuntu.com/security/notices/", ""},
    Page{"ALPINE-CVE-", "https://security.alpinelinux.org/vuln/", "", 7},
    Page{"RHSA-", "https://access.redhat.com/errata/", ""},
    Page{"RHBA-", "https://access.redhat.com/errata/", ""},
    Page{"RHEA-", "https://access.redhat.com/errata/", ""},
    Page{"RLSA-", "https://errata.rockylinux.org/", ""},
    Page{"RLBA-", "https://errata.rockylinux.org/", ""},
    Page{"RLEA-", "https://errata.rockylinux.org/", ""},
    Page{"RXSA-", "https://errata.rockylinux.org/", ""},
    Page{"FEDORA-", "https://bodhi.fedoraproject.org/updates/", ""},
    Page{"PYSEC-", "https://osv.dev/vulnerability/", ""},
    Page{"BIT-", "https://osv.dev/vulnerability/", ""},
    Page{"MAL-", "https://osv.dev/vulnerability/", ""},
    Page{"OSV-", "https://osv.dev/vulnerability/", ""},
};

constexpr std::array<std::string_view, 8> kBugFix{"ALBA-", "ALEA-", "RHBA-", "RHEA-",
                                                  "RLBA-", "RLEA-", "RXBA-", "RXEA-"};

}  // namespace

bool is_bug_fix_advisory(std::string_view id) {
  return std::any_of(kBugFix.begin(), kBugFix.end(),
                     [&](std::string_view prefix) { return id.starts_with(prefix); });
}

std::string page_of(std::string_view id) {
  for (const Page& page : kPages) {
    if (!id.starts_with(page.prefix)) continue;
    return std::string(page.before).append(id.substr(page.cut)).append(page.after);
  }
  return {};
}

void add_reference(Advisory& advisory, std::string_view url) {
  if (advisory.references.size() >= kReferencesMax) return;
  add_once(advisory.references, std::string(trimmed(url)));
}

void add_subject(Advisory& advisory, std::string_view id) {
  if (is_cve(id)) return add_once(advisory.about, std::string(id));
  if (id == advisory.id || advisory.related.size() >= kRelatedMax) return;
  add_once(advisory.related, std::string(id));
}

void note_state_of_text(Advisory& advisory, std::string_view text) {
  text = trimmed(text);
  if (text.starts_with("** REJECT") || text.starts_with("Rejected reason:")) {
    advisory.void_reason = "rejected";
  }
  if (text.starts_with("** DISPUTED")) advisory.disputed = true;
  // GitHub's headings: "# Withdrawn", "Withdrawn Advisory: …", "Withdrawn, accidental duplicate …".
  text.remove_prefix(std::min(text.find_first_not_of("# "), text.size()));
  if (text.starts_with("Withdrawn")) advisory.void_reason = "withdrawn";
}

std::string cut_note(std::string_view note) {
  if (note.size() <= kNoteSizeMax) return std::string(note);
  std::size_t end = kNoteSizeMax;
  while (end > 0 && (static_cast<unsigned char>(note[end]) & 0xC0) == 0x80) --end;
  return std::string(note.substr(0, end));
}

AffectedRange fixed_at(std::string_view version) {
  return {.introduced = {}, .end = std::string(version), .end_kind = AffectedRange::End::kFixed};
}

std::string module_qualifier(std::string_view version) {
  return version.find(".module") == std::string_view::npos ? std::string() : "module";
}

void report_bad(AdvisorySink& sink, std::string_view name, std::string why) {
  sink.bad_record(std::string(name),
                  {.code = Code::kInvalid, .message = std::move(why), .hint = {}});
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace azekura::scanner::advisories

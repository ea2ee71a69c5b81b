#include "scanner/advisories/ubuntu_status.h"

#include <algorithm>
#include <array>

#include "scanner/advisories/fields.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

struct Status {
  std::string_view word;
  State state;
};
// README of the Ubuntu CVE tracker, "Status".
constexpr std::array kStatuses{
    Status{"not-affected", State::kNotAffected}, Status{"released", State::kFixed},
    Status{"needed", State::kAffected},          Status{"active", State::kAffected},
    Status{"pending", State::kAffected},         Status{"deferred", State::kPostponed},
    Status{"ignored", State::kWontFix},          Status{"needs-triage", State::kInvestigating},
};

bool is_end_of_life(std::string_view reason) {
  const bool over = reason.find("end of ") != std::string_view::npos ||
                    reason.find("end-of-life") != std::string_view::npos ||
                    reason.find("out of standard support") != std::string_view::npos;
  return over && (reason.find("life") != std::string_view::npos ||
                  reason.find("support") != std::string_view::npos);
}

}  // namespace

std::optional<Affected> ubuntu_claim(const UbuntuStatus& status) {
  const auto* known = std::find_if(kStatuses.begin(), kStatuses.end(),
                                   [&](const Status& each) { return each.word == status.status; });
  if (known == kStatuses.end() || status.release.empty() || status.package.empty()) {
    return std::nullopt;
  }
  Affected claim;
  claim.where = {Ecosystem::kUbuntu, status.release};
  claim.name = status.package;
  claim.state = known->state;
  if (claim.state == State::kFixed) {
    // Some entries lack the closing parenthesis: " (1.58.1+dfsg1-0ubuntu1".
    std::string_view version = status.note;
    while (version.starts_with(' ') || version.starts_with('(')) version.remove_prefix(1);
    version = split_once(version, ' ').first;
    if (version.empty() || !is_digit(version.front())) return std::nullopt;
    claim.ranges.push_back(fixed_at(version));
    return claim;
  }
  if (claim.state == State::kWontFix && is_end_of_life(status.note)) {
    claim.state = State::kEndOfLife;
  }
  std::string note(status.note);
  if (status.status == "pending") note = note.empty() ? "pending" : "pending: " + note;
  claim.note = cut_note(note);
  return claim;
}

void sign_as_ubuntu(Advisory& advisory) {
  advisory.english.source = "Ubuntu";
  advisory.link = page_of(advisory.id);
  if (advisory.link.empty()) advisory.link = "https://ubuntu.com/security/" + advisory.id;
  advisory.english.link = advisory.link;
}

}  // namespace azekura::scanner::advisories

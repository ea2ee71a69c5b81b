// The Debian security tracker's JSON (security-tracker.debian.org/tracker/data/json): source
// package → problem → release → status.

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/releases.h"

namespace azekura::scanner::advisories {
namespace {

State state_of(Json release) {
  const std::string_view status = release["status"].text();
  if (status == "resolved") {
    return release["fixed_version"].text() == "0" ? State::kNotAffected : State::kFixed;
  }
  if (status == "undetermined") return State::kInvestigating;
  if (release["urgency"].text() == "end-of-life") return State::kEndOfLife;
  const Json put_off = release["nodsa"];
  if (put_off.missing()) return State::kAffected;
  return release["nodsa_reason"].text() == "ignored" ? State::kWontFix : State::kPostponed;
}

// "unimportant; Minor issue": the urgency, and why there is no advisory.
std::string note_of(Json release) {
  std::string note = release["urgency"].string();
  if (const std::string_view why = release["nodsa"].text(); !why.empty()) {
    if (!note.empty()) note += "; ";
    note += why;
  }
  return cut_note(note);
}

void add_claim(std::string_view package, std::string_view codename, Json release,
               Advisory& advisory) {
  std::string number = debian_release(codename);
  if (number.empty()) return;
  Affected claim;
  claim.where = {Ecosystem::kDebian, std::move(number)};
  claim.name = package;
  claim.state = state_of(release);
  claim.severity = parse_severity(release["urgency"].text());
  claim.note = note_of(release);
  const std::string_view fixed = release["fixed_version"].text();
  if (claim.state == State::kFixed && fixed.empty()) return;
  if (claim.state == State::kFixed) claim.ranges.push_back(fixed_at(fixed));
  advisory.affected.push_back(std::move(claim));
}

void read_problem(std::string_view package, Json problem, Advisory& advisory) {
  if (advisory.english.body.empty()) {
    const std::string_view description = problem["description"].text();
    advisory.english.body = description;
    note_state_of_text(advisory, description);
  }
  for (const auto [codename, release] : problem["releases"].members()) {
    add_claim(package, codename, release, advisory);
  }
}

bool recognises(Json root, std::string_view) {
  for (const auto [package, problems] : root.members()) {
    for (const auto [id, problem] : problems.members()) {
      return problem["releases"].is_object() && !problem["releases"].missing();
    }
    return false;
  }
  return false;
}

void import_tracker(Json root, std::string_view, AdvisorySink& sink) {
  std::vector<Advisory> advisories;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto [package, problems] : root.members()) {
    for (const auto [id, problem] : problems.members()) {
      if (!problem["releases"].is_object() || package.empty() || id.empty()) {
        report_bad(sink, std::string(package) + " " + std::string(id),
                   "a problem without releases");
        continue;
      }
      const auto [found, added] = places.try_emplace(id, advisories.size());
      if (added) {
        Advisory& advisory = advisories.emplace_back();
        advisory.id = id;
        advisory.link = "https://security-tracker.debian.org/tracker/" + advisory.id;
        advisory.english.source = "Debian";
        advisory.english.link = advisory.link;
      }
      read_problem(package, problem, advisories[found->second]);
    }
  }
  for (Advisory& advisory : advisories) sink.add(std::move(advisory));
}

constexpr std::array kJson{JsonFormat{"debian-tracker", recognises, import_tracker}};

}  // namespace

FormatFamily debian_tracker_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

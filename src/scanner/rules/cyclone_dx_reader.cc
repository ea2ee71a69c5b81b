// CycloneDX 1.4 and later: what a BOM says of vulnerabilities (VEX), in JSON.

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "scanner/rules/dates.h"
#include "scanner/rules/reading.h"
#include "scanner/terms/cpe.h"
#include "scanner/terms/purl.h"

namespace azekura::scanner::rules {
namespace {

struct Analysis {
  std::string_view word;
  State state;
};
constexpr std::array kAnalyses{
    Analysis{"not_affected", State::kNotAffected},
    Analysis{"false_positive", State::kNotAffected},
    Analysis{"resolved", State::kFixed},
    Analysis{"resolved_with_pedigree", State::kFixed},
    Analysis{"exploitable", State::kAffected},
    Analysis{"in_triage", State::kInvestigating},
};

std::optional<State> state_of(std::string_view word) {
  const auto* found = std::find_if(kAnalyses.begin(), kAnalyses.end(),
                                   [&](const Analysis& each) { return each.word == word; });
  return found == kAnalyses.end() ? std::nullopt : std::optional(found->state);
}

// The part of a BOM-Link after '#', percent-decoded where it is no purl as it stands.
std::string element_of_link(std::string_view ref) {
  const std::size_t at = ref.find('#');
  if (!ref.starts_with("urn:cdx:") || at == std::string_view::npos) return {};
  const std::string element(ref.substr(at + 1));
  if (parse_purl(element)) return element;
  // pkg%3Anpm%2F…: a purl's own rules of decoding do for it.
  const auto decoded = parse_purl("pkg:generic/" + element);
  return decoded ? decoded->name : std::string();
}

class Reader {
 public:
  Reader(Json root, Reading& reading) : root_(root), reading_(reading) {}

  void read() {
    read_component(root_["metadata"]["component"]);
    read_components(root_["components"]);
    int number = 0;
    for (const Json vulnerability : root_["vulnerabilities"].items()) {
      ++number;
      const std::string_view id = vulnerability["id"].text();
      read_vulnerability(vulnerability, (id.empty() ? "vulnerability" : std::string(id)) + ", " +
                                            std::to_string(number));
    }
  }

 private:
  // As deep as a document may be (kDocumentDepthMax).
  void read_components(Json components) {
    for (const Json component : components.items()) read_component(component);
  }
  void read_component(Json component) {
    const std::string identity =
        component["purl"].text().empty() ? component["cpe"].string() : component["purl"].string();
    if (!component["bom-ref"].text().empty()) identities_[component["bom-ref"].string()] = identity;
    read_components(component["components"]);
  }

  // A purl or a CPE; empty for a thing that is not known here.
  std::string identity_of(const std::string& ref) const {
    const auto at = identities_.find(ref);
    if (at != identities_.end()) return at->second;
    if (parse_purl(ref)) return ref;
    const std::string element = element_of_link(ref);
    const auto linked = identities_.find(element);
    if (linked != identities_.end() && links_here(ref)) return linked->second;
    return parse_purl(element) ? element : std::string();
  }

  bool links_here(std::string_view ref) const {
    const std::string_view serial = root_["serialNumber"].text();
    return serial.starts_with("urn:uuid:") && ref.find(serial.substr(9)) != std::string_view::npos;
  }

  void read_vulnerability(Json vulnerability, const std::string& place) {
    const Json analysis = vulnerability["analysis"];
    if (analysis["state"].missing()) return;  // a plain report of a vulnerability
    Rule rule = reading_.rule(place);
    const auto state = state_of(analysis["state"].text());
    if (!state)
      return reading_.problem(place, "its state is unknown: " + analysis["state"].string());
    rule.state = *state;
    if (!vulnerability["id"].text().empty()) rule.ids.push_back(vulnerability["id"].string());
    for (const Json reference : vulnerability["references"].items()) {
      if (!reference["id"].text().empty()) rule.ids.push_back(reference["id"].string());
    }
    if (rule.ids.empty()) return reading_.problem(place, "it has no id");
    rule.justification = analysis["justification"].string();
    rule.reason = analysis["detail"].string();
    rule.owner = owner();
    rule.stated = date_of(vulnerability);
    if (vulnerability["affects"].size() == 0)
      return reading_.problem(place, "it names nothing that it affects");
    for (const Json affected : vulnerability["affects"].items())
      read_affected(affected, rule, place);
  }

  std::string owner() const {
    const Json metadata = root_["metadata"];
    for (const Json each : {metadata["supplier"], metadata["manufacturer"], metadata["manufacture"],
                            metadata["authors"].at(0)}) {
      if (!each["name"].text().empty()) return each["name"].string();
    }
    return {};
  }

  Time date_of(Json vulnerability) const {
    for (const Json date :
         {vulnerability["analysis"]["lastUpdated"], vulnerability["analysis"]["firstIssued"],
          vulnerability["updated"], root_["metadata"]["timestamp"]}) {
      if (const auto time = parse_date(date.text())) return *time;
    }
    return 0;
  }

  void read_affected(Json affected, Rule rule, const std::string& place) {
    const std::string ref = affected["ref"].string();
    const std::string identity = identity_of(ref);
    if (identity.empty()) {
      return reading_.problem(
          place, "it is not known here what " + ref + " is (neither a purl nor a CPE)");
    }
    if (affected["versions"].size() == 0) {
      rule.product = identity;
      return reading_.add(std::move(rule));
    }
    for (const Json version : affected["versions"].items())
      read_version(version, identity, rule, place);
  }

  // Of the versions that are affected holds what was analysed; others have a state of their own.
  void read_version(Json version, const std::string& identity, Rule rule,
                    const std::string& place) {
    const std::string_view status = version["status"].text();
    if (status == "unaffected") rule.state = State::kNotAffected;
    if (status == "unknown") rule.state = State::kInvestigating;
    auto purl = parse_purl(identity);
    if (!purl)
      return reading_.problem(place, "it has versions of " + identity + ", which is no purl");
    const std::string range = version["range"].string();
    if (!range.empty() && !range.starts_with("vers:")) {
      return reading_.problem(place, "it has a version range that is no vers: " + range);
    }
    purl->version = range.empty() ? version["version"].string() : "";
    rule.purl = to_string(*purl);
    rule.version_range = range;
    if (purl->version.empty() && range.empty())
      return reading_.problem(place, "it has a version without a number");
    reading_.add(std::move(rule));
  }

  Json root_;
  Reading& reading_;
  std::unordered_map<std::string, std::string> identities_;
};

}  // namespace

void read_cyclone_dx(Json root, Reading& reading) { Reader(root, reading).read(); }

}  // namespace azekura::scanner::rules

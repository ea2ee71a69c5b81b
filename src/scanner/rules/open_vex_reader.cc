// OpenVEX 0.0.1 to 0.2.0 (https://github.com/openvex/spec).

#include <algorithm>
#include <array>
#include <optional>

#include "scanner/rules/dates.h"
#include "scanner/rules/reading.h"
#include "scanner/terms/cpe.h"
#include "scanner/terms/purl.h"

namespace azekura::scanner::rules {
namespace {

struct Status {
  std::string_view word;
  State state;
};
constexpr std::array kStatuses{
    Status{"not_affected", State::kNotAffected},
    Status{"affected", State::kAffected},
    Status{"fixed", State::kFixed},
    Status{"under_investigation", State::kInvestigating},
};

std::optional<State> state_of(std::string_view word) {
  const auto* found = std::find_if(kStatuses.begin(), kStatuses.end(),
                                   [&](const Status& each) { return each.word == word; });
  return found == kStatuses.end() ? std::nullopt : std::optional(found->state);
}

// A vulnerability is a text in 0.0.1 and an object later.
std::vector<std::string> ids_of(Json vulnerability) {
  std::vector<std::string> ids;
  const auto add = [&](std::string_view id) {
    if (!id.empty()) ids.emplace_back(id);
  };
  add(vulnerability.text());
  add(vulnerability["name"].text());
  if (ids.empty()) add(vulnerability["@id"].text());
  for (const Json alias : vulnerability["aliases"].items()) add(alias.text());
  return ids;
}

// What identifies a product best: a purl, a CPE, or whatever its @id is. It is a text in 0.0.1.
std::string identity_of(Json product) {
  const std::string id = product.is_text() ? product.string() : product["@id"].string();
  if (parse_purl(id)) return id;
  const Json identifiers = product["identifiers"];
  for (const char* kind : {"purl", "cpe23", "cpe22"}) {
    if (!identifiers[kind].text().empty()) return identifiers[kind].string();
  }
  return id;
}

Time date_of(Json from) {
  for (const char* key : {"last_updated", "timestamp"}) {
    if (const auto time = parse_date(from[key].text())) return *time;
  }
  return 0;
}

std::string reason_of(Json statement) {
  for (const char* key : {"impact_statement", "action_statement", "status_notes"}) {
    if (!statement[key].text().empty()) return statement[key].string();
  }
  return {};
}

class Reader {
 public:
  Reader(Json root, Reading& reading) : root_(root), reading_(reading) {}

  void read() {
    int number = 0;
    for (const Json statement : root_["statements"].items()) {
      read_statement(statement, "statement " + std::to_string(++number));
    }
  }

 private:
  void read_statement(Json statement, const std::string& place) {
    Rule rule = reading_.rule(place);
    const auto state = state_of(statement["status"].text());
    if (!state)
      return reading_.problem(place, "its status is unknown: " + statement["status"].string());
    rule.state = *state;
    rule.ids = ids_of(statement["vulnerability"]);
    if (rule.ids.empty()) return reading_.problem(place, "it names no vulnerability");
    rule.justification = statement["justification"].string();
    rule.reason = reason_of(statement);
    const bool said_why =
        !rule.justification.empty() || !statement["impact_statement"].text().empty();
    if (rule.state == State::kNotAffected && !said_why) {
      return reading_.problem(
          place, "it says neither by a justification nor an impact statement why not affected");
    }
    rule.owner = statement["supplier"].text().empty() ? root_["author"].string()
                                                      : statement["supplier"].string();
    rule.stated = date_of(statement) != 0 ? date_of(statement) : date_of(root_);
    if (statement["products"].size() == 0) return reading_.problem(place, "it names no product");
    for (const Json product : statement["products"].items())
      read_product(product, statement, rule, place);
  }

  void read_product(Json product, Json statement, Rule rule, const std::string& place) {
    rule.product = identity_of(product);
    if (rule.product.empty()) return reading_.problem(place, "a product has no identity");
    // In 0.0.1 the subcomponents stand beside the products.
    const Json subcomponents =
        product["subcomponents"].missing() ? statement["subcomponents"] : product["subcomponents"];
    if (subcomponents.size() == 0) return reading_.add(std::move(rule));
    for (const Json subcomponent : subcomponents.items()) {
      Rule part = rule;
      const std::string identity = identity_of(subcomponent);
      if (parse_purl(identity)) {
        part.purl = identity;
      } else if (const auto cpe = parse_cpe(identity)) {
        part.cpe = to_uri(*cpe);
      } else {
        reading_.problem(place, "a subcomponent has neither a purl nor a CPE: " + identity);
        continue;
      }
      reading_.add(std::move(part));
    }
  }

  Json root_;
  Reading& reading_;
};

}  // namespace

void read_open_vex(Json root, Reading& reading) { Reader(root, reading).read(); }

}  // namespace azekura::scanner::rules

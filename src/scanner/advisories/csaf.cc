// CSAF 2.0 and 2.1 (docs.oasis-open.org/csaf) as Red Hat and SUSE publish it: advisories, and VEX
// by CVE.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/red_hat_terms.h"
#include "scanner/advisories/rpm_claims.h"
#include "scanner/terms/purl.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

constexpr int kBranchDepthMax = 32;
// A package in a module in a product.
constexpr int kRelationDepthMax = 8;

enum class Publisher { kNone, kRedHat, kSuse };

Publisher publisher_of(Json document) {
  const std::string_view space = document["publisher"]["namespace"].text();
  if (space.find("redhat.com") != std::string_view::npos) return Publisher::kRedHat;
  if (space.find("suse.com") != std::string_view::npos) return Publisher::kSuse;
  return Publisher::kNone;
}

// A product of the tree: a platform, a package or a module; or, by a relationship, one within
// another.
struct Product {
  std::string_view name;
  std::string_view cpe;
  std::string_view purl;
  std::string_view part;   // of a relationship: the package…
  std::string_view whole;  // …and what it belongs to
};

// A package in a release.
struct Place {
  EcosystemRelease where;
  std::string name;
  std::string evr;
  std::string module;  // "nodejs:18"
};

class ProductTree {
 public:
  ProductTree(Json tree, Publisher publisher) : publisher_(publisher) {
    add_branches(tree["branches"], 0);
    for (const Json product : tree["full_product_names"].items()) add_product(product);
    for (const Json relation : tree["relationships"].items()) {
      const Json combined = relation["full_product_name"];
      Product& product = products_[combined["product_id"].text()];
      product.part = relation["product_reference"].text();
      product.whole = relation["relates_to_product_reference"].text();
    }
  }

  // Nothing for what belongs to other products.
  std::optional<Place> place_of(std::string_view id) const {
    Place place;
    std::string_view at = id;
    for (int depth = 0; depth < kRelationDepthMax; ++depth) {
      const auto found = products_.find(at);
      if (found == products_.end()) return std::nullopt;
      const Product& product = found->second;
      if (product.whole.empty()) {
        place.where = release_of(product);
        break;
      }
      read_part(product.part, place);
      at = product.whole;
    }
    const bool complete = place.where.ecosystem != Ecosystem::kUnknown && !place.name.empty();
    if (!complete) return std::nullopt;
    return place;
  }

 private:
  void add_branches(Json branches, int depth) {
    if (depth == kBranchDepthMax) return;
    for (const Json branch : branches.items()) {
      if (const Json product = branch["product"]; !product.missing()) add_product(product);
      add_branches(branch["branches"], depth + 1);
    }
  }

  void add_product(Json product) {
    const Json helper = product["product_identification_helper"];
    Product& added = products_[product["product_id"].text()];
    added.name = product["name"].text();
    added.cpe = helper["cpe"].text();
    added.purl = helper["purl"].text();
  }

  EcosystemRelease release_of(const Product& product) const {
    if (publisher_ == Publisher::kRedHat) return red_hat_release(product.cpe);
    for (const auto& [prefix, ecosystem] :
         {std::pair<std::string_view, Ecosystem>{"openSUSE ", Ecosystem::kOpenSuse},
          {"SUSE ", Ecosystem::kSuse}}) {
      if (!product.name.starts_with(prefix)) continue;
      return {ecosystem, std::string(product.name.substr(prefix.size()))};
    }
    return {};
  }

  // The purl tells best; else the id is a name, or a name with a version.
  void read_part(std::string_view id, Place& place) const {
    const auto found = products_.find(id);
    const std::string_view address = found == products_.end() ? "" : found->second.purl;
    if (!address.empty() && read_purl(address, place)) return;
    if (!place.name.empty()) return;
    std::string_view text = id;
    // "mariadb:10.3/mariadb"
    if (const auto [module, name] = split_once(id, '/');
        !name.empty() && module.find(':') != std::string_view::npos) {
      place.module = module;
      text = name;
    }
    place.name = text;
    if (publisher_ == Publisher::kRedHat) {
      std::string_view arch;
      if (auto split = split_nevra(text, arch); split && text.find(':') != std::string_view::npos) {
        place.name = split->name;
        place.evr = std::move(split->evr);
      }
    }
  }

  static bool read_purl(std::string_view address, Place& place) {
    const auto purl = parse_purl(address);
    if (!purl) return false;
    const auto qualifier = [&](const char* key) {
      const auto found = purl->qualifiers.find(key);
      return found == purl->qualifiers.end() ? std::string_view() : found->second;
    };
    if (purl->type == "rpmmod") {
      place.module = purl->name + ":" + std::string(split_once(purl->version, ':').first);
      return true;
    }
    if (purl->type != "rpm" || !place.name.empty()) return purl->type == "rpm";
    place.name = purl->name;
    if (!purl->version.empty()) place.evr = evr_of(qualifier("epoch"), purl->version, "");
    if (const std::string_view module = qualifier("rpmmod"); !module.empty()) {
      place.module = module_stream_of(module);
    }
    return true;
  }

  const Publisher publisher_;
  std::unordered_map<std::string_view, Product> products_;
};

// What a document says about single products beside their status.
struct Remedies {
  std::unordered_map<std::string_view, std::string_view> advisories;  // "RHSA-2024:1"
  std::unordered_map<std::string_view, std::string_view> words;       // "Will not fix"
  std::unordered_map<std::string_view, Severity> impacts;

  template <typename Map>
  static auto get(const Map& map, std::string_view id) {
    const auto found = map.find(id);
    return found == map.end() ? typename Map::mapped_type() : found->second;
  }
};

Remedies remedies_of(Json vulnerability) {
  Remedies remedies;
  for (const Json item : vulnerability["remediations"].items()) {
    const std::string_view category = item["category"].text();
    const std::string_view url = item["url"].text();
    const bool fix = category == "vendor_fix";
    if (!fix && category != "none_available" && category != "no_fix_planned") continue;
    for (const Json id : item["product_ids"].items()) {
      if (fix) remedies.advisories[id.text()] = url.substr(url.find_last_of('/') + 1);
      if (!fix) {
        const std::string_view details = trimmed(item["details"].text());
        const bool planned = category == "none_available";
        remedies.words[id.text()] = !details.empty() ? details
                                    : planned        ? "Affected"
                                                     : "Will not fix";
      }
    }
  }
  for (const Json item : vulnerability["threats"].items()) {
    if (item["category"].text() != "impact") continue;
    const Severity impact = parse_severity(item["details"].text());
    for (const Json id : item["product_ids"].items()) remedies.impacts[id.text()] = impact;
  }
  return remedies;
}

struct Status {
  const char* key;
  State state;
};
constexpr std::array kStatuses{
    Status{"fixed", State::kFixed},
    Status{"recommended", State::kFixed},  // SUSE
    Status{"known_affected", State::kAffected},
    Status{"known_not_affected", State::kNotAffected},
    Status{"under_investigation", State::kInvestigating},
};

// SUSE joins name, version and release, and gives no purl.
bool read_version(Place& place) {
  if (!place.evr.empty()) return true;
  const auto split = split_nevr(place.name);
  if (!split) return false;
  place.evr = split->evr;
  place.name = std::string(split->name);
  return true;
}

State unfixed_state(std::string_view word) {
  const State state = red_hat_state(word);
  return state == State::kInvestigating ? State::kAffected : state;
}

class Document {
 public:
  Document(Json root, Publisher publisher, Advisory& advisory)
      : tree_(root["product_tree"], publisher), advisory_(advisory), claims_(advisory) {}

  void read_statuses(Json vulnerability, std::span<const Status> statuses) {
    const Remedies remedies = remedies_of(vulnerability);
    for (const Status& status : statuses) {
      for (const Json id : vulnerability["product_status"][status.key].items()) {
        add(id.text(), status.state, remedies);
      }
    }
  }

 private:
  void add(std::string_view id, State state, const Remedies& remedies) {
    auto place = tree_.place_of(id);
    if (!place) return;
    Affected claim;
    claim.state = state;
    if (state == State::kFixed) {
      if (!read_version(*place)) return;
      claim.ranges.push_back(fixed_at(place->evr));
      claim.advisory = Remedies::get(remedies.advisories, id);
      if (claim.advisory == advisory_.id) claim.advisory.clear();
    }
    if (state == State::kAffected) {
      const std::string_view word = Remedies::get(remedies.words, id);
      claim.state = unfixed_state(word);
      claim.note = cut_note(word);
    }
    claim.severity = Remedies::get(remedies.impacts, id);
    claim.qualifier = place->module;
    if (claim.qualifier.empty()) claim.qualifier = module_qualifier(place->evr);
    claim.where = std::move(place->where);
    claim.name = std::move(place->name);
    claims_.add(std::move(claim));
  }

  const ProductTree tree_;
  const Advisory& advisory_;
  ClaimList claims_;
};

void read_scores(Json vulnerability, std::string_view source, Advisory& advisory) {
  const auto add = [&](Json content) {
    for (const char* key : {"cvss_v4", "cvss_v3", "cvss_v2"}) {
      const std::string_view vector = content[key]["vectorString"].text();
      const bool known = std::any_of(advisory.scores.begin(), advisory.scores.end(),
                                     [&](const Score& each) { return each.vector == vector; });
      if (vector.empty() || known) continue;
      advisory.scores.push_back({std::string(source), std::string(vector), 0});
    }
  };
  for (const Json score : vulnerability["scores"].items()) add(score);
  for (const Json metric : vulnerability["metrics"].items()) add(metric["content"]);
}

std::string_view note_of(Json notes, std::initializer_list<std::string_view> categories) {
  for (const std::string_view category : categories) {
    for (const Json note : notes.items()) {
      if (note["category"].text() == category) return trimmed(note["text"].text());
    }
  }
  return {};
}

void read_document(Json document, Advisory& advisory) {
  const Json tracking = document["tracking"];
  advisory.published = parse_time(tracking["initial_release_date"].text());
  advisory.modified = parse_time(tracking["current_release_date"].text());
  advisory.severity = parse_severity(document["aggregate_severity"]["text"].text());
  advisory.english.title = document["title"].string();
  advisory.english.body = note_of(document["notes"], {"general", "description", "summary"});
  for (const Json item : document["references"].items())
    add_reference(advisory, item["url"].text());
}

void read_vulnerability(Json vulnerability, std::string_view source, Advisory& advisory) {
  for (const Json item : vulnerability["references"].items()) {
    add_reference(advisory, item["url"].text());
  }
  add_cwes(vulnerability["cwe"]["id"].text(), advisory);
  for (const Json cwe : vulnerability["cwes"].items()) add_cwes(cwe["id"].text(), advisory);
  const std::string_view text = note_of(vulnerability["notes"], {"description", "general"});
  if (is_cve(advisory.id)) {
    if (!text.empty()) advisory.english.body = text;
    read_scores(vulnerability, source, advisory);
  }
}

void sign(Publisher publisher, Json document, Advisory& advisory) {
  if (publisher == Publisher::kRedHat) return sign_as_red_hat(advisory);
  advisory.english.source = "SUSE";
  advisory.link = is_cve(advisory.id) ? "https://www.suse.com/security/cve/" + advisory.id + ".html"
                                      : document["references"].at(0)["url"].string();
  advisory.english.link = advisory.link;
}

bool recognises(Json root, std::string_view) {
  const Json document = root["document"];
  return document["csaf_version"].is_text() && publisher_of(document) != Publisher::kNone;
}

void import_csaf(Json root, std::string_view file, AdvisorySink& sink) {
  const Json document_part = root["document"];
  const Publisher publisher = publisher_of(document_part);
  Advisory advisory;
  advisory.id = document_part["tracking"]["id"].string();
  if (advisory.id.empty()) return report_bad(sink, file, "a CSAF document without a tracking id");
  read_document(document_part, advisory);
  const bool vex = is_cve(advisory.id);
  Document document(root, publisher, advisory);
  // What an advisory does not fix, it leaves to the VEX of each problem.
  const std::span<const Status> statuses =
      vex ? std::span<const Status>(kStatuses) : std::span<const Status>(kStatuses).first(2);
  for (const Json vulnerability : root["vulnerabilities"].items()) {
    const std::string_view cve = vulnerability["cve"].text();
    if (cve != advisory.id && !cve.empty()) add_subject(advisory, cve);
    read_vulnerability(vulnerability, publisher == Publisher::kRedHat ? "redhat" : "suse",
                       advisory);
    document.read_statuses(vulnerability, statuses);
  }
  note_state_of_text(advisory, advisory.english.body);
  sign(publisher, document_part, advisory);
  sink.add(std::move(advisory));
}

constexpr std::array kJson{JsonFormat{"csaf", recognises, import_csaf}};

}  // namespace

FormatFamily csaf_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

// CSAF 2.0 and 2.1: the statements of status, in VEX documents and in security advisories.

#include <array>
#include <map>
#include <unordered_map>

#include "scanner/rules/dates.h"
#include "scanner/rules/reading.h"
#include "scanner/terms/cpe.h"
#include "scanner/terms/purl.h"

namespace azekura::scanner::rules {
namespace {

// What the product tree says of a product.
struct Product {
  std::vector<std::string> purls;
  std::string cpe;
  std::string version;  // of the branch it hangs on
  std::string range;
  // Of a relationship: the component, and what it is a component of.
  std::string component;
  std::string platform;
};

struct Status {
  const char* key;
  State state;
};
// What is recommended says nothing of its state.
constexpr std::array kStatuses{
    Status{"known_not_affected", State::kNotAffected},
    Status{"fixed", State::kFixed},
    Status{"first_fixed", State::kFixed},
    Status{"known_affected", State::kAffected},
    Status{"first_affected", State::kAffected},
    Status{"last_affected", State::kAffected},
    Status{"under_investigation", State::kInvestigating},
    Status{"unknown", State::kInvestigating},
};

// A product of a product of …: more than any vendor has.
constexpr int kRelationshipsDeepMax = 8;

class Reader {
 public:
  Reader(Json root, Reading& reading) : root_(root), reading_(reading) {}

  void read() {
    const Json tree = root_["product_tree"];
    for (const Json branch : tree["branches"].items()) read_branch(branch);
    for (const Json product : tree["full_product_names"].items()) read_product(product);
    for (const Json relationship : tree["relationships"].items()) read_relationship(relationship);
    for (const Json path : tree["product_paths"].items()) read_path(path);
    for (const Json group : tree["product_groups"].items()) {
      for (const Json id : group["product_ids"].items()) {
        groups_[group["group_id"].string()].push_back(id.string());
      }
    }
    int number = 0;
    for (const Json vulnerability : root_["vulnerabilities"].items()) {
      ++number;
      const std::string_view cve = vulnerability["cve"].text();
      read_vulnerability(vulnerability, cve.empty() ? "vulnerability " + std::to_string(number)
                                                    : std::string(cve));
    }
  }

 private:
  // As deep as a document may be (kDocumentDepthMax).
  void read_branch(Json branch) {
    for (const Json inner : branch["branches"].items()) read_branch(inner);
    if (!branch["product"].is_object()) return;
    Product& product = read_product(branch["product"]);
    const std::string_view category = branch["category"].text();
    if (category == "product_version") product.version = branch["name"].string();
    if (category == "product_version_range") product.range = branch["name"].string();
  }

  Product& read_product(Json name) {
    Product& product = products_[name["product_id"].string()];
    const Json helper = name["product_identification_helper"];
    if (!helper["purl"].text().empty()) product.purls.push_back(helper["purl"].string());
    for (const Json purl : helper["purls"].items()) product.purls.push_back(purl.string());
    if (!helper["cpe"].text().empty()) product.cpe = helper["cpe"].string();
    return product;
  }

  void read_relationship(Json relationship) {
    Product& product = read_product(relationship["full_product_name"]);
    product.component = relationship["product_reference"].string();
    product.platform = relationship["relates_to_product_reference"].string();
  }

  // 2.1 writes relationships as paths: a beginning and one or more steps.
  void read_path(Json path) {
    Product& product = read_product(path["full_product_name"]);
    product.component = path["beginning_product_reference"].string();
    if (path["subpaths"].size() == 1) {
      product.platform = path["subpaths"].at(0)["next_product_reference"].string();
    }
  }

  void read_vulnerability(Json vulnerability, const std::string& place) {
    Rule rule = reading_.rule(place);
    if (!vulnerability["cve"].text().empty()) rule.ids.push_back(vulnerability["cve"].string());
    for (const Json id : vulnerability["ids"].items()) {
      if (!id["text"].text().empty()) rule.ids.push_back(id["text"].string());
    }
    if (rule.ids.empty()) return reading_.problem(place, "it names neither a CVE nor another id");
    const Json document = root_["document"];
    rule.owner = document["publisher"]["name"].string();
    rule.stated = parse_date(document["tracking"]["current_release_date"].text()).value_or(0);

    const auto justifications = by_product(vulnerability["flags"], "label", "");
    const auto impacts = by_product(vulnerability["threats"], "details", "impact");
    const auto remedies = by_product(vulnerability["remediations"], "details", "");
    const auto no_fixes = by_product(vulnerability["remediations"], "category", "no_fix_planned");
    for (const Status& status : kStatuses) {
      for (const Json id : vulnerability["product_status"][status.key].items()) {
        const std::string product = id.string();
        Rule each = rule;
        each.state = status.state;
        if (each.state == State::kAffected && no_fixes.contains(product))
          each.state = State::kWontFix;
        each.justification = found(justifications, product);
        each.reason = found(each.state == State::kNotAffected ? impacts : remedies, product);
        add(product, each, place);
      }
    }
  }

  using ByProduct = std::unordered_map<std::string, std::string>;
  static std::string found(const ByProduct& map, const std::string& product) {
    const auto at = map.find(product);
    return at == map.end() ? std::string() : at->second;
  }

  // What a list says under `key` of each product that it names by itself or by a group.
  ByProduct by_product(Json list, const char* key, std::string_view category) const {
    ByProduct map;
    for (const Json item : list.items()) {
      if (!category.empty() && item["category"].text() != category) continue;
      for (const Json id : item["product_ids"].items())
        map.emplace(id.string(), item[key].string());
      for (const Json group : item["group_ids"].items()) {
        const auto at = groups_.find(group.string());
        if (at == groups_.end()) continue;
        for (const std::string& id : at->second) map.emplace(id, item[key].string());
      }
    }
    return map;
  }

  const Product* product_of(const std::string& id) const {
    const auto at = products_.find(id);
    return at == products_.end() ? nullptr : &at->second;
  }

  void add(const std::string& id, const Rule& rule, const std::string& place) {
    const Product* product = product_of(id);
    if (product == nullptr) return reading_.problem(place, "the product " + id + " is not defined");
    if (product->component.empty()) {
      if (identities_of(*product).empty()) return unknown(id, place);
      return add_component(*product, id, rule, place);
    }
    const Platform platform = platform_of(*product);
    if (platform.ecosystem.empty() && platform.product.empty()) {
      return reading_.problem(place,
                              "the product " + product->platform + " has neither a purl nor a CPE");
    }
    Rule placed = rule;
    placed.ecosystem = platform.ecosystem;
    placed.product = platform.product;
    // The component itself may be a relationship.
    const Product* component = product_of(product->component);
    for (int depth = 0; component != nullptr && !component->component.empty(); ++depth) {
      if (depth == kRelationshipsDeepMax)
        return reading_.problem(place, "the product " + id + " is nested too deeply");
      component = product_of(component->component);
    }
    if (component == nullptr || identities_of(*component).empty())
      return unknown(product->component, place);
    add_component(*component, id, placed, place);
  }

  void unknown(const std::string& id, const std::string& place) {
    reading_.problem(place, "the product " + id + " has neither a purl nor a CPE");
  }

  static std::vector<std::string> identities_of(const Product& product) {
    std::vector<std::string> identities = product.purls;
    if (identities.empty() && !product.cpe.empty()) identities.push_back(product.cpe);
    return identities;
  }

  // What the component of a relationship lies in: a release of Red Hat's, or a product.
  struct Platform {
    std::string ecosystem;
    std::string product;
  };
  Platform platform_of(const Product& relationship) const {
    const Product* platform = product_of(relationship.platform);
    if (platform == nullptr) return {};
    constexpr std::string_view kRedHat = ":redhat:";
    const std::size_t at = platform->cpe.find(kRedHat);
    if (at != std::string::npos) {
      const std::string osv = "Red Hat:" + platform->cpe.substr(at + kRedHat.size());
      if (parse_ecosystem(osv).ecosystem != Ecosystem::kUnknown) return {osv, {}};
    }
    const auto identities = identities_of(*platform);
    return {{}, identities.empty() ? std::string() : identities.front()};
  }

  void add_component(const Product& component, const std::string& id, const Rule& rule,
                     const std::string& place) {
    for (const std::string& identity : identities_of(component)) {
      Rule each = rule;
      if (const auto purl = parse_purl(identity)) {
        if (!add_version(component, *purl, each)) {
          reading_.problem(place, "the product " + id +
                                      " has a version range that is no vers: " + component.range);
          continue;
        }
        // Alone, it may also be what the component lies in.
        const bool alone =
            each.product.empty() && each.ecosystem.empty() && each.version_range.empty();
        (alone ? each.product : each.purl) = identity;
      } else if (const auto cpe = parse_cpe(identity)) {
        if (!component.range.empty() && cpe->version == "*") {
          reading_.problem(place, "the product " + id + " has a version range, but no purl");
          continue;
        }
        if (each.product.empty()) {
          each.product = identity;
        } else {
          each.cpe = to_uri(*cpe);
        }
      } else {
        reading_.problem(place,
                         "the product " + id + " has an identity that is neither a purl nor a CPE");
        continue;
      }
      reading_.add(std::move(each));
    }
  }

  // A purl without a version is of the version or the range that its branch names. False for a
  // range in free words.
  static bool add_version(const Product& component, const Purl& purl, Rule& rule) {
    if (!purl.version.empty()) return true;
    if (!component.range.empty()) {
      if (!component.range.starts_with("vers:")) return false;
      rule.version_range = component.range;
      return true;
    }
    // Some hang all versions on a branch that repeats the name.
    if (component.version != purl.name) rule.version = component.version;
    return true;
  }

  Json root_;
  Reading& reading_;
  std::unordered_map<std::string, Product> products_;
  std::unordered_map<std::string, std::vector<std::string>> groups_;
};

}  // namespace

void read_csaf(Json root, Reading& reading) { Reader(root, reading).read(); }

}  // namespace azekura::scanner::rules

// Updateinfo: the errata of RPM repositories (createrepo_c's updateinfo.xml) as AlmaLinux, Rocky
// Linux, Fedora, Red Hat and Amazon Linux serve them, and Amazon's in a JSON rendering with the
// same fields.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/advisories/families.h"
#include "scanner/advisories/fields.h"
#include "scanner/advisories/rpm_claims.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

struct Package {
  std::string name;
  std::string evr;
  std::string release;  // the RPM's, for its dist tag
  std::string arch;
};

struct Collection {
  std::string short_name;  // "amazon-linux-2---nginx1", "F43"
  std::string module;      // "nodejs:18"
  std::vector<Package> packages;
};

struct Reference {
  std::string url;
  std::string id;
  std::string title;
};

struct Update {
  std::string id;
  std::string type;
  std::string title;
  std::string description;
  std::string severity;
  std::string release;  // "Fedora 43"
  std::string issued;
  std::string updated;
  std::vector<Reference> references;
  std::vector<Collection> collections;
};

struct Vendor {
  std::string_view prefix;
  Ecosystem ecosystem;
  std::string_view name;
};
// EPEL is nobody's distribution: its texts are kept, its packages are not.
constexpr std::array kVendors{
    Vendor{"ALAS", Ecosystem::kAmazonLinux, "Amazon Linux"},
    Vendor{"ALSA-", Ecosystem::kAlmaLinux, "AlmaLinux"},
    Vendor{"ALBA-", Ecosystem::kAlmaLinux, "AlmaLinux"},
    Vendor{"ALEA-", Ecosystem::kAlmaLinux, "AlmaLinux"},
    Vendor{"RLSA-", Ecosystem::kRockyLinux, "Rocky Linux"},
    Vendor{"RLBA-", Ecosystem::kRockyLinux, "Rocky Linux"},
    Vendor{"RLEA-", Ecosystem::kRockyLinux, "Rocky Linux"},
    Vendor{"RXSA-", Ecosystem::kRockyLinux, "Rocky Linux"},
    Vendor{"RHSA-", Ecosystem::kRedHat, "Red Hat"},
    Vendor{"RHBA-", Ecosystem::kRedHat, "Red Hat"},
    Vendor{"RHEA-", Ecosystem::kRedHat, "Red Hat"},
    Vendor{"FEDORA-EPEL-", Ecosystem::kUnknown, "EPEL"},
    Vendor{"FEDORA-", Ecosystem::kFedora, "Fedora"},
};

const Vendor* vendor_of(std::string_view id) {
  const auto* found = std::find_if(kVendors.begin(), kVendors.end(),
                                   [&](const Vendor& each) { return id.starts_with(each.prefix); });
  return found == kVendors.end() ? nullptr : found;
}

std::string_view leading_digits(std::string_view text) {
  const auto* end = std::find_if_not(text.begin(), text.end(), is_digit);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// The number that follows the first of `words` that the text holds.
std::string_view number_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  return at == std::string_view::npos ? std::string_view()
                                      : leading_digits(text.substr(at + word.size()));
}

// "-2024-" or "-2024:" with something behind it.
bool has_year_and_number(std::string_view id) {
  for (std::size_t at = id.find('-'); at != std::string_view::npos; at = id.find('-', at + 1)) {
    const std::string_view year = leading_digits(id.substr(at + 1));
    const std::size_t end = at + 1 + year.size();
    if (year.size() == 4 && end + 1 < id.size() && (id[end] == '-' || id[end] == ':')) return true;
  }
  return false;
}

// "amazon-linux-ami" is the first; ALAS2023NVIDIA-… tells its release where the collection does
// not.
std::string amazon_release(std::string_view id, std::string_view collection) {
  if (collection.starts_with("amazon-linux-ami")) return "1";
  std::string_view digits = number_after(collection, "amazon-linux-");
  if (digits.empty()) digits = leading_digits(id.substr(4));
  return digits.empty() ? "1" : std::string(digits);
}

// "extras:nginx1": packages of a topic are newer than the core's of the same name. Amazon Linux
// 2023's further repositories hold packages of their own names only.
std::string amazon_topic(std::string_view release, std::string_view collection) {
  constexpr std::string_view kMark = "---";
  const std::size_t at = collection.find(kMark);
  if (release != "2" || at == std::string_view::npos) return {};
  return "extras:" + to_lower(collection.substr(at + kMark.size()));
}

// "https://alas.aws.amazon.com/AL2/ALASNGINX1-2023-006.html": the release is a folder there.
std::string amazon_page(std::string_view id) {
  const std::string_view digits = leading_digits(id.substr(4));
  std::string page = "https://alas.aws.amazon.com/";
  if (!digits.empty()) page.append("AL").append(digits).append("/");
  return page.append("ALAS").append(id.substr(4 + digits.size())).append(".html");
}

std::string release_of(const Update& update, const Vendor& vendor, const Collection& collection,
                       const Package& package) {
  const std::string short_name = to_lower(collection.short_name);
  std::string_view digits;
  switch (vendor.ecosystem) {
    case Ecosystem::kAmazonLinux:
      return amazon_release(update.id, short_name);
    case Ecosystem::kFedora:
      digits = number_after(update.release, "Fedora ");
      if (digits.empty()) digits = number_after(short_name, "f");
      return std::string(digits);
    case Ecosystem::kAlmaLinux:
      digits = number_after(short_name, "almalinux-");
      break;
    case Ecosystem::kRockyLinux:
      digits = number_after(short_name, "rocky-linux-");
      break;
    default:
      break;
  }
  if (digits.empty()) digits = enterprise_release_of(package.release);
  return std::string(digits);
}

std::string qualifier_of(const Vendor& vendor, const Collection& collection, const Package& package,
                         std::string_view release) {
  if (vendor.ecosystem == Ecosystem::kAmazonLinux) {
    return amazon_topic(release, collection.short_name);
  }
  const bool modular = package.release.find("module") != std::string::npos;
  if (modular && !collection.module.empty()) return collection.module;
  return module_qualifier(package.evr);
}

void add_claims(const Update& update, const Vendor& vendor, Advisory& advisory) {
  ClaimList claims(advisory);
  for (const Collection& collection : update.collections) {
    for (const Package& package : collection.packages) {
      if (package.arch == "src" || package.name.empty() || package.evr.empty()) continue;
      std::string release = release_of(update, vendor, collection, package);
      if (release.empty()) continue;
      Affected claim;
      claim.qualifier = qualifier_of(vendor, collection, package, release);
      claim.where = {vendor.ecosystem, std::move(release)};
      claim.name = package.name;
      claim.state = State::kFixed;
      claim.ranges.push_back(fixed_at(package.evr));
      claims.add(std::move(claim));
    }
  }
}

void read_subjects(const Update& update, Advisory& advisory) {
  const auto add = [&](std::string_view text) {
    for (const std::string& cve : cves_in(text)) add_once(advisory.about, cve);
  };
  for (const Reference& reference : update.references) {
    add(reference.id);
    add(reference.title);
    add_reference(advisory, reference.url);
  }
  // Descriptions compare with other CVEs, too.
  if (!advisory.about.empty()) return;
  add(update.title);
  add(update.description);
}

void deliver_update(const Update& update, std::string_view file, AdvisorySink& sink) {
  const Vendor* vendor = vendor_of(update.id);
  if (vendor == nullptr || !has_year_and_number(update.id)) {
    return report_bad(sink, update.id.empty() ? file : update.id,
                      "an update whose id names no distribution that is known");
  }
  Advisory advisory;
  advisory.id = update.id;
  advisory.published = parse_time(update.issued);
  advisory.modified = parse_time(update.updated);
  advisory.severity = parse_severity(update.severity);
  advisory.link =
      vendor->ecosystem == Ecosystem::kAmazonLinux ? amazon_page(update.id) : page_of(update.id);
  read_subjects(update, advisory);
  for (const Reference& reference : update.references) {
    if (advisory.link.empty() && reference.id == update.id) advisory.link = reference.url;
  }
  advisory.english = {update.title, update.description, std::string(vendor->name), advisory.link};
  const bool is_problem = update.type == "security" || !advisory.about.empty();
  if (is_problem && vendor->ecosystem != Ecosystem::kUnknown) {
    add_claims(update, *vendor, advisory);
  }
  sink.add(std::move(advisory));
}

// XML.

std::string attribute_text(XmlNode node, std::string_view name) {
  return std::string(attribute(node, name));
}

Collection read_collection(XmlNode node) {
  Collection collection;
  collection.short_name = attribute_text(node, "short");
  if (const XmlNode module = child(node, "module")) {
    collection.module = attribute_text(module, "name") + ":" + attribute_text(module, "stream");
  }
  for (const XmlNode package : children(node, "package")) {
    const std::string_view release = attribute(package, "release");
    collection.packages.push_back(
        {.name = attribute_text(package, "name"),
         .evr = evr_of(attribute(package, "epoch"), attribute(package, "version"), release),
         .release = std::string(release),
         .arch = attribute_text(package, "arch")});
  }
  return collection;
}

Update read_update(XmlNode node) {
  Update update;
  update.id = child_text(node, "id");
  update.type = attribute_text(node, "type");
  update.title = child_text(node, "title");
  update.description = child_text(node, "description");
  update.severity = child_text(node, "severity");
  update.release = child_text(node, "release");
  update.issued = attribute_text(child(node, "issued"), "date");
  update.updated = attribute_text(child(node, "updated"), "date");
  for (const XmlNode reference : children(child(node, "references"), "reference")) {
    update.references.push_back({attribute_text(reference, "href"), attribute_text(reference, "id"),
                                 attribute_text(reference, "title")});
  }
  for (const XmlNode collection : children(child(node, "pkglist"), "collection")) {
    update.collections.push_back(read_collection(collection));
  }
  return update;
}

void import_xml(XmlNode root, std::string_view file, AdvisorySink& sink) {
  for (const XmlNode node : children(root, "update")) {
    deliver_update(read_update(node), file, sink);
  }
}

// JSON: Go's names for the same fields.

Update read_update(Json root) {
  Update update;
  update.id = root["ID"].string();
  update.type = root["Type"].string();
  update.title = root["Title"].string();
  update.description = root["Description"].string();
  update.severity = root["Severity"].string();
  update.issued = root["Issued"]["Date"].string();
  update.updated = root["Updated"]["Date"].string();
  for (const Json reference : root["References"]["Reference"].items()) {
    update.references.push_back(
        {reference["Href"].string(), reference["ID"].string(), reference["Title"].string()});
  }
  const Json from = root["Pkglist"]["Collection"];
  Collection& collection = update.collections.emplace_back();
  collection.short_name = from["Short"].string();
  for (const Json package : from["Package"].items()) {
    const std::string_view release = package["Release"].text();
    collection.packages.push_back(
        {.name = package["Name"].string(),
         .evr = evr_of(package["Epoch"].text(), package["Version"].text(), release),
         .release = std::string(release),
         .arch = package["Arch"].string()});
  }
  return update;
}

bool recognises_json(Json root, std::string_view) {
  return root["ID"].is_text() && root["Pkglist"].is_object() && root["Issued"].is_object();
}

void import_json(Json root, std::string_view file, AdvisorySink& sink) {
  deliver_update(read_update(root), file, sink);
}

constexpr std::array kXml{XmlFormat{"updateinfo", "updates", import_xml}};
constexpr std::array kJson{JsonFormat{"updateinfo-json", recognises_json, import_json}};

}  // namespace

FormatFamily updateinfo_formats() { return {.json = kJson, .xml = kXml, .text = {}}; }

}  // namespace azekura::scanner::advisories

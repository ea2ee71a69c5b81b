// endoflife.date: how long the releases of distributions are looked after. API v1 ("full" and one
// product), and the Markdown files of the project itself, whose front matter is YAML. Products that
// are no distribution of ours are passed over.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/records.h"
#include "scanner/document/text.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

struct Product {
  std::string_view name;
  Ecosystem ecosystem;
};
constexpr std::array kProducts{
    Product{"debian", Ecosystem::kDebian},
    Product{"ubuntu", Ecosystem::kUbuntu},
    Product{"alpine", Ecosystem::kAlpine},
    Product{"alpine-linux", Ecosystem::kAlpine},
    Product{"almalinux", Ecosystem::kAlmaLinux},
    Product{"rocky-linux", Ecosystem::kRockyLinux},
    Product{"rhel", Ecosystem::kRedHat},
    Product{"amazon-linux", Ecosystem::kAmazonLinux},
    Product{"sles", Ecosystem::kSuse},
    Product{"opensuse", Ecosystem::kOpenSuse},
    Product{"oracle-linux", Ecosystem::kOracleLinux},
    Product{"fedora", Ecosystem::kFedora},
};

std::optional<Ecosystem> ecosystem_of_product(std::string_view name) {
  for (const Product& product : kProducts) {
    if (product.name == name) return product.ecosystem;
  }
  return std::nullopt;
}

// Their cycle as the ecosystem's release: "3.19" as "v3.19", "15.5" of SLES as "Linux Enterprise
// Server 15 SP5".
std::string release_of(Ecosystem ecosystem, std::string_view cycle) {
  const std::string text(cycle);
  switch (ecosystem) {
    case Ecosystem::kAlpine:
      return cycle == "edge" ? text : "v" + text;
    case Ecosystem::kSuse: {
      const auto [major, pack] = split_once(cycle, '.');
      const std::string name = "Linux Enterprise Server " + std::string(major);
      return pack.empty() ? name : name + " SP" + std::string(pack);
    }
    case Ecosystem::kOpenSuse:
      return is_digit(text.empty() ? ' ' : text.front()) ? "Leap " + text : text;
    default:
      return text;
  }
}

// The names of the same things in the API (first) and in the project's files.
Json either(Json release, const char* api, const char* file) {
  const Json found = release[api];
  return found.missing() ? release[file] : found;
}

void add_release(Ecosystem ecosystem, Json release, std::string_view record, AdvisorySink& sink) {
  const std::string cycle = either(release, "name", "releaseCycle").scalar();
  if (cycle.empty()) {
    sink.bad_record(std::string(record),
                    {.code = Code::kInvalid, .message = "a release without name", .hint = {}});
    return;
  }
  const Json codename = release["codename"];
  // An end that is not known yet is `false`: 0.
  sink.add(ReleaseLife{
      .release = {.ecosystem = ecosystem, .release = release_of(ecosystem, cycle)},
      .codename = tidy(codename.text()),
      .end_of_support = parse_time(either(release, "eolFrom", "eol").text()),
      .end_of_extended_support = parse_time(either(release, "eoesFrom", "eoes").text()),
  });
}

void add_product(Json product, AdvisorySink& sink) {
  const std::string_view name = product["name"].text();
  const auto ecosystem = ecosystem_of_product(name);
  if (!ecosystem) return;
  for (const Json release : product["releases"].items())
    add_release(*ecosystem, release, name, sink);
}

bool recognises_api(Json root, std::string_view) {
  const Json result = root["result"];
  return root["schema_version"].is_text() &&
         (result["releases"].is_array() || result.at(0)["releases"].is_array());
}

void import_api(Json root, std::string_view, AdvisorySink& sink) {
  const Json result = root["result"];
  if (result.is_object()) add_product(result, sink);
  for (const Json product : result.items()) add_product(product, sink);
}

// "---\n…\n---\n" at the beginning of a Markdown file.
std::string_view front_matter(std::string_view octets) {
  if (!octets.starts_with("---\n") && !octets.starts_with("---\r\n")) return {};
  octets.remove_prefix(octets.find('\n') + 1);
  const auto end = octets.find("\n---");
  return end == std::string_view::npos ? std::string_view() : octets.substr(0, end + 1);
}

bool recognises_file(std::string_view octets, std::string_view) {
  const std::string_view matter = front_matter(octets);
  return matter.find("\nreleases:") != std::string_view::npos &&
         matter.find("releaseCycle:") != std::string_view::npos;
}

void import_product_file(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  std::string_view name = base_name(file);
  name = name.substr(0, name.rfind('.'));
  const auto ecosystem = ecosystem_of_product(name);
  if (!ecosystem) return;
  const auto document = parse_yaml_one(front_matter(octets));
  if (!document) {
    sink.bad_record(std::string(file), document.error());
    return;
  }
  for (const Json release : document->root()["releases"].items()) {
    add_release(*ecosystem, release, file, sink);
  }
}

constexpr std::array kJson{
    JsonFormat{.name = "endoflife-date", .recognises = recognises_api, .import = import_api}};
constexpr std::array kText{TextFormat{.name = "endoflife-date-product",
                                      .recognises = recognises_file,
                                      .import = import_product_file}};

}  // namespace

FormatFamily end_of_life_formats() { return {.json = kJson, .xml = {}, .text = kText}; }

}  // namespace azekura::scanner::advisories

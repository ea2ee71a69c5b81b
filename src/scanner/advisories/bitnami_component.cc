// Bitnami vulndb's config/components: under which CPE name others know a component. What the file
// leaves out is the component's own name.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "scanner/advisories/families.h"
#include "scanner/advisories/records.h"

namespace azekura::scanner::advisories {
namespace {

bool recognises(Json root, std::string_view file) {
  if (!root["name"].is_text() || folder_name(file) != "components") return false;
  for (const auto [key, value] : root.members()) {
    if (key != "name" && !key.starts_with("cpe")) return false;
  }
  return true;
}

void import(Json root, std::string_view file, AdvisorySink& sink) {
  ComponentCpe component{.component = tidy(root["name"].text()),
                         .vendor = tidy(root["cpeVendor"].text()),
                         .product = tidy(root["cpeProduct"].text())};
  if (component.component.empty()) {
    sink.bad_record(std::string(file),
                    {.code = Code::kInvalid, .message = "a component without name", .hint = {}});
    return;
  }
  if (component.product.empty()) component.product = tidy(root["cpeName"].text());
  if (component.product.empty()) component.product = component.component;
  if (component.vendor.empty()) component.vendor = component.component;
  sink.add(std::move(component));
}

constexpr std::array kJson{
    JsonFormat{.name = "bitnami-component", .recognises = recognises, .import = import}};

}  // namespace

FormatFamily bitnami_component_formats() { return {.json = kJson, .xml = {}, .text = {}}; }

}  // namespace azekura::scanner::advisories

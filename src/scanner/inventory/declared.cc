#include "scanner/inventory/declared.h"

#include <fmt/format.h>

#include "scanner/document/text.h"
#include "scanner/terms/cpe.h"
#include "scanner/terms/purl.h"

namespace azekura::scanner::inventory {
namespace {

Result<Component> by_cpe(std::string_view text) {
  ASSIGN_OR_RETURN(const Cpe cpe, parse_cpe(text));
  if (cpe.version == "*" || cpe.version == "-") {
    return fail(Code::kInvalid, fmt::format("{} has no version", text));
  }
  Component component{.ecosystem = Ecosystem::kCpe,
                      .name = product_key(cpe),
                      .version = cpe.version,
                      .cpe = std::string(text),
                      .evidence = Evidence::kDeclared};
  if (cpe.update != "*" && cpe.update != "-") component.version += cpe.update;
  return component;
}

Result<Component> by_purl(std::string_view text) {
  ASSIGN_OR_RETURN(const Purl purl, parse_purl(text));
  const EcosystemRelease where = ecosystem_of(purl);
  if (where.ecosystem == Ecosystem::kUnknown) {
    return fail(Code::kInvalid, fmt::format("no source of advisories knows the type of {}", text));
  }
  if (purl.version.empty()) return fail(Code::kInvalid, fmt::format("{} has no version", text));
  return Component{.ecosystem = where.ecosystem,
                   .name = package_name_of(purl),
                   .version = purl.version,
                   .evidence = Evidence::kDeclared};
}

Result<Component> by_name(std::string_view name, std::string_view version) {
  if (name.empty() || version.empty()) {
    return fail(
        Code::kInvalid, "a declared component needs a name and a version",
        "nginx@1.25.3, cpe:2.3:a:f5:nginx:1.25.3:*:*:*:*:*:*:* or pkg:bitnami/nginx@1.25.3");
  }
  return Component{.ecosystem = Ecosystem::kBitnami,
                   .name = std::string(name),
                   .version = std::string(version),
                   .evidence = Evidence::kDeclared};
}

Result<Component> from_table(Json table) {
  if (const auto cpe = table["cpe"].text(); !cpe.empty()) return by_cpe(cpe);
  if (const auto purl = table["purl"].text(); !purl.empty()) return by_purl(purl);
  return by_name(table["name"].text(), table["version"].scalar());
}

}  // namespace

Result<Component> parse_declared(std::string_view text) {
  if (text.starts_with("cpe:")) return by_cpe(text);
  if (text.starts_with("pkg:")) return by_purl(text);
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return by_name(text, {});
  return by_name(text.substr(0, at), text.substr(at + 1));
}

Result<std::vector<Component>> read_declared(std::string_view octets) {
  ASSIGN_OR_RETURN(const JsonDocument document, parse_toml(octets));
  std::vector<Component> components;
  std::size_t number = 0;
  for (const Json table : document.root()["declare"].items()) {
    ++number;
    auto component = from_table(table);
    if (!component) {
      return fail(Code::kInvalid,
                  fmt::format("[[declare]] number {}: {}", number, component.error().message),
                  component.error().hint);
    }
    component->location = table["location"].string();
    components.push_back(std::move(*component));
  }
  return components;
}

}  // namespace azekura::scanner::inventory

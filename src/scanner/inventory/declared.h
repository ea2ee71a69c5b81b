// Declared components: what no package manager knows of, by the user's word.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

// "nginx@1.25.3" (a name of Bitnami's), "cpe:2.3:a:…" or "pkg:…". kInvalid.
Result<Component> parse_declared(std::string_view text);

// A TOML file of [[declare]] tables, each with either name and version, or cpe, or purl; and
// optionally location, which is only shown. kInvalid, with the number of the table.
Result<std::vector<Component>> read_declared(std::string_view octets);

}  // namespace azekura::scanner::inventory

// The label of a module's package: "nodejs:18:8090020240301110609:a75119d5" (rpm's
// MODULARITYLABEL).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "scanner/inventory/component.h"

namespace azekura::scanner::inventory {

// Sets the module's stream ("nodejs:18") and its build ("8090020240301110609.a75119d5"), as far as
// the label has them.
inline void set_module(std::string_view label, Component& component) {
  std::string_view parts[4];
  for (std::string_view& part : parts) {
    const std::size_t end = std::min(label.find(':'), label.size());
    part = label.substr(0, end);
    label.remove_prefix(std::min(end + 1, label.size()));
  }
  const auto& [name, stream, version, context] = parts;
  if (name.empty() || stream.empty()) return;
  component.module_stream = std::string(name) + ":" + std::string(stream);
  if (!version.empty() && !context.empty()) {
    component.module_build = std::string(version) + "." + std::string(context);
  }
}

}  // namespace azekura::scanner::inventory

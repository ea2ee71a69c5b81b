// Cpe: Common Platform Enumeration names (NISTIR 7695), both bindings, and matching (NISTIR 7696).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner {

// Attributes are unescaped; "*" is ANY and "-" is NA.
struct Cpe {
  std::string part = "*";  // a, o, h
  std::string vendor = "*";
  std::string product = "*";
  std::string version = "*";
  std::string update = "*";
  std::string edition = "*";
  std::string language = "*";
  std::string software_edition = "*";
  std::string target_software = "*";
  std::string target_hardware = "*";
  std::string other = "*";

  bool operator==(const Cpe&) const = default;
};

// "cpe:2.3:a:…" or "cpe:/a:…". kInvalid.
Result<Cpe> parse_cpe(std::string_view text);
std::string to_formatted_string(const Cpe& cpe);  // "cpe:2.3:a:f5:nginx:1.2.3:*:*:*:*:*:*:*"

// "a:f5:nginx": the key under which claims about a product are stored (Ecosystem::kCpe). Lower case.
std::string product_key(const Cpe& cpe);

// Whether `name` (an installed thing) lies within `pattern`, attribute by attribute, version and update
// left out. ANY in the pattern takes everything; an attribute that the installed name leaves ANY is
// taken too, for nothing is known against it.
bool covers_attributes(const Cpe& pattern, const Cpe& name);

}  // namespace azekura::scanner

// Cpe: Common Platform Enumeration names (NISTIR 7695), both bindings, and matching (NISTIR 7696).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner {

// "*" is ANY and "-" is NA; * and ? at the ends of a value are wildcards. Other attributes are
// unescaped, but for what would then mean something else: "\*", "\?", "\\" and "\-" alone.
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

inline constexpr std::size_t kCpeSizeMax = 4096;

// "cpe:2.3:a:…" or "cpe:/a:…"; attributes that are missing at the end are ANY. kInvalid.
Result<Cpe> parse_cpe(std::string_view text);
std::string to_formatted_string(const Cpe& cpe);  // "cpe:2.3:a:f5:nginx:1.2.3:*:*:*:*:*:*:*"
std::string to_uri(const Cpe& cpe);               // "cpe:/a:f5:nginx:1.2.3"

// "a:f5:nginx": the key under which claims about a product are stored (Ecosystem::kCpe). Lower
// case.
std::string product_key(const Cpe& cpe);

// How the set that a source attribute names lies to that of a target (NISTIR 7696 Table 6-2).
enum class CpeRelation : std::uint8_t { kDisjoint, kEqual, kSubset, kSuperset, kUndefined };
CpeRelation relation(std::string_view source, std::string_view target);

// Whether `name` (an installed thing) lies within `pattern`, attribute by attribute, version and
// update left out. ANY in the pattern takes everything; an attribute that the installed name leaves
// ANY is taken too, for nothing is known against it.
bool covers_attributes(const Cpe& pattern, const Cpe& name);

}  // namespace azekura::scanner

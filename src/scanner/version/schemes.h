// The schemes that scheme.cc's table lists; inside the room only.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "scanner/version/key_builder.h"

namespace azekura::scanner::version {

enum class Standing : std::uint8_t {
  kNone,     // no version, and no place in the order
  kOrdered,  // the original would not accept it, yet it has a place in the order
  kValid,
};

// Each appends the version's key, unless it answers kNone. `version` is not empty, has no NUL and
// at most kVersionSizeMax octets.
Standing write_dpkg(std::string_view version, KeyBuilder& key);
Standing write_rpm(std::string_view version, KeyBuilder& key);
Standing write_apk(std::string_view version, KeyBuilder& key);
Standing write_semver(std::string_view version, KeyBuilder& key);
Standing write_go(std::string_view version, KeyBuilder& key);
Standing write_pub(std::string_view version, KeyBuilder& key);
Standing write_bitnami(std::string_view version, KeyBuilder& key);
Standing write_nuget(std::string_view version, KeyBuilder& key);
Standing write_pep440(std::string_view version, KeyBuilder& key);
Standing write_gem(std::string_view version, KeyBuilder& key);
Standing write_composer(std::string_view version, KeyBuilder& key);
Standing write_generic(std::string_view version, KeyBuilder& key);

// Maven's order has cycles (1-alpha < 1 < 1.sp.1 < 1-alpha), so no key can have it.
std::strong_ordering compare_maven(std::string_view a, std::string_view b);

}  // namespace azekura::scanner::version

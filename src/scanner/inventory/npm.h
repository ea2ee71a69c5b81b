// What the lockfiles of JavaScript have in common.
#pragma once

#include <array>
#include <string_view>

namespace azekura::scanner::inventory {

inline constexpr std::array kNpmGroups = {"dependencies", "devDependencies", "optionalDependencies",
                                          "peerDependencies"};

struct NpmPackage {
  std::string_view name;
  std::string_view version;  // empty: of a git commit, an address, a path
};
// What stands behind a name and what is written as its version: ("old", "npm:@scope/name@1.0.0") is
// @scope/name 1.0.0; ("a", "file:../a") is a without a version.
NpmPackage npm_package(std::string_view name, std::string_view version);

}  // namespace azekura::scanner::inventory

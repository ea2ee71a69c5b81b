// RPM claims: what advisories of RPM distributions have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

// "name-epoch:version-release": what stands before the last but one hyphen, and after it. Without
// two hyphens nothing; an epoch of 0 is left out of `evr`.
struct NameAndVersion {
  std::string_view name;
  std::string evr;
};
std::optional<NameAndVersion> split_nevr(std::string_view text);
// The same with ".aarch64.rpm" or ".src" behind it; `arch` is set to it.
std::optional<NameAndVersion> split_nevra(std::string_view text, std::string_view& arch);

// "1:2.3-4"; without the epoch if it is 0 or empty.
std::string evr_of(std::string_view epoch, std::string_view version, std::string_view release);
// "9" of "1.el9_2", "8" of "2.module_el8.5.0+2632"; empty without such a tag.
std::string_view enterprise_release_of(std::string_view rpm_release);
// "mariadb:10.3" of "mariadb:10.3:8050020220427075058:c5368500:x86_64".
std::string_view module_stream_of(std::string_view module);

// Adds claims to an advisory, each once: feeds repeat them for every architecture.
class ClaimList {
 public:
  explicit ClaimList(Advisory& advisory) : advisory_(advisory) {}
  void add(Affected claim);

 private:
  Advisory& advisory_;
  std::unordered_set<std::string> seen_;
};

}  // namespace azekura::scanner::advisories

// Yum repositories: where the updateinfo of one lies (createrepo's repomd.xml).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner::feeds {

struct UpdateInfoFile {
  std::string href;    // relative to the repository: "repodata/…-updateinfo.xml.gz"
  std::string sha256;  // empty where the index has another kind of sum
};
// kInvalid; kNotFound for a repository without an updateinfo.
Result<UpdateInfoFile> update_info_of(std::string_view repomd);

// The first line that is an address: of a mirror.list.
std::string first_line(std::string_view text);

}  // namespace azekura::scanner::feeds

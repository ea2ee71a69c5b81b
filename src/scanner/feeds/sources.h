// Sources: which advisories are fetched, and from where. A TOML file that the user may change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace azekura::scanner::feeds {

struct Source {
  std::string name;               // "debian": [a-z0-9-], unique
  std::vector<std::string> urls;  // https, or http for a mirror of one's own; file:// for a file
  // Repositories of rpm packages whose updateinfo is wanted: the address of one, or of a
  // mirror.list.
  std::vector<std::string> yum;
  bool enabled = true;
  // A URL of SHA-256 sums, where the publisher has one (checksums.h). Each of `urls` must be there.
  std::string sha256_url;
  std::string note;  // for the reader: licence, size, what it is for
};

struct SourceList {
  std::vector<Source> sources;
  std::string proxy;  // as curl understands it; empty: the environment's
  // {from, to}: the beginning of a URL that is replaced, for a mirror.
  std::vector<std::pair<std::string, std::string>> mirrors;
  int at_once = 4;  // downloads at the same time, 1 to 16
};

// kInvalid, with the line or the source.
Result<SourceList> parse_sources(std::string_view toml);
// The official sources, as the TOML file that `azekura scan sources --print` gives to be changed.
std::string_view built_in_sources();

}  // namespace azekura::scanner::feeds

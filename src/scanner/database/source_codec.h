// The section kSources: a count, then each SourceInfo, as varints and varint-counted texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/database/database.h"

namespace azekura::scanner {

std::string encode_sources(const std::vector<SourceInfo>& sources);
// Of whatever octets: what they do not hold is empty.
std::vector<SourceInfo> decode_sources(std::string_view octets);

}  // namespace azekura::scanner

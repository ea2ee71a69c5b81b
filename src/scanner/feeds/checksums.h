// Checksums: what publishers say the SHA-256 of their files is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace azekura::scanner::feeds {

// The sum of the file that `url` ends in, out of lines "HEX  NAME" or "HEX *NAME", a lone digest,
// or JSON in which an object has both the URL (or the name) and a sha256 (JVN's checksum.txt).
// Lower case; empty if it is not there.
std::string sum_for(std::string_view url, std::string_view sums);

// SHA-256 of a file, hexadecimal. kNotFound, kIo.
Result<std::string> sha256_of(const std::string& path);

}  // namespace azekura::scanner::feeds

// YAML, TOML and CSV, into what the rest reads.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/document/json.h"

namespace azekura::scanner {

inline constexpr std::size_t kYamlSizeMax = std::size_t{64} << 20;
inline constexpr std::size_t kYamlDepthMax = 100;
// Aliases may not blow a document up: events after expansion.
inline constexpr std::size_t kYamlEventsMax = 4'000'000;

// The documents of a YAML stream (YAML 1.1 as libyaml reads it; the core schema's null, booleans and
// numbers; what is quoted stays text; keys become texts). kInvalid, with the line.
Result<std::vector<JsonDocument>> parse_yaml(std::string_view octets);
Result<JsonDocument> parse_yaml_one(std::string_view octets);  // kInvalid unless exactly one

// TOML 1.0. Dates become texts. kInvalid, with the line.
Result<JsonDocument> parse_toml(std::string_view octets);

// RFC 4180, as lenient as spreadsheets are. The fields are valid during the call only; return an error
// to stop.
Status for_each_csv_row(std::string_view octets,
                        const std::function<Status(const std::vector<std::string>&)>& row);

}  // namespace azekura::scanner

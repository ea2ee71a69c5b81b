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
// Aliases may not blow a document up: octets of the JSON that it becomes.
inline constexpr std::size_t kYamlExpandedMax = std::size_t{256} << 20;
inline constexpr std::size_t kTomlSizeMax = std::size_t{64} << 20;
inline constexpr std::size_t kTomlDepthMax = 200;

// The documents of a YAML stream (YAML 1.1 as libyaml reads it). Plain true, false, null, ~ and
// nothing are what the core schema says; plain numbers stay the texts that they are, for a
// version 1.10 is not 1.1 (Json::number() and integer() read such texts). Keys become texts.
// kInvalid, with the line.
Result<std::vector<JsonDocument>> parse_yaml(std::string_view octets);
Result<JsonDocument> parse_yaml_one(std::string_view octets);  // kInvalid unless exactly one

// TOML 1.0. Dates become texts. kInvalid, with the line.
Result<JsonDocument> parse_toml(std::string_view octets);

// RFC 4180, as lenient as spreadsheets are. The fields are valid during the call only; return an
// error to stop.
Status for_each_csv_row(std::string_view octets,
                        const std::function<Status(const std::vector<std::string>&)>& row);

}  // namespace azekura::scanner

// The readers of bills of materials that reader.cc lists. Each is a Reader (reader.h).
#pragma once

#include "scanner/inventory/reader.h"

namespace azekura::scanner::inventory {

Result<ReadOutcome> read_cyclonedx_json(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_cyclonedx_xml(std::string_view octets, const ReadContext& context);
// 2.x, and 3.0 as JSON-LD.
Result<ReadOutcome> read_spdx_json(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_spdx_yaml(std::string_view octets, const ReadContext& context);
Result<ReadOutcome> read_spdx_tag_value(std::string_view octets, const ReadContext& context);

}  // namespace azekura::scanner::inventory

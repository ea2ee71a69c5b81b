// Importers: one for each official format. Each reads one file and knows nothing of where it came
// from.
#pragma once

#include <string_view>

#include "base/result.h"
#include "scanner/database/advisory.h"
#include "scanner/document/json.h"
#include "scanner/document/xml.h"

namespace azekura::scanner::advisories {

// What the file is called in its source, and a parser that may be used again and again.
struct FileContext {
  std::string_view name;
  JsonParser& json;
};

// Recognises the format by the content (and the name where the content cannot tell), and imports
// it. A file that is no advisory data at all (a licence, a README, a schema, an index page) is
// skipped: false. What cannot be read goes to sink.bad_record, record by record; the function
// itself never fails.
bool import_file(const FileContext& file, std::string_view octets, AdvisorySink& sink);

}  // namespace azekura::scanner::advisories

// CSV with a line of column names: each row by these names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

class CsvRecord {
 public:
  CsvRecord(const std::vector<std::string>& names, const std::vector<std::string>& fields)
      : names_(names), fields_(fields) {}
  // Empty for a column that is not there.
  std::string_view operator[](std::string_view name) const;

 private:
  const std::vector<std::string>& names_;
  const std::vector<std::string>& fields_;
};

// Empty lines, and lines that begin with "#" before the names, are passed over. A row of another
// width than the names, and what is wrong with the file itself, goes to sink.bad_record.
void for_each_record(std::string_view octets, std::string_view file, AdvisorySink& sink,
                     const std::function<void(const CsvRecord&)>& record);

}  // namespace azekura::scanner::advisories

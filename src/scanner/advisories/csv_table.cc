#include "scanner/advisories/csv_table.h"

#include "scanner/document/text.h"

namespace azekura::scanner::advisories {

std::string_view CsvRecord::operator[](std::string_view name) const {
  for (std::size_t column = 0; column < names_.size(); ++column) {
    if (names_[column] == name) return fields_[column];
  }
  return {};
}

void for_each_record(std::string_view octets, std::string_view file, AdvisorySink& sink,
                     const std::function<void(const CsvRecord&)>& record) {
  if (octets.starts_with("\xEF\xBB\xBF")) octets.remove_prefix(3);
  while (octets.starts_with('#')) {
    const auto end = octets.find('\n');
    octets.remove_prefix(end == std::string_view::npos ? octets.size() : end + 1);
  }
  std::vector<std::string> names;
  std::size_t rows = 0;
  const Status read = for_each_csv_row(octets, [&](const std::vector<std::string>& row) -> Status {
    ++rows;
    if (row.empty() || (row.size() == 1 && row.front().empty())) return {};
    if (names.empty()) {
      names = row;
    } else if (row.size() == names.size()) {
      record(CsvRecord(names, row));
    } else {
      sink.bad_record(std::string(file) + " row " + std::to_string(rows),
                      {.code = Code::kInvalid,
                       .message = "another number of columns than the first row",
                       .hint = {}});
    }
    return {};
  });
  if (!read) sink.bad_record(std::string(file), read.error());
}

}  // namespace azekura::scanner::advisories

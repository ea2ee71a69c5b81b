#include "scanner/document/text.h"

namespace azekura::scanner {
namespace {

// Reads one row at a time; a quote counts only at the beginning of a field, as in spreadsheets.
class CsvReader {
 public:
  explicit CsvReader(std::string_view octets) : rest_(octets) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  // False at the end. Lines without anything are passed over.
  bool next(std::vector<std::string>& row) {
    while (!rest_.empty() && (rest_.front() == '\n' || rest_.front() == '\r'))
      rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    std::size_t fields = 0;
    for (bool more = true; more;) {
      if (fields == row.size()) row.emplace_back();
      more = field(row[fields++]);
    }
    row.resize(fields);
    return true;
  }

 private:
  // True if another field of the row follows.
  bool field(std::string& out) {
    out.clear();
    if (rest_.starts_with('"')) quoted(out);
    const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
    out.append(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (rest_.empty()) return false;
    const char after = rest_.front();
    rest_.remove_prefix(1);
    if (after == '\r' && rest_.starts_with('\n')) rest_.remove_prefix(1);
    return after == ',';
  }

  void quoted(std::string& out) {
    rest_.remove_prefix(1);
    for (;;) {
      const std::size_t quote = rest_.find('"');
      out.append(rest_.substr(0, quote));
      rest_.remove_prefix(quote == std::string_view::npos ? rest_.size() : quote + 1);
      if (!rest_.starts_with('"')) return;
      out += '"';
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
};

}  // namespace

Status for_each_csv_row(std::string_view octets,
                        const std::function<Status(const std::vector<std::string>&)>& row) {
  CsvReader reader(octets);
  for (std::vector<std::string> fields; reader.next(fields);) RETURN_IF_ERROR(row(fields));
  return {};
}

}  // namespace azekura::scanner

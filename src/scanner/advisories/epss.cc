// EPSS: FIRST's daily scores, as CSV ("#model_version:…,score_date:…" from model 2 on), and JSON
// renderings.
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "scanner/advisories/csv_table.h"
#include "scanner/advisories/families.h"
#include "scanner/advisories/records.h"

namespace azekura::scanner::advisories {
namespace {

// What all rows of a day share.
struct Day {
  std::string model;
  Time date = 0;
};

std::optional<double> share(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value <= 1)) return std::nullopt;
  return value;
}

Result<Advisory> advisory_of(std::string_view cve, std::optional<double> probability,
                             double percentile, const Day& day) {
  if (!is_cve(cve)) return fail(Code::kInvalid, "no CVE id");
  if (!probability || !(*probability >= 0 && *probability <= 1)) {
    return fail(Code::kInvalid, "no probability between 0 and 1");
  }
  Advisory advisory;
  advisory.id = cve;
  advisory.epss = Epss{.probability = *probability,
                       .percentile = percentile >= 0 && percentile <= 1 ? percentile : 0,
                       .model = day.model,
                       .date = day.date};
  return advisory;
}

// "epss_scores-2021-04-14.csv": the first files have no line with the date.
Time date_in_name(std::string_view file) {
  constexpr std::string_view kBegin = "epss_scores-";
  constexpr std::size_t kDateLength = 10;
  const auto at = file.rfind(kBegin);
  return at == std::string_view::npos ? 0
                                      : parse_time(file.substr(at + kBegin.size(), kDateLength));
}

std::string_view value_after(std::string_view line, std::string_view key) {
  const auto at = line.find(key);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + key.size());
  return line.substr(0, line.find_first_of(",\r\n"));
}

Day day_of_csv(std::string_view octets, std::string_view file) {
  if (!octets.starts_with('#')) return {.model = {}, .date = date_in_name(file)};
  const std::string_view line = octets.substr(0, octets.find('\n'));
  return {.model = std::string(value_after(line, "model_version:")),
          .date = parse_time(value_after(line, "score_date:"))};
}

bool recognises_csv(std::string_view octets, std::string_view) {
  return octets.starts_with("#model_version:") || octets.starts_with("cve,epss");
}

void import_csv(std::string_view octets, std::string_view file, AdvisorySink& sink) {
  const Day day = day_of_csv(octets, file);
  for_each_record(octets, file, sink, [&](const CsvRecord& row) {
    const std::string_view cve = row["cve"];
    deliver(sink, cve.empty() ? file : cve,
            advisory_of(cve, share(row["epss"]), share(row["percentile"]).value_or(0), day));
  });
}

// {score_date, data: [{id, epss}]}, and FIRST's API: {data: [{cve, epss, percentile, date}]}.
bool recognises_json(Json root, std::string_view) {
  return root["data"].is_array() && !root["data"].at(0)["epss"].missing();
}

void import_json(Json root, std::string_view file, AdvisorySink& sink) {
  const Day whole{.model = root["model_version"].string(),
                  .date = parse_time(root["score_date"].text())};
  for (const Json row : root["data"].items()) {
    const std::string_view cve = row["cve"].is_text() ? row["cve"].text() : row["id"].text();
    Day day = whole;
    if (row["date"].is_text()) day.date = parse_time(row["date"].text());
    deliver(sink, cve.empty() ? file : cve,
            advisory_of(cve, row["epss"].number(), row["percentile"].number().value_or(0), day));
  }
}

constexpr std::array kJson{
    JsonFormat{.name = "epss-json", .recognises = recognises_json, .import = import_json}};
constexpr std::array kText{
    TextFormat{.name = "epss", .recognises = recognises_csv, .import = import_csv}};

}  // namespace

FormatFamily epss_formats() { return {.json = kJson, .xml = {}, .text = kText}; }

}  // namespace azekura::scanner::advisories

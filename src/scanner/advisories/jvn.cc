#include "scanner/advisories/jvn.h"

#include <algorithm>
#include <array>
#include <utility>

#include "scanner/advisories/fields.h"
#include "scanner/terms/cpe.h"
#include "scanner/terms/text.h"

namespace azekura::scanner::advisories {
namespace {

constexpr std::array<std::string_view, 3> kDropped{"** 未確定 **", "** サポート外 **",
                                                   "** 削除 **"};

bool is_dropped(const std::string& body) {
  return std::any_of(kDropped.begin(), kDropped.end(),
                     [&](std::string_view mark) { return body.find(mark) != std::string::npos; });
}

}  // namespace

bool is_jvndb_id(std::string_view id) {
  constexpr std::string_view kPrefix = "JVNDB-";
  constexpr std::size_t kYear = 4;
  if (!id.starts_with(kPrefix)) return false;
  id.remove_prefix(kPrefix.size());
  if (id.size() != kYear + 7 || id[kYear] != '-') return false;
  return std::count_if(id.begin(), id.end(), [](char c) { return is_digit(c); }) == kYear + 6;
}

std::string page_of_jvndb(std::string_view id) {
  const std::string name = half_width(trimmed(id));
  if (!is_jvndb_id(name)) return {};
  return "https://jvndb.jvn.jp/ja/contents/" + name.substr(6, 4) + "/" + name + ".html";
}

std::vector<std::string> cves_of_reference(std::string_view id) {
  std::string half = half_width(id);
  for (const std::string_view separator : {"、", "・", ";", ","}) {
    for (auto at = half.find(separator); at != std::string::npos; at = half.find(separator)) {
      half.replace(at, separator.size(), " ");
    }
  }
  std::vector<std::string> found;
  std::string_view rest = half;
  while (!rest.empty()) {
    const auto [word, after] = split_once(rest, ' ');
    rest = after;
    const std::string_view name = trimmed(word);
    // "cve-2022-22965" is met too.
    if (!is_cve(name)) continue;
    for (std::string& cve : cves_in(name)) add_once(found, std::move(cve));
  }
  return found;
}

std::string weakness_name(std::string_view title, std::string_view id) {
  std::string name = tidy(title);
  for (const std::string& suffix : {"(" + std::string(id) + ")", "（" + std::string(id) + "）"}) {
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  }
  return tidy(name);
}

void JvnReader::hand_over(JvnRecord record) {
  Advisory advisory;
  advisory.id = half_width(tidy(record.id));
  if (!is_jvndb_id(advisory.id)) {
    report_bad(sink_, record.id.empty() ? file_ : std::string_view(record.id),
               "no id of JVN iPedia");
    return;
  }
  advisory.japanese = {.title = tidy(record.title),
                       .body = tidy(record.body),
                       .source = std::string(kJvnSource),
                       .link = tidy(record.link)};
  if (is_dropped(advisory.japanese.body)) return;
  if (advisory.japanese.title.empty()) {
    report_bad(sink_, advisory.id, "no title");
    return;
  }
  advisory.link = advisory.japanese.link;
  advisory.published = record.published;
  advisory.modified = record.modified;
  for (const std::string& reference : record.cve_ids) {
    for (std::string& cve : cves_of_reference(reference)) add_once(advisory.about, std::move(cve));
  }
  for (const std::string& url : record.references) add_reference(advisory, url);
  advisory.scores = std::move(record.scores);
  for (const CweName& cwe : record.cwes) {
    add_once(advisory.cwes, cwe.id);
    add_weakness(cwe);
  }
  for (const JvnProduct& product : record.products) add_product(product);
  sink_.add(std::move(advisory));
}

void JvnReader::add_product(const JvnProduct& product) {
  // Records name products without a CPE name too.
  const std::string text = tidy(product.cpe);
  if (text.empty()) return;
  const auto cpe = parse_cpe(text);
  if (!cpe || cpe->vendor == "*" || cpe->product == "*") {
    report_bad(sink_, file_, "a product without a usable CPE name: " + text);
    return;
  }
  ProductName name{.product_key = product_key(*cpe),
                   .vendor = tidy(product.vendor),
                   .product = tidy(product.product)};
  if (name.vendor.empty() && name.product.empty()) return;
  if (products_.insert(name.product_key).second) sink_.add(std::move(name));
}

void JvnReader::add_weakness(const CweName& name) {
  if (name.japanese.empty() || !weaknesses_.insert(name.id).second) return;
  sink_.add(name);
}

bool JvnReader::is_success(std::string_view code, std::string_view message) {
  if (code.empty() || code == "0") return true;
  sink_.bad_record(std::string(file_), {.code = Code::kUnavailable,
                                        .message = "MyJVN answered with code " + std::string(code) +
                                                   ": " + tidy(message),
                                        .hint = "the answer holds no data; ask again"});
  return false;
}

}  // namespace azekura::scanner::advisories

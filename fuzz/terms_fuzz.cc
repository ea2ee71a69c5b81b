// Reads what it is given as a package URL, a CPE name, a CVSS vector and the name of an ecosystem.
// What is read must be written so that it is read as the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scanner/terms/cpe.h"
#include "scanner/terms/cvss.h"
#include "scanner/terms/ecosystem.h"
#include "scanner/terms/purl.h"

namespace {

using namespace azekura;
using namespace azekura::scanner;

void require(bool holds) {
  if (!holds) std::abort();
}

void read_purl(std::string_view text) {
  const auto purl = parse_purl(text);
  if (!purl) return;
  const std::string canonical = to_string(*purl);
  if (canonical.size() > kPurlSizeMax) return;
  const auto again = parse_purl(canonical);
  require(again && *again == *purl);
  require(to_string(*again) == canonical);
  const auto where = ecosystem_of(*purl);
  const auto made = make_purl(where, package_name_of(*purl), package_version_of(*purl));
  require(!to_string(made).empty());
}

void read_cpe(std::string_view text) {
  const auto cpe = parse_cpe(text);
  if (!cpe) return;
  const std::string formatted = to_formatted_string(*cpe);
  if (formatted.size() <= kCpeSizeMax) {
    const auto again = parse_cpe(formatted);
    require(again && *again == *cpe);
  }
  const std::string uri = to_uri(*cpe);
  if (uri.size() <= kCpeSizeMax) require(parse_cpe(uri).has_value());
  covers_attributes(*cpe, *cpe);
  require(!product_key(*cpe).empty());
}

void read_cvss(std::string_view text) {
  const auto cvss = parse_cvss(text);
  const auto canonical = canonical_cvss(text);
  require(cvss.has_value() == canonical.has_value());
  if (!cvss) return;
  require(cvss->score >= 0 && cvss->score <= 10 && cvss->overall >= 0 && cvss->overall <= 10);
  require(cvss->severity != Severity::kUnknown);
  require(parse_cvss(*canonical)->score == cvss->score);
}

void read_ecosystem(std::string_view text) {
  const auto where = parse_ecosystem(text);
  if (where.ecosystem == Ecosystem::kUnknown) return;
  require(parse_ecosystem(osv_name(where)) == where);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_purl(text);
  read_cpe(text);
  read_cvss(text);
  read_ecosystem(text);
  parse_severity(text);
  return 0;
}

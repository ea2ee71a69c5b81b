// JVN iPedia: what its forms of all ages (JVNRSS, VULDEF, CSAF) hold, and the rules by which a
// record counts.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scanner/database/advisory.h"

namespace azekura::scanner::advisories {

// The attribution that the terms of use of the MyJVN API ask for is the reader's; this is the
// source's name.
inline constexpr std::string_view kJvnSource = "JVN iPedia";

struct JvnProduct {
  std::string vendor;  // as people write it, often in Japanese
  std::string product;
  std::string cpe;  // 2.2 or 2.3, without a version
};

struct JvnRecord {
  std::string id;
  std::string title;
  std::string body;
  std::string link;
  Time published = 0;
  Time modified = 0;
  std::vector<std::string> cve_ids;  // each as it stands in a reference to the CVE or to NVD
  std::vector<std::string> references;
  std::vector<CweName> cwes;
  std::vector<Score> scores;
  std::vector<JvnProduct> products;
};

// Hands records of one file over:
//   - a record whose text says 未確定, サポート外 or 削除 between asterisks is dropped;
//   - an id is JVNDB-YYYY-NNNNNN after full-width digits are folded, else the record is bad;
//   - the CVE ids, which may be several in one reference (、), are what the record is `about`: a
//   CVE may have
//     several records and a record several CVEs;
//   - JVN's CPE names carry no version, so that they are no claims; the names of products and
//   weaknesses are kept,
//     each once a file.
class JvnReader {
 public:
  JvnReader(AdvisorySink& sink, std::string_view file) : sink_(sink), file_(file) {}

  void hand_over(JvnRecord record);
  void add_product(const JvnProduct& product);

  // The answer's own word about itself ("status:Status retCd"): false, and a bad record, if it is
  // no success.
  bool is_success(std::string_view code, std::string_view message);

 private:
  void add_weakness(const CweName& name);

  AdvisorySink& sink_;
  std::string_view file_;
  std::set<std::string> products_;
  std::set<std::string> weaknesses_;
};

// "JVNDB-2021-005429".
bool is_jvndb_id(std::string_view id);
// Where people read it; empty for what is no such id.
std::string page_of_jvndb(std::string_view id);
// The ids of one reference: "CVE-2011-0001、CVE-2011-0002"; what is none is left out.
std::vector<std::string> cves_of_reference(std::string_view id);
// "不適切な入力確認(CWE-20)" without the id.
std::string weakness_name(std::string_view title, std::string_view id);

}  // namespace azekura::scanner::advisories

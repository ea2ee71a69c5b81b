#include "scanner/feeds/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scanner/document/text.h"

namespace azekura::scanner::feeds {
namespace {

constexpr std::size_t kNameSizeMax = 64;
constexpr int kAtOnceMax = 16;

// Some of these are large: Ubuntu, NVD and CVE take minutes for the first time; `enabled = false`
// marks what only few need.
constexpr std::string_view kBuiltIn =
    R"(# Where Azekura's scanner gets its advisories from. Change what you need and keep the rest.
#
# at_once = 4                       # downloads at the same time
# proxy = "http://proxy:3128"       # else the environment's https_proxy and no_proxy
# [[mirror]]                        # a copy of your own, by the beginning of the address
# from = "https://osv-vulnerabilities.storage.googleapis.com/"
# to = "https://mirror.example/osv/"

[[source]]
name = "debian"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip"]
[[source]]
name = "ubuntu"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Ubuntu/all.zip"]
[[source]]
name = "alpine"
urls = [
  "https://secdb.alpinelinux.org/v3.19/main.json", "https://secdb.alpinelinux.org/v3.19/community.json",
  "https://secdb.alpinelinux.org/v3.20/main.json", "https://secdb.alpinelinux.org/v3.20/community.json",
  "https://secdb.alpinelinux.org/v3.21/main.json", "https://secdb.alpinelinux.org/v3.21/community.json",
  "https://secdb.alpinelinux.org/v3.22/main.json", "https://secdb.alpinelinux.org/v3.22/community.json",
  "https://secdb.alpinelinux.org/edge/main.json", "https://secdb.alpinelinux.org/edge/community.json",
]
[[source]]
name = "almalinux"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/AlmaLinux/all.zip"]
[[source]]
name = "rocky"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip"]
[[source]]
name = "redhat"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Red%20Hat/all.zip"]
[[source]]
name = "suse"
urls = [
  "https://osv-vulnerabilities.storage.googleapis.com/SUSE/all.zip",
  "https://osv-vulnerabilities.storage.googleapis.com/openSUSE/all.zip",
]
enabled = false
[[source]]
name = "npm"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip"]
[[source]]
name = "pypi"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip"]
[[source]]
name = "maven"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Maven/all.zip"]
[[source]]
name = "go"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Go/all.zip"]
[[source]]
name = "crates"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/crates.io/all.zip"]
[[source]]
name = "rubygems"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/RubyGems/all.zip"]
[[source]]
name = "packagist"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Packagist/all.zip"]
[[source]]
name = "nuget"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/NuGet/all.zip"]
[[source]]
name = "pub"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Pub/all.zip"]
[[source]]
name = "hex"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Hex/all.zip"]
[[source]]
name = "bitnami"
urls = ["https://osv-vulnerabilities.storage.googleapis.com/Bitnami/all.zip"]
[[source]]
name = "retirejs"
urls = ["https://raw.githubusercontent.com/RetireJS/retire.js/master/repository/jsrepository-v5.json"]
[[source]]
name = "kev"
urls = ["https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"]
[[source]]
name = "epss"
urls = ["https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"]
[[source]]
name = "vulnrichment"
urls = ["https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.tar.gz"]
[[source]]
name = "exploitdb"
urls = ["https://gitlab.com/exploit-database/exploitdb/-/raw/main/files_exploits.csv"]
[[source]]
name = "metasploit"
urls = ["https://raw.githubusercontent.com/rapid7/metasploit-framework/master/db/modules_metadata_base.json"]
[[source]]
name = "cwe"
urls = ["https://cwe.mitre.org/data/xml/cwec_latest.xml.zip"]
[[source]]
name = "endoflife"
urls = ["https://endoflife.date/api/v1/products/full"]
[[source]]
name = "nvd-overrides"
urls = ["https://github.com/anchore/nvd-data-overrides/archive/refs/heads/main.tar.gz"]
note = "CPE data for the CVEs that NVD left without analysis"
[[source]]
name = "jvn"
urls = ["https://jvndb.jvn.jp/ja/rss/jvndb.rdf", "https://jvndb.jvn.jp/ja/rss/jvndb_new.rdf"]
sha256_url = "https://jvndb.jvn.jp/ja/feed/checksum.txt"
note = "Japanese texts: JVN iPedia (IPA, JPCERT/CC); its terms of use are yours to read"
[[source]]
name = "jvn-years"
urls = [
  "https://jvndb.jvn.jp/ja/rss/years/jvndb_2022.rdf", "https://jvndb.jvn.jp/ja/rss/years/jvndb_2023.rdf",
  "https://jvndb.jvn.jp/ja/rss/years/jvndb_2024.rdf", "https://jvndb.jvn.jp/ja/rss/years/jvndb_2025.rdf",
]
enabled = false
[[source]]
name = "nvd"
urls = ["https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-modified.json.gz"]
enabled = false
[[source]]
name = "amazon"
yum = [
  "https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list",
  "https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list",
]
)";

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameSizeMax &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_address(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://") || url.starts_with("file://");
}

Result<Source> source_of(Json table, std::size_t number) {
  Source source{.name = table["name"].string(),
                .enabled = table["enabled"].boolean().value_or(true),
                .sha256_url = table["sha256_url"].string(),
                .note = table["note"].string()};
  const auto wrong = [&](std::string_view why) {
    return fail(Code::kInvalid, fmt::format("source number {} ({}): {}", number, source.name, why));
  };
  if (!is_name(source.name)) return wrong("its name may have a-z, 0-9 and - only, 64 at most");
  for (const Json url : table["urls"].items()) source.urls.push_back(url.string());
  for (const Json url : table["yum"].items()) source.yum.push_back(url.string());
  if (source.urls.empty() && source.yum.empty()) return wrong("it has neither urls nor yum");
  if (!std::all_of(source.urls.begin(), source.urls.end(), is_address) ||
      !std::all_of(source.yum.begin(), source.yum.end(), is_address)) {
    return wrong("a url begins with https://, http:// or file://");
  }
  if (!source.sha256_url.empty() && !is_address(source.sha256_url)) {
    return wrong("its sha256_url begins with https://, http:// or file://");
  }
  return source;
}

}  // namespace

Result<SourceList> parse_sources(std::string_view toml) {
  ASSIGN_OR_RETURN(const JsonDocument document, parse_toml(toml));
  const Json root = document.root();
  SourceList list{.proxy = root["proxy"].string()};
  if (const auto at_once = root["at_once"].integer()) {
    if (*at_once < 1 || *at_once > kAtOnceMax) {
      return fail(Code::kInvalid, fmt::format("at_once is 1 to {}", kAtOnceMax));
    }
    list.at_once = static_cast<int>(*at_once);
  }
  for (const Json mirror : root["mirror"].items()) {
    if (!is_address(mirror["from"].text()) || !is_address(mirror["to"].text())) {
      return fail(Code::kInvalid, "a [[mirror]] has `from` and `to`, both the beginning of a URL");
    }
    list.mirrors.emplace_back(mirror["from"].string(), mirror["to"].string());
  }
  std::set<std::string> names;
  std::size_t number = 0;
  for (const Json table : root["source"].items()) {
    ASSIGN_OR_RETURN(Source source, source_of(table, ++number));
    if (!names.insert(source.name).second) {
      return fail(Code::kInvalid, fmt::format("there are two sources named {}", source.name));
    }
    list.sources.push_back(std::move(source));
  }
  if (list.sources.empty()) return fail(Code::kInvalid, "there is no [[source]]");
  return list;
}

std::string_view built_in_sources() { return kBuiltIn; }

}  // namespace azekura::scanner::feeds

// Reads what it is given as a list of sources, as the index of a yum repository, as a list of
// mirrors and as a list of sums. What is accepted keeps what the headers promise.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string_view>

#include "scanner/feeds/checksums.h"
#include "scanner/feeds/download_state.h"
#include "scanner/feeds/sources.h"
#include "scanner/feeds/yum.h"

namespace {

using namespace azekura::scanner::feeds;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_address(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://") || url.starts_with("file://");
}

void look_at_sources(std::string_view text) {
  const auto list = parse_sources(text);
  if (!list) return require(!list.error().message.empty());
  require(!list->sources.empty() && list->at_once >= 1 && list->at_once <= 16);
  std::set<std::string> names;
  for (const Source& source : list->sources) {
    require(names.insert(source.name).second);
    require(source.name.find('/') == std::string::npos && !source.name.starts_with('.'));
    require(!source.urls.empty() || !source.yum.empty());
    std::size_t at = 0;
    for (const std::string& url : source.urls) {
      require(is_address(url));
      require(file_name_of(url, at++).find('/') == std::string::npos);
    }
  }
}

bool is_sum(std::string_view sum) {
  return sum.size() == 64 && sum.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  look_at_sources(text);
  if (const auto info = update_info_of(text)) {
    require(!info->href.empty() && info->href.front() != '/');
    require(info->href.find("..") == std::string::npos);
    require(info->sha256.empty() || is_sum(info->sha256));
  }
  const std::string mirror = first_line(text);
  require(mirror.empty() || is_address(mirror));
  const std::string sum = sum_for("https://a.example/all.zip", text);
  require(sum.empty() || is_sum(sum));
  return 0;
}

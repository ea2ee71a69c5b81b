#include "scanner/feeds/yum.h"

#include <algorithm>

#include "base/bytes.h"
#include "scanner/document/xml.h"

namespace azekura::scanner::feeds {
namespace {
constexpr std::size_t kSha256Size = 32;
}  // namespace

Result<UpdateInfoFile> update_info_of(std::string_view repomd) {
  ASSIGN_OR_RETURN(const XmlDocument document, XmlDocument::parse(repomd));
  for (const XmlNode data : children(document.root(), "data")) {
    if (attribute(data, "type") != "updateinfo") continue;
    UpdateInfoFile file{.href = std::string(attribute(child(data, "location"), "href"))};
    const XmlNode sum = child(data, "checksum");
    if (attribute(sum, "type") == "sha256") {
      const auto octets = from_hex(text_of(sum));
      if (!octets || octets->size() != kSha256Size) {
        return fail(Code::kInvalid, "the repository's index has a sum that is none");
      }
      file.sha256 = to_hex(*octets);
    }
    const bool leads_out = file.href.empty() || file.href.starts_with('/') ||
                           file.href.find("..") != std::string::npos ||
                           file.href.find(':') != std::string::npos;
    if (leads_out) return fail(Code::kInvalid, "the repository's index names no file of its own");
    return file;
  }
  return fail(Code::kNotFound, "the repository has no updateinfo");
}

std::string first_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.starts_with("https://") || line.starts_with("http://")) return std::string(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

}  // namespace azekura::scanner::feeds

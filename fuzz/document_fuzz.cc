// Reads the input as the document that its first octet chooses, and walks through all of it.

#include <cstdint>
#include <string_view>

#include "scanner/document/json.h"
#include "scanner/document/text.h"
#include "scanner/document/xml.h"

namespace {

using namespace azekura;
using namespace azekura::scanner;

void walk(Json json) {
  (void)json.scalar();
  (void)json.number();
  (void)json.integer();
  for (const Json item : json.items()) walk(item);
  for (const auto& [key, value] : json.members()) walk(value);
}

void walk(XmlNode node) {
  (void)text_of(node);
  for (const XmlNode child : node.children()) walk(child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'j':
      if (const auto document = JsonDocument::parse(text)) walk(document->root());
      break;
    case 'y':
      if (const auto documents = parse_yaml(text)) {
        for (const JsonDocument& document : *documents) walk(document.root());
      }
      break;
    case 't':
      if (const auto document = parse_toml(text)) walk(document->root());
      break;
    case 'x':
      // text_of() of every node of a deep document is quadratic.
      if (const auto document = XmlDocument::parse(text.substr(0, 16384))) walk(document->root());
      break;
    default:
      (void)for_each_csv_row(text, [](const auto&) { return Status(); });
  }
  return 0;
}
